"""What the screen of relocations reads and does: every method is called in a worker thread, heavy imports inside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_, active_zone
from conciergedesk.core.paths import desk_home, make_private
from conciergedesk.relocation.cards import Figures, FileCard, ItemLine, Portfolio
from conciergedesk.relocation.plans import Plan

if TYPE_CHECKING:
    from conciergedesk.relocation.house import RelocationHouse
    from conciergedesk.relocation.owed import OwedKind
    from conciergedesk.relocation.schedule import MovePreview
    from conciergedesk.relocation.service import Held
    from conciergedesk.ui.session import DeskSession


@dataclass(frozen=True, slots=True)
class Handed:
    """The family's plan as it was written: where the paper and the calendar lie."""

    pdf: str
    calendar: str
    items: int


class RelocationRoom:
    """Relocation files for one desk."""

    def __init__(self, session: DeskSession) -> None:
        self.session = session

    @property
    def house(self) -> RelocationHouse:
        return self.session.relocation_house()

    def today(self) -> date:
        return self.session.now().astimezone(active_zone()).date()

    def may(self, right: str) -> bool:
        actor = self.session.actor
        return actor is not None and (right in actor.rights or "*" in actor.rights)

    @property
    def my_id(self) -> int | None:
        return self.session.actor.id if self.session.actor is not None else None

    # --- reading ---

    def token(self) -> str:
        """Changes whenever somebody has written."""
        from conciergedesk.core.journal import last_id

        return str(self.session.ask(last_id))

    def portfolio(self, *, everybody: bool) -> Portfolio:
        from conciergedesk.core.actor import SYSTEM
        from conciergedesk.relocation.portfolio import portfolio

        actor = self.session.actor or SYSTEM
        return self.session.ask(portfolio, self.house, actor, self.session.now(), everybody=everybody)

    def figures(self) -> Figures:
        from conciergedesk.relocation.portfolio import figures

        return self.session.ask(figures, self.today())

    def file(self, file_id: int) -> FileCard:
        from conciergedesk.core.actor import SYSTEM
        from conciergedesk.relocation.queries import file_card

        actor = self.session.actor or SYSTEM
        return self.session.ask(file_card, self.house, file_id, actor, self.session.now())

    def open_file(self, file_id: int) -> FileCard:
        """A file, with a line in its journal when another than its coach looks into it."""
        from conciergedesk.relocation import service as relocation

        card = self.file(file_id)
        if card.coach_id != self.my_id:
            self.session.act(relocation.look_in, file_id)
        return card

    def plan(self, card: FileCard) -> Plan:
        """The plan of a file in its own version."""
        return self.session.ask(lambda s: self.house.plan(s, card.plan_id, card.plan_version))

    def row_of(self, kind: OwedKind, row_id: int) -> int:
        """The file that something on the board belongs to."""
        from conciergedesk.relocation.owed import owed

        return self.session.ask(
            lambda s: next(
                one.file_id
                for one in owed(s, date.max.replace(year=9000), [row_id])
                if one.kind is kind and one.id == row_id
            )
        )

    # --- writing ---

    def act(self, verb: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Run a verb that takes the house first, then work out the risks of the file it was about."""
        return self.session.act(verb, self.house, *args, **kwargs)

    def watch(self, file_id: int) -> None:
        from conciergedesk.relocation import service as relocation

        self.session.act(relocation.watch, self.house, file_id)

    def new_file(
        self, *, household: str, employer: str, arrival: str, package: str, coach: str, language: str
    ) -> int:
        """Open a file from six typed lines."""
        from conciergedesk.relocation import service as relocation
        from conciergedesk.relocation.service import NewFile

        made: int = self.session.act(
            relocation.open_file,
            self.house,
            NewFile(
                household,
                self.day(arrival, "arrival"),
                employer,
                self.package_id(package),
                self.coach_id(coach),
                language.strip().lower() or "fr",
            ),
        )
        self.watch(made)
        return made

    def day(self, typed: str, field: str) -> date:
        """A day in loose words.

        Raises:
            InvalidInput: nothing that is a day was typed.
        """
        from conciergedesk.core.moments import parse_moment

        text = typed.strip()
        try:
            return date.fromisoformat(text)
        except ValueError:
            moment = parse_moment(text, self.session.now(), active_zone()) if text else None
        if moment is None:
            raise InvalidInput(N_("Write a day such as 12 avr., 2027-04-12, +12d or mon."), field=field)
        return moment.start.astimezone(active_zone()).date()

    def shifted(self, typed: str, start: date, field: str) -> date:
        """A day in loose words, or so many days from ``start`` (``+12``, ``-3``, ``+2s``).

        Raises:
            InvalidInput: neither.
        """
        from datetime import timedelta

        text = typed.strip().lower().replace(" ", "")
        bare = text.rstrip("jdsw")
        if bare[:1] in ("+", "-") and bare[1:].isascii() and bare[1:].isdigit() and len(bare) <= 5:
            weeks = text.endswith(("s", "w"))
            return start + timedelta(days=int(bare) * (7 if weeks else 1))
        return self.day(typed, field)

    def package_id(self, typed: str) -> str:
        """The package meant by its name or the beginning of it; the family's when nothing is typed."""
        from conciergedesk.core.text import fold

        wanted = fold(typed)
        if not wanted:
            return "family"
        for one in self.house.packages.values():
            names = {fold(one.id), *(fold(getattr(one.label, language)) for language in ("fr", "en", "de"))}
            if wanted in names or any(
                wanted in name.split() or name.endswith(f" {wanted}") for name in names
            ):
                return one.id
        return typed.strip()

    def coach_id(self, typed: str) -> int | None:
        """The coach meant by a first name or a code; whoever is signed in when nothing is typed.

        Raises:
            InvalidInput: nobody of that name.
        """
        from conciergedesk.core.text import fold

        wanted = fold(typed)
        if not wanted:
            return self.my_id
        for one in self.session.staff():
            if wanted in (fold(one.first_name), fold(one.code), fold(one.name)):
                return one.id
        raise InvalidInput(N_("Nobody here is called “{name}”."), field="coach", name=typed.strip()[:40])

    def preview(self, card: FileCard, arrival: date) -> MovePreview:
        from conciergedesk.relocation import service as relocation

        return self.session.ask(relocation.preview_move, self.house, card.id, arrival, self.today())

    def move(self, card: FileCard, arrival: date, cause: str) -> MovePreview:
        from conciergedesk.relocation import service as relocation

        done: MovePreview = self.session.act(
            relocation.move, self.house, card.id, arrival, cause=cause, seen=card.version
        )
        return done

    def hold(
        self, card: FileCard, followup_id: int | None, values: dict[str, str], words: str, reason: str
    ) -> Held:
        """Note a contact, or a pulse when none is scheduled; then the risks."""
        from conciergedesk.relocation import service as relocation

        scores = {name: _score(name, value) for name, value in values.items() if value.strip()}
        held: Held
        if followup_id is None:
            if "pulse" not in scores:
                raise InvalidInput(N_("Give the pulse: 0 to 10."), field="pulse")
            held = self.session.act(
                relocation.note_pulse, self.house, card.id, scores["pulse"], words=words, word_reason=reason
            )
        else:
            held = self.session.act(
                relocation.hold_followup, self.house, followup_id, scores, words=words, word_reason=reason
            )
        self.watch(card.id)
        return held

    def set_state(self, card: FileCard, item: ItemLine, state: str, **more: Any) -> None:
        from conciergedesk.relocation import service as relocation

        self.session.act(relocation.set_state, self.house, item.id, state, seen=item.version, **more)
        self.watch(card.id)

    def hand_out(self, card: FileCard) -> Handed:
        """Write the family's plan as PDF and calendar into the desk's own folder."""
        from conciergedesk.relocation.family_plan import family_plan, write_calendar, write_pdf

        folder = make_private(desk_home() / "plans")
        plan = family_plan(self.file(card.id), self.plan(card), self.house, card.language, self.agency())
        stem = folder / f"{card.ref}-{card.language}"
        pdf, calendar = stem.with_suffix(".pdf"), stem.with_suffix(".ics")
        pdf.write_bytes(write_pdf(plan))
        calendar.write_bytes(write_calendar(plan, self.session.now()))
        return Handed(str(pdf), str(calendar), len(plan.lines))

    def agency(self) -> tuple[str, str]:
        """Name and phone of the agency, for papers."""
        agency = self.session.agency
        return (agency.name, agency.phone) if agency is not None else ("", "")


def _score(name: str, typed: str) -> int:
    text = typed.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 2):
        raise InvalidInput(N_("“{value}” is not a score."), field=name, value=text[:20])
    return int(text)
