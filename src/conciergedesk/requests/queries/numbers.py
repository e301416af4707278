"""What people call a request, a call and a person."""

from __future__ import annotations

from conciergedesk.core.errors import NotFound
from conciergedesk.core.i18n import N_

REF = "D-"
CALL_REF = "R-"


def ref(request_id: int) -> str:
    """The number people say: ``D-2417``."""
    return f"{REF}{request_id}"


def read_ref(text: str) -> int:
    """The id behind ``D-2417``, ``d2417`` or ``2417``.

    Raises:
        NotFound: it is not a request number.
    """
    bare = text.strip().upper().removeprefix("D").removeprefix("-")
    if not (bare.isascii() and bare.isdigit() and len(bare) < 12):
        raise NotFound(N_("“{text}” is not a request number such as D-2417."), text=text[:40])
    return int(bare)


def full_name(first: str | None, last: str | None) -> str:
    """A name in one piece; nothing for nobody."""
    return f"{first or ''} {last or ''}".strip()
