"""What dates hang on: moving the arrival, learning an event, changing the household, another version of the plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlmodel import Session, col, select

from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import NotFound, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_line
from conciergedesk.relocation.dates import Anchor, check_arrival
from conciergedesk.relocation.due import is_on_board
from conciergedesk.relocation.facts import read_facts
from conciergedesk.relocation.house import RelocationHouse
from conciergedesk.relocation.households import Member, check_members, household_name, profile_of
from conciergedesk.relocation.plan_files import parse_plan
from conciergedesk.relocation.plans import Plan
from conciergedesk.relocation.schedule import (
    Migration,
    MovePreview,
    followup_days,
    migrate_plan,
    move_arrival,
    redate,
)
from conciergedesk.relocation.service.opening import keep_plan_text, note_on_board, read_anchor
from conciergedesk.relocation.service.writing import (
    Opened,
    checked_text,
    keep_all,
    new_item,
    open_whole,
    refresh_from_rows,
    whole,
)
from conciergedesk.relocation.tables import (
    RelocationFile,
    RelocationFollowUp,
    RelocationMember,
    RelocationPlan,
)
from conciergedesk.staff.rules import Right


def preview_move(
    session: Session, house: RelocationHouse, file_id: int, arrival: date, today: date
) -> MovePreview:
    """What another arrival would change; nothing is changed.

    Raises:
        InvalidInput: naming ``arrival``.
    """
    row = _file(session, file_id)
    check_arrival(arrival, row.opened_on)
    opened = whole(session, house, row)
    return move_arrival(opened.plan, opened.planned, opened.anchors, arrival, today, house.is_working)


def move(
    unit: Unit,
    house: RelocationHouse,
    file_id: int,
    arrival: date,
    *,
    cause: str = "",
    seen: int | None = None,
) -> MovePreview:
    """Move the arrival. What is done, dated by hand or hung on another event keeps its day.

    Raises:
        InvalidInput: naming ``arrival``.
        Conflict: somebody changed the file since version ``seen``.
    """
    unit.require(Right.COACH_FILES)
    opened = open_whole(unit, house, file_id, seen=seen)
    check_arrival(arrival, opened.row.opened_on)
    cause = clean_line(cause, 200)
    checked_text(house, cause)
    today = house.today(unit.now)
    preview = move_arrival(opened.plan, opened.planned, opened.anchors, arrival, today, house.is_working)
    opened.row.arrival = arrival
    keep_all(unit, house, opened, preview.after)
    _redate_followups(unit, house, opened, today)
    unit.record(
        "relocation.arrival_moved", "relocation_file", file_id, reason=cause, before=preview.old_d0,
        after=arrival, moved=len(preview.moves), late=len(preview.becomes_overdue),
        impossible=len(preview.becomes_impossible),
    )  # fmt: skip
    return preview


def _redate_followups(unit: Unit, house: RelocationHouse, opened: Opened, today: date) -> None:
    days = followup_days(opened.plan, opened.anchors, house.is_working)
    rows = unit.session.exec(
        select(RelocationFollowUp).where(
            RelocationFollowUp.file_id == opened.id, col(RelocationFollowUp.is_open)
        )
    ).all()
    for row in rows:
        if row.code not in days or row.due == days[row.code][1]:
            continue
        before, row.due = row.due, days[row.code][1]
        if is_on_board(before, today) or is_on_board(row.due, today):
            assert row.id is not None
            unit.record("relocation.followup_redated", "relocation_followup", row.id, due=row.due)


def learn_event(
    unit: Unit,
    house: RelocationHouse,
    file_id: int,
    anchor: str,
    day: date | None,
    *,
    seen: int | None = None,
) -> int:
    """Note the day of an event that dates hang on, such as the purchase of a car; None forgets it.

    Answers how many items got another day.
    """
    unit.require(Right.COACH_FILES)
    opened = open_whole(unit, house, file_id, seen=seen)
    known = read_anchor(anchor)
    if known is Anchor.D0:
        raise RuleRefused(N_("Move the arrival with its preview, not here."))
    anchors = opened.anchors.knowing(known, day)
    after = redate(opened.plan, opened.planned, anchors, house.is_working)
    moved = sum(one.due != other.due for one, other in zip(opened.planned, after, strict=True))
    opened.row.anchors = {name: when.isoformat() for name, when in anchors.days.items()}
    keep_all(unit, house, opened, after)
    unit.record("relocation.event_learned", "relocation_file", file_id, anchor=anchor, day=day, moved=moved)
    return moved


def change_household(
    unit: Unit,
    house: RelocationHouse,
    file_id: int,
    *,
    members: Sequence[Member] | None = None,
    facts: Mapping[str, object] | None = None,
    from_place: str | None = None,
    work_place: str | None = None,
    language: str | None = None,
    employer_contact_id: int | None = None,
    confidential: bool | None = None,
    may_tell_employer: bool | None = None,
    seen: int | None = None,
) -> Migration:
    """Complete or correct who settles; items that now apply are added, those that do not are dropped.

    What is begun, closed or dated by hand is kept.

    Raises:
        InvalidInput: naming ``household``, ``children`` or a fact.
    """
    unit.require(Right.COACH_FILES)
    opened = open_whole(unit, house, file_id, seen=seen)
    row = opened.row
    kept = tuple(members) if members is not None else opened.members
    check_members(kept)
    if facts is not None:
        # A fact that is given empty is forgotten; one that is not given stays.
        row.facts = {name: value for name, value in row.facts.items() if name not in facts} | read_facts(
            facts
        )
    if members is not None:
        row.household = clean_line(household_name(kept), 120)
        for one in unit.session.exec(select(RelocationMember).where(RelocationMember.file_id == file_id)):
            unit.session.delete(one)
        unit.session.flush()
        for member in kept:
            unit.session.add(
                RelocationMember(
                    file_id=file_id,
                    name=clean_line(member.name, 80),
                    role=member.role,
                    age=member.age,
                    about=clean_line(member.about, 80),
                )
            )
    if from_place is not None:
        row.from_place = clean_line(from_place, 80)
    if work_place is not None:
        row.work_place = clean_line(work_place, 80)
    if language is not None:
        row.language = language
    if employer_contact_id is not None:
        row.employer_contact_id = employer_contact_id
    if confidential is not None:
        row.confidential = confidential
    if may_tell_employer is not None:
        row.may_tell_employer = may_tell_employer
    migration = migrate_plan(
        opened.plan, opened.planned, profile_of(kept, row.facts), opened.anchors, house.is_working
    )
    apply_migration(unit, house, opened, opened.plan, migration)
    unit.record(
        "relocation.household_changed", "relocation_file", file_id, added=len(migration.added),
        dropped=len(migration.dropped),
    )  # fmt: skip
    return migration


def apply_migration(
    unit: Unit, house: RelocationHouse, opened: Opened, plan: Plan, migration: Migration
) -> None:
    """Write a migration: rows are dropped, kept, redated or added; none is doubled."""
    today = house.today(unit.now)
    places = {code: place for place, code in enumerate(plan.items)}
    for code in migration.dropped:
        row = opened.rows[code]
        if row.code[:1] == "X":
            continue
        assert row.id is not None
        if is_on_board(row.due, today):
            unit.record("relocation.item_dropped", "relocation_item", row.id)
        unit.session.delete(row)
    keep_all(unit, house, opened, [one for one in migration.after if one.id in opened.rows])
    for code, row in opened.rows.items():
        if code in plan.items and code not in migration.dropped:
            item = plan.items[code]
            row.place = places[code]
            if row.is_open and (row.legal, row.stage) != (item.legal, item.stage):
                row.legal, row.stage = item.legal, item.stage
    fresh = [
        new_item(plan, opened.id, one, places[one.id]) for one in migration.after if one.id not in opened.rows
    ]
    unit.session.add_all(fresh)
    unit.session.flush()
    note_on_board(unit, fresh, today)
    refresh_from_rows(unit, house, opened.row)


def preview_plan(session: Session, house: RelocationHouse, file_id: int, version: str = "") -> Migration:
    """What another version of the plan would change in an open file; nothing is changed."""
    opened = whole(session, house, _file(session, file_id))
    plan = _version(session, house, opened.row, version)
    return migrate_plan(plan, opened.planned, opened.profile, opened.anchors, house.is_working)


def use_plan(
    unit: Unit, house: RelocationHouse, file_id: int, version: str = "", *, seen: int | None = None
) -> Migration:
    """Bring an open file to another version of its plan.

    Raises:
        InvalidInput: naming ``plan_version`` when nobody knows that version.
    """
    unit.require(Right.COACH_FILES)
    opened = open_whole(unit, house, file_id, seen=seen)
    plan = _version(unit.session, house, opened.row, version)
    if (plan.id, plan.version) in house.texts:
        keep_plan_text(unit, house, plan)
    migration = migrate_plan(plan, opened.planned, opened.profile, opened.anchors, house.is_working)
    before, opened.row.plan_version = opened.row.plan_version, plan.version
    apply_migration(unit, house, opened, plan, migration)
    known = {
        one.code: one
        for one in unit.session.exec(
            select(RelocationFollowUp).where(RelocationFollowUp.file_id == opened.id)
        )
    }
    for code, (_one, day) in followup_days(plan, opened.anchors, house.is_working).items():
        if code not in known:
            unit.session.add(RelocationFollowUp(file_id=opened.id, code=code, due=day))
    unit.record(
        "relocation.plan_changed", "relocation_file", file_id, before=before, after=plan.version,
        added=len(migration.added), dropped=len(migration.dropped),
    )  # fmt: skip
    return migration


def _version(session: Session, house: RelocationHouse, row: RelocationFile, version: str) -> Plan:
    if version:
        return house.plan(session, row.plan_id, version)
    return house.current_plan(session, row.plan_id)


def publish_plan(unit: Unit, text: str, file: str = "plan.toml") -> Plan:
    """Add a plan, or a new version of one; files opened from now on use it, open ones keep theirs.

    Raises:
        InvalidFile: naming item, field and reason; the plan in use stays.
    """
    unit.require(Right.EDIT_KNOWLEDGE)
    plan = parse_plan(text, file)
    row = unit.session.exec(
        select(RelocationPlan).where(
            RelocationPlan.plan_id == plan.id, RelocationPlan.plan_version == plan.version
        )
    ).first()
    if row is None:
        row = unit.add(RelocationPlan(plan_id=plan.id, plan_version=plan.version, text=text))
    row.published_at, row.published_by_id = unit.now, unit.actor.id
    assert row.id is not None
    unit.record(
        "relocation.plan_published", "relocation_plan", row.id, undoable=False, plan=plan.id,
        plan_version=plan.version,
    )  # fmt: skip
    return plan


def _file(session: Session, file_id: int) -> RelocationFile:
    row = session.get(RelocationFile, file_id)
    if row is None:
        raise NotFound(N_("This file is no longer there. Go back and refresh the list."))
    return row
