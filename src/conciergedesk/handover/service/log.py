"""Writing the shift log: a line for each fact, corrections as new lines, promises kept or dropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from conciergedesk.core.db.read import pick
from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput, NotFound, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_block, clean_line, fold
from conciergedesk.handover.logline import ReadLog, read_log_line
from conciergedesk.handover.rules import LogKind, Visibility
from conciergedesk.handover.tables import LogLine, LogLink, LogPromise
from conciergedesk.requests.rulebook import Rulebook
from conciergedesk.requests.tables import CallBack, Request
from conciergedesk.staff.rules import Right
from conciergedesk.staff.tables import Agent

TEXT_LIMIT = 2_000


@dataclass(frozen=True, slots=True)
class About:
    """What a line is about: the journal's subject kind, its id, and the number people say."""

    kind: str
    id: int
    ref: str = ""


def log(
    unit: Unit,
    book: Rulebook,
    text: str,
    *,
    kind: str = "",
    about: Sequence[About] = (),
    due_at: datetime | None = None,
    owner_id: int | None = None,
    about_at: datetime | None = None,
    visibility: str = Visibility.ALL,
    corrects_id: int | None = None,
    override_reason: str = "",
) -> int:
    """Add a line to the log; what was typed says kind, numbers, tags, moment and owner unless given.

    Raises:
        InvalidInput: empty, too long, an unknown kind, or a promise without a moment to come.
        RuleRefused: warned words without a reason, or a number that must not be written down.
        NotFound: a number in the text that nothing carries.
    """
    unit.require(Right.WRITE_LOG)
    given = _kind(kind)
    text = clean_block(text)
    if len(text) > TEXT_LIMIT:
        raise InvalidInput(
            N_("A line of the log has at most {most} characters. Write what counts."),
            field="text",
            most=TEXT_LIMIT,
        )
    read = read_log_line(text, unit.now, book.zone, _agents(unit.session), kind=given)
    if not any(char.isalnum() for char in read.text):
        raise InvalidInput(N_("Write something first."), field="text")
    if visibility not in set(Visibility):
        raise InvalidInput(N_("Choose who reads it: all, team or supervisor."), field="visibility")
    if visibility == Visibility.SUPERVISOR:
        unit.require(Right.MANAGE_STAFF)
    reason = clean_line(override_reason, 200)
    verdict = book.check_note(read.text, health=False, reason=reason)
    is_promise = read.kind is LogKind.PROMISE
    when = due_at or (read.moment if is_promise else None)
    if is_promise and corrects_id is None:
        if when is None:
            raise InvalidInput(N_("A promise needs a moment, such as 18h50."), field="due_at")
        if when <= unit.now:
            raise InvalidInput(N_("That moment is over. Give one that is still to come."), field="due_at")
    if corrects_id is not None:
        _correctable(unit, corrects_id)
    row = unit.add(
        LogLine(
            at=unit.now,
            author_id=unit.actor.id,
            author=unit.actor.name,
            team=unit.actor.team,
            kind=read.kind,
            text=read.text,
            search=fold(f"{read.text} {unit.actor.name} {' '.join(read.tags)}"),
            tags=list(read.tags),
            important=read.important,
            visibility=visibility,
            about_at=about_at or (None if is_promise else read.moment),
            corrects_id=corrects_id,
            override_reason=reason,
        )
    )
    assert row.id is not None
    for one in _subjects(unit.session, read, about):
        unit.add(LogLink(line_id=row.id, kind=one.kind, subject_id=one.id, ref=one.ref))
    unit.record(
        "log.written", "log_line", row.id, undoable=False, reason=reason,
        log_kind=read.kind, important=read.important, corrects=corrects_id, warned=verdict.kinds,
    )  # fmt: skip
    if is_promise and corrects_id is None:
        assert when is not None
        _promise(unit, row, when, owner_id or read.owner_id or unit.actor.id)
    return row.id


def correct_line(unit: Unit, book: Rulebook, line_id: int, text: str, *, override_reason: str = "") -> int:
    """Correct a line by a new one that refers to it; the first stays as it was."""
    unit.require(Right.WRITE_LOG)
    line = unit.session.get(LogLine, line_id)
    if line is None:
        raise NotFound(N_("This record is no longer there. Go back and refresh the list."))
    links = unit.session.exec(select(LogLink).where(LogLink.line_id == line_id)).all()
    return log(
        unit,
        book,
        text,
        kind=line.kind if line.kind != LogKind.SYSTEM else LogKind.EVENT,
        about=[About(one.kind, one.subject_id, one.ref) for one in links],
        about_at=line.about_at,
        visibility=line.visibility,
        corrects_id=line_id,
        override_reason=override_reason,
    )


def note_system(unit: Unit, kind: LogKind, text: str, *, team: str, about: Sequence[About] = ()) -> int:
    """A line that the desk itself writes, such as an alert."""
    row = unit.add(
        LogLine(
            at=unit.now,
            author=unit.actor.name,
            team=team,
            kind=kind,
            text=text,
            search=fold(text),
            important=True,
        )
    )
    assert row.id is not None
    for one in about:
        unit.add(LogLink(line_id=row.id, kind=one.kind, subject_id=one.id, ref=one.ref))
    unit.record("log.written", "log_line", row.id, undoable=False, log_kind=kind, important=True)
    return row.id


# --- promises ---


def keep_promise(unit: Unit, promise_id: int, *, outcome: str = "") -> None:
    """The promise is kept, in time or late."""
    unit.require(Right.WRITE_LOG)
    row = _open(unit, promise_id)
    row.state, row.ended_at, row.outcome = "kept", unit.now, clean_line(outcome, 200)
    unit.record(
        "log_promise.kept", "log_promise", promise_id, due_at=row.due_at, in_time=unit.now <= row.due_at
    )


def drop_promise(unit: Unit, promise_id: int, *, reason: str) -> None:
    """The promise is no longer needed; says why."""
    unit.require(Right.WRITE_LOG)
    row = _open(unit, promise_id)
    reason = clean_line(reason, 200)
    if not reason:
        raise InvalidInput(N_("Give a reason."), field="reason")
    row.state, row.ended_at, row.outcome = "dropped", unit.now, reason
    unit.record("log_promise.dropped", "log_promise", promise_id, reason=reason)


def put_off_promise(unit: Unit, promise_id: int, due_at: datetime, *, reason: str) -> None:
    """Agree on another moment; says why."""
    unit.require(Right.WRITE_LOG)
    row = _open(unit, promise_id)
    reason = clean_line(reason, 200)
    if due_at <= unit.now:
        raise InvalidInput(N_("That moment is over. Give one that is still to come."), field="due_at")
    if not reason:
        raise InvalidInput(N_("Give a reason."), field="reason")
    before, row.due_at = row.due_at, due_at
    unit.record("log_promise.put_off", "log_promise", promise_id, reason=reason, before=before, after=due_at)


def give_promise(unit: Unit, promise_id: int, owner_id: int) -> None:
    """Give the promise to somebody."""
    unit.require(Right.WRITE_LOG)
    row = _open(unit, promise_id)
    agent = unit.load(Agent, owner_id)
    if not agent.active:
        raise RuleRefused(
            N_("{who} does not work here any more. Choose somebody else."), who=agent.first_name
        )
    before, row.owner_id = row.owner_id, owner_id
    unit.record("log_promise.given", "log_promise", promise_id, before=before, to=owner_id)


def _promise(unit: Unit, line: LogLine, due_at: datetime, owner_id: int | None) -> int:
    if owner_id is None:
        raise InvalidInput(N_("Say who keeps the promise."), field="owner")
    unit.load(Agent, owner_id)
    assert line.id is not None
    row = unit.add(
        LogPromise(
            line_id=line.id,
            team=line.team,
            about=clean_line(line.text, 200),
            due_at=due_at,
            owner_id=owner_id,
            made_at=unit.now,
        )
    )
    assert row.id is not None
    unit.record(
        "log_promise.made", "log_promise", row.id, undoable=False, due_at=due_at, owner=owner_id, line=line.id
    )
    return row.id


def _open(unit: Unit, promise_id: int) -> LogPromise:
    row = unit.load(LogPromise, promise_id)
    if row.state != "promised":
        raise RuleRefused(N_("This promise is over. Write a new one."))
    return row


def _kind(kind: str) -> LogKind | None:
    if not kind:
        return None
    if kind not in set(LogKind) or kind == LogKind.SYSTEM:
        raise InvalidInput(N_("There is no kind of line “{value}”."), field="kind", value=kind[:40])
    return LogKind(kind)


def _correctable(unit: Unit, line_id: int) -> None:
    line = unit.session.get(LogLine, line_id)
    if line is None:
        raise NotFound(N_("This record is no longer there. Go back and refresh the list."))
    later = unit.session.exec(select(LogLine.id).where(LogLine.corrects_id == line_id)).first()
    if later is not None:
        raise RuleRefused(N_("This line was already corrected. Correct its newest wording."))


def _agents(session: Session) -> dict[str, int]:
    rows = session.exec(pick(Agent.id, Agent.first_name, Agent.code).where(col(Agent.active))).all()
    found: dict[str, int] = {}
    for agent_id, first_name, code in rows:
        found.setdefault(fold(first_name), agent_id)
        found.setdefault(fold(code), agent_id)
    return found


def _subjects(session: Session, read: ReadLog, about: Sequence[About]) -> list[About]:
    found = {(one.kind, one.id): one for one in about}
    for ref in read.refs:
        if ref.kind == "key_number":
            from conciergedesk.keys.tables import KeySet

            row = session.exec(select(KeySet.id).where(KeySet.number == ref.number)).first()
            subject = None if row is None else About("key_set", row, ref.shown)
        else:
            table = Request if ref.kind == "request" else CallBack
            subject = About(ref.kind, ref.number, ref.shown) if session.get(table, ref.number) else None
        if subject is None:
            raise NotFound(N_("Nothing carries the number {ref}. Read it once more."), ref=ref.shown)
        found[(subject.kind, subject.id)] = subject
    return list(found.values())
