"""Who may do what. One table: role by right."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum


class Role(StrEnum):
    ASSISTANT = "assistant"
    COACH = "coach"
    HOTLINE = "hotline"
    SUPERVISOR = "supervisor"


class Team(StrEnum):
    """A team has its own service hours and its own queue."""

    CONCIERGE = "concierge"
    COACH = "coach"
    TECHNICAL = "technical"
    COMMERCIAL = "commercial"


class Right(StrEnum):
    """An act that a role may do. Every service verb asks for one."""

    WORK_REQUESTS = "work_requests"
    ASSIGN_OTHERS = "assign_others"
    CHANGE_PRIORITY = "change_priority"
    REFUSE_REQUESTS = "refuse_requests"
    SEE_HEALTH = "see_health"
    WRITE_LOG = "write_log"
    EDIT_CUSTOMERS = "edit_customers"
    ERASE_CUSTOMERS = "erase_customers"
    EDIT_PROVIDERS = "edit_providers"
    ASK_UNRELIABLE = "ask_unreliable"
    IMPORT_DATA = "import_data"
    HANDLE_KEYS = "handle_keys"
    OPEN_SEALS = "open_seals"
    LEND_TO_LATE = "lend_to_late"
    COACH_FILES = "coach_files"
    SEE_ALL_FILES = "see_all_files"
    ANSWER_HOTLINE = "answer_hotline"
    EDIT_KNOWLEDGE = "edit_knowledge"
    SEE_ROTA = "see_rota"
    PLAN_ROTA = "plan_rota"
    SIGN_EXCEPTIONS = "sign_exceptions"
    HAND_OVER = "hand_over"
    SEE_REPORTS = "see_reports"
    IMPROVE = "improve"
    MANAGE_STAFF = "manage_staff"
    SET_UP_DESK = "set_up_desk"


_EVERYONE = {
    Right.WORK_REQUESTS,
    Right.CHANGE_PRIORITY,
    Right.WRITE_LOG,
    Right.EDIT_CUSTOMERS,
    Right.EDIT_PROVIDERS,
    Right.HANDLE_KEYS,
    Right.SEE_ROTA,
    Right.HAND_OVER,
}

RIGHTS: dict[Role, frozenset[Right]] = {
    Role.ASSISTANT: frozenset(_EVERYONE | {Right.SEE_HEALTH, Right.OPEN_SEALS, Right.REFUSE_REQUESTS}),
    Role.COACH: frozenset(_EVERYONE | {Right.COACH_FILES, Right.REFUSE_REQUESTS}),
    Role.HOTLINE: frozenset(_EVERYONE | {Right.ANSWER_HOTLINE}),
    Role.SUPERVISOR: frozenset(Right),
}

FREE_ATTEMPTS = 5
LOCK_ATTEMPTS = 10


def next_attempt_at(failures: int, last_failure: datetime) -> datetime | None:
    """When the next try is allowed after ``failures`` wrong ones; ``None`` when a supervisor must unlock.

    The wait doubles from one second after the fifth failure; the tenth locks. A failure that lies in the future
    was written before somebody set the clock back: the caller lets that try pass, it still counts.
    """
    if failures >= LOCK_ATTEMPTS:
        return None
    if failures < FREE_ATTEMPTS:
        return last_failure
    return last_failure + timedelta(seconds=2 ** (failures - FREE_ATTEMPTS))
