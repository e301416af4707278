"""What the queue owes, as promises: open requests and promised call-backs."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session

from conciergedesk.board.detail import Detail, Fact, Mark, NowAct, Section, Step, TimelineLine, Tone
from conciergedesk.board.detail import Line as DetailLine
from conciergedesk.board.rules import Promise, PromiseKey, PromiseKind, haystack_of
from conciergedesk.core.actor import Actor
from conciergedesk.core.errors import NotFound
from conciergedesk.core.i18n import N_, _, active_language, plural, show_clock, show_date, show_moment
from conciergedesk.core.i18n import local as local_time
from conciergedesk.core.journal import Line
from conciergedesk.core.phone import show_phone
from conciergedesk.customers.queries import PersonCard, person_card
from conciergedesk.requests.catalogue import RequestType
from conciergedesk.requests.lifecycle import STATE_LABELS, Danger, State, checklist
from conciergedesk.requests.queries import (
    OpenCallBack,
    OpenRequest,
    RequestCard,
    each_open_request,
    open_call_backs,
    ref,
    request_card,
)
from conciergedesk.requests.rulebook import Rulebook
from conciergedesk.staff.rules import Right

AWAITED = {"client": N_("client"), "provider": N_("provider")}
ROLES = {
    "requester": N_("Asked by"),
    "beneficiary": N_("For"),
    "payer": N_("Paid by"),
    "owner": N_("Owner"),
    "guest": N_("Guest"),
    "employer": N_("Employer"),
    "provider": N_("Provider"),
    "partner": N_("Partner"),
    "child": N_("Child"),
    "contact": N_("Contact"),
}
ACT_SENTENCES = {
    "request.captured": N_("noted"),
    "request.qualify": N_("qualified"),
    "request.assign": N_("given to a colleague"),
    "request.claim": N_("taken"),
    "request.release": N_("given back"),
    "request.start": N_("started"),
    "request.wait_client": N_("waits for the client"),
    "request.wait_provider": N_("waits for the provider"),
    "request.resume": N_("work goes on"),
    "request.confirm": N_("confirmed"),
    "request.unconfirm": N_("booking fell through"),
    "request.weather": N_("cancelled by the weather"),
    "request.finish": N_("done"),
    "request.close": N_("closed for good"),
    "request.reopen": N_("reopened"),
    "request.cancel": N_("cancelled"),
    "request.refuse": N_("refused"),
    "request.duplicate": N_("duplicate"),
    "request.first_response": N_("first answer"),
    "request.warned": N_("three quarters of the time are gone"),
    "request.breached": N_("promise broken"),
    "request.response_breached": N_("first answer late"),
    "request.corrected": N_("corrected"),
    "request.snoozed": N_("put off"),
    "request.priority_changed": N_("priority changed"),
    "request.given_to_team": N_("given to another team"),
    "request.danger_answered": N_("danger question answered"),
    "request.step_done": N_("step done"),
    "request.step_opened": N_("step opened again"),
    "request.appointment_agreed": N_("appointment agreed"),
    "request.appointment_ended": N_("appointment over"),
    "request.provider_asked": N_("provider asked"),
    "request.provider_accepted": N_("provider says yes"),
    "request.provider_declined": N_("provider says no"),
    "request.provider_counter": N_("provider offers something else"),
    "request.provider_silent": N_("provider does not answer"),
    "request.provider_withdrawn": N_("provider no longer asked"),
    "request.order_ended": N_("order over"),
    "request.followed_up": N_("followed up"),
    "request.shortened": N_("words deleted after their time"),
    "request.participant_added": N_("person added"),
    "undone": N_("undone"),
    "redone": N_("done again"),
}
QUIET_ACTS = frozenset({"request.noted", "request.qualify", "request.warned", "request.first_response"})
"""Lines that repeat what another line says; they stay in the journal."""
LOUD_ACTS = frozenset({"request.breached", "request.response_breached"})


class RequestOffer:
    """Promises of the queue. ``id`` of a call-back promise is that of the call-back."""

    subjects = frozenset({"request", "call_back"})

    def __init__(self, book: Rulebook) -> None:
        self._book = book

    def owns(self, kind: PromiseKind) -> bool:
        return kind in (PromiseKind.REQUEST, PromiseKind.CALLBACK)

    def key_of(self, subject: str, subject_id: int) -> PromiseKey | None:
        if subject == "request":
            return (PromiseKind.REQUEST, subject_id)
        return (PromiseKind.CALLBACK, subject_id) if subject == "call_back" else None

    def promises(self, session: Session, only: Collection[int] | None) -> list[Promise]:
        found = [self._request(row) for row in each_open_request(session, only)]
        found += [self._call_back(row) for row in open_call_backs(session, only)]
        return found

    def what(self, type_code: str, title: str) -> str:
        """What is owed in a few words: the title, or the type's short label."""
        try:
            label = self._book.catalogue.get(type_code).label.in_language(active_language())
        except NotFound:
            label = type_code  # its file was taken away; the request lives on
        return f"{label} {title}".strip()

    def _request(self, row: OpenRequest) -> Promise:
        what = self.what(row.type_code, row.title)
        waits = _(AWAITED[row.waits_for]) if row.waits_for in AWAITED else row.waits_for
        number = ref(row.id)
        return Promise(
            kind=PromiseKind.REQUEST,
            id=row.id,
            ref=number,
            due_at=row.board_at,
            warn_at=None if row.state == State.CONFIRMED else row.warn_at,
            what=what,
            for_whom=row.for_whom,
            where=row.place,
            holder_id=row.holder_id,
            holder=row.holder,
            waits_for=waits,
            team=row.team,
            priority=row.priority,
            state=row.state,
            # Its number is folded by hand: it would only push out what recurs.
            haystack=f"d {row.id} "
            + haystack_of(what, row.for_whom, row.asked_by, row.place, row.holder, waits, row.priority),
        )

    def _call_back(self, row: OpenCallBack) -> Promise:
        what = f"{_('Call back')} {row.about}".strip() if row.about else _("Promised call")
        whom = row.person or show_phone(row.number)
        return Promise(
            kind=PromiseKind.CALLBACK,
            id=row.id,
            ref=f"R-{row.id}",
            due_at=row.due_at,
            warn_at=None,
            what=what,
            for_whom=whom,
            where=_("phone"),
            holder_id=row.owner_id,
            holder=row.owner,
            waits_for="",
            team=row.team,
            priority="",
            state="promised",
            haystack=haystack_of(f"R-{row.id}", what, whom, row.number, row.owner),
        )

    # --- one promise in full ---

    def detail(self, session: Session, promise: Promise, actor: Actor, now: datetime) -> Detail | None:
        if promise.kind is PromiseKind.CALLBACK:
            return self._call_back_detail(session, promise, now)
        card = request_card(session, promise.id)
        if card.health and not ({Right.SEE_HEALTH, "*"} & actor.rights):
            return Detail(
                promise, promise.what, "", notices=(_("Open to assistants on shift and supervisors only."),)
            )
        kind = self._book.catalogue.get(card.type_code)
        whom = card.beneficiary_id or card.requester_id
        person = person_card(session, whom, now) if whom is not None else None
        asker = person
        if card.requester_id is not None and card.requester_id != whom:
            asker = person_card(session, card.requester_id, now)
        return Detail(
            promise=promise,
            title=promise.what,
            for_whom=_whom(person, card.language),
            facts=tuple(_facts(card, kind, person, asker, actor)),
            acts=tuple(_now_acts(card, person)),
            steps=_steps(card, kind),
            timeline=tuple(_timeline(card)),
            sections=tuple(self._sections(card, kind)),
            notices=tuple(_notices(card, kind, person)),
        )

    def _call_back_detail(self, session: Session, promise: Promise, now: datetime) -> Detail | None:
        found = open_call_backs(session, [promise.id])
        if not found:
            return None
        row = found[0]
        facts = [
            Fact(_("Whom"), row.person or "?", brief=True),
            Fact(_("fact|Phone"), show_phone(row.number), tone=Tone.BRIGHT, bold=True, brief=True),
            Fact(_("Promised for"), show_moment(row.due_at)),
            Fact(_("By"), row.owner),
        ]
        if row.attempts:
            facts.append(
                Fact(
                    _("Attempts"), plural("{count} attempt", "{count} attempts", row.attempts), tone=Tone.SOON
                )
            )
        if row.request_id is not None:
            facts.append(Fact(_("Request"), ref(row.request_id)))
        return Detail(
            promise,
            promise.what,
            row.person,
            facts=tuple(fact for fact in facts if fact.value),
            acts=(
                NowAct("board.call", _("Call"), show_phone(row.number)),
                NowAct("board.status", _("Kept, or no longer needed")),
                NowAct("board.callback", _("Agree on another moment")),
            ),
        )

    def _sections(self, card: RequestCard, kind: RequestType) -> list[Section]:
        language = active_language()
        sections = []
        answers = [
            DetailLine(str(card.fields[field.key]), left=field.label.in_language(language))
            for field in kind.fields
            if card.fields.get(field.key) not in (None, "") and not isinstance(card.fields[field.key], bool)
        ] + [
            DetailLine(
                _("yes") if card.fields[field.key] else _("no"), left=field.label.in_language(language)
            )
            for field in kind.fields
            if isinstance(card.fields.get(field.key), bool)
        ]
        if answers:
            sections.append(Section(_("Asked for"), lines=tuple(answers)))
        others = [one for one in card.people if one.role not in ("requester", "beneficiary")]
        if others:
            sections.append(
                Section(
                    _("People"), lines=tuple(DetailLine(one.name, left=_(ROLES[one.role])) for one in others)
                )
            )
        links = [(_("follows"), card.follows), (_("repeats"), card.duplicate_of)] + [
            (_("followed by"), one) for one in card.followed_by
        ]
        lines = tuple(DetailLine(number, left=label) for label, number in links if number)
        if lines:
            sections.append(Section(_("Linked"), lines=lines))
        return sections


def _whom(person: PersonCard | None, language: str) -> str:
    if person is None:
        return ""
    around = person.household or person.organisation or person.lodging
    return " · ".join(part for part in (person.name, around, language) if part)


def _facts(
    card: RequestCard, kind: RequestType, person: PersonCard | None, asker: PersonCard | None, actor: Actor
) -> list[Fact]:
    facts = []
    if person is not None:
        around = person.household or person.organisation or person.lodging
        facts.append(
            Fact(_("For"), person.name, f"{around + ' ' if around else ''}· {card.language}", brief=False)
        )
        if person.phones:
            first = person.phones[0]
            note = " ".join(
                part for part in (first.label, first.extension and f"poste {first.extension}") if part
            )
            facts.append(
                Fact(
                    _("fact|Phone"),
                    show_phone(first.e164 or first.typed),
                    note,
                    tone=Tone.BRIGHT,
                    bold=True,
                    brief=True,
                )
            )
    if card.place or card.lodging:
        facts.append(Fact(_("Where"), card.place or card.lodging, brief=True))
    if card.wanted_from is not None:
        when = (
            show_date(local_time(card.wanted_from).date())
            if card.wanted_day_only
            else show_moment(card.wanted_from)
        )
        if card.wanted_to is not None:
            when = f"{when} – {show_clock(card.wanted_to)}"
        facts.append(Fact(_("Wanted"), when))
    if asker is not None and (person is None or asker.id != person.id):
        facts.append(Fact(_("Asked by"), asker.name, asker.organisation))
    if card.payer_organisation:
        facts.append(Fact(_("Paid by"), card.payer_organisation))
    mine = card.holder_id is not None and card.holder_id == actor.id
    since = f"{_('since')} {show_clock(card.held_since)}" if card.held_since is not None else ""
    facts.append(
        Fact(
            _("Held by"),
            _("me") if mine else card.holder or _("nobody"),
            since,
            tone=Tone.MINE if mine else Tone.TEXT,
        )
    )
    state = _(STATE_LABELS[State(card.state)])
    facts.append(Fact(_("State"), state, card.priority))
    if card.is_open:
        awaited = (
            _(AWAITED.get(card.waits_for, card.waits_for)) if card.waits_for else _("nothing: it is for us")
        )
        facts.append(Fact(_("Waits for"), awaited, tone=Tone.WAITING if card.waits_for else Tone.TEXT))
    if card.due_at is not None and card.is_open:
        facts.append(Fact(_("Due"), show_moment(card.due_at)))
    for call in card.call_backs:
        facts.append(Fact(_("Call back"), show_moment(call.due_at), call.owner, tone=Tone.SOON))
    return facts


def _now_acts(card: RequestCard, person: PersonCard | None) -> list[NowAct]:
    acts = []
    if card.health and card.danger == Danger.UNASKED:
        acts.append(NowAct("board.step", _("Ask the danger question")))
    if card.holder_id is None:
        acts.append(NowAct("board.claim", _("Take it")))
    if person is not None and person.phones:
        number = show_phone(person.phones[0].e164 or person.phones[0].typed)
        acts.append(NowAct("board.call", _("Call {name}", name=person.first_name or person.name), number))
    acts.append(NowAct("board.step", _("Tick the next step")))
    acts.append(NowAct("board.status", _("Change the state")))
    acts.append(NowAct("board.callback", _("Promise a call, or put off")))
    return acts[:4]


def _steps(card: RequestCard, kind: RequestType) -> tuple[Step, ...]:
    done = {step.code: step for step in card.steps if step.done}
    happened = ("weather",) if card.weather else ()
    return tuple(
        Step(
            step.label.in_language(active_language()),
            done=step.key in done,
            required=step.required,
            note=done[step.key].proof if step.key in done and not step.asks else "",
        )
        for step in checklist(kind, card.fields, happened)
    )


def _timeline(card: RequestCard) -> list[TimelineLine]:
    lines = [TimelineLine(note.at, note.author, note.text) for note in card.notes]
    lines += [_act_line(line) for line in card.lines if line.act not in QUIET_ACTS]
    return sorted(lines, key=lambda line: line.at, reverse=True)


def _act_line(line: Line) -> TimelineLine:
    text = _(ACT_SENTENCES[line.act]) if line.act in ACT_SENTENCES else line.act
    if line.facts.get("who"):
        text = f"{text} : {line.facts['who']}"
    if line.act in ("undone", "redone"):
        of = str(line.facts.get("of", ""))
        text = f"{text} : {_(ACT_SENTENCES[of]) if of in ACT_SENTENCES else of}"
    if line.reason:
        text = f"{text} : {line.reason}"
    if line.act == "request.claim" and line.facts.get("taken_from"):
        text = _("taken over from a colleague")
    loud = line.act in LOUD_ACTS
    happened = line.facts.get("at")
    return TimelineLine(
        datetime.fromisoformat(happened) if isinstance(happened, str) else line.at,
        "" if loud else line.actor,
        text,
        tone=Tone.LATE if loud else Tone.MUTED,
        mark=Mark.LATE if loud else Mark.NONE,
    )


def _notices(card: RequestCard, kind: RequestType, person: PersonCard | None) -> list[str]:
    notices = [warning.text for warning in person.warnings] if person is not None else []
    if card.health and card.danger == Danger.UNASKED:
        notices.append(_("Ask the danger question first. In doubt: 15 or 112."))
    if kind.safety is not None and card.is_open:
        notices.append(kind.safety.in_language(active_language()))
    return notices
