"""What each room has to say at the change of shift, gathered section by section.

Every section is drafted by a *source*: a function of a read session and the shift that ends. A room that comes later
takes its section over with ``register``; a section without a source says that there is nothing, which is true.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import TypeAlias

from sqlmodel import Session

from conciergedesk.core.errors import NotFound
from conciergedesk.core.i18n import LOCALES, N_, plural, translate
from conciergedesk.handover import queries
from conciergedesk.handover.rules import VEHICLE_WORDS, Colour, LogKind, Section, colour_of, coverage
from conciergedesk.handover.turns import ChangeOfShift
from conciergedesk.requests.lifecycle import State
from conciergedesk.requests.queries import OpenRequest, open_call_backs, open_requests, ref
from conciergedesk.requests.rulebook import Rulebook

NOTHING = N_("nothing")


@dataclass(frozen=True, slots=True)
class ShiftView:
    """The change of shift that is drafted, and for whom it is worded."""

    change: ChangeOfShift
    now: datetime
    zone: tzinfo
    language: str
    book: Rulebook

    @property
    def team(self) -> str:
        return self.change.team

    @property
    def since(self) -> datetime:
        return self.change.outgoing.starts_at

    @property
    def until(self) -> datetime:
        """End of the incoming shift: what is due before it is the next shift's."""
        return self.change.incoming.ends_at

    def say(self, sentence: str, **values: object) -> str:
        said = translate(sentence, self.language, **values)
        return said.partition("|")[2] if said == sentence and "|" in sentence else said

    def many(self, one: str, many: str, count: int) -> str:
        return plural(one, many, count, self.language)

    def clock(self, moment: datetime) -> str:
        here = moment.astimezone(self.zone)
        return f"{here.hour}:{here.minute:02d}"


@dataclass(frozen=True, slots=True)
class LineDraft:
    """One line as drafted: colour, two-line picture, action, owner, time, and where it comes from."""

    colour: Colour
    what: str
    action: str = ""
    owner_id: int | None = None
    owner: str = ""
    due_at: datetime | None = None
    source_kind: str = ""
    source_id: int | None = None
    is_promise: bool = False


@dataclass(frozen=True, slots=True)
class SectionDraft:
    """A section as drafted; ``figure`` stands at the right of its title."""

    figure: str
    tone: str = "muted"
    lines: tuple[LineDraft, ...] = field(default=())
    keys_counted: int | None = None
    keys_expected: int | None = None


Source: TypeAlias = Callable[[Session, ShiftView], SectionDraft]

_sources: dict[Section, Source] = {}


def register(section: Section, source: Source) -> None:
    """Let ``source`` draft ``section`` from now on."""
    _sources[section] = source


def draft_sections(session: Session, view: ShiftView) -> dict[Section, SectionDraft]:
    """Every section in reading order, empty ones included."""
    return {
        section: _sources[section](session, view) if section in _sources else SectionDraft(view.say(NOTHING))
        for section in Section
    }


# --- requests and promises ---


_more: list[Callable[[Session, ShiftView], list[LineDraft]]] = []


def register_requests(source: Callable[[Session, ShiftView], list[LineDraft]]) -> None:
    """Let a room add its own open things to the open requests."""
    _more.append(source)


def more_requests(session: Session, view: ShiftView) -> list[LineDraft]:
    """Open things of other rooms that belong among the open requests."""
    return [line for source in _more for line in source(session, view)]


def _requests(session: Session, view: ShiftView) -> SectionDraft:
    lines = [_request_line(row, view) for row in open_requests(session) if row.team == view.team]
    lines += more_requests(session, view)
    loud = sum(line.colour is not Colour.GREEN for line in lines)
    if not lines:
        return SectionDraft(view.say(NOTHING))
    figure = view.say(N_("{loud} red or amber, {green} green"), loud=loud, green=len(lines) - loud)
    return SectionDraft(figure, "muted", tuple(sorted(lines, key=line_order)))


def _request_line(row: OpenRequest, view: ShiftView) -> LineDraft:
    broken = row.due_at is not None and row.due_at < view.now
    colour = colour_of(row.board_at, row.priority, broken=broken, now=view.now, next_shift_ends=view.until)
    if row.state == State.CONFIRMED and row.priority not in ("P1", "S1") and not broken:
        colour = Colour.AMBER if row.board_at is not None and row.board_at < view.until else Colour.GREEN
    what = _what(row, view)
    return LineDraft(
        colour=colour,
        what=" · ".join(part for part in (what, "" if row.health else row.for_whom) if part),
        action=_action(row, view),
        owner_id=row.holder_id,
        owner=row.holder,
        due_at=row.board_at,
        source_kind="request",
        source_id=row.id,
    )


def _what(row: OpenRequest, view: ShiftView) -> str:
    try:
        label = view.book.catalogue.get(row.type_code).label.in_language(view.language)
    except NotFound:
        label = row.type_code
    if row.health:
        return f"{label} {ref(row.id)}"
    return f"{label} {row.title}".strip()


def _action(row: OpenRequest, view: ShiftView) -> str:
    if row.state == State.WAITING_CLIENT:
        return view.say(N_("ask the client again"))
    if row.state == State.WAITING_PROVIDER:
        if row.waits_for and row.waits_for != "provider":
            return view.say(N_("chase {whom}"), whom=row.waits_for)
        return view.say(N_("chase the provider"))
    if row.state == State.CONFIRMED:
        return view.say(N_("check that it goes as booked"))
    if row.state in (State.NEW, State.QUALIFIED):
        return view.say(N_("take it"))
    return view.say(N_("carry on"))


def _promises(session: Session, view: ShiftView) -> SectionDraft:
    lines = [
        LineDraft(
            colour=_promise_colour(row.due_at, view),
            what=", ".join(part for part in (row.person or row.number, row.about) if part),
            action=view.say(N_("ring back")),
            owner_id=row.owner_id,
            owner=row.owner,
            due_at=row.due_at,
            source_kind="call_back",
            source_id=row.id,
            is_promise=True,
        )
        for row in open_call_backs(session)
        if row.team == view.team
    ]
    lines += [
        LineDraft(
            colour=_promise_colour(one.due_at, view),
            what=one.about,
            action=view.say(N_("keep the promise")),
            owner_id=one.owner_id,
            owner=one.owner,
            due_at=one.due_at,
            source_kind="log_promise",
            source_id=one.id,
            is_promise=True,
        )
        for one in queries.open_promises(session, team=view.team)
    ]
    if not lines:
        return SectionDraft(view.say(NOTHING))
    named, count = coverage(line.owner_id is not None for line in lines)
    figure = view.say(N_("{named} of {count} have a name"), named=named, count=count)
    return SectionDraft(figure, "done" if named == count else "late", tuple(sorted(lines, key=line_order)))


def _promise_colour(due_at: datetime, view: ShiftView) -> Colour:
    return colour_of(due_at, "", broken=False, now=view.now, next_shift_ends=view.until)


_COLOUR_ORDER = {Colour.RED: 0, Colour.AMBER: 1, Colour.GREEN: 2}


def line_order(line: LineDraft) -> tuple[int, float, str]:
    due = line.due_at.timestamp() if line.due_at is not None else float("inf")
    return (_COLOUR_ORDER[line.colour], due, line.what)


# --- what lies at the desk ---


def _items(session: Session, view: ShiftView) -> SectionDraft:
    found = queries.items_here(session)
    if not found:
        return SectionDraft(view.say(NOTHING))
    words = {
        "parcel": (N_("{count} parcel"), N_("{count} parcels")),
        "luggage": (N_("{count} piece of luggage"), N_("{count} pieces of luggage")),
        "found": (N_("{count} found object"), N_("{count} found objects")),
    }
    parts = [
        view.many(one, many, number)
        for kind, (one, many) in words.items()
        if (number := sum(item.kind == kind for item in found))
    ]
    lines = tuple(
        LineDraft(
            Colour.GREEN,
            " · ".join(part for part in (item.what, item.for_whom) if part),
            item.place,
            source_kind="desk_item",
            source_id=item.id,
        )
        for item in found
    )
    return SectionDraft(", ".join(parts), "muted", lines)


def _cash(session: Session, view: ShiftView) -> SectionDraft:
    book = queries.cash_book(session, view.team, view.since)
    if book is None:
        return SectionDraft(view.say(NOTHING))
    sums = " ".join(
        part
        for part in (
            _euros(book.opening, view),
            f"+ {_euros(book.came_in, view)}" if book.came_in else "",
            f"- {_euros(book.went_out, view)}" if book.went_out else "",
            f"= {_euros(book.expected, view)}" if book.came_in or book.went_out else "",
        )
        if part
    )
    if book.counted is None:
        return SectionDraft(f"{sums} · {view.say(N_('not counted'))}", "soon")
    told = view.say(N_("counted {amount}"), amount=_euros(book.counted, view))
    return SectionDraft(f"{sums} · {told}", "done" if book.counted == book.expected else "late")


def _euros(cents: int, view: ShiftView) -> str:
    from babel.numbers import format_decimal

    return str(format_decimal(cents / 100, "#,##0.00", locale=LOCALES[view.language]))


def _vehicles(session: Session, view: ShiftView) -> SectionDraft:
    parts = []
    for one in queries.vehicles(session):
        charge = f"{one.charge} %" if one.charge is not None else ""
        state = view.say(VEHICLE_WORDS[one.state]) if one.state != "ready" else ""
        parts.append(" ".join(part for part in (one.name, charge, state) if part))
    return SectionDraft(", ".join(parts) or view.say(NOTHING))


# --- what happened and what comes ---


def _incidents(session: Session, view: ShiftView) -> SectionDraft:
    found = [
        line
        for line in queries.log_lines(session, since=view.since, kinds=(LogKind.INCIDENT,), team=view.team)
        if line.corrected_by is None
    ]
    if not found:
        return SectionDraft(view.say(NOTHING))
    lines = tuple(
        LineDraft(Colour.AMBER, line.text[:240], owner=line.author, source_kind="log_line", source_id=line.id)
        for line in reversed(found)
    )
    return SectionDraft(view.many(N_("{count} incident"), N_("{count} incidents"), len(found)), "soon", lines)


def _tomorrow(session: Session, view: ShiftView) -> SectionDraft:
    day = view.change.incoming.starts_at.astimezone(view.zone).date()
    if day == view.now.astimezone(view.zone).date():
        day += timedelta(days=1)
    start = datetime(day.year, day.month, day.day, tzinfo=view.zone)
    end = datetime.combine(day + timedelta(days=1), start.timetz())
    parts = []
    if holiday := view.book.holidays.on(day, view.book.service.region):
        parts.append(holiday.name(view.language))
    if start.utcoffset() != end.utcoffset():
        parts.append(view.say(N_("the clocks change")))
    appointments = queries.appointments_between(session, start, end)
    if appointments:
        parts.append(view.many(N_("{count} appointment"), N_("{count} appointments"), appointments))
    lines = tuple(
        LineDraft(
            Colour.GREEN, line.text[:240], due_at=line.about_at, source_kind="log_line", source_id=line.id
        )
        for line in queries.events_between(session, start, end)
    )
    return SectionDraft(
        " · ".join(parts) or (view.say(NOTHING) if not lines else str(len(lines))), "muted", lines
    )


def _supervisor(session: Session, view: ShiftView) -> SectionDraft:
    found = queries.messages_of_supervisors(session, view.now - timedelta(days=2), view.now)
    lines = tuple(
        LineDraft(
            Colour.AMBER if line.important else Colour.GREEN,
            line.text[:240],
            owner=line.author,
            source_kind="log_line",
            source_id=line.id,
        )
        for line in found
    )
    if not lines:
        return SectionDraft(view.say(NOTHING))
    return SectionDraft(view.many(N_("{count} message"), N_("{count} messages"), len(lines)), "muted", lines)


for _section, _source in (
    (Section.REQUESTS, _requests),
    (Section.PROMISES, _promises),
    (Section.ITEMS, _items),
    (Section.CASH, _cash),
    (Section.VEHICLES, _vehicles),
    (Section.INCIDENTS, _incidents),
    (Section.TOMORROW, _tomorrow),
    (Section.SUPERVISOR, _supervisor),
):
    register(_section, _source)
