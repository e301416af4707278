"""What the desk should say beside a moment before somebody relies on it."""

from __future__ import annotations

from conciergedesk.core.i18n import N_, translate
from conciergedesk.core.moments import Moment

_TOMORROW = N_("already past today, so tomorrow")
_NEXT_YEAR = N_("already past this year, so next year")
_SHIFTED = N_("this time does not exist that night: clocks go forward")
_REPEATED = N_("this hour comes twice that night: the first is meant")
_MISMATCH = N_("the weekday does not fit the date")
_OTHER = N_("or {other}?")


def moment_remarks(moment: Moment, language: str | None = None) -> list[str]:
    """Short remarks in ``language`` (default: that of the interface), the most surprising first."""
    remarks = []
    if moment.mismatch:
        remarks.append(translate(_MISMATCH, language))
    if moment.shifted:
        remarks.append(translate(_SHIFTED, language))
    if moment.repeated:
        remarks.append(translate(_REPEATED, language))
    if moment.rolled:
        remarks.append(translate(_TOMORROW, language))
    if moment.next_year:
        remarks.append(translate(_NEXT_YEAR, language))
    if moment.other is not None:
        remarks.append(translate(_OTHER, language, other=moment.other))
    return remarks
