"""Moving a request along its life: the one place where its state changes."""

from __future__ import annotations

from typing import Any

from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import NotAllowed
from conciergedesk.core.i18n import N_
from conciergedesk.requests.catalogue import RequestType
from conciergedesk.requests.clocks import after_act, with_first_response
from conciergedesk.requests.lifecycle import (
    OPEN_STATES,
    Act,
    Danger,
    Need,
    State,
    check_danger,
    next_state,
    require_given,
)
from conciergedesk.requests.rulebook import Rulebook
from conciergedesk.requests.service.timing import facts_of, keep_facts
from conciergedesk.requests.tables import Request
from conciergedesk.staff.rules import Right


def load(unit: Unit, request_id: int, *, seen: int | None = None) -> Request:
    """The request, locked for this unit.

    Raises:
        NotAllowed: a health orientation, which only assistants and supervisors see.
    """
    request = unit.load(Request, request_id, seen=seen)
    if request.health and not ({Right.SEE_HEALTH, "*"} & unit.actor.rights):
        raise NotAllowed(N_("Health orientations are open to assistants on shift and supervisors only."))
    return request


def type_of(book: Rulebook, request: Request) -> RequestType:
    return book.catalogue.get(request.type_code)


def move(
    unit: Unit,
    book: Rulebook,
    request: Request,
    act: Act,
    *,
    reason: str = "",
    given: dict[Need, str | int | None] | None = None,
    **facts_kept: Any,
) -> State:
    """Apply ``act``: check that it is possible, change the state, keep the clocks, write the line.

    Raises:
        RuleRefused: not possible in this state, or the danger question comes first.
        InvalidInput: a reason, party or target is missing.
    """
    assert request.id is not None
    before = State(request.state)
    check_danger(type_of(book, request), Danger(request.danger), act)
    after = next_state(before, act)
    require_given(before, act, {Need.REASON: reason, Need.HOLDER: request.holder_id} | (given or {}))
    kind = type_of(book, request)
    facts = after_act(
        facts_of(unit.session, book, request), act, before, after, at=unit.now, dated=kind.dated
    )
    request.state = after
    request.is_open = after in OPEN_STATES
    keep_facts(unit, book, request, facts)
    if after != before and before in (State.WAITING_CLIENT, State.WAITING_PROVIDER):
        request.waits_for = ""
    unit.record(
        f"request.{act}", "request", request.id, reason=reason, before=before, after=after, **facts_kept
    )
    return after


def answered(unit: Unit, book: Rulebook, request: Request) -> None:
    """The requester was answered by a person; only the first time counts."""
    if request.first_response_at is None:
        assert request.id is not None
        facts = with_first_response(facts_of(unit.session, book, request), unit.now)
        request.first_response_at = facts.first_response_at
        request.breached_at, request.response_breached_at = facts.breached_at, facts.response_breached_at
        unit.record("request.first_response", "request", request.id)
