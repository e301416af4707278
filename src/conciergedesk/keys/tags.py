"""The neutral number on a key set (*repère*): a number, a dash, a check digit, such as ``204-3``.

Digits are spoken alike by everybody at the desk; the check digit (Damm) finds every single wrong digit and
every swap of two neighbours, so that a misheard tag never names another owner's keys.
"""

from __future__ import annotations

import re

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_

HIGHEST = 99_999
SHOWN_DIGITS = 3
"""Numbers are written with at least this many digits, so that a forgotten check digit is noticed."""

_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
_TYPED = re.compile(r"([0-9]{1,5})[\s./\u2010-\u2015-]+([0-9])|([0-9]{4,6})")


def check_digit(number: int) -> int:
    """The digit that follows ``number`` on its tag."""
    state = 0
    for digit in str(number):
        state = _DAMM[state][int(digit)]
    return state


def show_tag(number: int) -> str:
    """The tag of ``number`` as it is printed and read: ``204-3``.

    Raises:
        InvalidInput: a number no tag can carry.
    """
    if not 1 <= number <= HIGHEST:
        raise InvalidInput(N_("A tag number lies between 1 and {highest}."), field="number", highest=HIGHEST)
    return f"{number:0{SHOWN_DIGITS}d}-{check_digit(number)}"


def read_tag(text: str) -> int:
    """The number of a typed tag: ``204-3``, ``204 3`` or ``2043``.

    Raises:
        InvalidInput: not a tag, or its check digit does not belong to its number.
    """
    match = _TYPED.fullmatch(text.strip())
    if match is None:
        raise InvalidInput(
            N_("“{text}” is not a tag. Type the number and its check digit, such as 204-3."),
            field="tag",
            text=text.strip()[:20],
        )
    dashed, its_digit, joined = match.groups()
    number, digit = (int(dashed), int(its_digit)) if joined is None else (int(joined[:-1]), int(joined[-1]))
    if number == 0 or check_digit(number) != digit:
        raise InvalidInput(
            N_("The check digit {digit} does not belong to key {number}. Read the tag once more."),
            field="tag",
            digit=digit,
            number=f"{number:0{SHOWN_DIGITS}d}",
        )
    return number
