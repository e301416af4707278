"""Money is integer cents and a currency; it is never a float."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import LOCALES, N_, active_language


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in cents."""

    cents: int
    currency: str = "EUR"

    def __add__(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise ValueError("amounts of two currencies do not add up")
        return Money(self.cents + other.cents, self.currency)


def show_money(amount: Money, language: str | None = None) -> str:
    from babel.numbers import format_currency

    return format_currency(
        Decimal(amount.cents) / 100, amount.currency, locale=LOCALES[language or active_language()]
    )


_AMOUNT = re.compile(r"^(-?\d{1,12})(?:[.,](\d{1,2}))?$")


def read_money(text: str, field: str = "amount") -> Money:
    """Read ``12``, ``12,50`` or ``1 234,50 €``.

    Raises:
        InvalidInput: when the text is not one unambiguous amount (``1.234`` may be a thousand).
    """
    bare = re.sub(r"[\s\u00a0\u202f€]|EUR", "", text)
    match = _AMOUNT.match(bare)
    if match is None:
        raise InvalidInput(N_("“{text}” is not an amount. Write 12 or 12,50."), field=field, text=text[:40])
    euros, cents = match.groups()
    value = abs(int(euros)) * 100 + int((cents or "0").ljust(2, "0"))
    return Money(-value if bare.startswith("-") else value)
