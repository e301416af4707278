"""What is printed under each figure: its name, formula, population and exclusions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from conciergedesk.core.i18n import N_


@dataclass(frozen=True, slots=True)
class Definition:
    """English source sentences; ``target`` is the value that should be reached, when the house has one."""

    code: str
    title: str
    population: str
    formula: str
    target: float | None = None
    labels: Mapping[str, str] | None = None
    """Names of the values by key."""


def _one(
    code: str, title: str, population: str, formula: str, target: float | None = None, **labels: str
) -> Definition:
    return Definition(code, title, population, formula, target, labels)


DEFINITIONS: tuple[Definition, ...] = (
    _one(
        "K1", N_("First answer"), N_("requests opened in the period, without duplicates"),
        N_("first human answer minus opening, on the clock of the priority; share within target"), 90.0,
        within=N_("fig|within target"), median=N_("fig|median"), p90=N_("fig|nine in ten within"),
    ),
    _one(
        "K2", N_("Time to resolution"), N_("requests first resolved in the period"),
        N_("elapsed on the clock minus waiting for the client; dated bookings resolve when confirmed"),
        median=N_("fig|median"), p90=N_("fig|nine in ten within"), resolved=N_("fig|resolved"),
    ),
    _one(
        "K3", N_("Commitments kept"), N_("requests whose target fell in the period or that were resolved in it"),
        N_("kept ÷ (kept + missed); kept = by the promise + 15 min or the target, client pauses left out"), 90.0,
        attainment=N_("fig|kept"),
    ),
    _one(
        "K4", N_("Open and their age"), N_("open at the end of the period, or now"),
        N_("age = instant minus opening, in calendar hours"),
        open=N_("fig|open"), under_4h=N_("fig|under 4 h"), under_24h=N_("fig|under 24 h"),
        under_3d=N_("fig|under 3 days"),
        under_7d=N_("fig|under 7 days"), older=N_("fig|7 days and more"), oldest=N_("fig|oldest five"),
    ),
    _one(
        "K5", N_("Reopened"), N_("requests done in the period"),
        N_("reopened within 7 days of the first time done ÷ done"), reopened=N_("fig|reopened"),
    ),
    _one(
        "K6", N_("Solved at first contact"), N_("hotline tickets closed in the period"),
        N_("solved in the first conversation, no second level, no visit, not reopened within 7 days ÷ tickets"),
        first_contact=N_("fig|at first contact"), incidents=N_("fig|mass incidents"),
    ),
    _one(
        "K7", N_("Service level 80/20"), N_("calls and chats offered in the hours of their line"),
        N_("answered within 20 s ÷ (answered + abandoned after 5 s or more)"), 80.0, level=N_("fig|within 20 s"),
    ),
    _one(
        "K8", N_("Abandoned calls"), N_("calls and chats offered in the hours of their line"),
        N_("abandoned after 5 s or more ÷ (answered + abandoned after 5 s or more)"), abandoned=N_("fig|abandoned"),
    ),
    _one(
        "K9", N_("Speed of answer"), N_("answered calls"),
        N_("mean wait; mean of talk and wrap-up"),
        speed=N_("fig|mean wait"), handle=N_("fig|talk and wrap-up"), answered=N_("fig|answered"),
    ),
    _one(
        "K10", N_("Satisfaction"), N_("answered surveys"),
        N_("share of 4 and 5 on a scale of 5; mean; below 10 answers shown as few answers"),
        satisfied=N_("fig|4 or 5"), mean=N_("fig|mean"), answers=N_("fig|answers"),
    ),
    _one(
        "K11", N_("Recommendation"), N_("relocation surveys"), N_("share of 9–10 minus share of 0–6"),
        nps=N_("fig|net score"), answers=N_("fig|answers"),
    ),
    _one(
        "K12", N_("Providers' reliability"), N_("confirmed orders due in the period, weather left out"),
        N_("on time and complete ÷ due; no rank below 5 orders"),
        reliable=N_("fig|on time, complete"), accepted=N_("fig|time to accept"), refusals=N_("fig|refused"),
        no_shows=N_("fig|did not come"),
    ),
    _one(
        "K13", N_("Commission"), N_("bookings performed in the period"),
        N_("sum of base without VAT × rate valid at booking, rounded half up per line"),
        due=N_("fig|due"), invoiced=N_("fig|invoiced"), paid=N_("fig|paid"), disputed=N_("fig|disputed"),
    ),
    _one(
        "K14", N_("Promises kept"), N_("promises due in the period"), N_("kept at or before their moment ÷ due"),
        95.0, kept=N_("fig|kept"),
    ),
    _one(
        "K15", N_("Handovers"), N_("changes of shift of the period"),
        N_("accepted within 20 min ÷ changes; mean of open items; counts with a difference"), 95.0,
        in_time=N_("fig|in time"), items=N_("fig|items passed on"), difference=N_("fig|key counts with a difference"),
    ),
    _one(
        "K16", N_("Key discipline"), N_("outings begun in the period"),
        N_("overdue by 30 min or more ÷ outings; breaks of the chain; seals opened without a reason (must be 0)"),
        overdue=N_("fig|overdue"), returned=N_("fig|returned"), returned_late=N_("fig|returned late"),
        lost=N_("fig|lost"),
        breaks=N_("fig|breaks of the chain"), seals_without_reason=N_("fig|seals without a reason"),
    ),
    _one(
        "K17", N_("Cover"), N_("seats needed in the period"), N_("staffed minutes ÷ needed minutes"), 100.0,
        covered=N_("fig|covered"), staffed=N_("fig|staffed"), needed=N_("fig|needed"), holes=N_("fig|holes"),
        missing=N_("fig|missing"),
    ),
    _one(
        "K18", N_("Relocation"), N_("dated items of relocation files"),
        N_("legal items on time; follow-ups within 3 days; days to the lease"),
        legal=N_("fig|legal items on time"), follow_ups=N_("fig|follow-ups in time"), lease=N_("fig|days to the lease"),
    ),
    _one(
        "K19", N_("Use of packs"), N_("packs in use"), N_("credits used ÷ bought; days left at the pace of late"),
        used=N_("fig|used"), days_left=N_("fig|days left"),
    ),
    _one(
        "K20", N_("Knowledge"), N_("hotline tickets closed in the period; articles"),
        N_("tickets closed with an article ÷ tickets; articles past their review date"),
        with_article=N_("fig|with an article"), past_review=N_("fig|articles to review"),
    ),
)  # fmt: skip

BY_CODE: Mapping[str, Definition] = {one.code: one for one in DEFINITIONS}

VIEWS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "all": (N_("view|everything"), tuple(one.code for one in DEFINITIONS)),
    "elected": (N_("view|elected officials"), ("K3", "K4", "K10", "K11", "K14", "K17", "K18")),
    "professionals": (N_("view|professionals"), ("K6", "K7", "K8", "K9", "K12", "K13", "K20")),
    "visitors": (N_("view|visitors"), ("K1", "K2", "K3", "K5", "K10", "K14")),
}
"""Three clients, three views: who reads the report decides which figures come first."""

PROMISES: tuple[tuple[str, str, str], ...] = (
    (N_("Welcome"), "K10", "satisfied"),
    (N_("Simplicity"), "K5", "reopened"),
    (N_("Closeness"), "K12", "reliable"),
    (N_("Efficiency"), "K3", "attainment"),
)
"""The four promises of the desk and the figure that measures each."""

AGENT_CAUTION = N_(
    "By person only to help: the log is for safety, not for rating people. Small numbers say little; "
    "look at the team first."
)


def label_of(code: str, key: str) -> str:
    """The English source of a value's name; states of the backlog carry their own."""
    if key.startswith("state:"):
        return key.partition(":")[2]
    return (BY_CODE[code].labels or {}).get(key, key)
