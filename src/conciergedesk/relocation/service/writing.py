"""How a file is changed: it is locked, its plan is read in its own version, and what comes next is worked out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from conciergedesk.core.actor import Actor
from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput, NotAllowed, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_line
from conciergedesk.relocation.dates import Anchor, Anchors
from conciergedesk.relocation.due import is_on_board, next_open, stage_of
from conciergedesk.relocation.house import RelocationHouse
from conciergedesk.relocation.households import Member, Role, profile_of
from conciergedesk.relocation.plans import Plan, Profile
from conciergedesk.relocation.schedule import ItemState, PlannedItem
from conciergedesk.relocation.tables import RelocationFile, RelocationItem, RelocationMember
from conciergedesk.staff.rules import Right
from conciergedesk.staff.tables import Agent


def may_open(actor: Actor, coach_id: int | None, backup_id: int | None) -> bool:
    """Whether ``actor`` may look into a file: its coach, the back-up, a supervisor."""
    if {Right.SEE_ALL_FILES, "*"} & actor.rights:
        return True
    return Right.COACH_FILES in actor.rights and actor.id is not None and actor.id in (coach_id, backup_id)


def require_own(unit: Unit, row: RelocationFile) -> None:
    """Refuse what is not the actor's own file.

    Raises:
        NotAllowed: names the coach to ask.
    """
    if not may_open(unit.actor, row.coach_id, row.backup_id):
        coach = unit.session.get(Agent, row.coach_id)
        raise NotAllowed(
            N_("This file is open to its coach, {who}, and to supervisors. Ask them."),
            who=coach.first_name if coach is not None else "?",
        )


@dataclass(frozen=True, slots=True)
class Opened:
    """A locked file with its plan, its members and its items."""

    row: RelocationFile
    id: int
    plan: Plan
    members: tuple[Member, ...]
    rows: Mapping[str, RelocationItem]
    planned: tuple[PlannedItem, ...]

    @property
    def anchors(self) -> Anchors:
        return anchors_of(self.row)

    @property
    def profile(self) -> Profile:
        return profile_of(self.members, self.row.facts)

    def item(self, code: str) -> PlannedItem:
        return next(one for one in self.planned if one.id == code)


def open_row(unit: Unit, file_id: int, *, seen: int | None = None, closed: bool = False) -> RelocationFile:
    """The file, locked, if the actor may work on it.

    Args:
        closed: whether a file that is over may be changed as well.

    Raises:
        NotAllowed: another coach's file.
        RuleRefused: the file is over.
    """
    row = unit.load(RelocationFile, file_id, seen=seen)
    require_own(unit, row)
    if not row.is_open and not closed:
        raise RuleRefused(N_("This file is closed. Open a new one to go on."))
    return row


def open_whole(
    unit: Unit, house: RelocationHouse, file_id: int, *, seen: int | None = None, closed: bool = False
) -> Opened:
    """The file with all it takes to change its plan. Raises as ``open_row``."""
    row = open_row(unit, file_id, seen=seen, closed=closed)
    return whole(unit.session, house, row)


def whole(session: Session, house: RelocationHouse, row: RelocationFile) -> Opened:
    assert row.id is not None
    items = session.exec(
        select(RelocationItem).where(RelocationItem.file_id == row.id).order_by(col(RelocationItem.place))
    ).all()
    return Opened(
        row,
        row.id,
        house.plan(session, row.plan_id, row.plan_version),
        members_of(session, row.id),
        {item.code: item for item in items},
        tuple(planned_of(item) for item in items),
    )


def members_of(session: Session, file_id: int) -> tuple[Member, ...]:
    rows = session.exec(
        select(RelocationMember).where(RelocationMember.file_id == file_id).order_by(col(RelocationMember.id))
    ).all()
    return tuple(Member(one.name, Role(one.role), one.age, one.about) for one in rows)


def anchors_of(row: RelocationFile) -> Anchors:
    return Anchors(
        row.arrival, {Anchor(name): date.fromisoformat(str(day)) for name, day in row.anchors.items()}
    )


def planned_of(item: RelocationItem) -> PlannedItem:
    return PlannedItem(
        item.code,
        Anchor(item.anchor),
        item.due,
        item.start,
        item.aim,
        ItemState(item.state),
        item.done_on,
        item.by_hand,
        item.to_confirm,
        tuple(item.children),
    )


def new_item(plan: Plan, file_id: int, planned: PlannedItem, place: int) -> RelocationItem:
    """The row of a planned item."""
    item = plan.items[planned.id]
    return RelocationItem(
        file_id=file_id,
        code=planned.id,
        place=place,
        stage=item.stage,
        owner=item.owner,
        state=planned.state,
        is_open=planned.is_open,
        legal=item.legal,
        anchor=planned.anchor,
        due=planned.due,
        start=planned.start,
        aim=planned.aim,
        done_on=planned.done_on,
        by_hand=planned.by_hand,
        to_confirm=planned.to_confirm,
        children=list(planned.children),
        # Given, because working out a default factory costs more than the rest of the row.
        blocked_by=[],
    )


def keep(row: RelocationItem, planned: PlannedItem) -> None:
    """Write what changed of a planned item into its row."""
    for name, value in (
        ("anchor", planned.anchor),
        ("due", planned.due),
        ("start", planned.start),
        ("aim", planned.aim),
        ("state", planned.state),
        ("is_open", planned.is_open),
        ("done_on", planned.done_on),
        ("by_hand", planned.by_hand),
        ("to_confirm", planned.to_confirm),
        ("children", list(planned.children)),
    ):
        if getattr(row, name) != value:
            setattr(row, name, value)


def keep_all(unit: Unit, house: RelocationHouse, opened: Opened, after: Iterable[PlannedItem]) -> None:
    """Write changed items; those that stand on the board before or after get a line of their own."""
    today = house.today(unit.now)
    before = {one.id: one for one in opened.planned}
    after = tuple(after)
    for planned in after:
        row = opened.rows.get(planned.id)
        if row is None or planned == before.get(planned.id):
            continue
        keep(row, planned)
        assert row.id is not None
        if is_on_board(before[planned.id].due, today) or is_on_board(planned.due, today):
            unit.record("relocation.item_redated", "relocation_item", row.id, due=planned.due)
    refresh(opened.row, opened.plan, after, today)


def refresh(row: RelocationFile, plan: Plan, items: Sequence[PlannedItem], today: date) -> None:
    """Work out what comes next and which stage the file is in."""
    following = next_open(items)
    stage = stage_of(plan, items, row.stage)
    if stage != row.stage:
        row.stage, row.stage_since = stage, today
    row.next_due = following.due if following is not None else None
    row.next_item = following.id if following is not None else ""


def refresh_from_rows(unit: Unit, house: RelocationHouse, row: RelocationFile) -> None:
    """The same after single items were changed."""
    assert row.id is not None
    unit.session.flush()
    items = unit.session.exec(
        select(RelocationItem).where(RelocationItem.file_id == row.id, col(RelocationItem.is_open))
    ).all()
    plan = house.plan(unit.session, row.plan_id, row.plan_version)
    refresh(row, plan, [planned_of(item) for item in items], house.today(unit.now))


def coach(unit: Unit, agent_id: int, field: str = "coach") -> Agent:
    """An agent who may hold files.

    Raises:
        InvalidInput: unknown, gone, or neither coach nor supervisor.
    """
    found = unit.session.get(Agent, agent_id)
    if found is None or not found.active or found.role not in ("coach", "supervisor"):
        raise InvalidInput(N_("Choose a coach who works here."), field=field)
    return found


def given(text: str, field: str, sentence: str, limit: int = 200) -> str:
    """``text`` cleaned.

    Raises:
        InvalidInput: with ``sentence`` when nothing is left of it.
    """
    text = clean_line(text, limit)
    if not text:
        raise InvalidInput(sentence, field=field)
    return text


def checked_text(house: RelocationHouse, text: str, reason: str = "") -> None:
    """Apply the rule of notes to free text that others will read."""
    if text:
        house.book.check_note(text, health=False, reason=reason)
