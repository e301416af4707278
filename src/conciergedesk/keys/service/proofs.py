"""One-time codes and seals. A wrong try is counted before it is answered, so that nobody can guess on."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import col, select

from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput, NotFound, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_line
from conciergedesk.keys.codes import (
    EARLY,
    LASTS,
    TRIES,
    CodeRow,
    Verdict,
    digest_code,
    draw_code,
    draw_salt,
    judge_code,
    seal,
    unseal,
)
from conciergedesk.keys.custody import MovementKind
from conciergedesk.keys.house import KeyHouse
from conciergedesk.keys.service.writing import Beside, Filling, append, open_set, spoken
from conciergedesk.keys.tables import KeyCode, KeySeal
from conciergedesk.staff.rules import Right
from conciergedesk.staff.tables import Agent

FRESH = timedelta(minutes=30)
"""How long a matched code may wait for its handover to be written."""
SEAL_LIMIT = 200


class Purpose(StrEnum):
    OUT = "out"
    IN = "in"


class SealKind(StrEnum):
    ALARM = "alarm"
    KEY_BOX = "key_box"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class MadeCode:
    """A fresh code. It is shown once; only its digest is kept. ``text`` is ready to send."""

    id: int
    code: str
    valid_from: datetime
    valid_until: datetime
    text: str


@dataclass(frozen=True, slots=True)
class CodeCheck:
    """The answer to a typed code; ``tries_left`` counts down to a supervisor."""

    verdict: Verdict
    tries_left: int
    code_id: int | None = None

    @property
    def ok(self) -> bool:
        return self.verdict is Verdict.MATCHED


def make_code(
    unit: Unit,
    house: KeyHouse,
    set_id: int,
    *,
    secret: bytes,
    purpose: Purpose = Purpose.OUT,
    since: datetime | None = None,
    until: datetime | None = None,
    client: str = "",
    language: str = "fr",
) -> MadeCode:
    """Draw a one-time code for a handover or a return; an earlier one stops working.

    Args:
        secret: the desk's key.
        since, until: the moment it is for, and its end; a day from now unless given.

    Raises:
        InvalidInput: the window ends before it begins or has passed.
    """
    unit.require(Right.HANDLE_KEYS)
    opened = open_set(unit, set_id)
    starts = (since - EARLY) if since is not None else unit.now
    ends = until or (since or unit.now) + LASTS
    if ends <= starts or ends <= unit.now:
        raise InvalidInput(N_("The code would already have expired. Choose a later end."), field="until")
    for old in _waiting(unit, set_id, purpose):
        old.withdrawn_at = unit.now
    code, salt = draw_code(), draw_salt()
    row = unit.add(
        KeyCode(
            set_id=set_id,
            purpose=purpose,
            digest=digest_code(code, salt, secret),
            salt=salt,
            valid_from=starts,
            valid_until=ends,
            made_at=unit.now,
        )
    )
    assert row.id is not None
    unit.record("key.code_made", "key_set", set_id, undoable=False, purpose=purpose, until=ends)
    said = f"{code[:3]} {code[3:]}"
    filling = Filling(client=clean_line(client, 120), tag=opened.tag, code=said, due_at=ends)
    return MadeCode(
        row.id, code, starts, ends, spoken(unit.session, house, f"code_{purpose}", language, filling)
    )


def _waiting(unit: Unit, set_id: int, purpose: Purpose) -> list[KeyCode]:
    return list(
        unit.session.exec(
            select(KeyCode)
            .where(
                KeyCode.set_id == set_id,
                KeyCode.purpose == purpose,
                col(KeyCode.used_at).is_(None),
                col(KeyCode.withdrawn_at).is_(None),
            )
            .order_by(col(KeyCode.id).desc())
        )
    )


def check_code(
    unit: Unit, set_id: int, typed: str, *, secret: bytes, purpose: Purpose = Purpose.OUT
) -> CodeCheck:
    """Compare a code said at the counter. It never raises for a wrong one: the try must be kept.

    Raises:
        NotFound: no code waits for this set.
    """
    unit.require(Right.HANDLE_KEYS)
    open_set(unit, set_id)
    waiting = _waiting(unit, set_id, purpose)
    if not waiting:
        raise NotFound(N_("No code was made for this. Make one, or look at an identity document."))
    row = waiting[0]
    kept = CodeRow(row.digest, row.salt, row.valid_from, row.valid_until, row.tries, row.used_at)
    verdict = judge_code(kept, typed, unit.now, secret)
    if verdict is Verdict.WRONG:
        row.tries += 1
        if row.tries >= TRIES:
            verdict = Verdict.BLOCKED
    if verdict is Verdict.MATCHED:
        row.matched_at, row.matched_by_id = unit.now, unit.actor.id
    unit.record("key.code_tried", "key_set", set_id, undoable=False, verdict=verdict)
    return CodeCheck(verdict, max(0, TRIES - row.tries), row.id if verdict is Verdict.MATCHED else None)


def use_code(unit: Unit, set_id: int, code_id: int, purpose: Purpose) -> str:
    """Spend a code that was matched at this counter just now.

    Returns:
        The reference the line keeps; never the code.

    Raises:
        RuleRefused: it was not matched, not here, too long ago, or it is spent.
    """
    row = unit.load(KeyCode, code_id)
    fresh = row.matched_at is not None and unit.now - row.matched_at <= FRESH
    mine = row.matched_by_id == unit.actor.id
    spent = row.used_at is not None or row.withdrawn_at is not None
    if row.set_id != set_id or row.purpose != purpose or not fresh or not mine or spent:
        raise RuleRefused(
            N_("This code does not count any more. Ask for it again, or look at an identity document.")
        )
    row.used_at = unit.now
    return f"code {code_id}"


def withdraw_code(unit: Unit, set_id: int, *, purpose: Purpose = Purpose.OUT) -> int:
    """Make the waiting codes of a set useless; returns how many there were."""
    unit.require(Right.HANDLE_KEYS)
    waiting = _waiting(unit, set_id, purpose)
    for row in waiting:
        row.withdrawn_at = unit.now
    if waiting:
        unit.record("key.code_withdrawn", "key_set", set_id, undoable=False)
    return len(waiting)


def put_under_seal(
    unit: Unit,
    set_id: int,
    text: str,
    *,
    secret: bytes,
    kind: str = SealKind.ALARM,
    needs_second: bool = False,
) -> int:
    """Keep an alarm or key-box code encrypted; an earlier one of the same kind is replaced.

    Raises:
        InvalidInput: nothing to seal, or an unknown kind.
    """
    unit.require(Right.HANDLE_KEYS)
    open_set(unit, set_id)
    text = clean_line(text, SEAL_LIMIT)
    if not text:
        raise InvalidInput(N_("Type the code to be sealed."), field="code")
    if kind not in set(SealKind):
        raise InvalidInput(N_("There is no seal of the kind “{value}”."), field="kind", value=kind[:20])
    for old in unit.session.exec(
        select(KeySeal).where(
            KeySeal.set_id == set_id, KeySeal.kind == kind, col(KeySeal.replaced_at).is_(None)
        )
    ):
        old.replaced_at = unit.now
        old.sealed = ""
    binding = secrets.token_hex(16)
    row = unit.add(
        KeySeal(
            set_id=set_id,
            kind=kind,
            binding=binding,
            sealed=seal(text, binding, secret),
            needs_second=needs_second,
            made_at=unit.now,
        )
    )
    assert row.id is not None
    unit.record("key.sealed", "key_set", set_id, undoable=False, seal=kind)
    return row.id


def open_seal(unit: Unit, seal_id: int, *, reason: str, secret: bytes, second_id: int | None = None) -> str:
    """Read a sealed code. Who, when and why are written; the code counts as exposed until it is changed.

    Args:
        second_id: a second member of staff, where the seal asks for one.

    Raises:
        NotAllowed: the role does not open seals.
        InvalidInput: no reason.
        RuleRefused: a second person is needed, or the seal was replaced.
        Unavailable: this desk's key file does not open it.
    """
    unit.require(Right.OPEN_SEALS)
    reason = clean_line(reason, 200)
    if not reason:
        raise InvalidInput(N_("Say why the seal is opened."), field="reason")
    row = unit.load(KeySeal, seal_id)
    if row.replaced_at is not None:
        raise RuleRefused(N_("This seal was replaced by a newer one. Open that one."))
    second = unit.session.get(Agent, second_id) if second_id is not None else None
    if row.needs_second and (second is None or not second.active or second.id == unit.actor.id):
        raise RuleRefused(N_("This seal is opened by two. Name the colleague beside you."))
    clear = unseal(row.sealed, row.binding, secret)
    opened = open_set(unit, row.set_id)
    beside = Beside(witness=second.first_name if second is not None else "")
    append(unit, opened, MovementKind.SEAL_OPENED, opened.position.holder, reason=reason, beside=beside)
    row.opened_at = unit.now
    row.openings += 1
    unit.record("key.seal_opened", "key_set", row.set_id, reason=reason, undoable=False, seal=row.kind)
    return clear
