"""What is done with requests, as verbs in the operator's words.

``intake`` notes them, ``work`` moves them on, ``outcome`` ends them, ``promises`` keeps call-backs and
appointments, ``watch`` writes down what time did, ``retention`` forgets in time. Each verb is one unit of work.
"""

from conciergedesk.requests.service.intake import NewRequest, add_participant, capture, correct, follow_up
from conciergedesk.requests.service.outcome import (
    cancel,
    close,
    confirm,
    finish,
    mark_duplicate,
    refuse,
    reopen,
    unconfirm,
    weather_cancelled,
)
from conciergedesk.requests.service.promises import (
    agree_appointment,
    call_attempted,
    drop_call_back,
    end_appointment,
    keep_call_back,
    promise_call_back,
    put_off_call_back,
)
from conciergedesk.requests.service.retention import Forgotten, forget_words
from conciergedesk.requests.service.watch import note_what_time_did
from conciergedesk.requests.service.work import (
    answer_danger,
    assign,
    change_priority,
    claim,
    give_to_team,
    note,
    qualify,
    release,
    resume,
    snooze,
    tick,
    untick,
    wait_client,
    wait_provider,
)

__all__ = [
    "Forgotten",
    "NewRequest",
    "add_participant",
    "agree_appointment",
    "answer_danger",
    "assign",
    "call_attempted",
    "cancel",
    "capture",
    "change_priority",
    "claim",
    "close",
    "confirm",
    "correct",
    "drop_call_back",
    "end_appointment",
    "finish",
    "follow_up",
    "forget_words",
    "give_to_team",
    "keep_call_back",
    "mark_duplicate",
    "note",
    "note_what_time_did",
    "promise_call_back",
    "put_off_call_back",
    "qualify",
    "refuse",
    "release",
    "reopen",
    "resume",
    "snooze",
    "tick",
    "unconfirm",
    "untick",
    "wait_client",
    "wait_provider",
    "weather_cancelled",
]
