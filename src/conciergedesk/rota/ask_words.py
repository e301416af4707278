"""What people ask of each other, in one sentence: the same on the board and on the rota."""

from __future__ import annotations

from collections.abc import Callable

from conciergedesk.core.i18n import _, show_date
from conciergedesk.rota.asking import AskCard


def sentence_of(ask: AskCard, name: Callable[[str], str], label: Callable[[str], str], me: str = "") -> str:
    """What is asked, in one sentence; to the person ``me`` their own days are theirs."""
    if ask.kind == "notice":
        nothing = "–"
        days = [
            f"{show_date(one.day)} {' '.join(one.before) or nothing} → {' '.join(one.after) or nothing}"
            for one in ask.told_days
        ]
        if me and ask.person == me:
            return _("your days have changed: {days}", days=", ".join(days))
        return _("days of {a} have changed: {days}", a=name(ask.person), days=", ".join(days))
    first = f"{label(ask.shift)}, {show_date(ask.day)}"
    if ask.kind == "swap" and ask.partner_day is not None:
        second = f"{label(ask.partner_shift)}, {show_date(ask.partner_day)}"
        return _(
            "{a} gives {first} for {second} of {b}", a=name(ask.person), first=first, second=second,
            b=name(ask.partner),
        )  # fmt: skip
    if ask.kind == "call" and not ask.partner:
        if not ask.person:
            return _("volunteers wanted: {first}", first=first)
        return _("{a} looks for a volunteer: {first}", a=name(ask.person), first=first)
    if not ask.person:
        return _("{b} takes {first}", b=name(ask.partner), first=first)
    return _("{b} takes {first} of {a}", b=name(ask.partner), first=first, a=name(ask.person))
