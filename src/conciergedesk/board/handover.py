"""What handovers owe, as promises: promises of the shift log, and documents that wait for their receiver."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session

from conciergedesk.board.detail import Detail, Fact, Mark, NowAct, Section, TimelineLine, Tone
from conciergedesk.board.detail import Line as DetailLine
from conciergedesk.board.rules import Promise, PromiseKey, PromiseKind, haystack_of
from conciergedesk.core.actor import Actor
from conciergedesk.core.i18n import N_, _, plural, show_moment
from conciergedesk.core.journal import lines_about
from conciergedesk.handover.cards import HandoverRow, OpenPromise
from conciergedesk.handover.queries import handover_card, handovers, log_lines, open_promises

STATE_WORDS = {
    "missing": N_("nobody signed"),
    "draft": N_("still a draft"),
    "signed": N_("signed by the outgoing agent"),
    "read": N_("read by the incoming agent"),
    "questioned": N_("question open"),
    "accepted": N_("accepted by the incoming agent"),
}
ACT_SENTENCES = {
    "handover.drafted": N_("drafted"),
    "handover.signed": N_("signed by the outgoing agent"),
    "handover.reissued": N_("new edition"),
    "handover.read": N_("read by the incoming agent"),
    "handover.questioned": N_("question asked"),
    "handover.answered": N_("question answered"),
    "handover.accepted": N_("accepted by the incoming agent"),
    "handover.alerted": N_("supervisor alerted"),
}
RECENT = 40
"""How many handovers back an open one is still shown."""


class HandoverOffer:
    """Promises of the shift log and handovers that are not accepted yet."""

    subjects = frozenset({"log_promise", "handover"})

    def owns(self, kind: PromiseKind) -> bool:
        return kind in (PromiseKind.LOG, PromiseKind.HANDOVER)

    def key_of(self, subject: str, subject_id: int) -> PromiseKey | None:
        if subject == "log_promise":
            return (PromiseKind.LOG, subject_id)
        return (PromiseKind.HANDOVER, subject_id) if subject == "handover" else None

    def promises(self, session: Session, only: Collection[int] | None) -> list[Promise]:
        waiting = handovers(session, waiting=True, only=only, limit=RECENT)
        return [_promise(one) for one in open_promises(session, only)] + [
            _handover(row) for row in waiting if row.state != "draft"
        ]

    def detail(self, session: Session, promise: Promise, actor: Actor, now: datetime) -> Detail | None:
        if promise.kind is PromiseKind.LOG:
            return _promise_detail(session, promise)
        card = handover_card(session, promise.id)
        colours = [
            plural("{count} red", "{count} red", sum(line.colour == "red" for line in card.lines)),
            plural("{count} amber", "{count} amber", sum(line.colour == "amber" for line in card.lines)),
            plural("{count} green", "{count} green", sum(line.colour == "green" for line in card.lines)),
        ]
        facts = [
            Fact(_("From"), card.row.from_name),
            Fact(_("To"), card.row.to_name or _("the next shift")),
            Fact(_("State"), _(STATE_WORDS[card.row.state])),
            Fact(_("To accept"), show_moment(card.row.accept_by), tone=Tone.SOON),
            Fact(_("Lines"), " · ".join(colours)),
        ]
        red = tuple(
            DetailLine(line.what, mark=Mark.SQUARE, left_tone=Tone.LATE)
            for line in card.lines
            if line.colour == "red" and line.acknowledged_at is None
        )
        timeline = tuple(
            TimelineLine(line.at, line.actor, _(ACT_SENTENCES[line.act]))
            for line in lines_about(session, "handover", promise.id, limit=60)
            if line.act in ACT_SENTENCES
        )
        return Detail(
            promise,
            promise.what,
            promise.for_whom,
            facts=tuple(fact for fact in facts if fact.value),
            acts=(NowAct("mode.handover", _("Open the handover")),),
            sections=(Section(_("Red lines not taken"), lines=red),) if red else (),
            timeline=timeline,
        )


def _promise(row: OpenPromise) -> Promise:
    return Promise(
        kind=PromiseKind.LOG,
        id=row.id,
        ref=row.ref,
        due_at=row.due_at,
        warn_at=None,
        what=row.about,
        for_whom="",
        where=_("shift log"),
        holder_id=row.owner_id,
        holder=row.owner,
        waits_for="",
        team=row.team,
        priority="",
        state="promised",
        haystack=haystack_of(row.ref, row.about, row.owner),
    )


def _handover(row: HandoverRow) -> Promise:
    missing = row.state == "missing"
    what = _("Handover not written") if missing else _("Handover to accept")
    holder_id, holder = (row.from_id, row.from_name) if missing else (row.to_id, row.to_name)
    change = f"{row.from_shift} > {row.to_shift}"
    return Promise(
        kind=PromiseKind.HANDOVER,
        id=row.id,
        ref=f"H-{row.id}",
        due_at=row.accept_by,
        warn_at=row.starts_at,
        what=f"{what} {change}",
        for_whom=row.from_name,
        where="",
        holder_id=holder_id,
        holder=holder,
        waits_for=row.from_name if row.state == "questioned" else "",
        team=row.team,
        priority="",
        state=row.state,
        haystack=haystack_of(f"H-{row.id}", what, row.from_name, row.to_name),
    )


def _promise_detail(session: Session, promise: Promise) -> Detail | None:
    found = open_promises(session, [promise.id])
    if not found:
        return None
    row = found[0]
    around = log_lines(session, since=None, limit=400)
    line = next((one for one in around if one.id == row.line_id), None)
    facts = [
        Fact(_("Promised for"), show_moment(row.due_at), brief=True),
        Fact(_("By"), row.owner, brief=True),
        Fact(_("Noted by"), line.author if line is not None else ""),
    ]
    return Detail(
        promise,
        promise.what,
        promise.for_whom,
        facts=tuple(fact for fact in facts if fact.value),
        acts=(
            NowAct("board.status", _("Kept, or no longer needed")),
            NowAct("board.callback", _("Agree on another moment")),
        ),
        timeline=(TimelineLine(line.at, line.author, line.text),) if line is not None else (),
    )
