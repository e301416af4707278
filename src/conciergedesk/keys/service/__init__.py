"""What is done with keys, as verbs in the operator's words.

``register`` keeps sets and mandates, ``entrusting`` notes what an owner brings, ``handing`` gives out and takes
back, ``moving`` moves and corrects, ``proofs`` keeps codes and seals, ``planning`` reserves, ``chasing`` gets them
back, ``counting`` counts the cabinet, ``losses`` runs the procedures. Each verb is one unit of work; a line of the
register is never undone, a wrong one is followed by a correction.
"""

from conciergedesk.keys.service.chasing import Chased, chase_holder, holder_answered
from conciergedesk.keys.service.counting import count_set, finish_count, start_count, uncount_set
from conciergedesk.keys.service.entrusting import Entrusted, entrust
from conciergedesk.keys.service.handing import HandedOver, HandOver, TakeBack, TakenBack, hand_over, take_back
from conciergedesk.keys.service.losses import (
    close_incident,
    declare_lost,
    do_step,
    found_again,
    judge_risk,
    open_incident,
    owner_decides,
    skip_step,
)
from conciergedesk.keys.service.moving import carry, correct_line, give_back_to_owner, prolong, retire
from conciergedesk.keys.service.planning import Reserved, cancel_reservation, reserve
from conciergedesk.keys.service.proofs import (
    CodeCheck,
    MadeCode,
    check_code,
    make_code,
    open_seal,
    put_under_seal,
    withdraw_code,
)
from conciergedesk.keys.service.register import (
    Address,
    NewSet,
    Registered,
    add_place,
    change_pieces,
    describe_set,
    register_set,
    renew_mandate,
    retag,
    see_address,
)

__all__ = [
    "Address",
    "Chased",
    "CodeCheck",
    "Entrusted",
    "HandOver",
    "HandedOver",
    "MadeCode",
    "NewSet",
    "Registered",
    "Reserved",
    "TakeBack",
    "TakenBack",
    "add_place",
    "cancel_reservation",
    "carry",
    "change_pieces",
    "chase_holder",
    "check_code",
    "close_incident",
    "correct_line",
    "count_set",
    "declare_lost",
    "describe_set",
    "do_step",
    "entrust",
    "finish_count",
    "found_again",
    "give_back_to_owner",
    "hand_over",
    "holder_answered",
    "judge_risk",
    "make_code",
    "open_incident",
    "open_seal",
    "owner_decides",
    "prolong",
    "put_under_seal",
    "register_set",
    "renew_mandate",
    "reserve",
    "retag",
    "retire",
    "see_address",
    "skip_step",
    "start_count",
    "take_back",
    "uncount_set",
    "withdraw_code",
]
