"""What the hotlines owe, as promises: tickets, incidents, rounds, and renewals of agreements.

A missed call is a promised call-back, which the queue offers. Tickets of an open incident stand behind it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session

from conciergedesk.board.detail import Detail, Fact, Mark, NowAct, Section, TimelineLine, Tone
from conciergedesk.board.detail import Line as DetailLine
from conciergedesk.board.rules import Promise, PromiseKey, PromiseKind, haystack_of
from conciergedesk.core.actor import Actor
from conciergedesk.core.i18n import (
    N_,
    _,
    active_language,
    plural,
    show_clock,
    show_date,
    show_duration,
    show_moment,
)
from conciergedesk.core.journal import Line
from conciergedesk.core.phone import show_phone
from conciergedesk.hotline.cards import IncidentCard, OpenTicket, RenewalLine, RoundCard, TicketCard
from conciergedesk.hotline.house import HotlineHouse, hotline_house
from conciergedesk.hotline.ledgers import renewals_due
from conciergedesk.hotline.queries import incident_card, incidents, open_tickets, ticket_card
from conciergedesk.hotline.register import rounds
from conciergedesk.hotline.rules import RESOLUTION_LABELS, ResolutionCode
from conciergedesk.hotline.triage import PARTY_LABELS, Party
from conciergedesk.requests.lifecycle import STATE_LABELS, State
from conciergedesk.requests.rulebook import Rulebook

LANGUAGE_WORDS = {"fr": N_("French"), "en": N_("English"), "de": N_("German")}
LEVEL_WORDS = {"L1": N_("level 1"), "L2": N_("level 2"), "field": N_("in the field")}
ACT_SENTENCES = {
    "ticket.opened": N_("ticket opened"),
    "ticket.triaged": N_("triaged"),
    "ticket.taken": N_("taken"),
    "ticket.escalated": N_("passed on"),
    "ticket.raised": N_("raised to level 2"),
    "ticket.sent_to_field": N_("visit asked for"),
    "ticket.solved": N_("ticket solved"),
    "ticket.closed": N_("closed"),
    "ticket.reopened": N_("reopened"),
    "ticket.duplicate": N_("duplicate"),
    "ticket.wait_client": N_("waits for the caller"),
    "ticket.wait_provider": N_("waits for somebody else"),
    "ticket.resume": N_("work goes on"),
    "ticket.first_response": N_("first answer"),
    "ticket.severity_changed": N_("severity changed"),
    "ticket.identity_proved": N_("called back on the number of the agreement"),
    "ticket.approved": N_("approved by a second person"),
    "ticket.article_sent": N_("article sent"),
    "ticket.joined_incident": N_("joined an incident"),
    "ticket.left_incident": N_("left its incident"),
    "ticket.breached": N_("promise broken"),
    "ticket.response_breached": N_("first answer late"),
    "price.asked": N_("price change asked for"),
    "price.changed": N_("price changed"),
    "price.refused": N_("price change refused"),
    "commission.corrected": N_("commission corrected by a new line"),
    "undone": N_("undone"),
    "redone": N_("done again"),
}
QUIET_ACTS = frozenset({"ticket.noted", "ticket.time_corrected"})
LOUD_ACTS = frozenset({"ticket.breached", "ticket.response_breached"})
_SUBJECTS = {
    "ticket": PromiseKind.TICKET,
    "incident": PromiseKind.INCIDENT,
    "round": PromiseKind.ROUND,
    "agreement": PromiseKind.AGREEMENT,
}


class HotlineOffer:
    """Promises of the hotlines."""

    subjects = frozenset(_SUBJECTS)

    def __init__(self, book: Rulebook) -> None:
        self._book = book

    @property
    def house(self) -> HotlineHouse:
        """Read when there is something to show, not with the first frame."""
        return hotline_house(self._book)

    def owns(self, kind: PromiseKind) -> bool:
        return kind in _SUBJECTS.values()

    def key_of(self, subject: str, subject_id: int) -> PromiseKey | None:
        kind = _SUBJECTS.get(subject)
        return (kind, subject_id) if kind is not None else None

    def promises(self, session: Session, only: Collection[int] | None) -> list[Promise]:
        standing = {one.id for one in incidents(session) if one.state == "open"}
        found = [
            self._ticket(row)
            for row in open_tickets(session, only)
            if row.parent_id is None or row.parent_id not in standing
        ]
        found += [self._incident(one) for one in incidents(session, only)]
        found += [_round(one) for one in rounds(session, only)]
        return found + [_renewal(one) for one in renewals_due(session, only)]

    def category(self, code: str) -> str:
        return self.house.category_name(code, active_language())

    def _ticket(self, row: OpenTicket) -> Promise:
        what = f"{self.category(row.category)} {row.title}".strip()
        waits = waits_word(row.waits_for)
        return Promise(
            kind=PromiseKind.TICKET,
            id=row.id,
            ref=row.ref,
            due_at=row.board_at,
            warn_at=row.warn_at,
            what=what,
            for_whom=row.caller or row.provider,
            where=row.site or row.provider,
            holder_id=row.owner_id,
            holder=row.owner,
            waits_for=waits,
            team=row.line,
            priority=row.severity,
            state=row.state,
            haystack=haystack_of(
                row.ref, what, row.caller, row.provider, row.site, row.commune, row.owner, waits, row.severity
            ),
        )

    def _incident(self, card: IncidentCard) -> Promise:
        count = plural("{count} site", "{count} sites", len({one.site for one in card.tickets}))
        category = self.category(card.category)
        proposed = card.state == "proposed"
        what = (
            _("Incident to open: {category}", category=category)
            if proposed
            else _("Incident: {category}", category=category)
        )
        return Promise(
            kind=PromiseKind.INCIDENT,
            id=card.id,
            ref=card.ref,
            due_at=card.due_at if not proposed else card.proposed_at,
            warn_at=None,
            what=what,
            for_whom=count,
            where=", ".join(dict.fromkeys(one.commune or one.site for one in card.tickets)),
            holder_id=card.owner_id,
            holder=card.owner,
            waits_for="",
            team=card.line,
            priority=card.severity,
            state=card.state,
            haystack=haystack_of(card.ref, what, *(one.site for one in card.tickets)),
        )

    # --- one promise in full ---

    def detail(self, session: Session, promise: Promise, actor: Actor, now: datetime) -> Detail | None:
        if promise.kind is PromiseKind.TICKET:
            return self.ticket_detail(promise, ticket_card(session, promise.id), actor)
        if promise.kind is PromiseKind.INCIDENT:
            return self._incident_detail(promise, incident_card(session, promise.id))
        if promise.kind is PromiseKind.ROUND:
            found = rounds(session, [promise.id], open_only=False)
            return _round_detail(promise, found[0]) if found else None
        steps = renewals_due(session, [promise.id])
        return _renewal_detail(promise, steps[0]) if steps else None

    def ticket_detail(self, promise: Promise, card: TicketCard, actor: Actor) -> Detail:
        row = card.row
        language = active_language()
        who = f"{row.caller}, {card.caller_role}" if card.caller_role else row.caller
        mine = row.owner_id is not None and row.owner_id == actor.id
        facts = [
            Fact(_("Provider"), row.provider, f"· {_(LANGUAGE_WORDS.get(card.language, card.language))}"),
            Fact(_("Caller"), who, brief=True),
            Fact(_("Phone"), show_phone(card.number), tone=Tone.BRIGHT, bold=True, brief=True),
            Fact(_("Site"), row.site, row.commune, brief=True),
            Fact(_("Device"), card.asset),
            Fact(
                _("Severity"), row.severity, _(LEVEL_WORDS[row.level]),
                tone=Tone.LATE if row.severity == "S1" else Tone.TEXT, bold=row.severity == "S1",
            ),
            Fact(_("Held by"), _("me") if mine else row.owner or _("nobody"), tone=Tone.MINE if mine else Tone.TEXT),
            Fact(_("State"), _(STATE_LABELS[State(row.state)])),
            Fact(_("Waits for"), promise.waits_for, tone=Tone.WAITING),
            Fact(_("Since"), card.since),
            Fact(_("Meanwhile"), card.workaround),
            Fact(_("Due"), show_moment(row.due_at) if row.due_at is not None else ""),
            Fact(_("Level 2"), show_moment(card.escalate_at) if card.escalate_at and row.level == "L1" else ""),
            Fact(_("Time"), show_duration_of(card.seconds)),
        ]  # fmt: skip
        answers = tuple(
            DetailLine(
                one.label_fr if language == "fr" else one.label_en, left=one.tree, left_tone=Tone.MUTED
            )
            for one in card.answers
        )
        sections = [Section(_("Triage"), self.category(row.category), lines=answers)] if answers else []
        noted = tuple(
            DetailLine(value, left=self._field(name))
            for name, value in card.noted
            if name in self.house.triage.fields
        )
        if noted:
            sections.append(Section(_("Noted"), lines=noted))
        if card.articles:
            used = tuple(
                DetailLine(self.house.shelf.article(one.article, language).title, left=one.article)
                for one in {use.article: use for use in card.articles}.values()
                if one.article in self.house.shelf.ids
            )
            sections.append(Section(_("Articles"), lines=used))
        if card.work:
            sections.append(
                Section(
                    _("In the field"),
                    lines=tuple(DetailLine(one.task, right=one.outcome) for one in card.work),
                )
            )
        return Detail(
            promise=promise,
            title=promise.what,
            for_whom=" · ".join(part for part in (row.caller, row.provider) if part),
            facts=tuple(fact for fact in facts if fact.value),
            acts=(
                NowAct("board.open", _("Go on with the triage")),
                NowAct("board.claim", _("Take it")),
                NowAct("board.status", _("Solve, pass on, wait…")),
                NowAct("desk.note", _("Write a note")),
            ),
            timeline=tuple(ticket_timeline(card)),
            sections=tuple(sections),
            notices=(_("Known on several sites: {ref}", ref=f"M-{row.parent_id}"),) if row.parent_id else (),
        )

    def _field(self, name: str) -> str:
        return self.house.triage.fields[name].in_language(active_language()).split(" (")[0]

    def _incident_detail(self, promise: Promise, card: IncidentCard) -> Detail:
        lines = tuple(
            DetailLine(one.site or one.provider, left=one.ref, right=show_clock(one.opened_at))
            for one in card.tickets
        )
        facts = [
            Fact(_("Category"), self.category(card.category)),
            Fact(_("Severity"), card.severity, tone=Tone.LATE, bold=True),
            Fact(_("Proposed"), show_moment(card.proposed_at)),
            Fact(_("Due"), show_moment(card.due_at) if card.due_at is not None else ""),
            Fact(
                _("Told"),
                show_moment(card.told_at) if card.told_at is not None else _("not yet"),
                tone=Tone.SOON,
            ),
        ]
        acts = (
            NowAct("board.status", _("Open it, or say that it is none"))
            if card.state == "proposed"
            else NowAct("board.status", _("Tell everybody, or close it")),
        )
        title = _("Tickets")
        return Detail(
            promise,
            promise.what,
            promise.for_whom,
            facts=tuple(fact for fact in facts if fact.value),
            acts=acts,
            sections=(Section(title, str(len(lines)), lines=lines),),
        )


def waits_word(code: str) -> str:
    """Whom a ticket waits for, in words: a party of the house, the caller, or what somebody typed."""
    if code == "client":
        return _("caller")
    return _(PARTY_LABELS[Party(code)]) if code in set(Party) else code


def show_duration_of(seconds: int) -> str:
    """Time spent, at least a minute once there is some."""
    from datetime import timedelta

    return show_duration(timedelta(seconds=max(seconds, 60))) if seconds else ""


def ticket_timeline(card: TicketCard) -> list[TimelineLine]:
    """What was said and done, newest first."""
    lines = [TimelineLine(note.at, note.author, note.text) for note in card.notes]
    lines += [_act_line(line) for line in card.lines if line.act not in QUIET_ACTS]
    return sorted(lines, key=lambda line: line.at, reverse=True)


def _act_line(line: Line) -> TimelineLine:
    text = _(ACT_SENTENCES[line.act]) if line.act in ACT_SENTENCES else line.act
    if line.act == "ticket.solved" and line.facts.get("code") in set(ResolutionCode):
        text = f"{text} : {_(RESOLUTION_LABELS[ResolutionCode(line.facts['code'])])}"
    if line.act == "ticket.escalated" and line.facts.get("to") in set(Party):
        text = f"{text} : {_(PARTY_LABELS[Party(line.facts['to'])])}"
    if line.reason:
        text = f"{text} : {line.reason}"
    loud = line.act in LOUD_ACTS
    happened = line.facts.get("at")
    return TimelineLine(
        datetime.fromisoformat(happened) if isinstance(happened, str) else line.at,
        "" if loud else line.actor,
        text,
        tone=Tone.LATE if loud else Tone.MUTED,
        mark=Mark.LATE if loud else Mark.NONE,
    )


def _round(card: RoundCard) -> Promise:
    stop = card.next_stop
    what = _("Maintenance round, {count}", count=plural("{count} site", "{count} sites", len(card.stops)))
    return Promise(
        kind=PromiseKind.ROUND,
        id=card.id,
        ref=f"R-{card.id}",
        due_at=card.starts_at if card.state == "planned" else None,
        warn_at=None,
        what=what,
        for_whom=stop.site if stop is not None else "",
        where=stop.commune if stop is not None else "",
        holder_id=card.agent_id,
        holder=card.agent,
        waits_for="",
        team="technical",
        priority="",
        state=card.state,
        haystack=haystack_of(what, card.agent, card.vehicle, *(one.site for one in card.stops)),
    )


def _round_detail(promise: Promise, card: RoundCard) -> Detail:
    lines = tuple(
        DetailLine(
            stop.site,
            left=str(stop.position),
            right=stop.signed_by or stop.skipped or stop.commune,
            mark=Mark.DONE if stop.left_at is not None else Mark.NOTICE if stop.skipped else Mark.CALM,
        )
        for stop in card.stops
    )
    work = tuple(
        DetailLine(one.task, left=one.site, right=one.asset)
        for stop in card.stops
        for one in stop.work
        if one.state == "open"
    )
    facts = [
        Fact(_("Starts"), show_moment(card.starts_at)),
        Fact(_("Vehicle"), card.vehicle),
        Fact(_("Held by"), card.agent),
    ]
    sections = [
        Section(_("Sites"), f"{sum(one.left_at is not None for one in card.stops)}/{len(lines)}", lines=lines)
    ]
    if work:
        sections.append(Section(_("To do there"), lines=work))
    return Detail(
        promise, promise.what, promise.for_whom, facts=tuple(one for one in facts if one.value),
        acts=(NowAct("board.status", _("Arrive, leave with a signature, or skip")),), sections=tuple(sections),
    )  # fmt: skip


def _renewal(step: RenewalLine) -> Promise:
    what = _("Agreement to renew, D-{days}", days=step.days_before)
    return Promise(
        kind=PromiseKind.AGREEMENT,
        id=step.id,
        ref=f"D-{step.days_before}",
        due_at=step.due_at,
        warn_at=None,
        what=what,
        for_whom=step.provider,
        where=step.commune,
        holder_id=None,
        holder="",
        waits_for="",
        team="commercial",
        priority="",
        state="due",
        haystack=haystack_of(what, step.provider, step.commune),
    )


def _renewal_detail(promise: Promise, step: RenewalLine) -> Detail:
    facts = (
        Fact(_("Provider"), step.provider, brief=True),
        Fact(_("Ends"), show_date(step.end_on, pattern="EEE d MMM y"), tone=Tone.SOON, bold=True, brief=True),
    )
    return Detail(
        promise,
        promise.what,
        step.provider,
        facts=facts,
        acts=(NowAct("board.status", _("Say what came of the visit or the call")),),
    )
