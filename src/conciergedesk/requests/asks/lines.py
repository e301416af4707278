"""The lines of those who are being asked, and the request that waits for them."""

from __future__ import annotations

from sqlmodel import col, select

from conciergedesk.core.db.read import pick
from conciergedesk.core.db.unit import Unit
from conciergedesk.core.text import clean_line
from conciergedesk.providers.tables import Provider
from conciergedesk.requests.lifecycle import State
from conciergedesk.requests.rulebook import Rulebook
from conciergedesk.requests.service.moves import load
from conciergedesk.requests.service.timing import retime
from conciergedesk.requests.service.work import claim, resume, wait_provider
from conciergedesk.requests.tables import ProviderAsk, Request

OPEN_ASKS = ("asked", "counter")


def open_asks_of(unit: Unit, request_id: int) -> list[ProviderAsk]:
    return list(
        unit.session.exec(
            select(ProviderAsk)
            .where(ProviderAsk.request_id == request_id, col(ProviderAsk.state).in_(OPEN_ASKS))
            .order_by(col(ProviderAsk.due_at))
        )
    )


def wait_for_providers(unit: Unit, book: Rulebook, request: Request) -> None:
    """Put the request behind its providers until the first of their clocks runs out."""
    assert request.id is not None
    waiting = open_asks_of(unit, request.id)
    until = min(ask.due_at for ask in waiting)
    names = {i: name for i, name in _names(unit, [ask.provider_id for ask in waiting])}
    whom = ", ".join(dict.fromkeys(names[ask.provider_id] for ask in waiting))
    if request.state == State.WAITING_PROVIDER:
        request.waits_for, request.snoozed_until = clean_line(whom, 80), until
        retime(unit, book, request)
        return
    if request.state in (State.NEW, State.QUALIFIED, State.ASSIGNED) and request.holder_id in (
        None,
        unit.actor.id,
    ):
        claim(unit, book, request.id)
    if request.state in (State.QUALIFIED, State.ASSIGNED, State.IN_PROGRESS, State.WAITING_CLIENT):
        wait_provider(unit, book, request.id, until=until, whom=whom)


def go_on_without(unit: Unit, book: Rulebook, row: ProviderAsk) -> None:
    """After a refusal or a silence: wait for the others, or come back to the desk."""
    request = load(unit, row.request_id)
    if request.state != State.WAITING_PROVIDER:
        return
    if open_asks_of(unit, row.request_id):
        wait_for_providers(unit, book, request)
    else:
        resume(unit, book, row.request_id)


def provider_name(unit: Unit, provider_id: int) -> str:
    return next((name for _id, name in _names(unit, [provider_id])), "")


def _names(unit: Unit, ids: list[int]) -> list[tuple[int, str]]:
    return [
        (i, name)
        for i, name in unit.session.exec(pick(Provider.id, Provider.name).where(col(Provider.id).in_(ids)))
    ]
