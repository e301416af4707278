"""Reading the facts of a period of the other rooms: promises, handovers, keys, calls, surveys, providers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from conciergedesk.core.db.read import pick
from conciergedesk.handover.tables import Handover, LogPromise
from conciergedesk.keys.tables import KeyMovement, KeySet
from conciergedesk.keys.tags import show_tag
from conciergedesk.reports.facts import (
    CallFact,
    HandoverFact,
    KeyEventFact,
    KeyOutFact,
    OrderFact,
    PromiseFact,
    ScoreFact,
)
from conciergedesk.reports.gather import Scope, kept_requests
from conciergedesk.reports.tables import CallRecord, Score
from conciergedesk.requests.queries import ref
from conciergedesk.requests.rulebook import Rulebook
from conciergedesk.requests.tables import CallBack, ProviderAsk
from conciergedesk.staff.tables import Agent


def promise_facts(session: Session, scope: Scope) -> list[PromiseFact]:
    """Call-backs and promises of the log that fell due in the period."""
    start, end = scope.period.start, scope.period.end
    agents = {i: name for i, name in session.exec(pick(Agent.id, Agent.first_name))}
    calls = session.exec(
        pick(
            CallBack.id, CallBack.due_at, CallBack.due_to, CallBack.state, CallBack.ended_at, CallBack.team,
            CallBack.owner_id,
        ).where(
            or_(
                and_(col(CallBack.due_at) >= start, col(CallBack.due_at) < end),
                and_(col(CallBack.due_to) >= start, col(CallBack.due_at) < end),
            )
        )
    )  # fmt: skip
    found = [
        PromiseFact(
            i, "call_back", f"R-{i}", to or due, ended, state == "dropped", team, agents.get(owner, "")
        )
        for i, due, to, state, ended, team, owner in calls
        if scope.filters.agent_id in (None, owner)
    ]
    made = session.exec(
        pick(
            LogPromise.id, LogPromise.due_at, LogPromise.state, LogPromise.ended_at, LogPromise.team,
            LogPromise.owner_id,
        ).where(col(LogPromise.due_at) >= start, col(LogPromise.due_at) < end)
    )  # fmt: skip
    found += [
        PromiseFact(i, "log_promise", f"P-{i}", due, ended, state == "dropped", team, agents.get(owner, ""))
        for i, due, state, ended, team, owner in made
        if scope.filters.agent_id in (None, owner)
    ]
    return [one for one in found if scope.filters.keeps_team(one.team)]


def handover_facts(session: Session, scope: Scope) -> list[HandoverFact]:
    """Changes of shift of the period."""
    rows = session.exec(
        pick(
            Handover.id, Handover.team, Handover.starts_at, Handover.accept_by, Handover.accepted_at,
            Handover.signed_at,
            Handover.open_items, Handover.keys_counted, Handover.keys_expected,
        ).where(col(Handover.starts_at) >= scope.period.start, col(Handover.starts_at) < scope.period.end)
    )  # fmt: skip
    return [
        HandoverFact(
            i, f"H-{i}", team, starts, accept_by, accepted, signed is not None, items,
            None if counted is None or expected is None else counted - expected,
        )
        for i, team, starts, accept_by, accepted, signed, items, counted, expected in rows
        if scope.filters.keeps_team(team)
    ]  # fmt: skip


_OUT = ("out_to_guest", "out_to_provider")
_Next = aliased(KeyMovement)


def key_facts(session: Session, scope: Scope) -> tuple[list[KeyOutFact], list[KeyEventFact]]:
    """Outings that began in the period, and seals opened and breaks of the chain in it."""
    start, end = scope.period.start, scope.period.end
    following = (
        select(func.min(col(_Next.seq)))
        .where(col(_Next.set_id) == KeyMovement.set_id, col(_Next.seq) > KeyMovement.seq, col(_Next.moves))
        .correlate(KeyMovement)
        .scalar_subquery()
    )
    after = aliased(KeyMovement)
    rows = session.exec(
        pick(KeyMovement.id, KeySet.number, KeyMovement.at, KeyMovement.due_at, after.kind, after.at)
        .join(KeySet, col(KeySet.id) == KeyMovement.set_id)
        .join(after, and_(col(after.set_id) == KeyMovement.set_id, col(after.seq) == following), isouter=True)
        .where(col(KeyMovement.kind).in_(_OUT), col(KeyMovement.at) >= start, col(KeyMovement.at) < end)
    )
    outs = [
        KeyOutFact(
            i, show_tag(number), at, due, back if kind != "declared_lost" else None,
            back if kind == "declared_lost" else None,
        )
        for i, number, at, due, kind, back in rows
    ]  # fmt: skip
    seals = session.exec(
        pick(KeyMovement.id, KeySet.number, KeyMovement.at, KeyMovement.reason)
        .join(KeySet, col(KeySet.id) == KeyMovement.set_id)
        .where(KeyMovement.kind == "seal_opened", col(KeyMovement.at) >= start, col(KeyMovement.at) < end)
    )
    events = [
        KeyEventFact(i, show_tag(number), "seal", at, bool(reason.strip())) for i, number, at, reason in seals
    ]
    return outs, events + _chain_breaks(session, scope)


_Before = aliased(KeyMovement)


def _chain_breaks(session: Session, scope: Scope) -> list[KeyEventFact]:
    """Lines of the period that did not leave from the holder before."""
    previous = (
        select(func.max(col(_Before.seq)))
        .where(
            col(_Before.set_id) == KeyMovement.set_id, col(_Before.seq) < KeyMovement.seq, col(_Before.moves)
        )
        .correlate(KeyMovement)
        .scalar_subquery()
    )
    before = aliased(KeyMovement)
    rows = session.exec(
        pick(KeyMovement.id, KeySet.number, KeyMovement.at)
        .join(KeySet, col(KeySet.id) == KeyMovement.set_id)
        .join(before, and_(col(before.set_id) == KeyMovement.set_id, col(before.seq) == previous))
        .where(
            col(KeyMovement.moves),
            KeyMovement.kind != "correction",
            col(KeyMovement.at) >= scope.period.start,
            col(KeyMovement.at) < scope.period.end,
            or_(
                col(KeyMovement.source_kind) != before.target_kind,
                func.coalesce(KeyMovement.source_id, 0) != func.coalesce(before.target_id, 0),
            ),
        )
    )
    return [KeyEventFact(i, show_tag(number), "break", at) for i, number, at in rows]


def call_facts(session: Session, scope: Scope) -> list[CallFact]:
    """Calls offered in the period, as the telephone system counted them."""
    rows = session.exec(
        pick(
            CallRecord.id, CallRecord.external_id, CallRecord.line, CallRecord.at, CallRecord.wait_s,
            CallRecord.answered, CallRecord.talk_s, CallRecord.wrap_s,
        ).where(col(CallRecord.at) >= scope.period.start, col(CallRecord.at) < scope.period.end)
    )  # fmt: skip
    return [
        CallFact(i, external, line, at, wait, answered, talk, wrap, _is_open(scope.book, line, at))
        for i, external, line, at, wait, answered, talk, wrap in rows
        if scope.filters.keeps_team(line)
    ]


def _is_open(book: Rulebook, line: str, at: datetime) -> bool:
    return line not in book.service.teams or book.calendar(line).is_open(at)


def score_facts(session: Session, scope: Scope, kind: str) -> list[ScoreFact]:
    """Answered surveys of the period."""
    rows = session.exec(
        pick(
            Score.id, Score.subject_kind, Score.subject_id, Score.at, Score.score, Score.heard, Score.own
        ).where(Score.kind == kind, col(Score.at) >= scope.period.start, col(Score.at) < scope.period.end)
    ).all()
    kept = kept_requests(session, scope, (subject for _i, of, subject, *_rest in rows if of == "request"))
    return [
        ScoreFact(i, ref(subject) if of == "request" else f"{of} {subject}", at, score, heard, own)
        for i, of, subject, at, score, heard, own in rows
        if not scope.filters.used or (of == "request" and subject in kept)
    ]


def order_facts(session: Session, scope: Scope) -> list[OrderFact]:
    """Orders to providers whose agreed moment lies in the period, and asks they declined in it."""
    from conciergedesk.providers.tables import Provider

    start, end = scope.period.start, scope.period.end
    rows = session.exec(
        pick(
            ProviderAsk.id, ProviderAsk.request_id, Provider.name, ProviderAsk.state, ProviderAsk.outcome,
            ProviderAsk.asked_at, ProviderAsk.answered_at, ProviderAsk.wanted_from,
        )
        .join(Provider, col(Provider.id) == ProviderAsk.provider_id)
        .where(
            or_(
                and_(col(ProviderAsk.wanted_from) >= start, col(ProviderAsk.wanted_from) < end),
                and_(col(ProviderAsk.wanted_from).is_(None), col(ProviderAsk.asked_at) >= start,
                     col(ProviderAsk.asked_at) < end),
            )
        )
    )  # fmt: skip
    found = []
    for i, request_id, name, state, outcome, asked, answered, wanted in rows:
        if state not in ("accepted", "declined") or (state == "accepted" and outcome == "called_off"):
            continue
        is_judged = state == "declined" or outcome != ""
        if not is_judged and (wanted or asked) > scope.as_of:
            continue
        delay = (
            (answered - asked).total_seconds() / 60 if answered is not None and state == "accepted" else None
        )
        found.append(
            OrderFact(
                i, ref(request_id), name, wanted or asked, outcome == "kept", outcome != "incomplete",
                outcome == "weather", outcome == "no_show", state == "declined", delay, is_judged,
            )
        )  # fmt: skip
    return [one for one in found if scope.filters.provider in ("", one.provider)]
