"""One-time codes and sealed codes: drawn, kept unreadable, and checked. No database here."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from conciergedesk.core.errors import Unavailable
from conciergedesk.core.i18n import N_

DIGITS = 6
TRIES = 5
LASTS = timedelta(hours=24)
EARLY = timedelta(hours=2)
"""A code works this long before the moment it was made for."""
_NONCE = 12


class Verdict(StrEnum):
    """What became of a typed code."""

    MATCHED = "matched"
    WRONG = "wrong"
    BLOCKED = "blocked"
    EXPIRED = "expired"
    TOO_EARLY = "too_early"
    USED = "used"


@dataclass(frozen=True, slots=True)
class CodeRow:
    """A kept code as it is judged."""

    digest: str
    salt: str
    valid_from: datetime
    valid_until: datetime
    tries: int
    used_at: datetime | None


def draw_code() -> str:
    """A fresh code, spoken digit by digit."""
    return "".join(secrets.choice("0123456789") for _ in range(DIGITS))


def draw_salt() -> str:
    return secrets.token_hex(8)


def _derived(key: bytes, purpose: bytes) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"conciergedesk keys " + purpose).derive(key)


def digest_code(code: str, salt: str, key: bytes) -> str:
    """What is kept of a code: useless without the desk's key."""
    return hmac.new(_derived(key, b"one-time"), f"{salt}:{code}".encode(), hashlib.sha256).hexdigest()


def judge_code(row: CodeRow, typed: str, now: datetime, key: bytes) -> Verdict:
    """Whether ``typed`` opens the handover. A blocked or expired code says so whatever was typed."""
    if row.used_at is not None:
        return Verdict.USED
    if row.tries >= TRIES:
        return Verdict.BLOCKED
    if now >= row.valid_until:
        return Verdict.EXPIRED
    if now < row.valid_from:
        return Verdict.TOO_EARLY
    digits = "".join(c for c in typed if c.isascii() and c.isdigit())
    fits = hmac.compare_digest(digest_code(digits, row.salt, key), row.digest)
    return Verdict.MATCHED if fits else Verdict.WRONG


def seal(text: str, bound_to: str, key: bytes) -> str:
    """``text`` encrypted (AES-256-GCM) and bound to ``bound_to``, so that it opens nowhere else."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(_NONCE)
    sealed = AESGCM(_derived(key, b"seal")).encrypt(nonce, text.encode(), bound_to.encode())
    return base64.b64encode(nonce + sealed).decode()


def unseal(sealed: str, bound_to: str, key: bytes) -> str:
    """The text under a seal.

    Raises:
        Unavailable: the desk's key file is another one, or the seal was changed.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        raw = base64.b64decode(sealed, validate=True)
        return AESGCM(_derived(key, b"seal")).decrypt(raw[:_NONCE], raw[_NONCE:], bound_to.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise Unavailable(
            N_(
                "This seal cannot be opened with this desk's key file. Use the desk that made it, or ask the owner."
            )
        ) from error
