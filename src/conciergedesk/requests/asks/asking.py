"""Asking a provider: who may be asked, and from when its clock runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import col, select

from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import Conflict, InvalidInput, NotAllowed, NotFound, RuleRefused
from conciergedesk.core.i18n import N_, translate
from conciergedesk.core.text import clean_line
from conciergedesk.providers.rules import Below, Status, agreement_lapsed, below_the_line
from conciergedesk.providers.service import mark_used
from conciergedesk.providers.tables import Provider
from conciergedesk.requests.ask_reading import records
from conciergedesk.requests.asks.lines import OPEN_ASKS, wait_for_providers
from conciergedesk.requests.lifecycle import Act, Danger, check_danger
from conciergedesk.requests.rulebook import Rulebook
from conciergedesk.requests.service.moves import load, type_of
from conciergedesk.requests.tables import ProviderAsk, Request
from conciergedesk.staff.rules import Right

ANSWER_MINUTES: Mapping[str, int] = {"P1": 10, "P2": 30, "P3": 120, "P4": 24 * 60}
"""How long a provider has to answer, by priority, unless its card says otherwise (house convention)."""

CHANNELS = ("phone", "email", "message", "web", "on_site")

BELOW_WORDS: Mapping[Below, str] = {
    Below.SUSPENDED: N_("suspended"),
    Below.SEASONAL: N_("out of season"),
    Below.UNRELIABLE: N_("not reliable enough"),
    Below.LAPSED: N_("agreement ended"),
    Below.SHUT: N_("closed at that hour"),
}


@dataclass(frozen=True, slots=True)
class _Why:
    below: Below
    reason: str

    def in_language(self, language: str | None = None) -> str:
        word = translate(BELOW_WORDS[self.below], language)
        return f"{word} ({self.reason})" if self.reason else word


def ask_provider(
    unit: Unit,
    book: Rulebook,
    request_id: int,
    provider_id: int,
    *,
    channel: str = "phone",
    answer_minutes: int | None = None,
    word: str = "",
) -> int:
    """Ask a provider; from now on its own clock runs, and the request waits for it.

    Args:
        unit: The unit of work.
        book: The house's rules.
        request_id: For what.
        provider_id: Whom.
        channel: One of ``CHANNELS``.
        answer_minutes: Time to answer, when it is not that of the card or of the priority.
        word: Why a provider below the line is asked all the same; a supervisor says so.

    Raises:
        RuleRefused: closed for good, the request is over, or the danger question comes first.
        NotAllowed: below the line, and no supervisor has given the word.
        Conflict: this provider is being asked already.
    """
    unit.require(Right.WORK_REQUESTS)
    request = load(unit, request_id)
    if not request.is_open:
        raise RuleRefused(N_("This request is over: nobody is asked for it any more."))
    check_danger(type_of(book, request), Danger(request.danger), Act.WAIT_PROVIDER)
    if channel not in CHANNELS:
        raise InvalidInput(N_("There is no channel “{value}”."), field="channel", value=channel[:20])
    provider = unit.session.get(Provider, provider_id)
    if provider is None:
        raise NotFound(N_("This record is no longer there. Go back and refresh the list."))
    word = _allowed(unit, book, request, provider, clean_line(word, 200))
    _refuse_twice(unit, request_id, provider)
    minutes = answer_minutes or provider.answer_minutes or ANSWER_MINUTES.get(request.priority, 120)
    row = unit.add(
        ProviderAsk(
            request_id=request_id,
            provider_id=provider_id,
            channel=channel,
            asked_at=unit.now,
            asked_by_id=unit.actor.id,
            due_at=unit.now + timedelta(minutes=minutes),
            wanted_from=request.wanted_from,
            wanted_to=request.wanted_to,
            word=word,
        )
    )
    assert row.id is not None
    mark_used(unit, [provider_id])
    unit.record(
        "request.provider_asked",
        "request",
        request_id,
        undoable=False,
        ask=row.id,
        provider=provider_id,
        who=provider.name,
        due_at=row.due_at,
    )
    unit.record("provider.asked", "provider", provider_id, undoable=False, reason=word, request=request_id)
    wait_for_providers(unit, book, request)
    return row.id


def _allowed(unit: Unit, book: Rulebook, request: Request, provider: Provider, word: str) -> str:
    assert provider.id is not None
    if provider.status == Status.CLOSED:
        raise RuleRefused(N_("{name} has closed for good: choose another provider."), name=provider.name)
    record = records(unit.session, [provider.id]).get(provider.id)
    day = (request.wanted_from or unit.now).astimezone(book.zone).date()
    season = (provider.season_from, provider.season_to)
    today = unit.now.astimezone(book.zone).date()
    lapsed = agreement_lapsed(provider.agreement, provider.agreement_until, today)
    below = below_the_line(
        provider.status, season, day, record.reliability if record else None, lapsed=lapsed
    )
    if below is None:
        return ""
    why = _Why(below, provider.status_reason)
    if Right.ASK_UNRELIABLE not in unit.actor.rights and "*" not in unit.actor.rights:
        raise NotAllowed(
            N_("{name} stands below the line: {why}. Only a supervisor gives the word to ask."),
            name=provider.name,
            why=why,
        )
    if not word:
        raise InvalidInput(
            N_("{name} stands below the line: {why}. Say why it is asked all the same."),
            field="word",
            name=provider.name,
            why=why,
        )
    return word


def _refuse_twice(unit: Unit, request_id: int, provider: Provider) -> None:
    asked = unit.session.exec(
        select(ProviderAsk).where(
            ProviderAsk.request_id == request_id,
            ProviderAsk.provider_id == provider.id,
            col(ProviderAsk.state).in_((*OPEN_ASKS, "accepted")),
            ProviderAsk.outcome == "",
        )
    ).first()
    if asked is not None:
        raise Conflict(
            N_("{name} is being asked already, since {since}."), name=provider.name, since=asked.asked_at
        )
