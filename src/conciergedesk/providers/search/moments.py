"""Moments in a query, found by the words of the whole desk and made into one instant to be open at."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from conciergedesk.core.moments import find_moments
from conciergedesk.providers.search.entry import FindMoment, Moment

_NOON = timedelta(hours=12)


def desk_moments(zone: tzinfo) -> FindMoment:
    """What finds moments in queries typed in ``zone``.

    A day without a time stands for its noon, a stretch such as *ce soir* for its middle.
    """

    def find(query: str, now: datetime) -> Moment | None:
        for spans, moment in find_moments(query, now, zone):
            at = moment.start
            if moment.date_only:
                at += _NOON
            elif moment.loose and moment.end is not None:
                at += (moment.end - moment.start) / 2
            return Moment(at, spans, moment.words)
        return None

    return find
