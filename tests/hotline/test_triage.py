"""The triage trees of the house, the walk through them, and the refusal of broken trees."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conciergedesk.core.errors import InvalidFile, InvalidInput, NotFound, RuleRefused
from conciergedesk.core.paths import knowledge_base
from conciergedesk.hotline.rules import Impact, Line, Severity, Urgency
from conciergedesk.hotline.tree_files import load_triage
from conciergedesk.hotline.triage import DESK_LETTERS, OutcomeKind, Party, TriageBook, Walk

FOLDER = knowledge_base() / "hotline"
ARTICLES = frozenset(f"KB-{number:02}" for number in range(1, 21))
BOOK = load_triage(FOLDER, ARTICLES)


def edited(tmp_path: Path, file: str, old: str, new: str) -> Path:
    """A copy of the house's trees in which ``old`` was replaced once by ``new``."""
    folder = tmp_path / "hotline"
    shutil.copytree(FOLDER, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


def refused(folder: Path) -> InvalidFile:
    with pytest.raises(InvalidFile) as caught:
        load_triage(folder, ARTICLES)
    return caught.value


def test_both_lines_have_their_ten_trees() -> None:
    assert [tree.id for tree in BOOK.of_line(Line.TECHNICAL)] == [f"T{n}" for n in range(1, 11)]
    assert [tree.id for tree in BOOK.of_line(Line.COMMERCIAL)] == [f"C{n}" for n in range(1, 11)]


def test_every_article_is_offered_somewhere() -> None:
    offered = set()
    for tree in BOOK.trees.values():
        offered |= {question.article for question in tree.questions.values()}
        offered |= {outcome.article for outcome in tree.outcomes.values()}
    assert offered >= ARTICLES


def test_no_answer_takes_a_letter_the_desk_needs() -> None:
    for tree in BOOK.trees.values():
        for question in tree.questions.values():
            assert not DESK_LETTERS & {answer.key for answer in question.answers}


def test_a_dead_tablet_is_asked_about_charging_and_offered_its_article() -> None:
    walk = Walk.begin(BOOK, "tablet").step("n")
    assert walk.tree.id == "T1"
    assert walk.question is not None
    assert walk.question.id == "charged_30_min"
    assert (walk.article, walk.severity) == ("KB-01", Severity.S3)


def test_a_swollen_battery_is_s1_and_stops_the_use_at_once() -> None:
    walk = Walk.begin(BOOK, "T1").step("g")
    assert walk.outcome is not None
    assert (walk.outcome.kind, walk.severity) == (OutcomeKind.FIELD_VISIT, Severity.S1)
    assert any("112" in sentence.en for sentence in walk.safety)


def test_what_the_agent_states_never_lowers_a_severity_demanded_for_safety() -> None:
    walk = Walk.begin(BOOK, "T1").step("g").stating(Impact.QUESTION, Urgency.THIS_WEEK)
    assert walk.severity is Severity.S1


def test_what_the_agent_states_stands_over_the_proposal_of_the_tree() -> None:
    walk = Walk.begin(BOOK, "tablet")
    assert walk.stating(Impact.SITE_BLOCKED, Urgency.NOW).severity is Severity.S1
    assert walk.stating(impact=Impact.QUESTION).severity is Severity.S4


def test_a_tablet_without_connection_goes_on_in_the_wifi_tree_and_comes_back() -> None:
    walk = Walk.begin(BOOK, "tablet").step("o").step("c")
    assert (walk.started_in, walk.tree.id) == ("T1", "T4")
    assert walk.back().tree.id == "T1"


def test_a_wifi_cut_seen_elsewhere_becomes_many_sites_and_asks_for_the_incident_check() -> None:
    walk = Walk.resume(BOOK, "wifi", "trn")
    assert walk.mass_check
    end = walk.step("o")
    assert end.outcome is not None
    assert (end.outcome.to, end.severity) == (Party.TELECOM, Severity.S1)
    assert {"lights", "restart_times", "since"} <= set(end.collect)
    assert walk.step("n").severity is Severity.S2


def test_a_real_double_booking_turns_a_calendar_ticket_into_the_commercial_tree() -> None:
    walk = Walk.begin(BOOK, "calendar_sync").step("o")
    assert (walk.tree.id, walk.severity) == ("C2", Severity.S1)


@pytest.mark.parametrize(
    ("category", "severity"),
    [
        ("calendar_sync", "S2"),
        ("wifi", "S2"),
        ("commission", "S4"),
        ("ambassador_card", "S3"),
        ("double_booking", "S1"),
    ],
)
def test_a_category_opens_with_its_usual_severity(category: str, severity: str) -> None:
    assert Walk.begin(BOOK, category).severity == severity


def test_the_card_terminal_always_says_never_to_ask_for_a_card_number() -> None:
    for keys in ("", "d", "r", "ra"):
        said = [sentence.en for sentence in Walk.resume(BOOK, "card_terminal", keys).safety]
        assert any("Never ask for a card number" in sentence for sentence in said)


def test_money_in_doubt_is_s1_and_collects_time_and_amount_only() -> None:
    walk = Walk.resume(BOOK, "card_terminal", "d")
    assert walk.outcome is not None
    assert (walk.outcome.to, walk.severity) == (Party.BANK, Severity.S1)
    assert walk.outcome.collect == ("time_amount",)


def test_no_ending_that_touches_an_account_is_reached_without_the_call_back() -> None:
    refused_walk = Walk.resume(BOOK, "password", "n")
    assert refused_walk.outcome is not None
    assert refused_walk.outcome.kind is OutcomeKind.REFUSED
    proved = Walk.resume(BOOK, "password", "ono")
    assert proved.identity_proved
    assert proved.outcome is not None
    assert proved.outcome.identity


def test_a_large_price_change_asks_for_four_eyes() -> None:
    walk = Walk.resume(BOOK, "price_availability", "og")
    assert walk.outcome is not None
    assert walk.outcome.four_eyes


def test_five_intents_of_the_ambassador_card() -> None:
    question = Walk.begin(BOOK, "C7").question
    assert question is not None
    assert len(question.answers) == 5
    assert Walk.resume(BOOK, "C7", "d").severity is Severity.S2


def test_every_answer_is_kept_in_words() -> None:
    kept = Walk.resume(BOOK, "T1", "nn").kept_answers()
    assert [(answer.question, answer.key) for answer in kept] == [("screen_on", "n"), ("charged_30_min", "n")]
    assert kept[1].label.fr == "Non, on branche maintenant"


def test_a_letter_that_is_no_answer_is_refused_and_named() -> None:
    with pytest.raises(InvalidInput) as caught:
        Walk.begin(BOOK, "tablet").step("z")
    assert caught.value.field == "answer"
    assert "o n g" in str(caught.value)


def test_a_finished_walk_takes_no_further_answer() -> None:
    with pytest.raises(RuleRefused):
        Walk.begin(BOOK, "tablet").step("g").step("o")


def test_an_unknown_category_is_not_found() -> None:
    with pytest.raises(NotFound):
        Walk.begin(BOOK, "telepathy")


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(BOOK.trees)), st.data())
def test_any_way_through_any_tree_ends_and_every_step_back_is_the_walk_before(
    tree: str, data: st.DataObject
) -> None:
    walk, walks = Walk.begin(BOOK, tree), [Walk.begin(BOOK, tree)]
    while walk.question is not None:
        key = data.draw(st.sampled_from([answer.key for answer in walk.question.answers]))
        walk = walk.step(key)
        walks.append(walk)
        assert len(walks) < 30
    assert walk.outcome is not None
    assert len(walk.kept_answers()) == len(walks) - 1
    while walks:
        assert walk == walks.pop()
        walk = walk.back()


def whole(book: TriageBook) -> int:
    return sum(len(tree.questions) for tree in book.trees.values())


def test_the_version_follows_the_content(tmp_path: Path) -> None:
    changed = load_triage(edited(tmp_path, "technical.toml", "Lente ou figée", "Lente ou gelée"), ARTICLES)
    assert changed.version != BOOK.version
    assert whole(changed) == whole(BOOK)
    assert load_triage(FOLDER, ARTICLES).version == BOOK.version


BROKEN = [
    ("a dangling answer", 'next = "charged_30_min" }', 'next = "nowhere" }', "T1", "next"),
    (
        "a dangling ending",
        'outcome = "stop_using", severity',
        'outcome = "vanish", severity',
        "T1",
        "outcome",
    ),
    ("an unknown tree", 'tree = "T4" },\n  { key = "l"', 'tree = "T99" },\n  { key = "l"', "T1", "tree"),
    ("an unreachable question", 'next = "kiosk" }', 'next = "slow" }', "kiosk", "id"),
    ("an unreachable ending", 'outcome = "kiosk_code" }', 'outcome = "level_2" }', "kiosk_code", "id"),
    ("an unknown article", 'article = "KB-01"', 'article = "KB-77"', "charged_30_min", "article"),
    ("a letter used twice", 'key = "g"', 'key = "n"', "screen_on", "key"),
    ("a letter of the desk", 'key = "g"', 'key = "q"', "screen_on", "key"),
    ("a digit as letter", 'key = "g"', 'key = "1"', "screen_on", "key"),
    (
        "a circle",
        'next = "hard_restart" },\n  { key = "n"',
        'next = "screen_on" },\n  { key = "n"',
        "T1",
        "answers",
    ),
    ("a missing language", ', en = "Tablet" }', " }", "T1", "title"),
    ("a missing answer language", ', en = "Yes, it comes on"', "", "screen_on", "en"),
    ("two ways at once", 'next = "symptom" }', 'next = "symptom", tree = "T4" }', "screen_on", "next"),
    ("an unknown ending kind", 'kind = "solved"', 'kind = "evaporated"', "solved", "kind"),
    ("an unknown resolution code", 'code = "field_visit"', 'code = "magic"', "dead", "code"),
    ("an unknown safety sentence", '["battery"]', '["luck"]', "stop_using", "safety"),
    ("an unknown field to note", '["asset", "place"]', '["shoe_size"]', "stop_using", "collect"),
    ("an unknown theme", 'theme = "terminals"', 'theme = "cheese"', "T1", "theme"),
    ("a misspelt field", 'urgency = "today"\nstart', 'urgencyy = "today"\nstart', "T1", "urgencyy"),
    ("a start that is no question", 'start = "screen_on"', 'start = "dead"', "T1", "start"),
    ("an identity that nobody checks", ", proves_identity = true", "", "T7", "identity"),
    ("a tree id used twice", 'id = "T2"', 'id = "T1"', "T1", "id"),
    ("a category used twice", 'category = "touch_screen"', 'category = "tablet"', "T2", "category"),
]


@pytest.mark.parametrize(
    ("old", "new", "where", "field"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN]
)
def test_a_broken_tree_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, where: str, field: str
) -> None:
    error = refused(edited(tmp_path, "technical.toml", old, new))
    assert error.file == "technical.toml"
    assert where in error.where
    assert error.field == field
    assert error.in_language("fr") != error.in_language("en")


def test_a_circle_through_two_trees_is_refused(tmp_path: Path) -> None:
    folder = edited(tmp_path, "commercial.toml", 'outcome = "calendar_cause" }', 'tree = "T9" }')
    text = (folder / "commercial.toml").read_text(encoding="utf-8")
    start = text.index('[[tree.outcome]]\nid = "calendar_cause"')
    stop = text.index("[[tree.outcome]]", start + 5)
    (folder / "commercial.toml").write_text(text[:start] + text[stop:], encoding="utf-8")
    assert refused(folder).field == "answers"


def test_a_file_that_is_no_toml_is_refused_with_its_line(tmp_path: Path) -> None:
    error = refused(edited(tmp_path, "technical.toml", "[[tree]]", "[[tree"))
    assert error.file == "technical.toml"
    assert "line" in str(error)


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    folder = edited(tmp_path, "technical.toml", "Tablette", "Tablette")
    (folder / "commercial.toml").unlink()
    assert refused(folder).file == "commercial.toml"


def test_text_from_a_file_loses_its_escape_sequences(tmp_path: Path) -> None:
    folder = edited(tmp_path, "technical.toml", "Lente ou figée", "Lente \\u001b]52;c;xx\\u0007 ou figée")
    question = load_triage(folder, ARTICLES).trees["T1"].questions["symptom"]
    assert all("\x1b" not in answer.label.fr for answer in question.answers)
