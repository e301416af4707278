"""Drafting a handover from what is true now, editing it, signing it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import Conflict, InvalidInput, NotAllowed, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_line
from conciergedesk.handover import section_rooms as section_rooms  # connects keys, hotlines and rota
from conciergedesk.handover.rules import Colour, Section, State, accept_by, require_coverage
from conciergedesk.handover.sections import LineDraft, SectionDraft, ShiftView, draft_sections
from conciergedesk.handover.tables import Handover, HandoverEdition, HandoverLine, HandoverSection
from conciergedesk.handover.turns import ChangeOfShift, HandoverHouse
from conciergedesk.requests.rulebook import Rulebook
from conciergedesk.staff.rules import Right
from conciergedesk.staff.tables import Agent

POSITION_STEP = 10


def draft(unit: Unit, book: Rulebook, house: HandoverHouse, *, change: ChangeOfShift | None = None) -> int:
    """Draft the handover of the shift that ends, or bring one's draft up to date; edits are kept.

    Raises:
        RuleRefused: the team has no shifts, or the handover of this change is signed already.
        Conflict: a colleague is writing it; names who.
    """
    unit.require(Right.HAND_OVER)
    change = change or change_meant(unit, house)
    found = unit.session.exec(
        select(Handover)
        .where(Handover.team == change.team, Handover.starts_at == change.at)
        .with_for_update()
    ).first()
    if found is None:
        found = unit.add(new_handover(change, house))
    assert found.id is not None
    if found.state not in (State.DRAFT, State.MISSING):
        raise RuleRefused(N_("This handover is signed. Change its lines: that makes a new edition."))
    if found.from_id not in (None, unit.actor.id) and Right.MANAGE_STAFF not in unit.actor.rights:
        writer = unit.session.get(Agent, found.from_id)
        raise Conflict(
            N_("{who} is writing this handover. Add to theirs, or ask for it."),
            who=writer.first_name if writer is not None else "?",
        )
    found.from_id = found.from_id or unit.actor.id
    found.state, found.language = State.DRAFT, unit.actor.language
    found.drafted_at = unit.now
    view = ShiftView(change, unit.now, house.zone, unit.actor.language, book)
    sections = draft_sections(unit.session, view)
    _write_sections(unit, found, sections)
    _merge_lines(unit, found, sections)
    unit.record("handover.drafted", "handover", found.id, team=found.team, edition=found.edition)
    return found.id


def change_meant(unit: Unit, house: HandoverHouse) -> ChangeOfShift:
    """The change of shift that the actor means: one's own draft, a shift just over and unsigned, or this one."""
    just_over = house.ended_before(unit.actor.team, unit.now)
    if just_over is not None:
        row = unit.session.exec(
            select(Handover).where(Handover.team == just_over.team, Handover.starts_at == just_over.at)
        ).first()
        unsigned = row is None or row.state in (State.DRAFT, State.MISSING)
        if unsigned and (row is None or row.from_id in (None, unit.actor.id)):
            return just_over
    change = house.change_for(unit.actor.team, unit.now)
    if change is None:
        raise RuleRefused(N_("Your team has no shifts that hand over. Add them to handover/turns.toml."))
    return change


def new_handover(change: ChangeOfShift, house: HandoverHouse, state: State = State.DRAFT) -> Handover:
    return Handover(
        team=change.team,
        from_shift=change.outgoing.turn.code,
        to_shift=change.incoming.turn.code,
        since=change.outgoing.starts_at,
        ends_at=change.outgoing.ends_at,
        starts_at=change.at,
        until=change.incoming.ends_at,
        accept_by=accept_by(change.at, house.accept_within),
        state=state,
    )


def _write_sections(unit: Unit, found: Handover, sections: dict[Section, SectionDraft]) -> None:
    assert found.id is not None
    rows = {
        row.code: row
        for row in unit.session.exec(select(HandoverSection).where(HandoverSection.handover_id == found.id))
    }
    for section, one in sections.items():
        row = rows.get(section)
        figure = clean_line(one.figure, 200)
        if row is None:
            unit.add(HandoverSection(handover_id=found.id, code=section, figure=figure, tone=one.tone))
        else:
            row.figure, row.tone = figure, one.tone
    keys = sections[Section.KEYS]
    found.keys_counted, found.keys_expected = keys.keys_counted, keys.keys_expected


def _merge_lines(unit: Unit, found: Handover, sections: dict[Section, SectionDraft]) -> None:
    """Bring drafted lines up to date; what was written by hand stays, what is over goes."""
    assert found.id is not None
    rows = list(
        unit.session.exec(
            select(HandoverLine).where(HandoverLine.handover_id == found.id).order_by(col(HandoverLine.id))
        )
    )
    by_source = {(row.section, row.source_kind, row.source_id): row for row in rows if row.source_kind}
    seen: set[int] = set()
    for section, one in sections.items():
        for place, line in enumerate(one.lines):
            row = by_source.get((section, line.source_kind, line.source_id))
            position = place * POSITION_STEP
            if row is None:
                row = unit.add(_row_of(found.id, section, position, line))
            else:
                row.position, row.colour, row.what, row.due_at = position, line.colour, line.what, line.due_at
                row.owner_id, row.owner, row.is_promise = line.owner_id, line.owner, line.is_promise
                if not row.edited:
                    row.action = line.action
            assert row.id is not None
            seen.add(row.id)
    for row in rows:
        if row.source_kind and row.id not in seen:
            unit.session.delete(row)
    unit.session.flush()
    found.open_items = len(_current(unit.session, found.id))


def _row_of(handover_id: int, section: str, position: int, line: LineDraft) -> HandoverLine:
    return HandoverLine(
        handover_id=handover_id,
        section=section,
        position=position,
        colour=line.colour,
        what=clean_line(line.what, 240),
        action=clean_line(line.action, 200),
        owner_id=line.owner_id,
        owner=line.owner,
        due_at=line.due_at,
        source_kind=line.source_kind,
        source_id=line.source_id,
        is_promise=line.is_promise,
    )


# --- editing ---


def edit_line(
    unit: Unit,
    book: Rulebook,
    line_id: int,
    *,
    seen: int | None = None,
    colour: str | None = None,
    what: str | None = None,
    action: str | None = None,
    fallback: str | None = None,
    owner_id: int | None = None,
    due_at: datetime | None = None,
    reason: str = "",
) -> None:
    """Change a line; ``None`` leaves a value as it is. After the signature this makes a new edition.

    Args:
        fallback: What to do if it goes wrong: ``if the train is late: taxi``.
        reason: For warned words.

    Raises:
        RuleRefused: accepted already, or warned words without a reason.
        Conflict: somebody changed the line since version ``seen``.
    """
    unit.require(Right.HAND_OVER)
    row = unit.load(HandoverLine, line_id, seen=seen)
    found = _editable(unit, row.handover_id)
    if colour is not None:
        row.colour = _colour(colour)
    texts = (("what", what, 240), ("action", action, 200), ("fallback", fallback, 300))
    for name, text, limit in texts:
        if text is not None:
            text = clean_line(text, limit)
            book.check_note(text, health=False, reason=reason)
            setattr(row, name, text)
            row.edited = row.edited or name == "action"
    if owner_id is not None:
        owner = unit.load(Agent, owner_id)
        row.owner_id, row.owner = owner_id, owner.first_name
    if due_at is not None:
        row.due_at = due_at
    row.acknowledged_at = row.acknowledged_by_id = None
    unit.record(
        "handover.line_changed",
        "handover",
        row.handover_id,
        line=line_id,
        undoable=found.state == State.DRAFT,
    )
    _reissue(unit, found)


def add_line(
    unit: Unit,
    book: Rulebook,
    handover_id: int,
    section: str,
    *,
    what: str,
    colour: str = Colour.AMBER,
    action: str = "",
    fallback: str = "",
    owner_id: int | None = None,
    due_at: datetime | None = None,
    is_promise: bool = False,
    reason: str = "",
) -> int:
    """Add a line by hand to a section."""
    unit.require(Right.HAND_OVER)
    found = _editable(unit, handover_id)
    if section not in set(Section):
        raise InvalidInput(N_("There is no section “{value}”."), field="section", value=section[:40])
    what = clean_line(what, 240)
    if not what:
        raise InvalidInput(N_("Write something first."), field="what")
    for text in (what, action, fallback):
        book.check_note(text, health=False, reason=reason)
    owner = unit.load(Agent, owner_id) if owner_id is not None else None
    last = max(
        (line.position for line in _current(unit.session, handover_id) if line.section == section), default=-1
    )
    row = unit.add(
        HandoverLine(
            handover_id=handover_id,
            section=section,
            position=last + POSITION_STEP,
            colour=_colour(colour),
            what=what,
            action=clean_line(action, 200),
            fallback=clean_line(fallback, 300),
            owner_id=owner_id,
            owner=owner.first_name if owner is not None else "",
            due_at=due_at,
            is_promise=is_promise,
            edited=True,
        )
    )
    assert row.id is not None
    found.open_items += 1
    unit.record(
        "handover.line_added", "handover", handover_id, line=row.id, undoable=found.state == State.DRAFT
    )
    _reissue(unit, found)
    return row.id


def remove_line(unit: Unit, line_id: int, *, seen: int | None = None) -> None:
    """Take a line written by hand out again; drafted ones stay, because they are true."""
    unit.require(Right.HAND_OVER)
    row = unit.load(HandoverLine, line_id, seen=seen)
    found = _editable(unit, row.handover_id)
    if row.source_kind:
        raise RuleRefused(N_("This line comes from the desk itself. Settle the thing, or add what to do."))
    row.removed = True
    found.open_items -= 1
    unit.record(
        "handover.line_removed",
        "handover",
        row.handover_id,
        line=line_id,
        undoable=found.state == State.DRAFT,
    )
    _reissue(unit, found)


def sign(
    unit: Unit, handover_id: int, *, seen: int | None = None, reason: str = "", to_id: int | None = None
) -> None:
    """Sign the handover: its first edition. A supervisor may sign for somebody, with a reason.

    Raises:
        RuleRefused: a promise has no owner, or it is signed already.
        NotAllowed: somebody else's handover.
    """
    unit.require(Right.HAND_OVER)
    found = unit.load(Handover, handover_id, seen=seen)
    if found.state not in (State.DRAFT, State.MISSING):
        raise RuleRefused(N_("This handover is signed already."))
    if found.from_id not in (None, unit.actor.id):
        if Right.MANAGE_STAFF not in unit.actor.rights and "*" not in unit.actor.rights:
            raise NotAllowed(N_("Only the outgoing agent signs, or a supervisor with a reason."))
        found.signed_for = clean_line(reason, 200)
        if not found.signed_for:
            raise InvalidInput(N_("Give a reason."), field="reason")
    lines = _current(unit.session, handover_id)
    require_coverage(line.owner_id is not None for line in lines if line.is_promise)
    found.from_id = found.from_id or unit.actor.id
    found.state, found.signed_at, found.edition = State.SIGNED, unit.now, 1
    if to_id is not None:
        unit.load(Agent, to_id)
        found.to_id = to_id
    found.open_items = len(lines)
    _keep_edition(unit, found, lines)
    unit.record(
        "handover.signed", "handover", handover_id, undoable=False, reason=found.signed_for, team=found.team,
        items=len(lines), red=sum(line.colour == Colour.RED for line in lines),
        amber=sum(line.colour == Colour.AMBER for line in lines),
        late=unit.now > found.ends_at + timedelta(0),
    )  # fmt: skip


def _editable(unit: Unit, handover_id: int) -> Handover:
    found = unit.load(Handover, handover_id)
    if found.state == State.ACCEPTED:
        raise RuleRefused(N_("This handover is accepted. Write what is new into the shift log."))
    supervisor = Right.MANAGE_STAFF in unit.actor.rights or "*" in unit.actor.rights
    if found.from_id != unit.actor.id and not supervisor:
        raise NotAllowed(N_("Only the outgoing agent changes this. Ask a question about the line instead."))
    return found


def _reissue(unit: Unit, found: Handover) -> None:
    """After the signature every change is an edition of its own."""
    if found.state in (State.DRAFT, State.MISSING):
        return
    unit.session.flush()
    assert found.id is not None
    lines = _current(unit.session, found.id)
    require_coverage(line.owner_id is not None for line in lines if line.is_promise)
    found.edition += 1
    _keep_edition(unit, found, lines)
    unit.record("handover.reissued", "handover", found.id, undoable=False, edition=found.edition)


def _keep_edition(unit: Unit, found: Handover, lines: Iterable[HandoverLine]) -> None:
    assert found.id is not None
    body = [
        {
            "id": line.id,
            "section": line.section,
            "colour": line.colour,
            "what": line.what,
            "action": line.action,
            "owner": line.owner,
            "due_at": line.due_at.isoformat() if line.due_at is not None else "",
            "fallback": line.fallback,
        }
        for line in lines
    ]
    unit.add(
        HandoverEdition(
            handover_id=found.id, number=found.edition, made_at=unit.now, made_by=unit.actor.name, body=body
        )
    )


def _current(session: Session, handover_id: int) -> list[HandoverLine]:
    order = {section: place for place, section in enumerate(Section)}
    rows = session.exec(
        select(HandoverLine).where(
            HandoverLine.handover_id == handover_id, col(HandoverLine.removed).is_(False)
        )
    ).all()
    return sorted(rows, key=lambda row: (order[Section(row.section)], row.position, row.id or 0))


def _colour(value: str) -> Colour:
    try:
        return Colour(value)
    except ValueError:
        raise InvalidInput(N_("Choose red, amber or green."), field="colour") from None
