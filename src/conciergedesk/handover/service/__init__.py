"""What is done with the shift log and with handovers, as verbs in the operator's words.

``log`` writes lines and promises, ``desk`` what lies at the desk, ``drafting`` makes and signs a handover,
``receiving`` takes it, ``watch`` writes down what time did. Each verb is one unit of work.
"""

from conciergedesk.handover.service.desk import cash, give_out, note_vehicle, take_in
from conciergedesk.handover.service.drafting import add_line, draft, edit_line, remove_line, sign
from conciergedesk.handover.service.log import (
    About,
    correct_line,
    drop_promise,
    give_promise,
    keep_promise,
    log,
    put_off_promise,
)
from conciergedesk.handover.service.receiving import (
    accept,
    acknowledge,
    acknowledge_steady,
    answer,
    ask,
    read,
    write_synthesis,
)
from conciergedesk.handover.service.watch import note_what_time_did

__all__ = [
    "About",
    "accept",
    "acknowledge",
    "acknowledge_steady",
    "add_line",
    "answer",
    "ask",
    "cash",
    "correct_line",
    "draft",
    "drop_promise",
    "edit_line",
    "give_out",
    "give_promise",
    "keep_promise",
    "log",
    "note_vehicle",
    "note_what_time_did",
    "put_off_promise",
    "read",
    "remove_line",
    "sign",
    "take_in",
    "write_synthesis",
]
