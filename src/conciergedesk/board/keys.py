"""What keys owe, as promises: one line per set, for whatever presses most. Tags only, never an address."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session

from conciergedesk.board.detail import Detail, Fact, NowAct, Section, TimelineLine, Tone
from conciergedesk.board.detail import Line as DetailLine
from conciergedesk.board.rules import Promise, PromiseKey, PromiseKind, haystack_of
from conciergedesk.core.actor import Actor
from conciergedesk.core.clock import Clock
from conciergedesk.core.i18n import N_, _, active_language, active_zone, show_date, show_moment
from conciergedesk.keys.cards import DueKey, DueKind, SetCard
from conciergedesk.keys.custody import MovementKind
from conciergedesk.keys.house import KeyHouse
from conciergedesk.keys.queries import due_keys, set_card
from conciergedesk.keys.rules import Rung

_RANK = {DueKind.INCIDENT: 0, DueKind.RETURN: 0, DueKind.HANDOVER: 0, DueKind.MANDATE: 1}
WHAT = {
    DueKind.RETURN: N_("Key {tag} to come back"),
    DueKind.HANDOVER: N_("Key {tag} to hand over"),
    DueKind.INCIDENT: N_("Key {tag}: {step}"),
    DueKind.MANDATE: N_("Mandate of key {tag} ends"),
}
LINE_WORDS = {
    MovementKind.DEPOSIT_IN: N_("taken in custody"),
    MovementKind.OUT_TO_GUEST: N_("handed over"),
    MovementKind.IN_FROM_GUEST: N_("came back"),
    MovementKind.OUT_TO_PROVIDER: N_("handed to a provider"),
    MovementKind.IN_FROM_PROVIDER: N_("came back from a provider"),
    MovementKind.TRANSFER_PLACE: N_("hung elsewhere"),
    MovementKind.INVENTORY_COUNT: N_("counted in the cabinet"),
    MovementKind.SEAL_OPENED: N_("a seal was opened"),
    MovementKind.DECLARED_LOST: N_("key declared lost"),
    MovementKind.FOUND: N_("key found again"),
    MovementKind.RETURNED_TO_OWNER: N_("back with its owner"),
    MovementKind.RETIRED: N_("taken out of the register"),
    MovementKind.CORRECTION: N_("line corrected"),
}


class KeyOffer:
    """Keys that must come back, go out, or are the subject of an incident; and mandates that end."""

    subjects = frozenset({"key_set"})

    def __init__(self, house: KeyHouse, clock: Clock) -> None:
        self._house = house
        self._clock = clock

    def owns(self, kind: PromiseKind) -> bool:
        return kind is PromiseKind.KEY

    def key_of(self, subject: str, subject_id: int) -> PromiseKey | None:
        return (PromiseKind.KEY, subject_id) if subject == "key_set" else None

    def promises(self, session: Session, only: Collection[int] | None) -> list[Promise]:
        found: dict[int, DueKey] = {}
        now = self._clock.now()
        for one in due_keys(session, now, self._house.ladder, active_zone(), only=only):
            # A planned handover of an open request is on the board already, as that request.
            if one.kind is DueKind.HANDOVER and one.request_id is not None:
                continue
            before = found.get(one.set_id)
            if before is None or _RANK[one.kind] < _RANK[before.kind]:
                found[one.set_id] = one
        return [_promise(one, now) for one in found.values()]

    def detail(self, session: Session, promise: Promise, actor: Actor, now: datetime) -> Detail | None:
        card = set_card(session, promise.id, now, self._house.ladder, active_zone())
        incident = next((one for one in card.incidents if one.closed_at is None), None)
        sections: tuple[Section, ...] = ()
        if incident is not None:
            lines = tuple(DetailLine(_worded(tuple(step.labels.items()))) for step in incident.open_steps[:8])
            sections = (Section(_("Still to be done"), lines=lines),)
        timeline = tuple(
            TimelineLine(line.movement.at, line.actor, _(LINE_WORDS[line.movement.kind]))
            for line in card.lines[:20]
        )
        acts = (
            NowAct("board.key", _("Hand over or take back")),
            NowAct("mode.keys", _("Open the register of keys")),
        )
        return Detail(
            promise,
            promise.what,
            promise.for_whom,
            facts=_facts(card),
            acts=acts,
            sections=sections,
            timeline=timeline,
        )


def _facts(card: SetCard) -> tuple[Fact, ...]:
    row = card.row
    pieces = f"{row.position.counted}/{row.position.expected}"
    facts = [
        Fact(_("Key"), row.tag, bold=True),
        Fact(
            _("Holder"),
            row.position.holder.name if row.position.is_out else "",
            brief=True,
        ),
        # On a line of its own, where it is never cut.
        Fact(
            _("Phone"),
            card.holder_phone if row.position.is_out else "",
            tone=Tone.BRIGHT,
            bold=True,
            brief=True,
        ),
        Fact(_("Pieces"), pieces, tone=Tone.TEXT if row.position.is_complete else Tone.SOON, brief=True),
    ]
    if row.position.due_at is not None:
        late = row.rung is not Rung.ON_TIME
        facts.append(
            Fact(_("Due back"), show_moment(row.position.due_at), tone=Tone.LATE if late else Tone.TEXT)
        )
    if card.mandate_until is not None:
        facts.append(Fact(_("Mandate"), show_date(card.mandate_until, pattern="d MMM y"), card.owner))
    if card.spares:
        facts.append(Fact(_("Spare"), card.spares[0].tag))
    return tuple(fact for fact in facts if fact.value)


def _worded(labels: tuple[tuple[str, str], ...]) -> str:
    by_language = dict(labels)
    return by_language.get(active_language()) or by_language.get("en", "")


def _promise(one: DueKey, now: datetime) -> Promise:
    step = _worded(one.labels)
    what = _(WHAT[one.kind], tag=one.tag, step=step)
    waits = one.kind is DueKind.RETURN and one.due_at >= now
    holder = one.holder if one.kind in {DueKind.RETURN, DueKind.HANDOVER} else ""
    return Promise(
        kind=PromiseKind.KEY,
        id=one.set_id,
        ref=one.tag,
        due_at=one.due_at,
        warn_at=None,
        what=what,
        for_whom=holder,
        where="",
        holder_id=None,
        holder="",
        waits_for=holder if waits else "",
        team="concierge",
        priority="",
        state=one.kind,
        haystack=haystack_of(one.tag, one.tag.replace("-", ""), what, holder),
    )
