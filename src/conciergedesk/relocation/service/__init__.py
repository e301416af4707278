"""What is done with relocation files, as verbs in the operator's words.

``opening`` opens, hands on and ends a file, ``closing`` ends it with its survey, ``items`` works its plan,
``arrival`` moves what dates hang on, ``following`` holds the contacts after the move, ``watching`` keeps an eye on
risks, silence and telework, ``papers`` on documents, ``talking`` keeps the thread and the needs interview,
``visiting`` plans visits, ``retention`` forgets in time.
"""

from conciergedesk.relocation.service.arrival import (
    change_household,
    learn_event,
    move,
    preview_move,
    preview_plan,
    publish_plan,
    use_plan,
)
from conciergedesk.relocation.service.closing import close_with_survey
from conciergedesk.relocation.service.following import (
    Held,
    close_action,
    hold_followup,
    note_pulse,
    propose_ambassador,
    put_off_action,
    take_action,
)
from conciergedesk.relocation.service.items import (
    add_item,
    block_item,
    give_item,
    put_off,
    send_to_desk,
    set_state,
    take_back,
    use_service,
)
from conciergedesk.relocation.service.opening import (
    NewFile,
    close_file,
    decline,
    enter_stage,
    hand_to_coach,
    look_in,
    open_file,
    set_back_up,
)
from conciergedesk.relocation.service.papers import drop_document, handle_expiry, see_document
from conciergedesk.relocation.service.retention import Shortened, shorten
from conciergedesk.relocation.service.talking import answer_needs, complete_needs, note
from conciergedesk.relocation.service.visiting import (
    add_part,
    assign_programme,
    cancel_part,
    cancel_programme,
    decide,
    name_operator,
    plan_programme,
    send_programme,
)
from conciergedesk.relocation.service.watching import (
    TimeDid,
    answered,
    ask,
    clear_risk,
    flag_risk,
    note_telework,
    note_what_time_did,
    remind,
    review_risk,
    watch,
)
from conciergedesk.relocation.service.writing import may_open

__all__ = [
    "Held", "NewFile", "Shortened", "TimeDid", "add_item", "add_part", "answer_needs", "answered", "ask",
    "assign_programme", "block_item", "cancel_part", "cancel_programme", "change_household", "clear_risk",
    "close_action", "close_file", "close_with_survey", "complete_needs", "decide", "decline", "drop_document",
    "enter_stage", "flag_risk", "give_item", "hand_to_coach", "handle_expiry", "hold_followup", "learn_event",
    "look_in", "may_open", "move", "name_operator", "note", "note_pulse", "note_telework", "note_what_time_did",
    "open_file", "plan_programme", "preview_move", "preview_plan", "propose_ambassador", "publish_plan", "put_off",
    "put_off_action", "remind", "review_risk", "see_document", "send_programme", "send_to_desk", "set_back_up",
    "set_state", "shorten", "take_action", "take_back", "use_plan", "use_service", "watch",
]  # fmt: skip
