"""Programmes of candidate visits and mini-stays for one desk: every method is called in a worker thread."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_, active_zone
from conciergedesk.core.text import fold
from conciergedesk.relocation.visits import PartKind
from conciergedesk.ui.form_words import read_language

if TYPE_CHECKING:
    from conciergedesk.core.db.unit import Unit
    from conciergedesk.relocation.cards import FileCard, ProgrammeCard
    from conciergedesk.relocation.house import RelocationHouse
    from conciergedesk.ui.relocation_room import RelocationRoom

_PROGRAMMES = {
    "c": "candidate_visit", "candidat": "candidate_visit", "candidate": "candidate_visit", "visite": "candidate_visit",
    "m": "ministay", "mini": "ministay", "ministay": "ministay",
}  # fmt: skip
_KINDS = {
    PartKind.LODGING: "l logement lodging hotel unterkunft", PartKind.DINNER: "d diner restaurant dinner repas essen",
    PartKind.SHOW: "s spectacle show", PartKind.VISIT: "v visite visit besuch",
    PartKind.TRANSFER: "t transfert transfer taxi", PartKind.INTERVIEW: "e entretien interview gesprach",
    PartKind.VIEWING: "b bien viewing besichtigung",
}  # fmt: skip


class VisitRoom:
    """Programmes: one per household; whoever else comes for the vacancy is never named."""

    def __init__(self, files: RelocationRoom) -> None:
        self.files = files
        self.session = files.session

    @property
    def house(self) -> RelocationHouse:
        return self.files.house

    def programmes(self, file: FileCard | None) -> list[ProgrammeCard]:
        """Those of one file, or mine; a supervisor's are everybody's."""
        from conciergedesk.core.actor import SYSTEM
        from conciergedesk.relocation.queries import programmes_of

        actor = self.session.actor or SYSTEM
        return self.session.ask(programmes_of, actor, file.id if file is not None else None)

    def programme(self, programme_id: int) -> ProgrammeCard:
        from conciergedesk.core.actor import SYSTEM
        from conciergedesk.relocation.queries import programme_card

        return self.session.ask(programme_card, programme_id, self.session.actor or SYSTEM)

    def plan(self, values: Mapping[str, str], file: FileCard | None) -> int:
        """Begin a programme from the lines of its form."""
        from conciergedesk.relocation import service as relocation
        from conciergedesk.relocation.service.opening import employer_of

        starts_at = self.moment(values["starts_at"], self.session.now(), "starts_at")
        ends_at = self.moment(values["ends_at"], starts_at, "ends_at")
        kind = _PROGRAMMES.get((fold(values["kind"]).split() or [""])[0], "")
        coach = self.files.coach_id(values["coach"])

        def make(unit: Unit) -> int:
            employer = (
                file.employer_id
                if file is not None and fold(values["employer"]) == fold(file.employer)
                else employer_of(unit, values["employer"])
            )
            return relocation.plan_programme(
                unit, self.house, kind=kind, household=values["household"], starts_at=starts_at, ends_at=ends_at,
                vacancy=values["vacancy"], employer_id=employer, person_id=file.person_id if file else None,
                file_id=file.id if file else None, language=read_language(values["language"]) or "fr",
                coach_id=coach, budget=values["budget"],
            )  # fmt: skip

        return self.session.act(make)

    def add_part(self, card: ProgrammeCard, values: Mapping[str, str]) -> int:
        from conciergedesk.core.money import read_money
        from conciergedesk.relocation import service as relocation

        anchor = max(card.starts_at - timedelta(minutes=1), self.session.now())
        starts_at = self.moment(values["starts_at"], anchor, "starts_at")
        cents = read_money(values["price"], "price").cents if values["price"].strip() else 0
        return self.session.act(
            relocation.add_part,
            self.house,
            card.id,
            self._kind(values["kind"]),
            label=values["label"],
            starts_at=starts_at,
            ends_at=self.moment(values["ends_at"], starts_at, "ends_at"),
            location=values["location"],
            after=self._after(card, values["after"]),
            cents=cents,
        )

    @staticmethod
    def _kind(typed: str) -> PartKind:
        wanted = fold(typed)
        for kind, words in _KINDS.items():
            if wanted and wanted.split()[0] in words.split():
                return kind
        raise InvalidInput(
            N_(
                "“{text}” is no part of a programme. Type l lodging, d dinner, s show, v visit, t transfer, "
                "e interview or b viewing."
            ),
            field="kind",
            text=typed.strip()[:30],
        )

    @staticmethod
    def _after(card: ProgrammeCard, typed: str) -> int | None:
        """The part that a typed number in the list means."""
        text = typed.strip()
        if not text:
            return None
        if text.isascii() and text.isdigit() and 1 <= int(text) <= len(card.parts):
            return card.parts[int(text) - 1].id
        raise InvalidInput(N_("The part it follows is not in this programme."), field="after")

    def moment(self, typed: str, start: datetime, field: str) -> datetime:
        """A moment after ``start`` as people say it: ``fri 14h``, ``21h``, or ``+2h`` from there.

        Raises:
            InvalidInput: no hour in it.
        """
        from conciergedesk.core.moments import parse_moment

        text = typed.strip()
        bare = text.lower().removeprefix("+").replace(" ", "")
        if text.startswith("+") and bare.endswith("h") and bare[:-1].isdecimal() and len(bare) <= 4:
            return start + timedelta(hours=int(bare[:-1]))
        moment = parse_moment(text, start, active_zone()) if text else None
        if moment is None or moment.date_only:
            raise InvalidInput(N_("Write a day and an hour, such as “tomorrow 15h”."), field=field)
        return moment.start

    def cancel_part(self, part_id: int) -> list[str]:
        """Cancel a part; answers the labels of those that followed it."""
        from conciergedesk.relocation import service as relocation

        return [one.label for one in self.session.act(relocation.cancel_part, self.house, part_id)]

    def name_operator(self, programme_id: int, values: Mapping[str, str]) -> bool:
        from conciergedesk.relocation import service as relocation

        self.session.act(
            relocation.name_operator, programme_id, values["operator"], values["operator_number"]
        )
        return True

    def sent(self, programme_id: int) -> None:
        from conciergedesk.relocation import service as relocation

        self.session.act(relocation.send_programme, programme_id)

    def decide(self, programme_id: int, decision: str) -> None:
        from conciergedesk.relocation import service as relocation

        self.session.act(relocation.decide, self.house, programme_id, decision)

    def cancel(self, programme_id: int) -> None:
        from conciergedesk.relocation import service as relocation

        self.session.act(relocation.cancel_programme, self.house, programme_id)

    def assign(self, programme_id: int, values: Mapping[str, str]) -> bool:
        """Put a programme into a file, or give it to another coach."""
        from conciergedesk.relocation import service as relocation

        file, coach = values["file"].strip(), values["coach"].strip()
        if not file and not coach:
            raise InvalidInput(N_("Type a file or a coach."), field="file")
        file_id = self._file(file) if file else None
        coach_id = self.files.coach_id(coach) if coach else None
        self.session.act(relocation.assign_programme, programme_id, file_id=file_id, coach_id=coach_id)
        return True

    def _file(self, typed: str) -> int:
        from conciergedesk.relocation.portfolio import find_files

        found = [one for one in self.session.ask(find_files, typed) if one.is_open]
        if len(found) == 1:
            return found[0].id
        sentence = (
            N_("Several files fit: {names}. Type the number.")
            if found
            else N_("No open file is called “{name}”. Type its number or the household.")
        )
        raise InvalidInput(
            sentence,
            field="file",
            name=typed[:40],
            names=", ".join(f"{one.ref} {one.household}" for one in found[:4]),
        )
