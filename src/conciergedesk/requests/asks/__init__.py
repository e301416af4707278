"""Asking providers for a request: one line each, with a clock; acceptance fills the booking.

``ask_reading`` reads the lines and the records that follow from them, ``ask_letters`` writes the confirmation.
"""

from conciergedesk.requests.asks.answers import (
    ANSWERABLE,
    Booking,
    accepted,
    counter_offered,
    declined,
    note_silences,
    withdraw,
)
from conciergedesk.requests.asks.asking import ANSWER_MINUTES, BELOW_WORDS, CHANNELS, ask_provider
from conciergedesk.requests.asks.bookings import (
    called_off_by_provider,
    called_off_by_weather,
    client_told,
    performed,
)
from conciergedesk.requests.asks.lines import OPEN_ASKS

__all__ = [
    "ANSWERABLE",
    "ANSWER_MINUTES",
    "BELOW_WORDS",
    "CHANNELS",
    "OPEN_ASKS",
    "Booking",
    "accepted",
    "ask_provider",
    "called_off_by_provider",
    "called_off_by_weather",
    "client_told",
    "counter_offered",
    "declined",
    "note_silences",
    "performed",
    "withdraw",
]
