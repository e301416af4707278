"""Which acts need more than everybody's rights; what is not allowed is not offered in footer, help and palette.

The service refuses again whatever is asked of it: this table only keeps an act from being offered in vain.
"""

from __future__ import annotations

from collections.abc import Collection

from conciergedesk.core.i18n import N_, _
from conciergedesk.staff.rules import RIGHTS, Right, Role

_BY_ACT: dict[str, Right] = {
    "relocation.view": Right.SEE_ALL_FILES,
    "hotline.take": Right.ANSWER_HOTLINE,
    "hotline.status": Right.ANSWER_HOTLINE,
    "hotline.article": Right.ANSWER_HOTLINE,
    "hotline.missed": Right.ANSWER_HOTLINE,
    "hotline.incident": Right.ANSWER_HOTLINE,
    "rota.generate": Right.PLAN_ROTA,
    "rota.publish": Right.PLAN_ROTA,
    "rota.drop": Right.PLAN_ROTA,
    "rota.recover": Right.PLAN_ROTA,
    "rota.team": Right.PLAN_ROTA,
    "rota.versions": Right.PLAN_ROTA,
    "providers.import": Right.IMPORT_DATA,
}
_LOOKING = frozenset(
    {
        "relocation.open", "relocation.filter", "relocation.right", "relocation.left", "relocation.more",
    }
)  # fmt: skip
"""Acts on files that change nothing."""
ROLE_NAMES = {
    Role.ASSISTANT: N_("role|assistants"),
    Role.COACH: N_("role|coaches"),
    Role.HOTLINE: N_("role|hotline agents"),
    Role.SUPERVISOR: N_("role|supervisors"),
}


def needed_right(act_id: str) -> Right | None:
    """The right that an act needs beyond what everybody may do."""
    if act_id in _BY_ACT:
        return _BY_ACT[act_id]
    if act_id.startswith("relocation.") and act_id not in _LOOKING:
        return Right.COACH_FILES
    return None


def is_allowed(act_id: str, rights: Collection[str]) -> bool:
    """Whether somebody with these rights may do the act."""
    needed = needed_right(act_id)
    return needed is None or needed in rights or "*" in rights


def refusal(act_id: str) -> str:
    """Who may do an act, said to somebody who may not."""
    needed = needed_right(act_id)
    who = [_(name) for role, name in ROLE_NAMES.items() if needed in RIGHTS[role]]
    return _("This is for {roles}. Ask one of them.", roles=", ".join(who))
