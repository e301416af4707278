"""Reads about requests: columns into frozen values."""

from conciergedesk.requests.queries.cards import (
    AppointmentCard,
    Contact,
    NoteLine,
    RequestCard,
    Span,
    TickedStep,
    request_card,
)
from conciergedesk.requests.queries.finding import LookAlike, find_requests, kept_today, look_alikes
from conciergedesk.requests.queries.numbers import CALL_REF, REF, read_ref, ref
from conciergedesk.requests.queries.open_work import (
    ROWS_AT_ONCE,
    OpenCallBack,
    OpenRequest,
    each_open_request,
    kept_since,
    open_call_backs,
    open_requests,
)

__all__ = [
    "CALL_REF",
    "REF",
    "ROWS_AT_ONCE",
    "AppointmentCard",
    "Contact",
    "LookAlike",
    "NoteLine",
    "OpenCallBack",
    "OpenRequest",
    "RequestCard",
    "Span",
    "TickedStep",
    "each_open_request",
    "find_requests",
    "kept_since",
    "kept_today",
    "look_alikes",
    "open_call_backs",
    "open_requests",
    "read_ref",
    "ref",
    "request_card",
]
