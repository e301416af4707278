"""Working on a ticket: notes, waiting, level 2, the field, the solution, and what comes back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlmodel import col, select

from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_block, clean_line
from conciergedesk.hotline.house import CONVERSATION, FCR_DAYS, HotlineHouse
from conciergedesk.hotline.rules import Impact, ResolutionCode, Urgency
from conciergedesk.hotline.secrets import refuse_secrets
from conciergedesk.hotline.service.articles import use_article
from conciergedesk.hotline.service.clocking import (
    ENDED,
    facts_of,
    keep_facts,
    load,
    retime,
    spend,
    with_answer,
)
from conciergedesk.hotline.service.opening import checked, rise_at_once, walk_of
from conciergedesk.hotline.tables import (
    HotlineCall,
    Intervention,
    SiteContact,
    ThemeReferent,
    Ticket,
    TicketNote,
)
from conciergedesk.hotline.tables import Site as SiteRow
from conciergedesk.hotline.triage import Party
from conciergedesk.requests.clocks import after_act
from conciergedesk.requests.lifecycle import Act, State
from conciergedesk.staff.rules import Right
from conciergedesk.staff.tables import Agent

NOTE_KINDS = frozenset({"note", "call", "message", "visit", "system"})
CONTACTS = frozenset({"call", "message", "visit"})
BY_REFERENT = frozenset(
    {
        Party.LEVEL_2, Party.MAINTENANCE, Party.CONTENT_OWNER, Party.REFERENT, Party.FIELD_SALES,
        Party.ACCOUNTING, Party.DATA_PROTECTION,
    }
)  # fmt: skip
"""Parties of the house: the ticket goes to the theme's referent, or to the stand-in."""


def _move(unit: Unit, house: HotlineHouse, ticket: Ticket, act: Act, after: State) -> State:
    before = State(ticket.state)
    facts = after_act(facts_of(unit.session, house, ticket), act, before, after, at=unit.now, dated=False)
    ticket.state = after
    keep_facts(unit, ticket, facts)
    if before in (State.WAITING_CLIENT, State.WAITING_PROVIDER) and after != before:
        ticket.waits_for = ""
    return before


def _open(ticket: Ticket) -> Ticket:
    if ticket.state in ENDED:
        raise RuleRefused(N_("This ticket is over. Reopen it first, or open a new one."))
    return ticket


def in_first_conversation(unit: Unit, ticket: Ticket) -> bool:
    """Whether the caller who opened the ticket is still on the line, as far as the desk can know."""
    call = unit.session.get(HotlineCall, ticket.call_id) if ticket.call_id is not None else None
    if call is not None and call.answered_at is not None:
        return call.ended_at is None or unit.now - call.ended_at <= timedelta(minutes=5)
    return unit.now - ticket.opened_at <= CONVERSATION


def take(unit: Unit, house: HotlineHouse, ticket_id: int) -> None:
    """Take the ticket; it is mine from now on."""
    ticket = _open(load(unit, ticket_id))
    before, ticket.owner_id = ticket.owner_id, unit.actor.id
    if ticket.state == State.NEW:
        ticket.state = State.IN_PROGRESS
    retime(unit, house, ticket)
    unit.record("ticket.taken", "ticket", ticket_id, taken_from=before)


def note(
    unit: Unit,
    house: HotlineHouse,
    ticket_id: int,
    text: str,
    *,
    kind: str = "note",
    override_reason: str = "",
    began: datetime | None = None,
) -> int:
    """Add a line to the ticket.

    Raises:
        InvalidInput: empty, or an unknown kind.
        RuleRefused: a card number, a password, a calendar address, or warned words without a reason.
    """
    ticket = load(unit, ticket_id)
    if kind not in NOTE_KINDS:
        raise InvalidInput(N_("There is no kind of note “{value}”."), field="kind", value=kind[:20])
    text = clean_block(text)
    if not text.strip():
        raise InvalidInput(N_("Write something first."), field="note")
    refuse_secrets(text)
    reason = clean_line(override_reason, 200)
    verdict = house.book.check_note(text, health=False, reason=reason)
    row = unit.add(
        TicketNote(
            ticket_id=ticket_id, at=unit.now, author_id=unit.actor.id, author=unit.actor.name, kind=kind, text=text,
            override_reason=reason,
        )
    )  # fmt: skip
    assert row.id is not None
    if kind in CONTACTS:
        _contact(unit, house, ticket)
    spend(unit, ticket_id, began, "note")
    unit.record("ticket.noted", "ticket", ticket_id, reason=reason, note_kind=kind, warned=verdict.kinds)
    return row.id


def _contact(unit: Unit, house: HotlineHouse, ticket: Ticket) -> None:
    assert ticket.id is not None
    if ticket.first_response_at is None:
        ticket.first_response_at = with_answer(
            facts_of(unit.session, house, ticket), unit.now
        ).first_response_at
        unit.record("ticket.first_response", "ticket", ticket.id)
    elif not in_first_conversation(unit, ticket):
        ticket.second_contact = True
    retime(unit, house, ticket)


def prove_identity(unit: Unit, house: HotlineHouse, ticket_id: int, contact_id: int) -> None:
    """The caller was called back on a number of the agreement and recognised.

    Raises:
        RuleRefused: the number is not in the agreement, or belongs to another provider.
    """
    ticket = _open(load(unit, ticket_id))
    contact = unit.load(SiteContact, contact_id)
    site = unit.load(SiteRow, contact.site_id)
    if not contact.on_agreement or not contact.e164 or site.provider_id != ticket.provider_id:
        raise RuleRefused(
            N_("Call back on the number in the agreement first, never on the number given in the call.")
        )
    ticket.identity_proved_at = unit.now
    unit.add(
        HotlineCall(
            line=ticket.line, direction="out", number=contact.e164, rang_at=unit.now, state="ended",
            answered_at=unit.now, ended_at=unit.now, agent_id=unit.actor.id, site_id=site.id,
            provider_id=site.provider_id, caller=contact.first_name, ticket_id=ticket_id, reason="identity",
            outcome="recognised",
        )
    )  # fmt: skip
    unit.record("ticket.identity_proved", "ticket", ticket_id, undoable=False, contact=contact_id)


def approve(unit: Unit, ticket_id: int) -> None:
    """A second person has looked: needed before what a tree puts under four eyes is done.

    Raises:
        RuleRefused: it is the same person.
    """
    ticket = _open(load(unit, ticket_id))
    unit.require(Right.SIGN_EXCEPTIONS)
    if unit.actor.id in (ticket.opened_by_id, ticket.owner_id):
        raise RuleRefused(N_("Four eyes need a second person. Ask a colleague."))
    ticket.second_approval_id = unit.actor.id
    unit.record("ticket.approved", "ticket", ticket_id)


def wait_caller(unit: Unit, house: HotlineHouse, ticket_id: int, *, whom: str = "") -> None:
    """The provider who called must act; the resolution clock stands still."""
    ticket = _open(load(unit, ticket_id))
    before = _move(unit, house, ticket, Act.WAIT_CLIENT, State.WAITING_CLIENT)
    ticket.waits_for = clean_line(whom, 40) or "client"
    ticket.second_contact = True
    retime(unit, house, ticket)
    unit.record("ticket.wait_client", "ticket", ticket_id, before=before)


def wait_third(unit: Unit, house: HotlineHouse, ticket_id: int, *, whom: str) -> None:
    """A telecom, a bank or a platform must act; the clock runs on."""
    ticket = _open(load(unit, ticket_id))
    whom = clean_line(whom, 40)
    if not whom:
        raise InvalidInput(N_("Say who must act now."), field="whom")
    before = _move(unit, house, ticket, Act.WAIT_PROVIDER, State.WAITING_PROVIDER)
    ticket.waits_for = whom
    retime(unit, house, ticket)
    unit.record("ticket.wait_provider", "ticket", ticket_id, before=before)


def resume(unit: Unit, house: HotlineHouse, ticket_id: int) -> None:
    """Whoever was awaited has answered."""
    ticket = load(unit, ticket_id)
    if ticket.state not in (State.WAITING_CLIENT, State.WAITING_PROVIDER):
        raise RuleRefused(N_("This ticket does not wait for anybody."))
    before = _move(unit, house, ticket, Act.RESUME, State.IN_PROGRESS)
    retime(unit, house, ticket)
    unit.record("ticket.resume", "ticket", ticket_id, before=before)


def change_severity(
    unit: Unit, house: HotlineHouse, ticket_id: int, impact: Impact, urgency: Urgency, *, reason: str
) -> str:
    """State impact and urgency anew; due times count from the opening, a breach stays a breach.

    Raises:
        InvalidInput: no reason.
    """
    ticket = _open(load(unit, ticket_id))
    reason = clean_line(reason)
    if not reason:
        raise InvalidInput(N_("Give a reason."), field="reason")
    retime(unit, house, ticket)  # what was late under the old severity stays late
    before = ticket.severity
    walk = walk_of(house, ticket)
    ticket.impact, ticket.urgency = impact, urgency
    ticket.severity = (
        walk.stating(impact, urgency).severity if walk is not None else house.rules.severity(impact, urgency)
    )
    retime(unit, house, ticket)
    rise_at_once(unit, house, ticket)
    unit.record(
        "ticket.severity_changed", "ticket", ticket_id, reason=reason, before=before, after=ticket.severity
    )
    return ticket.severity


def escalate(
    unit: Unit,
    house: HotlineHouse,
    ticket_id: int,
    to: Party,
    *,
    reason: str = "",
    away: Collection[int] = (),
    began: datetime | None = None,
) -> int | None:
    """Pass the ticket on with what is known; answers the agent who now holds it, if the theme names one.

    Args:
        to: Who takes over. A party of the house means the theme's referent, or the stand-in of one who is away.
        reason: Why, when no tree says so.
        away: Agents who are not there.
    """
    ticket = _open(load(unit, ticket_id))
    ticket.level = "L2" if ticket.level == "L1" else ticket.level
    ticket.escalated_at = ticket.escalated_at or unit.now
    holder = _referent(unit, ticket.theme, away) if to in BY_REFERENT else None
    before = ticket.owner_id
    if holder is not None:
        ticket.owner_id, after = holder, State.IN_PROGRESS
    else:
        after = State.WAITING_PROVIDER
    _move(unit, house, ticket, Act.WAIT_PROVIDER, after)
    ticket.waits_for = "" if holder is not None else to
    retime(unit, house, ticket)
    spend(unit, ticket_id, began, "escalate")
    unit.record(
        "ticket.escalated",
        "ticket",
        ticket_id,
        reason=clean_line(reason),
        to=to,
        holder=holder,
        before=before,
    )
    return holder


def _referent(unit: Unit, theme: str, away: Collection[int]) -> int | None:
    query = (
        select(ThemeReferent.agent_id)
        .join(Agent, col(Agent.id) == ThemeReferent.agent_id)
        .where(ThemeReferent.theme == theme, col(Agent.active))
        .order_by(col(ThemeReferent.rank), col(ThemeReferent.id))
    )
    return next((agent for agent in unit.session.exec(query) if agent not in away), None)


def send_to_field(
    unit: Unit,
    house: HotlineHouse,
    ticket_id: int,
    task: str,
    *,
    away: Collection[int] = (),
    began: datetime | None = None,
) -> int:
    """Ask for a visit: an intervention that waits for the next round at this site.

    Raises:
        InvalidInput: the ticket has no site, or the task is empty.
    """
    ticket = _open(load(unit, ticket_id))
    task = checked(house, task, 200)
    if ticket.site_id is None:
        raise InvalidInput(N_("Choose the site first: somebody has to drive there."), field="site")
    if not task:
        raise InvalidInput(N_("Say what is to be done there."), field="task")
    row = unit.add(
        Intervention(
            site_id=ticket.site_id, asset_id=ticket.asset_id, ticket_id=ticket_id, task=task, made_at=unit.now
        )
    )
    assert row.id is not None
    ticket.level = "field"
    ticket.escalated_at = ticket.escalated_at or unit.now
    holder = _referent(unit, ticket.theme, away)
    ticket.owner_id = holder or ticket.owner_id
    _move(unit, house, ticket, Act.WAIT_PROVIDER, State.WAITING_PROVIDER)
    ticket.waits_for = Party.MAINTENANCE
    retime(unit, house, ticket)
    spend(unit, ticket_id, began, "field")
    unit.record("ticket.sent_to_field", "ticket", ticket_id, intervention=row.id)
    return row.id


def solve(
    unit: Unit,
    house: HotlineHouse,
    ticket_id: int,
    code: ResolutionCode,
    *,
    root_cause: str = "",
    article: str = "",
    same_conversation: bool | None = None,
    began: datetime | None = None,
    among: int = 1,
    seen: int | None = None,
) -> bool:
    """Mark the ticket as solved; answers whether it was solved at the first contact.

    Args:
        same_conversation: Whether the caller was still there; found from the call when not given.
        among: How many tickets are solved by this one act, which share its time.

    Raises:
        RuleRefused: an account was touched without the call-back, or four eyes are missing.
    """
    ticket = _open(load(unit, ticket_id, seen=seen))
    cause = checked(house, root_cause, 200)
    _require_guards(house, ticket, code)
    here = in_first_conversation(unit, ticket) if same_conversation is None else same_conversation
    if article:
        use_article(unit, house, article, "used", ticket_id=ticket_id, language=ticket.language)
    if ticket.first_response_at is None:
        ticket.first_response_at = unit.now
    first = (
        here
        and ticket.level == "L1"
        and ticket.escalated_at is None
        and not ticket.second_contact
        and ticket.reopens == 0
    )
    finish(unit, house, ticket, code, cause)
    ticket.fcr = None if ticket.parent_id is not None else first
    if ticket.duplicate_of_id is not None or code is ResolutionCode.DUPLICATE:
        ticket.fcr = None
    spend(unit, ticket_id, began, "solve", among=among)
    unit.record("ticket.solved", "ticket", ticket_id, code=code, fcr=ticket.fcr, level=ticket.level)
    return bool(ticket.fcr)


def finish(unit: Unit, house: HotlineHouse, ticket: Ticket, code: ResolutionCode, cause: str) -> None:
    """Stop the clocks of a ticket and keep how it ended."""
    _move(unit, house, ticket, Act.FINISH, State.DONE)
    ticket.resolution_code, ticket.root_cause = code, cause
    retime(unit, house, ticket)


def _require_guards(house: HotlineHouse, ticket: Ticket, code: ResolutionCode) -> None:
    walk = walk_of(house, ticket)
    outcome = walk.outcome if walk is not None else None
    touched = code in (
        ResolutionCode.CONFIG_CHANGE,
        ResolutionCode.SOLVED_REMOTE,
        ResolutionCode.SOLVED_BY_PROVIDER_WITH_US,
    )
    tree = house.triage.trees.get(ticket.tree)
    accounts = tree is not None and any(
        question.call_back and "call_back" in question.safety for question in tree.questions.values()
    )
    if accounts and touched and ticket.identity_proved_at is None:
        raise RuleRefused(
            N_("Call back on the number in the agreement first, never on the number given in the call.")
        )
    supervised = outcome is not None and (
        outcome.four_eyes or (outcome.identity and outcome.to is Party.SUPERVISOR)
    )
    if supervised and touched and ticket.second_approval_id is None:
        raise RuleRefused(N_("Four eyes need a second person. Ask a colleague."))


def reopen(
    unit: Unit, house: HotlineHouse, ticket_id: int, *, reason: str, caller_says_so: bool = False
) -> None:
    """Take a solved ticket up again; its resolution clock starts anew.

    Raises:
        RuleRefused: it is not solved, or it belongs to an incident and its caller has not said that it still fails.
        InvalidInput: no reason.
    """
    ticket = load(unit, ticket_id)
    reason = clean_line(reason)
    if ticket.state != State.DONE:
        raise RuleRefused(N_("Only a solved ticket can be reopened. Open a new one."))
    if ticket.parent_id is not None and not caller_says_so:
        raise RuleRefused(
            N_("It ended with its incident: it is reopened only when its caller says that it still fails.")
        )
    if not reason:
        raise InvalidInput(N_("Give a reason."), field="reason")
    solved = ticket.first_resolved_at
    _move(unit, house, ticket, Act.REOPEN, State.IN_PROGRESS)
    ticket.reopens += 1
    if ticket.fcr and solved is not None and unit.now - solved <= timedelta(days=FCR_DAYS):
        ticket.fcr = False
    ticket.resolution_code = ""
    retime(unit, house, ticket)
    unit.record("ticket.reopened", "ticket", ticket_id, reason=reason)


def mark_duplicate(unit: Unit, house: HotlineHouse, ticket_id: int, of_id: int) -> None:
    """Mark as the duplicate of another ticket, which lives on.

    Raises:
        RuleRefused: the other one is this one, or itself a duplicate.
    """
    ticket = _open(load(unit, ticket_id))
    other = load(unit, of_id)
    if of_id == ticket_id or other.state == State.DUPLICATE:
        raise RuleRefused(N_("Give the number of the ticket that lives on; this one cannot."))
    _move(unit, house, ticket, Act.DUPLICATE, State.DUPLICATE)
    ticket.duplicate_of_id, ticket.resolution_code = of_id, ResolutionCode.DUPLICATE
    ticket.fcr = None
    retime(unit, house, ticket)
    unit.record("ticket.duplicate", "ticket", ticket_id, of=of_id)
