"""Working the plan: state, owner, evidence, put off, blocked by, items of the file's own, and the way to the desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlmodel import col, select

from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput, NotFound, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_line
from conciergedesk.relocation.house import RelocationHouse
from conciergedesk.relocation.plans import Owner
from conciergedesk.relocation.rules import change_state
from conciergedesk.relocation.schedule import ItemState
from conciergedesk.relocation.service.writing import (
    Opened,
    checked_text,
    given,
    keep,
    open_row,
    open_whole,
    refresh_from_rows,
)
from conciergedesk.relocation.tables import PackageUse, RelocationFile, RelocationItem
from conciergedesk.requests import service as requests
from conciergedesk.requests.lifecycle import State
from conciergedesk.requests.service import NewRequest
from conciergedesk.requests.tables import Request
from conciergedesk.staff.rules import Right


def _locked(
    unit: Unit, house: RelocationHouse, item_id: int, seen: int | None
) -> tuple[Opened, RelocationItem]:
    unit.require(Right.COACH_FILES)
    item = unit.session.get(RelocationItem, item_id)
    if item is None:
        raise NotFound(N_("This item is no longer in the plan. Go back and refresh the list."))
    opened = open_whole(unit, house, item.file_id)
    return opened, unit.load(RelocationItem, item_id, seen=seen)


def set_state(
    unit: Unit,
    house: RelocationHouse,
    item_id: int,
    state: str,
    *,
    evidence: str = "",
    reason: str = "",
    waiting_for: str = "",
    done_on: date | None = None,
    seen: int | None = None,
) -> None:
    """Put an item in another state.

    Raises:
        InvalidInput: naming ``state``, ``evidence``, ``reason``, ``waiting_for`` or ``done_on``.
        RuleRefused: it still waits for another item.
        NotAllowed: another coach's file.
        Conflict: somebody changed it since version ``seen``.
    """
    opened, row = _locked(unit, house, item_id, seen)
    wanted = _state(state)
    evidence, reason = clean_line(evidence, 200), clean_line(reason, 200)
    waiting_for = clean_line(waiting_for, 80)
    checked_text(house, f"{evidence} {reason}".strip())
    planned = change_state(
        opened.item(row.code),
        wanted,
        house.today(unit.now),
        plan=opened.plan,
        others=opened.planned,
        evidence=evidence,
        reason=reason,
        waiting_for=waiting_for,
        done_on=done_on,
    )
    if wanted is ItemState.DONE:
        _require_unblocked(opened, row)
    before = row.state
    keep(row, planned)
    row.evidence = evidence if wanted is ItemState.DONE else row.evidence
    row.reason = reason if wanted is ItemState.NOT_APPLICABLE else ""
    row.waiting_for = waiting_for if wanted is ItemState.WAITING else ""
    refresh_from_rows(unit, house, opened.row)
    unit.record(
        f"relocation.item_{wanted}", "relocation_item", item_id, reason=reason, before=before,
        item=row.code, file=row.file_id,
    )  # fmt: skip
    if wanted is ItemState.DONE:
        _repeat(unit, house, opened, row)


def _state(state: str) -> ItemState:
    try:
        return ItemState(state)
    except ValueError:
        raise InvalidInput(
            N_("There is no state “{value}” of an item."), field="state", value=state[:40]
        ) from None


def _require_unblocked(opened: Opened, row: RelocationItem) -> None:
    """Blockers of the file's own, beside those of the plan."""
    held = [code for code in row.blocked_by if code in opened.rows and opened.rows[code].is_open]
    if held:
        raise RuleRefused(
            N_("{item} still waits for {blockers}. Close that first, or mark it as not applicable."),
            item=row.code,
            blockers=", ".join(held),
        )


def _repeat(unit: Unit, house: RelocationHouse, opened: Opened, row: RelocationItem) -> None:
    """An item that comes back every so many months is planned again from the day it was due."""
    from conciergedesk.relocation.dates import add_months

    item = opened.plan.items.get(row.code)
    if item is None or not item.repeat_months or row.due is None:
        return
    add_item(
        unit,
        house,
        opened.id,
        label=item.label.in_language("fr"),
        owner=row.owner,
        due=add_months(row.due, item.repeat_months),
        stage=row.stage,
    )


def put_off(
    unit: Unit,
    house: RelocationHouse,
    item_id: int,
    until: date,
    *,
    reason: str = "",
    seen: int | None = None,
) -> None:
    """Give an item a day of its own; a legal deadline stays, and the day before it becomes the aim.

    Raises:
        InvalidInput: a day that is over.
        RuleRefused: a day after a legal deadline.
    """
    opened, row = _locked(unit, house, item_id, seen)
    if until < house.today(unit.now):
        raise InvalidInput(N_("That day is over. Give one that is still to come."), field="until")
    if not row.is_open:
        raise RuleRefused(N_("This item is closed; there is nothing to put off."))
    reason = clean_line(reason, 200)
    checked_text(house, reason)
    before = row.due
    if row.legal and row.due is not None:
        if until > row.due:
            raise RuleRefused(
                N_("The legal deadline of {item}, {due}, does not move. Choose a day before it."),
                item=row.code,
                due=row.due,
            )
        row.aim = until
    else:
        row.due, row.by_hand = until, True
        if row.start is not None and row.start > until:
            row.start = until
    refresh_from_rows(unit, house, opened.row)
    unit.record(
        "relocation.item_put_off", "relocation_item", item_id, reason=reason, before=before, until=until,
        item=row.code, file=row.file_id,
    )  # fmt: skip


def give_item(
    unit: Unit, house: RelocationHouse, item_id: int, owner: str, *, who: str = "", seen: int | None = None
) -> None:
    """Say who does an item: coach, family, employer or provider, and by name if it is known."""
    _opened, row = _locked(unit, house, item_id, seen)
    row.owner = _owner(owner)
    row.who = clean_line(who, 80)
    unit.record(
        "relocation.item_given", "relocation_item", item_id, owner=row.owner, item=row.code, file=row.file_id
    )


def _owner(owner: str) -> Owner:
    try:
        return Owner(owner)
    except ValueError:
        raise InvalidInput(N_("Say who does it: CO, FA, EM or PR."), field="owner") from None


def block_item(
    unit: Unit, house: RelocationHouse, item_id: int, codes: Sequence[str], *, seen: int | None = None
) -> None:
    """Say which items of the file must come before this one, beside those the plan names.

    Raises:
        InvalidInput: an item that is not in the file, or items that would wait for each other.
    """
    opened, row = _locked(unit, house, item_id, seen)
    for code in codes:
        if code not in opened.rows:
            raise InvalidInput(
                N_("“{name}” is not an item of this file."), field="blocked_by", name=clean_line(code, 20)
            )
    waits = {code: {*_plan_blockers(opened, code), *one.blocked_by} for code, one in opened.rows.items()}
    waits[row.code] = {*_plan_blockers(opened, row.code), *codes}
    circle = find_circle(row.code, waits)
    if circle:
        raise InvalidInput(
            N_("These items wait for each other: {circle}. Cut the circle."),
            field="blocked_by",
            circle=" → ".join(circle),
        )
    row.blocked_by = sorted(set(codes))
    unit.record("relocation.item_blocked", "relocation_item", item_id, by=row.blocked_by, file=row.file_id)


def _plan_blockers(opened: Opened, code: str) -> tuple[str, ...]:
    item = opened.plan.items.get(code)
    return item.blocked_by if item is not None else ()


def find_circle(first: str, waits: Mapping[str, set[str]]) -> tuple[str, ...]:
    """The way from ``first`` back to itself over what waits for what; empty when there is none."""
    way: list[str] = []
    seen: set[str] = set()

    def follow(code: str) -> bool:
        if code == first and way:
            return True
        if code in seen:
            return False
        seen.add(code)
        way.append(code)
        if any(follow(other) for other in sorted(waits.get(code, ()))):
            return True
        way.pop()
        return False

    return (*way, first) if follow(first) else ()


def add_item(
    unit: Unit,
    house: RelocationHouse,
    file_id: int,
    *,
    label: str,
    owner: str = Owner.COACH,
    due: date | None = None,
    stage: str = "",
    who: str = "",
) -> int:
    """Add an item that no plan has. It is dated by hand."""
    unit.require(Right.COACH_FILES)
    row = open_row(unit, file_id)
    label = given(label, "label", N_("Write what is to be done."), 120)
    checked_text(house, label)
    codes = unit.session.exec(select(RelocationItem.code).where(RelocationItem.file_id == file_id)).all()
    number = 1 + max((int(code[1:]) for code in codes if code[:1] == "X" and code[1:].isdigit()), default=0)
    plan = house.plan(unit.session, row.plan_id, row.plan_version)
    if stage and stage not in plan.stages:
        raise InvalidInput(N_("There is no stage “{value}” in this plan."), field="stage", value=stage[:20])
    item = unit.add(
        RelocationItem(
            file_id=file_id,
            code=f"X{number:02}",
            place=1000 + number,
            label=label,
            stage=stage or row.stage,
            owner=_owner(owner),
            who=clean_line(who, 80),
            due=due,
            by_hand=True,
        )
    )
    assert item.id is not None
    refresh_from_rows(unit, house, row)
    unit.record("relocation.item_added", "relocation_item", item.id, item=item.code, file=file_id)
    return item.id


def send_to_desk(
    unit: Unit,
    house: RelocationHouse,
    item_id: int,
    *,
    type_code: str = "",
    title: str = "",
    wanted_from: datetime | None = None,
    team: str = "",
    fields: Mapping[str, object] | None = None,
    overrun_reason: str = "",
    seen: int | None = None,
) -> int:
    """Turn an item into a request for the desk or a provider; the item waits until it comes back.

    A request that the package contains is counted against it; one over the package needs a reason.

    Raises:
        RuleRefused: it is already with the desk, or closed.
        InvalidInput: naming ``type`` or ``overrun_reason``.
    """
    opened, row = _locked(unit, house, item_id, seen)
    if not row.is_open:
        raise RuleRefused(N_("This item is closed. Reopen it first."))
    if row.request_id is not None:
        there = unit.session.get(Request, row.request_id)
        if there is not None and there.is_open:
            raise RuleRefused(N_("This item is already with the desk. Wait for it, or cancel that request."))
    item = opened.plan.items.get(row.code)
    kind = type_code or (item.request_type if item is not None else "") or "settling_visit"
    language = opened.row.language
    label = row.label or (item.label.in_language(language) if item is not None else row.code)
    values = dict(fields or {})
    if kind == "settling_visit":
        values.setdefault("kind", _visit_kind(row.code))
    made = requests.capture(
        unit,
        house.book,
        NewRequest(
            kind,
            title=clean_line(title, 200) or label,
            requester_id=opened.row.person_id,
            payer_organisation_id=opened.row.employer_id,
            wanted_from=wanted_from,
            day_only=False,
            language=language,
            channel="internal",
            team=team,
            fields=values,
        ),
    )
    row.request_id = made
    row.state, row.waiting_for = ItemState.WAITING, "desk"
    _count_use(unit, house, opened.row, kind, made, overrun_reason)
    refresh_from_rows(unit, house, opened.row)
    unit.record(
        "relocation.item_sent", "relocation_item", item_id, request=made, item=row.code, file=row.file_id
    )
    unit.record("request.from_file", "request", made, file=row.file_id)
    return made


def _visit_kind(code: str) -> str:
    schools = {"A15": "school", "A16": "school", "A18": "nursery", "A08": "housing", "A10": "housing"}
    return schools.get(code, "administration")


def _count_use(
    unit: Unit, house: RelocationHouse, row: RelocationFile, service: str, request_id: int, reason: str
) -> None:
    if service not in row.granted:
        return
    use_service(unit, house, row.id or 0, service, request_id=request_id, reason=reason)


def use_service(
    unit: Unit,
    house: RelocationHouse,
    file_id: int,
    service: str,
    *,
    amount: int = 1,
    request_id: int | None = None,
    reason: str = "",
    used_on: date | None = None,
) -> int:
    """Count a service against the employer's package; what goes beyond it needs a reason. Answers what is left.

    Raises:
        InvalidInput: naming ``service``, ``amount`` or ``overrun_reason``.
    """
    unit.require(Right.COACH_FILES)
    row = open_row(unit, file_id)
    if service not in row.granted:
        raise InvalidInput(
            N_("The package does not contain “{name}”. Choose one of: {known}."),
            field="service",
            name=service,
            known=", ".join(row.granted),
        )
    if not 1 <= amount <= 1000:
        raise InvalidInput(N_("Give how many were used: 1 or more."), field="amount")
    used = sum(
        unit.session.exec(
            select(PackageUse.amount).where(PackageUse.file_id == file_id, PackageUse.service == service)
        )
    )
    left = int(str(row.granted[service])) - used - amount
    reason = clean_line(reason, 200)
    if left < 0 and not reason:
        raise InvalidInput(
            N_("The package is used up ({used} of {granted}). Say who agreed to more."),
            field="overrun_reason",
            used=used,
            granted=row.granted[service],
        )
    checked_text(house, reason)
    use = unit.add(
        PackageUse(
            file_id=file_id,
            service=service,
            amount=amount,
            used_on=used_on or house.today(unit.now),
            request_id=request_id,
            reason=reason if left < 0 else "",
            by_id=unit.actor.id,
        )
    )
    unit.record("relocation.service_used", "relocation_file", file_id, service=service, amount=amount, left=left,
                use=use.id)  # fmt: skip
    return left


def take_back(unit: Unit, house: RelocationHouse) -> int:
    """Items whose request is over come back to their coach; answers how many. Any desk may do it."""
    over = unit.session.exec(
        select(RelocationItem, Request.state)
        .join(Request, col(Request.id) == RelocationItem.request_id)
        .where(
            RelocationItem.state == ItemState.WAITING,
            RelocationItem.waiting_for == "desk",
            col(Request.state).in_(
                (State.DONE, State.CLOSED, State.CONFIRMED, State.CANCELLED, State.REFUSED, State.DUPLICATE)
            ),
        )
        .limit(200)
    ).all()
    for found, state in over:
        assert found.id is not None
        item = unit.load(RelocationItem, found.id)
        kept = state in (State.DONE, State.CLOSED, State.CONFIRMED)
        item.state, item.waiting_for = ItemState.IN_PROGRESS, ""
        item.reason = "" if kept else str(state)
        unit.record(
            "relocation.item_back", "relocation_item", found.id, undoable=False, request=item.request_id,
            outcome=str(state), item=item.code, file=item.file_id,
        )  # fmt: skip
    return len(over)
