"""Reads about asked providers: the lines of a request, what is known of a provider, who comes next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlmodel import Session, col

from conciergedesk.core.clock import Clock
from conciergedesk.core.db.read import pick
from conciergedesk.providers.hours import OpenState
from conciergedesk.providers.queries import briefs
from conciergedesk.providers.rules import Order, Outcome, Record, record_of
from conciergedesk.requests.queries import RequestCard, ref
from conciergedesk.requests.rulebook import Rulebook
from conciergedesk.requests.tables import ProviderAsk, Request
from conciergedesk.staff.tables import Agent

if TYPE_CHECKING:
    from conciergedesk.providers.finder import Finder
    from conciergedesk.providers.found import FoundProvider, Search

PERIOD = timedelta(days=365)
"""What the picker's figures are about."""


@dataclass(frozen=True, slots=True)
class AskLine:
    """One provider asked for a request. ``state`` is ``silent`` from the moment the time to answer is over."""

    id: int
    provider_id: int
    provider: str
    phone: str
    state: str
    channel: str
    asked_at: datetime
    asked_by: str
    due_at: datetime
    answered_at: datetime | None
    wanted_from: datetime | None
    counter_from: datetime | None
    counter_to: datetime | None
    price_cents: int | None
    contact: str
    reference: str
    answer: str
    outcome: str
    appointment_id: int | None

    def left(self, now: datetime) -> timedelta | None:
        """Time left to answer; negative when it is over, None once there is an answer."""
        return self.due_at - now if self.state in ("asked", "silent") else None


@dataclass(frozen=True, slots=True)
class PastOrder:
    """A time this provider was asked, for its card."""

    request: str
    asked_at: datetime
    wanted_from: datetime | None
    state: str
    outcome: str


def ask_lines(session: Session, request_id: int, now: datetime) -> list[AskLine]:
    """Everybody asked for this request, in the order they were asked."""
    query = (
        pick(
            ProviderAsk.id, ProviderAsk.provider_id, ProviderAsk.state, ProviderAsk.channel, ProviderAsk.asked_at,
            Agent.first_name, ProviderAsk.due_at, ProviderAsk.answered_at, ProviderAsk.wanted_from,
            ProviderAsk.counter_from, ProviderAsk.counter_to, ProviderAsk.price_cents, ProviderAsk.contact,
            ProviderAsk.reference, ProviderAsk.answer, ProviderAsk.outcome, ProviderAsk.appointment_id,
        )
        .join(Agent, col(Agent.id) == ProviderAsk.asked_by_id, isouter=True)
        .where(ProviderAsk.request_id == request_id)
        .order_by(col(ProviderAsk.id))
    )  # fmt: skip
    rows = list(session.exec(query))
    known = briefs(session, {row[1] for row in rows})
    lines = []
    for (
        i, provider_id, state, channel, asked_at, by, due_at, answered_at, wanted, counter_from, counter_to, price,
        contact, reference, answer, outcome, appointment,
    ) in rows:  # fmt: skip
        brief = known.get(provider_id)
        lines.append(
            AskLine(
                i,
                provider_id,
                brief.name if brief else "",
                brief.phone if brief else "",
                "silent" if state == "asked" and due_at <= now else state,
                channel,
                asked_at,
                by or "",
                due_at,
                answered_at,
                wanted,
                counter_from,
                counter_to,
                price,
                contact,
                reference,
                answer,
                outcome,
                appointment,
            )
        )
    return lines


def past_orders(session: Session, provider_id: int, limit: int = 6) -> list[PastOrder]:
    """The latest times this provider was asked, newest first."""
    query = (
        pick(
            ProviderAsk.request_id, ProviderAsk.asked_at, ProviderAsk.wanted_from, ProviderAsk.state,
            ProviderAsk.outcome, Request.state, Request.end_party,
        )
        .join(Request, col(Request.id) == ProviderAsk.request_id)
        .where(ProviderAsk.provider_id == provider_id)
        .order_by(col(ProviderAsk.id).desc())
        .limit(limit)
    )  # fmt: skip
    return [
        PastOrder(ref(request_id), asked, wanted, state, _outcome(outcome, request_state, party)[0])
        for request_id, asked, wanted, state, outcome, request_state, party in session.exec(query)
    ]


def _outcome(outcome: str, request_state: str, end_party: str) -> tuple[Outcome, bool]:
    """How an accepted order ended, and whether it is over at all."""
    if outcome:
        return Outcome(outcome), True
    if request_state in ("done", "closed"):
        return Outcome.KEPT, True
    if request_state == "cancelled":
        return (Outcome.INCOMPLETE if end_party == "provider" else Outcome.CALLED_OFF), True
    return Outcome.PENDING, False


def records(
    session: Session, only: Collection[int] | None = None, since: datetime | None = None
) -> dict[int, Record]:
    """What the desk has seen of providers: of ``only``, or of all that were ever asked."""
    query = pick(
        ProviderAsk.provider_id, ProviderAsk.asked_at, ProviderAsk.state, ProviderAsk.answered_at,
        ProviderAsk.outcome, Request.state, Request.end_party,
    ).join(Request, col(Request.id) == ProviderAsk.request_id)  # fmt: skip
    if only is not None:
        query = query.where(col(ProviderAsk.provider_id).in_(only))
    if since is not None:
        query = query.where(col(ProviderAsk.asked_at) >= since)
    orders: defaultdict[int, list[Order]] = defaultdict(list)
    for provider_id, asked_at, state, answered_at, outcome, request_state, party in session.exec(query):
        if state == "withdrawn":
            continue
        how, over = _outcome(outcome, request_state, party)
        orders[provider_id].append(
            Order(
                asked_at,
                accepted=state == "accepted",
                refused=state == "declined",
                silent=state == "silent",
                answered=answered_at - asked_at if answered_at is not None else None,
                due=state == "accepted" and over,
                outcome=how,
            )
        )
    return {provider_id: record_of(found) for provider_id, found in orders.items()}


def histories(clock: Clock) -> Callable[[Session, Collection[int] | None], Mapping[int, Record]]:
    """Records of the last year, as the finder asks for them."""
    return lambda session, only: records(session, only, clock.now() - PERIOD)


def candidates(
    finder: Finder, book: Rulebook, card: RequestCard, search: Search, asked: Collection[int] = ()
) -> list[FoundProvider]:
    """Who can be asked next for a request: of its trades, near its place, open at its moment, the best first.

    Those who were asked already are left out; those below the line come last.
    """
    kind = book.catalogue.get(card.type_code)
    place = ""
    if card.place:
        chip = next((c for c in finder.understand(card.place, search).chips if c.kind == "place"), None)
        place = chip.label if chip is not None else ""
    search = replace(search, leave_out=search.leave_out | frozenset(asked), typing=False)
    found = finder.best_of(kind.providers, search, place=place, at=card.wanted_from)
    return sorted(
        found,
        key=lambda one: (
            one.needs_word,
            one.status.state is OpenState.CLOSED,
            card.language not in one.brief.languages,
        ),
    )
