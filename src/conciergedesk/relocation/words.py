"""What acts and figures of relocation files are called; needs no database."""

from __future__ import annotations

from conciergedesk.core.i18n import N_

SILENT_DAYS = 14
"""Days without a word after which a household counts as silent."""

CLOSING = "closing"
"""The contact by which a file ends: the survey six months after the arrival."""

RELOCATION_ACTS = {
    "relocation.opened": N_("file opened"),
    "relocation.given": N_("given to another coach"),
    "relocation.backed_up": N_("back-up changed"),
    "relocation.file_changed": N_("file changed"),
    "relocation.stage_entered": N_("stage changed"),
    "relocation.closed": N_("file closed"),
    "relocation.declined": N_("offer declined"),
    "relocation.read": N_("file read"),
    "relocation.item_to_do": N_("to do again"),
    "relocation.item_in_progress": N_("begun"),
    "relocation.item_waiting": N_("waits"),
    "relocation.item_done": N_("item done"),
    "relocation.item_not_applicable": N_("does not apply"),
    "relocation.item_put_off": N_("item put off"),
    "relocation.item_given": N_("given to somebody else"),
    "relocation.item_blocked": N_("has to wait for others"),
    "relocation.item_added": N_("item added"),
    "relocation.item_sent": N_("sent to the desk"),
    "relocation.item_back": N_("back from the desk"),
    "relocation.item_redated": N_("dated anew"),
    "relocation.item_dated": N_("dated"),
    "relocation.item_dropped": N_("no longer in the plan"),
    "relocation.service_used": N_("service of the package used"),
    "relocation.arrival_moved": N_("arrival moved"),
    "relocation.event_learned": N_("event dated"),
    "relocation.household_changed": N_("household changed"),
    "relocation.plan_changed": N_("plan changed"),
    "relocation.plan_published": N_("plan published"),
    "relocation.followup_held": N_("contact held"),
    "relocation.followup_redated": N_("contact dated anew"),
    "relocation.pulse_noted": N_("pulse noted"),
    "relocation.action_opened": N_("action opened for the supervisor"),
    "relocation.action_taken": N_("action taken"),
    "relocation.action_put_off": N_("action put off"),
    "relocation.action_closed": N_("action closed"),
    "relocation.ambassador": N_("ambassador proposal"),
    "relocation.risk_flagged": N_("risk flagged"),
    "relocation.risk_reviewed": N_("risk reviewed"),
    "relocation.risk_cleared": N_("risk over"),
    "relocation.asked": N_("asked"),
    "relocation.reminded": N_("reminded"),
    "relocation.answered": N_("answered"),
    "relocation.document_seen": N_("document seen"),
    "relocation.expiry_told": N_("expiry told"),
    "relocation.document_dropped": N_("document taken off"),
    "relocation.telework_noted": N_("telework days noted"),
    "relocation.noted": N_("note written"),
    "relocation.needs_answered": N_("needs noted"),
    "relocation.needs_complete": N_("needs interview complete"),
    "relocation.programme_planned": N_("programme begun"),
    "relocation.programme_assigned": N_("programme assigned"),
    "relocation.programme_sent": N_("programme sent"),
    "relocation.programme_cancelled": N_("programme cancelled"),
    "relocation.part_added": N_("part added"),
    "relocation.part_cancelled": N_("part cancelled"),
    "relocation.operator_named": N_("operator named"),
    "relocation.decided": N_("decision noted"),
    "relocation.shortened": N_("data shortened"),
    "relocation.programme_shortened": N_("data shortened"),
}
"""What each act of the room is called in timelines."""

FIGURE_DEFINITIONS = (
    (N_("Legal items on time"), N_("Legal items done on or before their day, of those done or past it.")),
    (
        N_("Contacts within ±3 days"),
        N_("Scheduled contacts held at most 3 days early or late, of those held or past."),
    ),
    (
        N_("Days to lease"),
        N_("Days from the opening of the file to the signed lease; the middle one of all files."),
    ),
    (N_("Pulse"), N_("Mean of all pulses, 0 to 10. Recommending: share of 9 and 10 minus share of 0 to 6.")),
    (N_("Closed by owner"), N_("Items that are done or do not apply, of all items, by who does them.")),
)
"""What each figure is made of, printed under it."""
