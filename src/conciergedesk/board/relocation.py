"""What relocation files owe, as promises: dated items, contacts, expiries, risks to review, reminders, actions."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlmodel import Session

from conciergedesk.board.detail import Detail, Fact, Mark, NowAct, Section, TimelineLine, Tone
from conciergedesk.board.detail import Line as DetailLine
from conciergedesk.board.rules import Promise, PromiseKey, PromiseKind, haystack_of
from conciergedesk.core.actor import Actor
from conciergedesk.core.clock import Clock
from conciergedesk.core.errors import DeskError
from conciergedesk.core.i18n import N_, _, active_language, show_date
from conciergedesk.core.journal import Line, lines_about
from conciergedesk.core.phone import show_phone
from conciergedesk.relocation.cards import FileCard, ItemLine, file_ref
from conciergedesk.relocation.due import end_of
from conciergedesk.relocation.house import RelocationHouse
from conciergedesk.relocation.households import show_members
from conciergedesk.relocation.owed import Owed, OwedKind, owed, promise_id, read_promise_id
from conciergedesk.relocation.plans import CERTAINTY_LABELS, OWNER_LABELS, Owner
from conciergedesk.relocation.queries import file_card
from conciergedesk.relocation.schedule import ITEM_STATE_LABELS, ItemState
from conciergedesk.relocation.service.writing import may_open
from conciergedesk.relocation.words import RELOCATION_ACTS

WARN_BEFORE = timedelta(days=2)
"""How long before its day an item without an aim of its own begins to show as near."""
AWAITED = {"desk": N_("desk")}

_WHOM = {"FA": N_("the family"), "EM": N_("the employer"), "PR": N_("the provider")}
_CAUSES = {
    "pulse": N_("Pulse {score}/10 at {code}: call back"),
    "answer": N_("Bad answer ({score}) at {code}: call back"),
    "silence": N_("Nobody answers: decide"),
}


class RelocationOffer:
    """Promises of open files until the end of the board's window. Only who may open a file sees them."""

    subjects: frozenset[str] = frozenset(OwedKind)

    def __init__(self, house: RelocationHouse, clock: Clock) -> None:
        self._house = house
        self._clock = clock
        self._coaches: dict[int, tuple[int | None, int | None]] = {}

    def owns(self, kind: PromiseKind) -> bool:
        return kind is PromiseKind.RELOCATION

    def key_of(self, subject: str, subject_id: int) -> PromiseKey | None:
        if subject not in self.subjects:
            return None
        return (PromiseKind.RELOCATION, promise_id(OwedKind(subject), subject_id))

    def may_see(self, actor: Actor, promise: Promise) -> bool:
        """Whether a promise of a file is shown to ``actor``; promises of other rooms always are."""
        if promise.kind is not PromiseKind.RELOCATION:
            return True
        coach_id, backup_id = self._coaches.get(promise.id, (None, None))
        return may_open(actor, coach_id, backup_id)

    def promises(self, session: Session, only: Collection[int] | None) -> list[Promise]:
        today = self._house.today(self._clock.now())
        return [self._promise(session, one) for one in owed(session, today, only)]

    def _promise(self, session: Session, one: Owed) -> Promise:
        number = promise_id(one.kind, one.id)
        self._coaches[number] = (one.coach_id, one.backup_id)
        what = self.what(session, one)
        name = f"{file_ref(one.file_id)} {one.code}" if one.kind is OwedKind.ITEM else file_ref(one.file_id)
        due_at = end_of(one.due, self._house.book.zone)
        warn = one.aim if one.kind is OwedKind.ITEM and one.aim is not None else None
        is_action = one.kind is OwedKind.ACTION
        waits = _waits(one)
        holder_id = one.holder_id if is_action else one.coach_id
        holder = "" if is_action else one.coach
        return Promise(
            kind=PromiseKind.RELOCATION,
            id=number,
            ref=name,
            due_at=due_at,
            warn_at=end_of(warn, self._house.book.zone) if warn is not None else due_at - WARN_BEFORE,
            what=what,
            for_whom=one.household,
            where=file_ref(one.file_id),
            holder_id=holder_id,
            holder=holder,
            waits_for=waits,
            team="coach",
            priority="",
            state=one.state,
            haystack=haystack_of(name, what, one.household, one.coach, waits),
        )

    def what(self, session: Session, one: Owed) -> str:
        """What is owed in a few words."""
        language = active_language()
        plan = self._house.plan(session, one.plan_id, one.plan_version)
        match one.kind:
            case OwedKind.ITEM:
                item = plan.items.get(one.code)
                return one.label or (item.label.in_language(language) if item is not None else one.code)
            case OwedKind.FOLLOWUP:
                followup = plan.followups.get(one.code)
                return followup.label.in_language(language) if followup is not None else one.code
            case OwedKind.DOCUMENT:
                expires = show_date(one.aim, pattern="d MMM") if one.aim is not None else "?"
                document = f"{one.code[:1].upper()}{one.code[1:]} {one.label}".strip()
                return _("{document} expires on {day}", document=document, day=expires)
            case OwedKind.ACTION:
                if one.code == "pulse":
                    return _("Pulse {score}/10: call back", score=one.score or 0)
                return _(_CAUSES.get(one.state, one.state), score=one.score or 0, code=_day_words(one.code))
            case OwedKind.RISK:
                risk = plan.risks.get(one.code)
                label = one.label or (risk.label.in_language(language) if risk is not None else one.code)
                return _("Risk: {label}", label=label)
            case OwedKind.QUESTION:
                return _("Remind {whom}: {about}", whom=_(_WHOM[one.code]), about=one.label)

    # --- one promise in full ---

    def detail(self, session: Session, promise: Promise, actor: Actor, now: datetime) -> Detail | None:
        kind, row_id = read_promise_id(promise.id)
        found = next(
            (
                one
                for one in owed(session, self._house.today(now), [row_id])
                if one.kind is kind and one.id == row_id
            ),
            None,
        )
        if found is None:
            return None
        try:
            card = file_card(session, self._house, found.file_id, actor, now)
        except DeskError as error:
            return Detail(promise, promise.what, promise.for_whom, notices=(str(error),))
        item = next((one for one in card.items if kind is OwedKind.ITEM and one.id == row_id), None)
        sections = [self._rule(session, found, item)] if item is not None else []
        sections.append(_coming(card, found))
        notices = [risk.label for risk in card.risks if risk.cleared_on is None and risk.severity == "red"]
        return Detail(
            promise=promise,
            title=promise.what,
            for_whom=f"{card.household} · {card.ref}",
            facts=tuple(_facts(card, found, item, actor)),
            acts=_now_acts(kind),
            timeline=tuple(_act_line(line) for line in lines_about(session, kind, row_id, 20)),
            sections=tuple(section for section in sections if section.lines),
            notices=tuple(notices[:2]),
        )

    def _rule(self, session: Session, one: Owed, item: ItemLine) -> Section:
        """The rule behind an item, with its source: a fact only while it was checked and is fresh."""
        known = self._house.plan(session, one.plan_id, one.plan_version).items.get(item.code)
        if known is None:
            return Section(_("Rule"))
        rule = known.reference
        today = self._house.today(self._clock.now())
        lines = [DetailLine(rule.text.in_language(active_language()))]
        source = f"{rule.source.name}, {show_date(rule.source.date, pattern='d MMM y')}"
        lines.append(DetailLine(source, tone=Tone.MUTED))
        if rule.is_stale(today):
            lines.append(
                DetailLine(_("to be checked again: its review is past"), mark=Mark.NOTICE, tone=Tone.SOON)
            )
        return Section(_("Rule"), figure=_(CERTAINTY_LABELS[rule.certainty]), lines=tuple(lines))


def _waits(one: Owed) -> str:
    if one.kind is not OwedKind.ITEM:
        return ""
    if one.state == ItemState.WAITING:
        return _(AWAITED[one.waits_for]) if one.waits_for in AWAITED else one.waits_for
    return "" if one.owner == Owner.COACH else _(OWNER_LABELS[Owner(one.owner)])


def _day_words(code: str) -> str:
    """``D+7`` as the language says it."""
    return code.replace("D+", _("D+"), 1) if code.startswith("D+") else code


def _facts(card: FileCard, one: Owed, item: ItemLine | None, actor: Actor) -> list[Fact]:
    today = one.due
    facts = [
        Fact(_("For"), show_members(card.members), brief=True),
        Fact(
            _("Phone"), show_phone(card.phone) if card.phone else "", tone=Tone.BRIGHT, bold=True, brief=True
        ),
        Fact(_("Arrival"), show_date(card.arrival)),
        Fact(_("Employer"), card.employer),
        Fact(_("Due"), show_date(today), _("legal") if item is not None and item.legal else ""),
    ]
    if item is not None:
        owner = _(OWNER_LABELS[Owner(item.owner)])
        facts.append(Fact(_("Done by"), owner, item.who))
        facts.append(Fact(_("State"), _(ITEM_STATE_LABELS[item.state]), item.waiting_for))
        if item.aim is not None:
            facts.append(Fact(_("Aim"), show_date(item.aim)))
        if item.blocked_by:
            facts.append(Fact(_("After"), ", ".join(item.blocked_by)))
    mine = card.coach_id == actor.id
    facts.append(Fact(_("Coach"), _("me") if mine else card.coach, tone=Tone.MINE if mine else Tone.TEXT))
    return [fact for fact in facts if fact.value]


def _coming(card: FileCard, one: Owed) -> Section:
    """What else the file owes next."""
    coming = sorted(
        (item for item in card.items if item.is_open and item.due is not None and item.id != one.id),
        key=lambda item: (item.due is None, item.due, item.code),
    )[:5]
    return Section(
        _("Next in this file"),
        lines=tuple(
            DetailLine(item.label, left=show_date(item.due, pattern="d MMM") if item.due is not None else "")
            for item in coming
        ),
        column=8,
    )


def _now_acts(kind: OwedKind) -> tuple[NowAct, ...]:
    words = {
        OwedKind.ITEM: (N_("Mark as done"), N_("Put off")),
        OwedKind.FOLLOWUP: (N_("Note the answers"), ""),
        OwedKind.DOCUMENT: (N_("The holder was told"), ""),
        OwedKind.ACTION: (N_("Say what was done"), N_("Put off")),
        OwedKind.RISK: (N_("The risk is over"), N_("Look again later")),
        OwedKind.QUESTION: (N_("Reminded"), N_("They answered")),
    }
    done, later = words[kind]
    acts = [NowAct("board.step", _(done))]
    if later:
        acts.append(NowAct("board.callback", _(later)))
    acts.append(NowAct("board.open", _("Open the file")))
    return tuple(acts)


def _act_line(line: Line) -> TimelineLine:
    text = _(RELOCATION_ACTS[line.act]) if line.act in RELOCATION_ACTS else line.act
    if line.act in ("undone", "redone"):
        of = str(line.facts.get("of", ""))
        text = (
            f"{_('undone') if line.act == 'undone' else _('done again')} : {_(RELOCATION_ACTS.get(of, of))}"
        )
    if line.reason:
        text = f"{text} : {line.reason}"
    return TimelineLine(line.at, line.actor, text, tone=Tone.MUTED)
