"""The plans of the house, their checks, and the rules on states, risks, follow-ups, telework and figures."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from conciergedesk.core.errors import DeskError, InvalidFile, InvalidInput, RuleRefused
from conciergedesk.core.paths import knowledge_base
from conciergedesk.relocation.dates import Anchor, Anchors
from conciergedesk.relocation.plan_files import load_plans, parse_plan
from conciergedesk.relocation.plans import (
    Certainty,
    Fit,
    Nationality,
    Origin,
    Owner,
    Profile,
    Visa,
    Wish,
    WorkCountry,
)
from conciergedesk.relocation.reference_files import (
    load_cross_border,
    load_needs_form,
    load_packages,
    load_profiles,
    profiles_of,
)
from conciergedesk.relocation.rules import (
    FileFacts,
    Share,
    blockers_open,
    change_state,
    check_scores,
    closed_by_owner,
    computed_risks,
    count_telework,
    days_late,
    days_to_lease,
    followup_actions,
    followup_on_time,
    followups_on_time,
    is_overloaded,
    is_silent,
    legal_on_time,
    net_promoter,
    silence_step,
    stage_progress,
)
from conciergedesk.relocation.schedule import ItemState, PlannedItem, plan_for

FOLDER = knowledge_base() / "relocation"
SHELF = load_plans(FOLDER)
FAMILY = SHELF.plan("settling_family")
SOURCE = (FOLDER / "settling_family.toml").read_text(encoding="utf-8")
BORDER = load_cross_border(FOLDER)
TODAY = date(2027, 3, 25)


def test_the_family_plan_has_its_fifty_two_items_and_twelve_stages() -> None:
    assert list(FAMILY.items) == [f"A{number:02}" for number in range(1, 53)]
    assert list(FAMILY.stages) == [f"R{number}" for number in range(12)]
    assert len(SHELF.plan("light_file").items) == 3


def test_every_item_is_written_in_three_languages_with_a_source() -> None:
    for item in FAMILY.items.values():
        assert item.label.fr and item.label.en and item.label.de, item.id
        assert item.reference.source.date <= item.reference.checked_on
        assert item.reference.checked_on == date(2026, 11, 15)
        assert item.reference.text.in_language("de") == item.reference.text.en


def test_only_what_was_checked_and_is_fresh_is_shown_as_a_fact() -> None:
    visa, vaccines = FAMILY.items["A31"].reference, FAMILY.items["A17"].reference
    assert visa.is_fact(TODAY)
    assert not visa.is_fact(date(2027, 11, 16))
    assert visa.is_stale(date(2027, 11, 16))
    assert vaccines.certainty is Certainty.UNCERTAIN
    assert not vaccines.is_fact(TODAY)


def test_legal_deadlines_hang_on_their_own_events() -> None:
    anchors = {name: FAMILY.items[name].anchor for name in ("A23", "A25", "A31", "A38", "A48")}
    assert anchors == {
        "A23": Anchor.PURCHASE,
        "A25": Anchor.CONTRACT_START,
        "A31": Anchor.ENTRY,
        "A38": Anchor.MOVE,
        "A48": Anchor.EXPIRY,
    }
    assert FAMILY.items["A31"].legal


@pytest.mark.parametrize(
    ("profile", "there", "absent"),
    [
        (Profile(nationality=Nationality.EU), "A10", "A02"),
        (Profile(nationality=Nationality.OTHER, comes_from=Origin.ABROAD), "A03", "A27"),
        (Profile(work_country=WorkCountry.LU), "A49", "A25"),
        (Profile(work_country=WorkCountry.FR), "A25", "A49"),
        (Profile(children=(1,)), "A18", "A15"),
        (Profile(children=(3,)), "A15", "A16"),
        (Profile(children=(11,)), "A16", "A19"),
        (Profile(visa=Visa.CARD_TO_REQUEST), "A01", "A31"),
        (Profile(pets=("dog",)), "A20", "A43"),
        (Profile(partner=True), "A43", "A20"),
    ],
)
def test_items_are_filtered_by_the_household(profile: Profile, there: str, absent: str) -> None:
    ids = {planned.id for planned in plan_for(FAMILY, profile, Anchors(date(2027, 4, 12)))}
    assert there in ids
    assert absent not in ids


def test_an_unknown_fact_keeps_the_item_to_be_confirmed() -> None:
    assert FAMILY.items["A31"].when.fit(Profile()) is Fit.UNKNOWN
    assert FAMILY.items["A15"].when.fit(Profile()) is Fit.NO


def test_the_version_is_the_content() -> None:
    assert parse_plan(SOURCE, "settling_family.toml").version == FAMILY.version
    assert parse_plan(SOURCE + "\n# a note\n", "settling_family.toml").version != FAMILY.version


@pytest.mark.parametrize(
    ("plan", "version", "field"),
    [("nowhere", "", "plan"), ("settling_family", "000000000000", "plan_version")],
)
def test_an_unknown_plan_or_version_is_refused_by_field(plan: str, version: str, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        SHELF.plan(plan, version)
    assert caught.value.field == field
    assert caught.value.in_language("fr") != caught.value.in_language("en")
    assert SHELF.plan("settling_family", FAMILY.version) is FAMILY


BROKEN = [
    ("an offset without anchor", 'anchor = "d0"\ndue = "-90d"', 'due = "-90d"', "item A01", "anchor"),
    (
        "an unknown anchor",
        'anchor = "d0"\ndue = "-90d"',
        'anchor = "easter"\ndue = "-90d"',
        "item A01",
        "anchor",
    ),
    ("a strange offset", 'due = "-90d"', 'due = "three weeks"', "item A01", "due"),
    (
        "a start after the end",
        'from = "-90d"\ndue = "-60d"',
        'from = "-30d"\ndue = "-60d"',
        "item A03",
        "from",
    ),
    ("a circle", 'blocked_by = ["A07", "A08"]', 'blocked_by = ["A12"]', "item A", "blocked_by"),
    ("an unknown blocker", 'blocked_by = ["A26"]', 'blocked_by = ["Z99"]', "item A04", "blocked_by"),
    ("an unknown stage", 'id = "A01"\nstage = "R4"', 'id = "A01"\nstage = "R44"', "item A01", "stage"),
    ("an unknown owner", 'owners = ["EM", "FA"]', 'owners = ["XX"]', "item A02", "owners"),
    ("nobody", 'owners = ["EM", "FA"]', "owners = []", "item A02", "owners"),
    (
        "an unknown document",
        'documents = ["passport", "contract"]',
        'documents = ["tarot"]',
        "item A02",
        "documents",
    ),
    (
        "an unknown source",
        'source = "welcome", certainty',
        'source = "hearsay", certainty',
        "item A02",
        "source",
    ),
    ("an unknown certainty", 'certainty = "uncertain"', 'certainty = "surely"', "item A03", "certainty"),
    ("a missing language", ', de = "Auftaktgespräch"', "", "item A01", "label"),
    ("a strange age range", "child_age = [3, 10]", "child_age = [10, 3]", "item A15", "child_age"),
    ("an unknown fact", "when = { housing", "when = { shoe_size", "item A07", "shoe_size"),
    ("an id used twice", 'id = "A02"', 'id = "A01"', "item A01", "id"),
    ("a review before the check", "review_by = 2027-11-15", "review_by = 2025-11-15", "", "review_by"),
    ("an unknown question", '"services", "housing", "urgent"]', '"weather"]', "followup D+7", "questions"),
    ("a threshold beyond the scale", "low = 6", "low = 60", "question pulse", "low"),
    ("a ladder that falls", "day = 3", "day = 0", "silence step", "day"),
    ("a misspelt field", "legal = true", "leagl = true", "item A02", "leagl"),
]


@pytest.mark.parametrize(
    ("old", "new", "where", "field"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN]
)
def test_a_broken_plan_is_refused_with_its_place(old: str, new: str, where: str, field: str) -> None:
    text = SOURCE
    assert old in text
    with pytest.raises(InvalidFile) as caught:
        parse_plan(text.replace(old, new, 1), "settling_family.toml")
    error = caught.value
    assert (error.file, error.field) == ("settling_family.toml", field)
    assert where in error.where
    assert error.in_language("fr") != error.in_language("en")


def test_an_unreadable_plan_file_is_refused_by_name(tmp_path: Path) -> None:
    folder = tmp_path / "relocation"
    shutil.copytree(FOLDER, folder)
    (folder / "broken.toml").write_bytes(b"\xff\xfe\x00plan")
    with pytest.raises(InvalidFile) as caught:
        load_plans(folder)
    assert caught.value.file == "broken.toml"
    (folder / "broken.toml").write_text("[[item", encoding="utf-8")
    with pytest.raises(InvalidFile) as caught:
        load_plans(folder)
    assert "end of document" in str(caught.value)


# --- states and stages -------------------------------------------------------------------------------------

ANCHORS = Anchors(date(2027, 4, 12), {Anchor.ENTRY: date(2027, 1, 4)})
HOUSEHOLD = Profile(adults=2, partner=True, children=(7,), visa=Visa.VLS_TS, nationality=Nationality.OTHER)
ITEMS = plan_for(FAMILY, HOUSEHOLD, ANCHORS)


def item(name: str) -> PlannedItem:
    return next(planned for planned in ITEMS if planned.id == name)


def closed(*names: str, state: ItemState = ItemState.DONE, on: date = TODAY) -> tuple[PlannedItem, ...]:
    done_on = on if state is ItemState.DONE else None
    return tuple(replace(p, state=state, done_on=done_on) if p.id in names else p for p in ITEMS)


def test_a_legal_item_needs_its_evidence() -> None:
    with pytest.raises(InvalidInput) as caught:
        change_state(item("A31"), ItemState.DONE, TODAY, plan=FAMILY, others=ITEMS)
    assert caught.value.field == "evidence"
    done = change_state(item("A31"), ItemState.DONE, TODAY, plan=FAMILY, others=ITEMS, evidence="page seen")
    assert (done.state, done.done_on, done.was_on_time()) == (ItemState.DONE, TODAY, True)


def test_an_item_waits_for_its_blockers_unless_they_do_not_apply() -> None:
    assert blockers_open(item("A12"), FAMILY, ITEMS) == ("A10",)
    with pytest.raises(RuleRefused):
        change_state(item("A12"), ItemState.DONE, TODAY, plan=FAMILY, others=ITEMS)
    free = closed("A10", state=ItemState.NOT_APPLICABLE)
    assert change_state(item("A12"), ItemState.DONE, TODAY, plan=FAMILY, others=free).state is ItemState.DONE


@pytest.mark.parametrize(
    ("state", "field"),
    [(ItemState.NOT_APPLICABLE, "reason"), (ItemState.WAITING, "waiting_for"), (ItemState.OVERDUE, "state")],
)
def test_a_state_without_its_reason_is_refused_by_field(state: ItemState, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        change_state(item("A29"), state, TODAY, plan=FAMILY, others=ITEMS)
    assert caught.value.field == field


def test_nothing_is_done_tomorrow() -> None:
    with pytest.raises(InvalidInput) as caught:
        change_state(
            item("A29"), ItemState.DONE, TODAY, plan=FAMILY, others=ITEMS, done_on=TODAY + timedelta(days=1)
        )
    assert caught.value.field == "done_on"


def test_reopening_an_item_forgets_its_day() -> None:
    done = replace(item("A29"), state=ItemState.DONE, done_on=TODAY)
    assert change_state(done, ItemState.TO_DO, TODAY, plan=FAMILY, others=ITEMS).done_on is None


def test_overdue_is_seen_but_not_stored() -> None:
    late = replace(item("A05"), due=TODAY - timedelta(days=1))
    assert (late.state, late.shown_state(TODAY)) == (ItemState.TO_DO, ItemState.OVERDUE)
    assert late.shown_state(TODAY - timedelta(days=1)) is ItemState.TO_DO


def test_stages_count_their_items_and_span_their_dates() -> None:
    progress = {one.stage: one for one in stage_progress(FAMILY, closed("A15"), TODAY)}
    assert sum(one.total for one in progress.values()) == len(ITEMS)
    schools = progress["R6"]
    assert (schools.closed, schools.total, schools.is_complete) == (1, 3, False)
    assert progress["R0"].total == 0
    assert not progress["R0"].is_complete
    assert progress["R8"].first is not None


# --- risks, silence, follow-ups ----------------------------------------------------------------------------

FACTS = FileFacts(HOUSEHOLD, ANCHORS)


def test_the_visa_flag_stands_from_sixty_days_after_entry_until_it_is_validated() -> None:
    assert "visa_unvalidated_E+60" not in computed_risks(ITEMS, FACTS, date(2027, 3, 4))
    assert "visa_unvalidated_E+60" in computed_risks(ITEMS, FACTS, date(2027, 3, 5))
    assert "visa_unvalidated_E+60" not in computed_risks(closed("A31"), FACTS, TODAY)


@pytest.mark.parametrize(
    ("risk", "item_id", "first_day"),
    [
        ("no_lease_T-30", "A10", date(2027, 3, 13)),
        ("no_school_place_T-15", "A15", date(2027, 3, 28)),
        ("partner_no_project_D+60", "A43", date(2027, 6, 11)),
    ],
)
def test_a_risk_stands_from_its_day_until_its_item_is_closed(
    risk: str, item_id: str, first_day: date
) -> None:
    assert risk not in computed_risks(ITEMS, FACTS, first_day - timedelta(days=1))
    assert risk in computed_risks(ITEMS, FACTS, first_day)
    assert risk not in computed_risks(closed(item_id), FACTS, first_day)


def test_every_computed_risk_is_known_to_the_plan() -> None:
    facts = replace(FACTS, telework_used=28, telework_limit=34, low_pulse=True, asked_on=date(2027, 1, 1))
    raised = set(computed_risks(ITEMS, facts, date(2027, 12, 1)))
    known = {risk.id for risk in FAMILY.risks.values() if risk.computed}
    assert raised == known - {"coach_overload"}


def test_silence_counts_from_an_unanswered_question() -> None:
    asked = date(2027, 3, 1)
    assert not is_silent(asked, None, date(2027, 3, 14))
    assert is_silent(asked, None, date(2027, 3, 15))
    assert not is_silent(asked, asked, date(2027, 3, 31))
    assert is_silent(asked, asked - timedelta(days=1), date(2027, 3, 31))
    assert not is_silent(None, None, date(2027, 3, 31))


@pytest.mark.parametrize(
    ("waited", "act"), [(0, "ask"), (2, "ask"), (3, "remind"), (5, "escalate"), (40, "escalate")]
)
def test_the_silence_ladder_climbs(waited: int, act: str) -> None:
    step = silence_step(FAMILY.silence, TODAY, None, TODAY + timedelta(days=waited))
    assert step is not None
    assert step.act == act
    assert silence_step(FAMILY.silence, TODAY, TODAY, TODAY + timedelta(days=waited)) is None


def test_a_pulse_of_six_or_a_bad_item_opens_an_action() -> None:
    assert followup_actions(FAMILY, {"pulse": 7, "overall": 3, "housing": 5}) == ()
    opened = followup_actions(FAMILY, {"pulse": 6, "housing": 2})
    assert [action.question for action in opened] == ["pulse", "housing"]


@pytest.mark.parametrize(
    ("name", "score"), [("pulse", 11), ("overall", 0), ("overall", 6), ("weather", 3), ("urgent", 1)]
)
def test_a_score_outside_its_scale_is_refused_by_question(name: str, score: int) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_scores(FAMILY, "D+30", {name: score})
    assert caught.value.field == name
    check_scores(FAMILY, "D+30", {"pulse": 0, "overall": 5})


def test_a_follow_up_within_three_days_is_on_time() -> None:
    due = date(2027, 3, 26)
    assert (followup_on_time(due, date(2027, 3, 27)), days_late(due, date(2027, 3, 27))) == (True, 1)
    assert followup_on_time(due, date(2027, 3, 23))
    assert not followup_on_time(due, date(2027, 3, 30))


def test_questions_follow_the_household() -> None:
    asked = {question.id for question in FAMILY.questions_for("D+90", Profile())}
    assert not asked & {"partner", "schools"}
    assert {question.id for question in FAMILY.questions_for("D+90", HOUSEHOLD)} >= {"partner", "schools"}


# --- telework and cross-border notes -----------------------------------------------------------------------


def test_telework_turns_amber_at_eighty_percent_of_the_threshold() -> None:
    days = [date(2027, 1, 1) + timedelta(days=n) for n in range(27)]
    limit = BORDER.thresholds["LU_tax_days"].limit
    assert not count_telework(days, 2027, "LU_tax_days", limit, BORDER.amber_percent).amber
    more = [*days, date(2027, 6, 1), date(2027, 6, 1), date(2026, 6, 1)]
    count = count_telework(more, 2027, "LU_tax_days", limit, BORDER.amber_percent)
    assert (count.used, count.limit, count.left, count.amber) == (28, 34, 6, True)


def test_cross_border_notes_are_dated_and_uncertain_ones_say_to_check() -> None:
    assert {note.topic for note in BORDER.notes_for(WorkCountry.LU)} == {
        "insurance", "care", "tax", "social_security", "family_benefits",
    }  # fmt: skip
    assert BORDER.notes_for(WorkCountry.FR) == ()
    uncertain = [note for note in BORDER.notes.values() if note.certainty is Certainty.UNCERTAIN]
    assert uncertain
    for note in uncertain:
        assert "vérifier" in note.text.fr
        assert not note.is_fact(TODAY)
    assert BORDER.notes["LU_tax"].is_stale(date(2027, 5, 16))
    assert [one.id for one in BORDER.thresholds_for(WorkCountry.DE)] == [
        "DE_zone_days",
        "social_25",
        "social_50",
    ]


# --- figures -----------------------------------------------------------------------------------------------


def test_the_share_of_legal_items_counts_those_whose_day_has_come() -> None:
    items = (
        PlannedItem("A31", Anchor.ENTRY, date(2027, 4, 4), state=ItemState.DONE, done_on=TODAY),
        PlannedItem("A11", Anchor.KEY_DAY, date(2027, 3, 1), state=ItemState.DONE, done_on=date(2027, 3, 2)),
        PlannedItem("A30", Anchor.KEY_DAY, date(2027, 3, 1)),
        PlannedItem("A38", Anchor.MOVE, date(2027, 6, 1)),
        PlannedItem("A23", Anchor.PURCHASE, date(2027, 3, 1), state=ItemState.NOT_APPLICABLE),
        PlannedItem("A05", Anchor.D0, date(2027, 3, 1)),
    )
    assert legal_on_time(FAMILY, items, TODAY) == Share(1, 3)


def test_a_share_of_nothing_has_no_percentage() -> None:
    assert Share(0, 0).percent is None
    assert Share(1, 4).percent == 25.0


def test_follow_ups_count_when_held_or_past_their_tolerance() -> None:
    day = date(2027, 3, 20)
    held = [(day, day), (day, day + timedelta(days=5)), (day, None), (TODAY, None)]
    assert followups_on_time(held, TODAY) == Share(1, 3)


def test_days_to_lease_run_from_the_opening() -> None:
    assert days_to_lease(date(2027, 1, 25), closed("A10")) == 59
    assert days_to_lease(date(2027, 1, 25), ITEMS) is None


@pytest.mark.parametrize(
    ("scores", "points"), [([], None), ([10, 9, 8, 6], 25), ([0, 5], -100), ([10, 7, 7], 33)]
)
def test_promoters_minus_detractors(scores: list[int], points: int | None) -> None:
    assert net_promoter(scores) == points


def test_a_coach_is_overloaded_above_fifteen_open_files() -> None:
    assert [is_overloaded(count) for count in (15, 16)] == [False, True]


def test_items_are_counted_by_owner() -> None:
    counts = closed_by_owner(FAMILY, closed("A01"))
    assert counts[Owner.COACH].met == 1
    assert sum(share.total for share in counts.values()) == len(ITEMS)


# --- packages, profiles, interview -------------------------------------------------------------------------


def test_packages_open_plans_that_exist() -> None:
    packages = load_packages(FOLDER, SHELF.plans)
    assert packages["light"].plan == "light_file"
    assert packages["family"].services["settling_visit"] == 5
    with pytest.raises(InvalidFile):
        load_packages(FOLDER, {"light_file"})


def test_a_household_fits_several_profiles() -> None:
    known = load_profiles(FOLDER)
    assert all(name in FAMILY.items for one in known for name in one.items)
    family = Profile(
        adults=2,
        partner=True,
        children=(7, 14),
        pets=("cat",),
        work_country=WorkCountry.LU,
        wishes=(Wish.ACCESS,),
    )
    assert [one.id for one in profiles_of(family, known)] == ["P-K", "P-T", "P-P", "P-N", "P-F"]
    assert [one.id for one in profiles_of(Profile(), known)] == ["P-S"]


def test_the_interview_stops_anywhere_and_resumes() -> None:
    form = load_needs_form(FOLDER)
    assert form.resume_at([]) == "adults"
    assert form.resume_at(["adults", "children_ages"]) == "languages"
    assert "housing" in form.missing(["adults"])
    assert form.resume_at(list(form.fields)) is None
    with pytest.raises(DeskError):
        form.field("weather")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Qui décide ?", "Quelle est votre religion ?"),
        ("Who decides?", "State of health"),
        ("Wer entscheidet?", "Geburtsdatum"),
        ('id = "decision_makers"', 'id = "pregnancy"'),
    ],
)
def test_a_question_that_is_never_asked_is_refused(tmp_path: Path, old: str, new: str) -> None:
    text = (FOLDER / "needs.toml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "needs.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InvalidFile) as caught:
        load_needs_form(tmp_path)
    assert caught.value.file == "needs.toml"
