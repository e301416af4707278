"""Getting late sets back: a ready message in the holder's language, counted; and what the holder answered."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlmodel import col, func, select

from conciergedesk.core.db.read import pick
from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput, RuleRefused
from conciergedesk.core.i18n import LANGUAGES, N_
from conciergedesk.core.text import clean_line
from conciergedesk.keys.custody import HolderKind
from conciergedesk.keys.house import KeyHouse
from conciergedesk.keys.rules import Rung, rung_at
from conciergedesk.keys.service.writing import (
    Filling,
    Opened,
    desk_zone,
    language_of,
    open_set,
    person_name,
    spoken,
)
from conciergedesk.keys.tables import KeyChase, KeyMovement
from conciergedesk.staff.rules import Right

CHANNELS = ("message", "call", "visit")


@dataclass(frozen=True, slots=True)
class Chased:
    """A chase that was counted. ``text`` is for the holder; ``owner_text`` is there once the return is red."""

    id: int
    number: int
    rung: Rung
    language: str
    text: str
    owner_text: str


def chase_holder(
    unit: Unit, house: KeyHouse, set_id: int, *, channel: str = "message", language: str = ""
) -> Chased:
    """Write to or call whoever is late.

    Raises:
        RuleRefused: the set is not late.
        InvalidInput: an unknown channel.
    """
    unit.require(Right.HANDLE_KEYS)
    opened = open_set(unit, set_id)
    position = opened.position
    if channel not in CHANNELS:
        raise InvalidInput(N_("Choose message, call or visit."), field="channel")
    if not position.is_out or position.due_at is None or position.due_at >= unit.now:
        raise RuleRefused(N_("Key {tag} is not late. There is nobody to chase."), tag=opened.tag)
    holder = position.holder
    person = holder.id if holder.kind is not HolderKind.PROVIDER else None
    language = language if language in LANGUAGES else language_of(unit.session, person)
    rung = rung_at(position.due_at, unit.now, house.ladder, desk_zone(unit.session), holder=holder.kind)
    red = rung >= Rung.RED
    filling = Filling(
        holder.name.split(" ")[0],
        opened.tag,
        position.expected,
        at=unit.now,
        due_at=position.due_at,
        late=unit.now - position.due_at,
    )
    text = spoken(unit.session, house, "overdue_red" if red else "overdue_amber", language, filling)
    loan = _loan_seq(unit, opened)
    row = unit.add(
        KeyChase(
            set_id=set_id,
            loan_seq=loan,
            at=unit.now,
            actor_id=unit.actor.id,
            actor=unit.actor.name,
            channel=channel,
            language=language,
            text=text,
        )
    )
    assert row.id is not None
    number = unit.session.exec(
        pick(func.count()).where(KeyChase.set_id == set_id, KeyChase.loan_seq == loan)
    ).one()[0]
    unit.record(
        "key.holder_chased", "key_set", set_id, undoable=False, channel=channel, number=number, rung=int(rung)
    )
    owner_text = ""
    if red and opened.row.owner_id is not None:
        name = person_name(unit.session, opened.row.owner_id).split(" ")[0]
        owner_text = spoken(
            unit.session,
            house,
            "owner_late",
            language_of(unit.session, opened.row.owner_id),
            replace(filling, client=name),
        )
    return Chased(row.id, int(number), rung, language, text, owner_text)


def holder_answered(unit: Unit, set_id: int, answer: str, *, has_it: bool) -> None:
    """Keep what the late holder said. One who says that they have it is not treated as a loss.

    Raises:
        InvalidInput: nothing was said.
        RuleRefused: nobody was chased about the present loan.
    """
    unit.require(Right.HANDLE_KEYS)
    opened = open_set(unit, set_id)
    answer = clean_line(answer, 200)
    if not answer:
        raise InvalidInput(N_("Write what the holder said."), field="answer")
    row = unit.session.exec(
        select(KeyChase)
        .where(KeyChase.set_id == set_id, KeyChase.loan_seq == _loan_seq(unit, opened))
        .order_by(col(KeyChase.id).desc())
        .limit(1)
    ).first()
    if row is None or not opened.position.is_out:
        raise RuleRefused(N_("Nobody was asked about key {tag} yet. Chase the holder first."), tag=opened.tag)
    row.answer, row.is_confirmed = answer, has_it
    unit.record("key.holder_answered", "key_set", set_id, has_it=has_it)


def _loan_seq(unit: Unit, opened: Opened) -> int:
    """The line by which the present holder got the set."""
    query = select(func.max(col(KeyMovement.seq))).where(
        KeyMovement.set_id == opened.id, col(KeyMovement.moves)
    )
    return int(unit.session.exec(query).one() or opened.position.seq)
