"""How a request ends: confirmed, done, closed, cancelled, refused, a duplicate; and how it comes back."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import col, select

from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_line
from conciergedesk.requests.catalogue import Party
from conciergedesk.requests.lifecycle import Act, Need, State, StepState, require_complete
from conciergedesk.requests.rulebook import Rulebook
from conciergedesk.requests.service.moves import answered, load, move, type_of
from conciergedesk.requests.service.timing import end, retime
from conciergedesk.requests.service.work import ASK_AGAIN_AFTER, happened
from conciergedesk.requests.tables import CallBack, Request, RequestStep
from conciergedesk.staff.rules import Right

COOL_DOWN = timedelta(days=7)
"""A request that stays done this long is closed by the desk itself."""


def confirm(unit: Unit, book: Rulebook, request_id: int) -> None:
    """The service is booked and the client knows. A dated booking is resolved by this."""
    unit.require(Right.WORK_REQUESTS)
    request = load(unit, request_id)
    move(unit, book, request, Act.CONFIRM)
    answered(unit, book, request)
    request.snoozed_until = None
    retime(unit, book, request)


def unconfirm(unit: Unit, book: Rulebook, request_id: int, *, reason: str) -> None:
    """The booking fell through for another reason than the weather; the clock runs on."""
    unit.require(Right.WORK_REQUESTS)
    request = load(unit, request_id)
    move(unit, book, request, Act.UNCONFIRM, reason=clean_line(reason))
    retime(unit, book, request)


def weather_cancelled(unit: Unit, book: Rulebook, request_id: int) -> None:
    """The provider cancels because of the weather: the client chooses another day. Nobody's failure."""
    unit.require(Right.WORK_REQUESTS)
    request = load(unit, request_id)
    move(unit, book, request, Act.WEATHER)
    request.weather = True
    request.waits_for = "client"
    request.snoozed_until = unit.now + ASK_AGAIN_AFTER
    retime(unit, book, request)


def finish(unit: Unit, book: Rulebook, request_id: int) -> None:
    """Mark the request as done.

    Raises:
        RuleRefused: a mandatory step or its proof is missing; names each.
    """
    unit.require(Right.WORK_REQUESTS)
    request = load(unit, request_id)
    rows = unit.session.exec(select(RequestStep).where(RequestStep.request_id == request_id)).all()
    if request.state not in (State.DONE, State.CLOSED):
        states = [StepState(row.code, row.done, row.proof) for row in rows]
        require_complete(type_of(book, request), states, request.fields, happened(request))
    move(unit, book, request, Act.FINISH)
    request.snoozed_until = None
    retime(unit, book, request)


def close(unit: Unit, book: Rulebook, request_id: int) -> None:
    """Close a done request for good."""
    unit.require(Right.WORK_REQUESTS)
    request = load(unit, request_id)
    move(unit, book, request, Act.CLOSE)
    end(book, request, unit.now)


def reopen(unit: Unit, book: Rulebook, request_id: int, *, reason: str) -> None:
    """Take a done request up again; the resolution clock starts anew, the first resolution stays on record."""
    unit.require(Right.WORK_REQUESTS)
    request = load(unit, request_id)
    move(unit, book, request, Act.REOPEN, reason=clean_line(reason))
    request.reopens += 1
    retime(unit, book, request)


def cancel(
    unit: Unit, book: Rulebook, request_id: int, *, reason: str, party: str = "", remark: str = ""
) -> None:
    """Cancel, with the reason's key and the party; the party defaults to that of the reason."""
    unit.require(Right.WORK_REQUESTS)
    request = load(unit, request_id)
    known = book.catalogue.reason(reason)
    party = party or known.party
    if party not in set(Party):
        raise InvalidInput(
            N_("Say who cancels: client, provider, agency or transport."), field="party", value=party[:40]
        )
    move(
        unit,
        book,
        request,
        Act.CANCEL,
        reason=clean_line(remark) or reason,
        given={Need.PARTY: party},
        cause=reason,
        party=party,
        excused=known.excused,
    )
    _ended(unit, request, reason, party)
    retime(unit, book, request)


def refuse(unit: Unit, book: Rulebook, request_id: int, *, reason: str) -> None:
    """Refuse what the desk cannot or may not do."""
    unit.require(Right.REFUSE_REQUESTS)
    request = load(unit, request_id)
    move(unit, book, request, Act.REFUSE, reason=clean_line(reason))
    _ended(unit, request, "refused", Party.AGENCY)
    retime(unit, book, request)


def mark_duplicate(unit: Unit, book: Rulebook, request_id: int, of_id: int) -> None:
    """Mark as the duplicate of another request, which lives on.

    Raises:
        RuleRefused: the other one is this one, or itself a duplicate.
    """
    unit.require(Right.WORK_REQUESTS)
    request = load(unit, request_id)
    other = load(unit, of_id)
    if of_id == request_id or other.state == State.DUPLICATE:
        raise RuleRefused(N_("Give the number of the request that lives on; this one cannot."))
    request.duplicate_of_id = of_id
    move(unit, book, request, Act.DUPLICATE, given={Need.TARGET: of_id}, of=of_id)
    _ended(unit, request, "duplicate", "")
    retime(unit, book, request)


def _ended(unit: Unit, request: Request, reason: str, party: str) -> None:
    request.end_reason, request.end_party = reason, party
    request.snoozed_until = None
    for call in unit.session.exec(
        select(CallBack).where(CallBack.request_id == request.id, col(CallBack.state) == "promised")
    ):
        call.state, call.ended_at, call.outcome = "dropped", unit.now, reason
