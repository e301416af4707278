"""A ticket is opened: filled in from the call, triaged, clocked, and compared with its neighbours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from conciergedesk.core.db.read import pick
from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput, RuleRefused
from conciergedesk.core.i18n import LANGUAGES, N_
from conciergedesk.core.text import clean_line
from conciergedesk.hotline.house import HotlineHouse
from conciergedesk.hotline.rules import (
    Impact,
    TicketMark,
    Urgency,
    propose_incident,
    suggest_training,
)
from conciergedesk.hotline.secrets import refuse_secrets
from conciergedesk.hotline.service.clocking import load, retime, spend
from conciergedesk.hotline.tables import Asset, HotlineCall, MassIncident, Site, Ticket, TrainingSuggestion
from conciergedesk.hotline.triage import Walk
from conciergedesk.requests.lifecycle import State
from conciergedesk.staff.rules import Right

ANSWERED_AT_ONCE = frozenset({"phone", "visit", "chat"})
CHANNELS = frozenset({"phone", "chat", "email", "visit", "web"})


@dataclass(frozen=True, slots=True)
class NewTicket:
    """A ticket as it was understood, before it is saved.

    ``tree`` is the id or the category of a triage tree; ``keys`` are the letters answered so far. Without a stated
    impact or urgency the tree's own hold.
    """

    tree: str
    title: str = ""
    provider_id: int | None = None
    site_id: int | None = None
    asset_id: int | None = None
    caller: str = ""
    caller_role: str = ""
    number: str = ""
    language: str = "fr"
    channel: str = "phone"
    keys: Sequence[str] = ()
    impact: Impact | None = None
    urgency: Urgency | None = None
    since: str = ""
    workaround: str = ""
    noted: Mapping[str, str] = field(default_factory=dict)
    call_id: int | None = None


@dataclass(frozen=True, slots=True)
class OpenedTicket:
    """What opening a ticket led to.

    ``incident_id`` is an incident that is now proposed or already open for this category; ``incident_open`` tells
    which. ``training_id`` is a training that is now worth proposing.
    """

    id: int
    severity: str
    incident_id: int | None = None
    incident_open: bool = False
    training_id: int | None = None


def open_ticket(
    unit: Unit, house: HotlineHouse, new: NewTicket, *, began: datetime | None = None
) -> OpenedTicket:
    """Open a ticket.

    Args:
        began: When the agent began on it; the call's answer by default, so that nobody enters time.

    Raises:
        InvalidInput: unknown language, channel, or a device that stands at another site.
        NotFound: there is no such tree.
        RuleRefused: a password or a calendar address in the text.
    """
    unit.require(Right.ANSWER_HOTLINE)
    walk = Walk.resume(house.triage, new.tree, new.keys).stating(new.impact, new.urgency)
    tree = house.triage.tree(new.tree)
    if new.language not in LANGUAGES:
        raise InvalidInput(N_("The language must be fr, en or de."), field="language")
    if new.channel not in CHANNELS:
        raise InvalidInput(
            N_("There is no channel “{value}”."), field="channel", value=clean_line(new.channel, 20)
        )
    call = unit.load(HotlineCall, new.call_id) if new.call_id is not None else None
    site_id, provider_id = _place(unit, new, call)
    ticket = unit.add(
        Ticket(
            line=tree.line,
            channel=new.channel,
            provider_id=provider_id,
            site_id=site_id,
            asset_id=new.asset_id,
            caller=clean_line(new.caller, 80) or (call.caller if call is not None else "")[:80],
            caller_role=clean_line(new.caller_role, 60),
            number=clean_line(new.number, 40) or (call.number if call is not None else ""),
            language=new.language,
            category=tree.category,
            theme=tree.theme,
            title=checked(house, new.title, 200),
            since=checked(house, new.since, 120),
            workaround=checked(house, new.workaround, 200),
            severity=walk.severity,
            tree=tree.id,
            tree_version=house.triage.version,
            noted=noted_fields(house, new.noted),
            state=State.IN_PROGRESS,
            owner_id=unit.actor.id,
            call_id=new.call_id,
            opened_at=unit.now,
            opened_by_id=unit.actor.id,
            first_response_at=unit.now if new.channel in ANSWERED_AT_ONCE else None,
        )
    )
    assert ticket.id is not None
    keep_walk(ticket, walk)
    unit.record(
        "ticket.opened", "ticket", ticket.id, line=tree.line, category=tree.category, severity=ticket.severity,
        channel=new.channel,
    )  # fmt: skip
    retime(unit, house, ticket)
    rise_at_once(unit, house, ticket)
    if call is not None:
        call.ticket_id = ticket.id
    spend(unit, ticket.id, began or (call.answered_at if call is not None else None), "open")
    unit.session.flush()
    incident_id, is_open = _look_for_incident(unit, house, ticket)
    return OpenedTicket(
        ticket.id, ticket.severity, incident_id, is_open, _look_for_training(unit, house, ticket)
    )


def triage(
    unit: Unit,
    house: HotlineHouse,
    ticket_id: int,
    keys: Sequence[str],
    *,
    impact: Impact | None = None,
    urgency: Urgency | None = None,
    noted: Mapping[str, str] | None = None,
    began: datetime | None = None,
    seen: int | None = None,
) -> str:
    """Keep the answers given so far; answers the severity that follows.

    Raises:
        InvalidInput: a letter that is no answer there.
        RuleRefused: an answer says that the caller was called back, and nobody was.
    """
    ticket = load(unit, ticket_id, seen=seen)
    walk = Walk.resume(house.triage, ticket.tree, keys).stating(
        impact or (Impact(ticket.impact) if ticket.impact else None),
        urgency or (Urgency(ticket.urgency) if ticket.urgency else None),
    )
    require_call_back(walk, ticket)
    before = ticket.severity
    keep_walk(ticket, walk)
    ticket.severity = walk.severity
    if noted:
        ticket.noted = {**ticket.noted, **noted_fields(house, noted)}
    retime(unit, house, ticket)
    rise_at_once(unit, house, ticket)
    spend(unit, ticket_id, began, "triage")
    unit.record(
        "ticket.triaged",
        "ticket",
        ticket_id,
        answers=len(walk.given),
        severity=ticket.severity,
        before=before,
    )
    return ticket.severity


def walk_of(house: HotlineHouse, ticket: Ticket) -> Walk | None:
    """The way through the trees that the ticket keeps; None when the trees have changed under it."""
    try:
        walk = Walk.resume(house.triage, ticket.tree, [str(one["key"]) for one in ticket.answers])
    except (InvalidInput, RuleRefused):
        return None
    return walk.stating(
        Impact(ticket.impact) if ticket.impact else None,
        Urgency(ticket.urgency) if ticket.urgency else None,
    )


def keep_walk(ticket: Ticket, walk: Walk) -> None:
    """Keep every answer in the words in which it was asked: a later change of the trees alters nothing."""
    ticket.impact = walk.impact or ""
    ticket.urgency = walk.urgency or ""
    ticket.answers = [
        {
            "tree": one.tree,
            "question": one.question,
            "key": one.key,
            "ask": {"fr": one.ask.fr, "en": one.ask.en},
            "label": {"fr": one.label.fr, "en": one.label.en},
        }
        for one in walk.kept_answers()
    ]


def require_call_back(walk: Walk, ticket: Ticket) -> None:
    """Refuse an answer "yes, called back" for a ticket whose caller was not called back."""
    if ticket.identity_proved_at is not None:
        return
    replayed = Walk.begin(walk.book, walk.started_in)
    for given in walk.given:
        question = replayed.question
        if question is not None and question.call_back and "call_back" in question.safety:
            answer = question.answer(given.key)
            if answer is not None and answer.proves_identity:
                raise RuleRefused(
                    N_(
                        "Call back on the number in the agreement first, never on the number given in the call."
                    )
                )
        replayed = replayed.step(given.key)


def rise_at_once(unit: Unit, house: HotlineHouse, ticket: Ticket) -> None:
    """The worst severity goes to level 2 and to the supervisor at once."""
    assert ticket.id is not None
    promised = house.promised(ticket.severity)
    if promised.level_2_after_min == 0 and ticket.escalated_at is None and ticket.is_open:
        ticket.escalated_at = unit.now
        ticket.level = "L2" if ticket.level == "L1" else ticket.level
        unit.record(
            "ticket.raised", "ticket", ticket.id, undoable=False, severity=ticket.severity,
            supervisor=promised.tell_supervisor, banner=promised.banner,
        )  # fmt: skip


def checked(house: HotlineHouse, text: str, limit: int) -> str:
    """A line of free text as it may be kept: no card number, no password, no calendar address."""
    text = clean_line(text, limit)
    refuse_secrets(text)
    if text:
        house.book.check_note(text, health=False, reason="")
    return text


def noted_fields(house: HotlineHouse, given: Mapping[str, str]) -> dict[str, str]:
    """What was noted on the way, by the fields that the trees know.

    Raises:
        InvalidInput: a field that no tree asks for.
    """
    kept = {}
    for name, value in given.items():
        if name not in house.triage.fields:
            raise InvalidInput(
                N_("“{name}” is not something a tree asks for."), field=name, name=clean_line(name, 40)
            )
        text = checked(house, value, 300)
        if text:
            kept[name] = text
    return kept


def _place(unit: Unit, new: NewTicket, call: HotlineCall | None) -> tuple[int | None, int | None]:
    site_id = new.site_id if new.site_id is not None else (call.site_id if call is not None else None)
    if new.asset_id is not None:
        asset = unit.load(Asset, new.asset_id)
        if site_id is not None and asset.site_id != site_id:
            raise InvalidInput(
                N_("Device {label} stands at another site. Correct the site or the device."),
                field="asset",
                label=asset.label,
            )
        site_id = asset.site_id
    if site_id is not None:
        return site_id, unit.load(Site, site_id).provider_id
    return None, new.provider_id or (call.provider_id if call is not None else None)


# --- neighbours --------------------------------------------------------------------------------------------


def _marks(session: Session, ticket: Ticket, since: datetime, *conditions: Any) -> list[TicketMark]:
    query = pick(
        Ticket.id, Ticket.category, Ticket.site_id, Ticket.provider_id, Ticket.opened_at, Ticket.theme,
        Ticket.parent_id, Ticket.duplicate_of_id,
    ).where(col(Ticket.opened_at) >= since, col(Ticket.id) != ticket.id, *conditions)  # fmt: skip
    return [_mark(*row) for row in session.exec(query)]


def _mark(
    i: int | None, category: str, site: int | None, provider: int | None, opened: datetime, theme: str,
    parent: int | None, duplicate: int | None,
) -> TicketMark:  # fmt: skip
    where = f"s{site}" if site is not None else f"p{provider}" if provider is not None else ""
    return TicketMark(
        str(i), category, where, opened, str(provider or ""), theme, str(parent or ""), duplicate is not None
    )


def _own_mark(ticket: Ticket) -> TicketMark:
    return _mark(
        ticket.id, ticket.category, ticket.site_id, ticket.provider_id, ticket.opened_at, ticket.theme,
        ticket.parent_id, ticket.duplicate_of_id,
    )  # fmt: skip


def _look_for_incident(unit: Unit, house: HotlineHouse, ticket: Ticket) -> tuple[int | None, bool]:
    assert ticket.id is not None
    standing = unit.session.exec(
        select(MassIncident)
        .where(col(MassIncident.is_open), MassIncident.category == ticket.category)
        .order_by(col(MassIncident.id).desc())
    ).first()
    if standing is not None and standing.id is not None:
        if standing.state == "proposed":
            standing.proposed_tickets = [*standing.proposed_tickets, ticket.id]
            unit.record("incident.grown", "incident", standing.id, ticket=ticket.id)
        return standing.id, standing.state == "open"
    others = _marks(
        unit.session,
        ticket,
        ticket.opened_at - house.rules.incident_window,
        col(Ticket.category) == ticket.category,
        col(Ticket.is_open),
    )
    found = propose_incident(_own_mark(ticket), others, house.rules)
    if found is None:
        return None, False
    row = unit.add(
        MassIncident(
            line=ticket.line,
            category=ticket.category,
            proposed_at=found.proposed_at,
            proposed_tickets=[int(one) for one in found.tickets],
        )
    )
    assert row.id is not None
    unit.record(
        "incident.proposed", "incident", row.id, undoable=False, category=ticket.category,
        tickets=len(found.tickets), sites=len(found.sites),
    )  # fmt: skip
    return row.id, False


def _look_for_training(unit: Unit, house: HotlineHouse, ticket: Ticket) -> int | None:
    if ticket.provider_id is None:
        return None
    since = unit.now - timedelta(days=house.rules.training_window_days)
    known = unit.session.exec(
        select(TrainingSuggestion.id).where(
            TrainingSuggestion.provider_id == ticket.provider_id,
            TrainingSuggestion.theme == ticket.theme,
            col(TrainingSuggestion.at) >= since,
        )
    ).first()
    if known is not None:
        return None
    others = _marks(
        unit.session,
        ticket,
        since,
        col(Ticket.provider_id) == ticket.provider_id,
        col(Ticket.theme) == ticket.theme,
    )
    found = suggest_training(_own_mark(ticket), others, house.rules)
    if found is None:
        return None
    row = unit.add(
        TrainingSuggestion(
            provider_id=ticket.provider_id,
            theme=ticket.theme,
            tickets=[int(one) for one in found.tickets],
            at=unit.now,
        )
    )
    assert row.id is not None
    unit.record(
        "training.suggested",
        "training",
        row.id,
        undoable=False,
        provider=ticket.provider_id,
        theme=ticket.theme,
    )
    return row.id
