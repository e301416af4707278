"""Opening a file, changing who and what it is about, handing it to another coach, ending it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlmodel import col, select

from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput, RuleRefused
from conciergedesk.core.i18n import LANGUAGES, N_, active_language
from conciergedesk.core.text import clean_line
from conciergedesk.customers import service as customers
from conciergedesk.customers.queries import find_organisations
from conciergedesk.customers.rules import ClientKind, search_text
from conciergedesk.customers.tables import Organisation, Person
from conciergedesk.relocation.dates import Anchor, Anchors, check_arrival
from conciergedesk.relocation.due import EARLY_STAGES, is_on_board
from conciergedesk.relocation.facts import read_facts
from conciergedesk.relocation.house import COACH_HOURS, RelocationHouse
from conciergedesk.relocation.households import (
    Member,
    check_members,
    household_name,
    profile_of,
    read_household,
)
from conciergedesk.relocation.plans import Plan
from conciergedesk.relocation.schedule import followup_days, plan_for
from conciergedesk.relocation.service.writing import (
    coach,
    given,
    new_item,
    open_row,
    open_whole,
    refresh,
)
from conciergedesk.relocation.tables import (
    RelocationAction,
    RelocationFile,
    RelocationFollowUp,
    RelocationItem,
    RelocationMember,
    RelocationPlan,
    RelocationQuestion,
    RelocationRisk,
)
from conciergedesk.staff.rules import Right

OUTCOMES = ("settled", "left", "transferred", "declined", "cancelled")


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file as it was typed: six fields are enough.

    Attributes:
        household: names in one line (see ``households.read_household``); or ``members``.
        employer: name of the company, or ``employer_id``; none for somebody who comes on their own.
        coach_id: whoever types it, when not given.
        person_id: the card of who was hired; made when not given and not found.
        stage: ``R0`` to ``R3`` for a file that is opened before the decision.
    """

    household: str
    arrival: date
    employer: str = ""
    package: str = "family"
    coach_id: int | None = None
    language: str = "fr"
    employer_id: int | None = None
    person_id: int | None = None
    phone: str = ""
    members: Sequence[Member] = ()
    facts: Mapping[str, object] = field(default_factory=dict)
    anchors: Mapping[str, date] = field(default_factory=dict)
    from_place: str = ""
    work_place: str = ""
    stage: str = ""
    opened_on: date | None = None
    plan_version: str = ""


def open_file(unit: Unit, house: RelocationHouse, new: NewFile) -> int:
    """Open a file: its dated plan and its follow-ups are there at once.

    Raises:
        InvalidInput: naming ``household``, ``children``, ``arrival``, ``package``, ``coach``, ``language``,
            ``plan_version`` or a fact. Nothing is saved.
    """
    unit.require(Right.COACH_FILES)
    today = new.opened_on or house.today(unit.now)
    members = tuple(new.members) or read_household(new.household)
    check_members(members)
    check_arrival(new.arrival, today)
    package = house.package(new.package)
    if new.language not in LANGUAGES:
        raise InvalidInput(N_("The language must be fr, en or de."), field="language")
    plan = (
        house.plan(unit.session, package.plan, new.plan_version)
        if new.plan_version
        else house.current_plan(unit.session, package.plan)
    )
    keep_plan_text(unit, house, plan)
    held_by = coach(unit, new.coach_id if new.coach_id is not None else unit.actor.id or 0)
    assert held_by.id is not None
    anchors = read_anchors(new.arrival, new.anchors)
    facts = read_facts(new.facts)
    items = plan_for(plan, profile_of(members, facts), anchors, house.is_working)
    if new.stage and new.stage not in EARLY_STAGES:
        raise InvalidInput(N_("Only R0 to R3 are entered by hand."), field="stage")
    employer = _employer(unit, new)
    row = RelocationFile(
        household=clean_line(household_name(members), 120),
        person_id=_person(unit, new, members[0], employer),
        employer_id=employer,
        coach_id=held_by.id,
        language=new.language,
        package=package.id,
        plan_id=plan.id,
        plan_version=plan.version,
        stage=new.stage,
        stage_since=today,
        opened_on=today,
        arrival=new.arrival,
        anchors={name: day.isoformat() for name, day in anchors.days.items()},
        facts=facts,
        granted={COACH_HOURS: package.coach_hours, **package.services},
        from_place=clean_line(new.from_place, 80),
        work_place=clean_line(new.work_place, 80),
        heard_on=today,
    )
    refresh(row, plan, items, today)
    unit.add(row)
    assert row.id is not None
    for one in members:
        unit.session.add(_member(row.id, one))
    rows = [new_item(plan, row.id, planned, place) for place, planned in enumerate(items)]
    unit.session.add_all(rows)
    for code, (_followup, day) in followup_days(plan, anchors, house.is_working).items():
        unit.session.add(RelocationFollowUp(file_id=row.id, code=code, due=day, scores={}))
    unit.session.flush()
    unit.record(
        "relocation.opened",
        "relocation_file",
        row.id,
        arrival=new.arrival,
        package=package.id,
        items=len(rows),
    )
    note_on_board(unit, rows, today)
    return row.id


def note_on_board(unit: Unit, rows: Sequence[RelocationItem], today: date) -> None:
    """A line for each open item that stands on the board, so that every desk's board reads it again."""
    for item in rows:
        if item.is_open and is_on_board(item.due, today):
            assert item.id is not None
            unit.record("relocation.item_dated", "relocation_item", item.id, due=item.due)


def keep_plan_text(unit: Unit, house: RelocationHouse, plan: Plan) -> None:
    """Keep the text of this version, so that the file can always read the plan it started with."""
    known = unit.session.exec(
        select(RelocationPlan.id).where(
            RelocationPlan.plan_id == plan.id, RelocationPlan.plan_version == plan.version
        )
    ).first()
    if known is None:
        text = house.texts[plan.id, plan.version]
        unit.add(RelocationPlan(plan_id=plan.id, plan_version=plan.version, text=text))


def read_anchors(arrival: date, given_days: Mapping[str, date]) -> Anchors:
    """The events with days.

    Raises:
        InvalidInput: an event no plan knows.
    """
    anchors = Anchors(arrival)
    for name, day in given_days.items():
        anchors = anchors.knowing(read_anchor(name), day)
    return anchors


def read_anchor(name: str) -> Anchor:
    try:
        return Anchor(name)
    except ValueError:
        raise InvalidInput(
            N_("There is no event “{name}”. Choose one of: {known}."),
            field="anchor",
            name=name[:40],
            known=", ".join(Anchor),
        ) from None


def _member(file_id: int, one: Member) -> RelocationMember:
    return RelocationMember(
        file_id=file_id,
        name=clean_line(one.name, 80),
        role=one.role,
        age=one.age,
        about=clean_line(one.about, 80),
    )


def _employer(unit: Unit, new: NewFile) -> int | None:
    if new.employer_id is not None:
        unit.load(Organisation, new.employer_id)
        return new.employer_id
    return employer_of(unit, new.employer)


def employer_of(unit: Unit, typed: str) -> int | None:
    """The company of that name, noted when it is not known yet; None without a name."""
    name = clean_line(typed, 200)
    if not name:
        return None
    found = find_organisations(unit.session, name, 1)
    return found[0][0] if found else customers.add_organisation(unit, name)


def _person(unit: Unit, new: NewFile, main: Member, employer: int | None) -> int | None:
    """The card of who was hired: the one given, one of exactly that name, else a new one."""
    if new.person_id is not None:
        unit.load(Person, new.person_id)
        return new.person_id
    first, _, last = main.name.partition(" ")
    if last:
        known = unit.session.exec(
            select(Person.id)
            .where(Person.search == search_text(main.name), col(Person.erased_at).is_(None))
            .limit(2)
        ).all()
        if len(known) == 1:
            return known[0]
    return customers.add_person(
        unit,
        first_name=first,
        last_name=last,
        kind=ClientKind.NEWCOMER,
        language=new.language,
        phones=[new.phone] if new.phone.strip() else [],
        organisation_id=employer,
    )


def hand_to_coach(
    unit: Unit, house: RelocationHouse, file_id: int, coach_id: int, *, backup_id: int | None = None
) -> None:
    """Give the file to another coach, or name a back-up; only a supervisor takes one from a colleague."""
    unit.require(Right.COACH_FILES)
    row = open_row(unit, file_id)
    if coach_id != row.coach_id and row.coach_id != unit.actor.id:
        unit.require(Right.SEE_ALL_FILES)
    coach(unit, coach_id)
    if backup_id is not None:
        coach(unit, backup_id, "backup")
        row.backup_id = backup_id
    before, row.coach_id = row.coach_id, coach_id
    unit.record("relocation.given", "relocation_file", file_id, before=before, after=coach_id)
    _note_all(unit, house, file_id)


def set_back_up(unit: Unit, house: RelocationHouse, file_id: int, backup_id: int | None) -> None:
    """Name who stands in for the coach, or nobody."""
    unit.require(Right.COACH_FILES)
    row = open_row(unit, file_id)
    if backup_id is not None:
        coach(unit, backup_id, "backup")
    row.backup_id = backup_id
    unit.record("relocation.backed_up", "relocation_file", file_id)
    _note_all(unit, house, file_id)


def _note_all(unit: Unit, house: RelocationHouse, file_id: int) -> None:
    """A line for everything of the file that stands on the board."""
    today = house.today(unit.now)
    rows = unit.session.exec(
        select(RelocationItem).where(RelocationItem.file_id == file_id, col(RelocationItem.is_open))
    ).all()
    note_on_board(unit, rows, today)
    for table, kind in (
        (RelocationFollowUp, "relocation_followup"),
        (RelocationAction, "relocation_action"),
        (RelocationQuestion, "relocation_question"),
        (RelocationRisk, "relocation_risk"),
    ):
        for number in unit.session.exec(select(table.id).where(table.file_id == file_id, col(table.is_open))):
            unit.record("relocation.file_changed", kind, number or 0)


def enter_stage(unit: Unit, house: RelocationHouse, file_id: int, stage: str) -> None:
    """Move a file through its stages before the decision; ``R4`` is the decision taken.

    Raises:
        InvalidInput: not one of R0 to R4.
    """
    unit.require(Right.COACH_FILES)
    row = open_row(unit, file_id)
    if stage not in (*EARLY_STAGES, "R4"):
        raise InvalidInput(N_("Only R0 to R4 are entered by hand."), field="stage")
    row.stage, row.stage_since = stage, house.today(unit.now)
    if stage == "R4":
        row.decided_on = house.today(unit.now)
    unit.record("relocation.stage_entered", "relocation_file", file_id, stage=stage)


def decline(unit: Unit, house: RelocationHouse, file_id: int, *, reason: str) -> None:
    """The offer was not taken: the file ends, and its data are shortened after six months."""
    _end(unit, house, file_id, "declined", given(reason, "reason", N_("Say why: one word is enough."), 40))


def close_file(unit: Unit, house: RelocationHouse, file_id: int, *, outcome: str = "settled") -> None:
    """End a file whose closing survey is done.

    Raises:
        RuleRefused: legal items or the closing survey are still open.
        InvalidInput: an unknown outcome.
    """
    unit.require(Right.COACH_FILES)
    if outcome not in OUTCOMES:
        raise InvalidInput(N_("There is no such outcome of a file."), field="outcome")
    if outcome == "settled":
        left = _left_open(unit, house, file_id)
        if left:
            raise RuleRefused(
                N_("Still open: {codes}. Do them, or mark them as not applicable, then close the file."),
                codes=", ".join(left[:4]) + (" …" if len(left) > 4 else ""),
            )
    _end(unit, house, file_id, "closed", outcome)


def _left_open(unit: Unit, house: RelocationHouse, file_id: int) -> list[str]:
    """Legal items and contacts that are still open, by the names that people know."""
    opened = open_whole(unit, house, file_id)
    language = active_language()
    items = [
        row.label
        or (opened.plan.items[code].label.in_language(language) if code in opened.plan.items else code)
        for code, row in opened.rows.items()
        if row.is_open and row.legal
    ]
    contacts = unit.session.exec(
        select(RelocationFollowUp.code)
        .where(RelocationFollowUp.file_id == file_id, col(RelocationFollowUp.is_open))
        .order_by(col(RelocationFollowUp.due))
    ).all()
    known = opened.plan.followups
    return items + [known[code].label.in_language(language) if code in known else code for code in contacts]


def _end(unit: Unit, house: RelocationHouse, file_id: int, state: str, outcome: str) -> None:
    unit.require(Right.COACH_FILES)
    row = open_row(unit, file_id)
    _note_all(unit, house, file_id)
    row.state, row.is_open = state, False
    row.closed_on, row.outcome = house.today(unit.now), outcome
    if state == "declined":
        row.decided_on = row.closed_on
    row.next_due, row.next_item = None, ""
    unit.record(f"relocation.{state}", "relocation_file", file_id, reason=outcome)


def look_in(unit: Unit, file_id: int) -> None:
    """Write down that somebody other than its coach has looked into a file."""
    unit.require(Right.COACH_FILES)
    row = open_row(unit, file_id, closed=True)
    if unit.actor.id != row.coach_id:
        unit.record("relocation.read", "relocation_file", file_id, undoable=False)
