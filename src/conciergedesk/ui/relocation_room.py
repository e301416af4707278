"""What the screen of relocations reads and does: every method is called in a worker thread, heavy imports inside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_, active_language, active_zone
from conciergedesk.core.paths import desk_home, make_private
from conciergedesk.relocation.cards import Figures, FileCard, ItemLine, PlanVersion, Portfolio
from conciergedesk.relocation.plans import Plan

if TYPE_CHECKING:
    from conciergedesk.relocation.house import RelocationHouse
    from conciergedesk.relocation.owed import OwedKind
    from conciergedesk.relocation.reference_files import BorderNote, BorderThreshold
    from conciergedesk.relocation.rules import TeleworkCount
    from conciergedesk.relocation.schedule import Migration, MovePreview
    from conciergedesk.relocation.service import Held
    from conciergedesk.ui.session import DeskSession


@dataclass(frozen=True, slots=True)
class Handed:
    """The family's plan as it was written: where the paper and the calendar lie."""

    pdf: str
    calendar: str
    items: int


@dataclass(frozen=True, slots=True)
class PlanPreview:
    """What another version of the plan would change; ``labels`` name its items by code."""

    version: str
    migration: Migration
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BorderSide:
    """What is known about work across the border: dated notes, thresholds, days that were told. No conclusion."""

    country: str
    notes: tuple[BorderNote, ...]
    thresholds: tuple[BorderThreshold, ...]
    counts: tuple[TeleworkCount, ...]
    refer_to: str


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
            raise InvalidInput(N_("Write a day such as 12 apr, 12/04/2027, +12d or mon."), field=field)
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

    def coach_id(self, typed: str, field: str = "coach") -> int | None:
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
        raise InvalidInput(N_("Nobody here is called “{name}”."), field=field, name=typed.strip()[:40])

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

    # --- the file as a whole ---

    def versions(self, card: FileCard) -> list[PlanVersion]:
        """Versions of the plan that the file can be brought to, the newest first."""
        from conciergedesk.relocation.queries import plan_versions

        found = self.session.ask(plan_versions, self.house, card.plan_id)
        return [one for one in found if one.version != card.plan_version]

    def preview_plan(self, card: FileCard, version: str) -> PlanPreview:
        """What a version of the plan would change, with the words of both plans."""
        from conciergedesk.relocation import service as relocation

        migration = self.session.ask(relocation.preview_plan, self.house, card.id, version)
        new = self.session.ask(lambda s: self.house.plan(s, card.plan_id, version))
        language = active_language()
        labels = {code: item.label.in_language(language) for code, item in new.items.items()}
        return PlanPreview(version, migration, labels | {one.code: one.label for one in card.items})

    def use_plan(self, card: FileCard, version: str) -> Migration:
        from conciergedesk.relocation import service as relocation

        done: Migration = self.session.act(
            relocation.use_plan, self.house, card.id, version, seen=card.version
        )
        self.watch(card.id)
        return done

    def close(self, card: FileCard, outcome: str, values: Mapping[str, str], words: str, reason: str) -> Held:
        """End a file with what the household said at the end."""
        from conciergedesk.relocation import service as relocation

        scores = {name: _score(name, value) for name, value in values.items() if value.strip()}
        held: Held = self.session.act(
            relocation.close_with_survey,
            self.house,
            card.id,
            outcome,
            scores,
            words=words,
            word_reason=reason,
        )
        return held

    @staticmethod
    def amount(typed: str) -> int:
        """A typed count.

        Raises:
            InvalidInput: it is no number.
        """
        text = typed.strip()
        if not (text.isascii() and text.isdigit() and len(text) <= 4):
            raise InvalidInput(N_("Give how many were used: 1 or more."), field="amount")
        return int(text)

    def border(self, card: FileCard) -> BorderSide:
        """What is noted about work across the border for this household, and the days counted."""
        from conciergedesk.relocation.plans import WorkCountry

        country = card.facts.get("work_country")
        border = self.house.border
        known = str(country) in set(WorkCountry)
        where = WorkCountry(str(country)) if known else WorkCountry.FR
        return BorderSide(
            str(country) if known else "",
            border.notes_for(where),
            border.thresholds_for(where),
            card.telework,
            border.refer_to.in_language(active_language()),
        )

    def note_telework(self, card: FileCard, typed: str, who: str) -> int:
        """Days worked at home; answers how many were typed."""
        from conciergedesk.relocation import service as relocation
        from conciergedesk.relocation.typed import read_days

        days = read_days(typed, self.today())
        self.session.act(relocation.note_telework, self.house, card.id, days, who=who)
        return len(days)

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
