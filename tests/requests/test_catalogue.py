"""The request types of the house, and what is refused in their files."""

from __future__ import annotations

import shutil
import tomllib
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conciergedesk.core.errors import InvalidFile, NotFound
from conciergedesk.core.paths import knowledge_base
from conciergedesk.core.text import fold
from conciergedesk.requests.catalogue import (
    BillRule,
    Catalogue,
    Certainty,
    FieldKind,
    Priority,
    PromiseKind,
    ProofKind,
)
from conciergedesk.requests.catalogue_files import load_catalogue
from conciergedesk.requests.placeholders import placeholders_in

SERVICES = knowledge_base() / "services"

OWN_TYPE = """
[family]
key = "extra"
fr = "En plus"
en = "Extra"

[type.bike_repair]
number = "SVC-39"
label = { fr = "Réparation vélo", en = "Bike repair", de = "Radreparatur" }
name = { fr = "Réparation de vélo", en = "Bike repair", de = "Fahrradreparatur" }
aliases = ["crevaison", "flat tyre"]
team = "concierge"
priority = "P3"
channel = "phone"
billable = { rule = "pass_through" }
providers = ["garage"]
proof = { kind = "text", fr = "Facture", en = "Invoice" }
reasons = ["weather"]
fields = [{ use = "budget", required = true }, { key = "urgent", kind = "yes_no", fr = "Urgent", en = "Urgent" }]
steps = [{ key = "fixed", required = true, fr = "Réparé", en = "Fixed" }]
confirmation = { fr = "Prêt le {date}.", en = "Ready on {date}.", de = "Fertig am {date}." }
"""

DATED = [
    "spa_thermal",
    "balloon",
    "restaurant",
    "show_tickets",
    "museum_citypass",
    "guided_tour_private",
    "outdoor_activity",
    "car_parking",
    "meeting_room",
    "company_visit",
    "discovery_ministay",
    "childcare",
    "pet_care",
    "settling_visit",
]


@pytest.fixture(scope="module")
def house() -> Catalogue:
    return load_catalogue(SERVICES)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the shared file only, to be filled by a test."""
    shutil.copy(SERVICES / "common.toml", tmp_path / "common.toml")
    return tmp_path


def refusal(folder: Path, text: str, name: str = "extra.toml") -> InvalidFile:
    (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(InvalidFile) as caught:
        load_catalogue(folder)
    return caught.value


# --- the house's own types ---


def test_all_38_types_are_there_in_the_order_of_their_numbers(house: Catalogue) -> None:
    assert [one.number for one in house.types] == [f"SVC-{number:02}" for number in range(1, 39)]
    assert house.by_code["key_handover_out"].label.fr == "Remise de clés"


def test_every_type_says_everything_in_three_languages(house: Catalogue) -> None:
    for one in house.types:
        for wording in (one.label, one.name, one.confirmation):
            assert wording.fr and wording.en and wording.de, one.code
        labels = [field.label for field in one.fields] + [step.label for step in one.steps]
        assert all(label.fr and label.en and label.de for label in labels), one.code


def test_dated_bookings_are_those_that_resolve_when_confirmed(house: Catalogue) -> None:
    assert sorted(one.code for one in house.types if one.dated) == sorted(DATED)


@pytest.mark.parametrize(
    ("code", "kind", "before", "after"),
    [
        ("key_handover_out", PromiseKind.APPOINTMENT, 15, 15),
        ("key_return", PromiseKind.DUE_TIME, 0, 30),
        ("welcome_onsite", PromiseKind.APPOINTMENT, 15, 15),
        ("terroir_basket", PromiseKind.SLOT_END, 0, 15),
        ("taxi", PromiseKind.APPOINTMENT, 5, 10),
        ("candidate_welcome", PromiseKind.APPOINTMENT, 10, 15),
        ("spa_thermal", PromiseKind.NONE, 0, 15),
    ],
)
def test_promises_follow_from_the_type(
    house: Catalogue, code: str, kind: PromiseKind, before: int, after: int
) -> None:
    promise = house.get(code).promise
    assert (promise.kind, promise.before_minutes, promise.after_minutes) == (kind, before, after)


def test_a_slot_is_promised_at_its_end_and_an_appointment_at_its_start(house: Catalogue) -> None:
    start = datetime(2027, 3, 24, 16, tzinfo=UTC)
    end = start + timedelta(hours=1)
    assert house.get("terroir_basket").promise.moment(start, end) == end
    assert house.get("key_handover_out").promise.moment(start, end) == start
    assert house.get("restaurant").promise.moment(start, end) is None


def test_default_priorities_follow_hours_days_and_answers(house: Catalogue) -> None:
    noon = datetime(2027, 3, 26, 12, tzinfo=UTC)
    late = noon.replace(hour=21)
    assert house.get("late_arrival").default_priority(noon) == Priority.P2
    assert house.get("late_arrival").default_priority(late) == Priority.P1
    assert house.get("late_arrival").default_priority(noon, noon.replace(hour=20)) == Priority.P1
    assert house.get("late_arrival").default_priority(late, noon + timedelta(days=1)) == Priority.P2
    assert house.get("restaurant").default_priority(noon, late) == Priority.P2
    assert house.get("restaurant").default_priority(noon, late + timedelta(days=1)) == Priority.P3
    assert house.get("taxi").default_priority(noon, noon + timedelta(minutes=30)) == Priority.P1
    assert house.get("taxi").default_priority(noon, noon + timedelta(minutes=31)) == Priority.P2
    repair = house.get("locksmith_repair")
    assert repair.default_priority(noon, None, {"problem": "locked_out"}) == Priority.P1
    assert repair.default_priority(noon, None, {"problem": "window"}) == Priority.P2
    assert house.get("pharmacy_duty").default_priority(noon, None, {"tonight": True}) == Priority.P1
    assert house.get("lost_property").default_priority(noon, None, {"thing": "passport"}) == Priority.P2
    assert house.get("lost_property").default_priority(noon, None, {"thing": "bag"}) == Priority.P3


def test_words_that_say_more_than_the_type_are_kept_for_the_title(house: Catalogue) -> None:
    repair = house.get("locksmith_repair")
    assert repair.says_more("Plombier") and repair.says_more("fuites")
    assert not repair.says_more("dépannage") and not house.get("taxi").says_more("taxi")


def test_the_health_orientations_are_restricted_short_lived_and_free(house: Catalogue) -> None:
    health = [one for one in house.types if one.health]
    assert [one.code for one in health] == ["dentist_late", "doctor", "pharmacy_duty"]
    for one in health:
        assert one.restricted and one.retention_days == 30 and one.billing.rule is BillRule.FREE
        assert one.steps[0].asks == "danger" and one.steps[0].required
        assert one.safety is not None and "15" in one.safety.fr and "112" in one.safety.fr
        assert "note" not in placeholders_in(one.confirmation.fr)


def test_the_common_checklist_frames_every_ordinary_type(house: Catalogue) -> None:
    keys = [step.key for step in house.get("meeting_room").steps if step.common]
    assert keys[:5] == ["reread", "cover", "provider_chosen", "provider_yes", "client_told"]
    assert keys[5:] == ["day_check", "satisfaction", "billed"]
    # A type whose own steps carry no proof gets the common proof step.
    parcel = {step.key: step for step in house.get("parcel").steps}
    assert parcel["proof"].required and parcel["proof"].proof is ProofKind.SIGNATURE
    # What was booked for a date needs the provider's word and the client's confirmation.
    spa = {step.key: step for step in house.get("spa_thermal").steps}
    assert spa["provider_yes"].required and spa["provider_yes"].proof is ProofKind.NAME_AND_TIME
    assert spa["client_told"].required


def test_legal_reminders_show_how_sure_they_are_and_when_they_grow_old(house: Catalogue) -> None:
    reminders = [reminder for one in house.types for reminder in one.legal]
    assert len(reminders) >= 15
    for reminder in reminders:
        if reminder.certainty is Certainty.CHECKED:
            assert reminder.source and reminder.checked_on
        if reminder.certainty is Certainty.TO_CHECK:
            assert reminder.ask
    police = house.get("key_handover_out").legal[0]
    assert not police.overdue(police.review_by)
    assert police.overdue(police.review_by + timedelta(days=1))
    assert police.checked_on is not None
    assert police.review_by == police.checked_on + timedelta(days=365)


def test_sensitive_answers_are_deleted_early(house: Catalogue) -> None:
    allergens = house.get("restaurant").field("allergens")
    assert allergens.sensitive and allergens.retention_days == 30


def test_a_choice_names_its_options_and_required_answers_are_missed(house: Catalogue) -> None:
    repair = house.get("locksmith_repair")
    assert repair.field("problem").kind is FieldKind.CHOICE
    assert [one.key for one in repair.missing_fields({"problem": "water", "address": " x "})] == ["right"]
    with pytest.raises(NotFound):
        repair.field("nothing")


def test_an_unknown_code_says_what_to_do(house: Catalogue) -> None:
    with pytest.raises(NotFound) as caught:
        house.get("teleport")
    assert "Choose another" in caught.value.in_language("en")
    assert "teleport" in caught.value.in_language("fr")


def test_usual_cancel_reasons_come_first_and_weather_is_nobodys_fault(house: Catalogue) -> None:
    reasons = house.reasons_for(house.get("balloon"))
    assert reasons[0].key == "weather" and reasons[0].excused
    assert len(reasons) == len(house.reasons)


# --- finding a type by words ---


@pytest.mark.parametrize(
    ("line", "code", "start", "length"),
    [
        ("clés gîte Tanneurs 18h30 weber +352 621 000 012 urgent", "key_handover_out", 0, 1),
        ("dentist 20h klein de", "dentist_late", 0, 1),
        ("retour clés 204", "key_return", 0, 2),
        ("CLES tanneurs", "key_handover_out", 0, 1),
        ("visite d'entreprise renault 14h", "company_visit", 0, 2),
        ("weber taxi 10h", "taxi", 1, 1),
        ("panier terroir 2 pers", "terroir_basket", 0, 2),
        ("schlüssel müller", "key_handover_out", 0, 1),
        ("pann", "", 0, 0),
        ("pani", "terroir_basket", 0, 1),
        ("mongolfiere samedi", "balloon", 0, 1),
        ("resturant 4 pers", "restaurant", 0, 1),
        ("SVC-16 demain", "spa_thermal", 0, 1),
        ("weber 14h", "", 0, 0),
        ("", "", 0, 0),
    ],
)
def test_a_typed_line_finds_its_type(house: Catalogue, line: str, code: str, start: int, length: int) -> None:
    matches = house.match(line)
    if not code:
        assert matches == ()
        return
    best = matches[0]
    assert (best.type.code, best.start, best.length) == (code, start, length)


def test_every_alias_label_and_code_finds_its_own_type_first(house: Catalogue) -> None:
    for one in house.types:
        for alias in (*one.aliases, one.code, one.number):
            assert house.match(alias)[0].type is one, alias


def test_an_exact_word_beats_a_beginning_and_a_beginning_beats_a_slip(house: Catalogue) -> None:
    exact, beginning, slip = (house.match(word)[0].score for word in ("serrurier", "serru", "serurrier"))
    assert exact > beginning > 50
    assert slip < 60


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_any_text_can_be_looked_up(text: str) -> None:
    house = _cached()
    for match in house.match(text):
        assert match.start >= 0 and match.length >= 1
        assert match.start + match.length <= len(text.split())


@lru_cache
def _cached() -> Catalogue:
    return load_catalogue(SERVICES)


# --- files ---


def test_a_supervisor_adds_a_type_by_adding_a_file(folder: Path, house: Catalogue) -> None:
    for path in SERVICES.glob("*.toml"):
        shutil.copy(path, folder / path.name)
    (folder / "zz_own.toml").write_text(OWN_TYPE, encoding="utf-8")
    more = load_catalogue(folder)
    assert len(more.types) == 39
    assert more.version != house.version
    assert more.match("crevaison")[0].type.code == "bike_repair"
    assert more.get("bike_repair").fields[0].kind is FieldKind.MONEY


def test_the_version_is_that_of_the_content(folder: Path) -> None:
    (folder / "own.toml").write_text(OWN_TYPE, encoding="utf-8")
    first = load_catalogue(folder).version
    assert load_catalogue(folder).version == first
    (folder / "own.toml").write_text(OWN_TYPE.replace("crevaison", "pneu"), encoding="utf-8")
    assert load_catalogue(folder).version != first


@pytest.mark.parametrize(
    ("old", "new", "field", "reason"),
    [
        ('priority = "P3"', 'priority = "P9"', "priority", "P1, P2"),
        ('priority = "P3"', "priority = 3", "priority", "text"),
        ('priority = "P3"\n', "", "priority", "missing"),
        ('team = "concierge"', 'team = "concierge"\ncolour = "red"', "colour", "spelling"),
        ('en = "Bike repair", de = "Radreparatur"', 'en = "Bike repair"', "label", "de"),
        ('fr = "Réparation vélo"', 'fr = "Réparation de vélo urgente"', "label.fr", "19"),
        ("Prêt le {date}.", "Prêt le {jour}.", "confirmation.fr", "{jour}"),
        ("Prêt le {date}.", "Prêt le {date.", "confirmation.fr", "{"),
        ('kind = "yes_no"', 'kind = "maybe"', "kind", "yes_no"),
        ('kind = "yes_no"', 'kind = "choice"', "options", "missing"),
        ('use = "budget"', 'use = "bugdet"', "use", "common.toml"),
        ('rule = "pass_through"', 'rule = "credits"', "credits", "at least one"),
        ('reasons = ["weather"]', 'reasons = ["wether"]', "reasons", "wether"),
        ('number = "SVC-39"', 'number = "39"', "number", "SVC-39"),
        ('key = "fixed"', 'key = "Fixed it"', "key", "small letters"),
        ('key = "fixed"', 'key = "satisfaction"', "steps", "common step"),
        ('required = true, fr = "Réparé"', 'required = "yes", fr = "Réparé"', "required", "true or false"),
        ('aliases = ["crevaison", "flat tyre"]', 'aliases = "crevaison"', "aliases", "list"),
        ('channel = "phone"', 'channel = "phone"\nkept_words = ["pneu"]', "kept_words", "aliases"),
        ('key = "fixed"', 'when = { field = "colour", is = true }, key = "fixed"', "field", "colour"),
        ('key = "fixed"', 'when = { field = "urgent" }, key = "fixed"', "is", "missing"),
        (
            'channel = "phone"',
            'channel = "phone"\npriority_when = [{ priority = "P1" }]',
            "priority",
            "always",
        ),
        (
            'channel = "phone"',
            'channel = "phone"\npriority_when = [{ priority = "P1", from = "8h" , until = "09:00"}]',
            "from",
            "20:00",
        ),
        ('channel = "phone"', 'channel = "phone"\nhealth = true', "steps", "danger"),
        ('channel = "phone"', 'channel = "phone"\npromise = { rule = "soon" }', "rule", "appointment"),
        ('channel = "phone"', 'channel = "phone"\nretention_days = 0', "retention_days", "between"),
        (
            'channel = "phone"',
            'channel = "phone"\nlegal = [{ certainty = "checked", fr = "x", en = "x" }]',
            "certainty",
            "source",
        ),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(
    folder: Path, old: str, new: str, field: str, reason: str
) -> None:
    assert old in OWN_TYPE
    error = refusal(folder, OWN_TYPE.replace(old, new, 1))
    assert error.file == "extra.toml"
    assert "bike_repair" in error.where
    assert error.field == field
    assert reason in error.in_language("en")
    assert error.in_language("fr") != error.in_language("en")


def test_broken_toml_is_refused_with_its_line(folder: Path) -> None:
    error = refusal(folder, OWN_TYPE.replace('number = "SVC-39"', "number = SVC-39"))
    assert error.file == "extra.toml"
    assert "line 8" in error.in_language("en")


def test_a_code_alias_or_number_belongs_to_one_type(folder: Path) -> None:
    other = OWN_TYPE.replace('key = "extra"', 'key = "other"')
    (folder / "own.toml").write_text(OWN_TYPE, encoding="utf-8")
    assert refusal(folder, other).field == ""
    renamed = other.replace("bike_repair", "tyre_repair")
    assert refusal(folder, renamed).field == "number"
    renumbered = renamed.replace("SVC-39", "SVC-40")
    error = refusal(folder, renumbered.replace('"crevaison"', '"CREVAISON"'))
    assert error.field == "aliases" and "bike_repair" in error.in_language("en")


def test_hostile_text_in_a_file_is_harmless(folder: Path) -> None:
    (folder / "own.toml").write_text(
        OWN_TYPE.replace('fr = "Réparé"', 'fr = "Rép\\u001b[2Jaré\\u202e"'), encoding="utf-8"
    )
    step = load_catalogue(folder).get("bike_repair").steps
    assert "Rép[2Jaré" in [one.label.fr for one in step]


def test_a_missing_or_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile):
        load_catalogue(tmp_path / "nowhere")
    with pytest.raises(InvalidFile):
        load_catalogue(tmp_path)


def test_a_file_that_is_not_utf8_is_refused(folder: Path) -> None:
    (folder / "own.toml").write_bytes(OWN_TYPE.encode("latin-1"))
    with pytest.raises(InvalidFile) as caught:
        load_catalogue(folder)
    assert caught.value.file == "own.toml"


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_file_never_fails_otherwise(damaged: Path, data: st.DataObject) -> None:
    lines = OWN_TYPE.splitlines()
    place = data.draw(st.integers(0, len(lines) - 1))
    cut = data.draw(st.integers(0, len(lines[place])))
    lines[place] = lines[place][:cut] + data.draw(
        st.sampled_from(["", "=", '"', "[", "}", "true", "\x00", "é"])
    )
    (damaged / "own.toml").write_text("\n".join(lines), encoding="utf-8")
    try:
        load_catalogue(damaged)
    except InvalidFile as error:
        assert error.file


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all examples of a property."""
    folder = tmp_path_factory.mktemp("damaged")
    shutil.copy(SERVICES / "common.toml", folder / "common.toml")
    return folder


def test_trades_are_written_as_codes() -> None:
    for path in SERVICES.glob("*.toml"):
        for table in tomllib.loads(path.read_text(encoding="utf-8")).get("type", {}).values():
            for trade in table["providers"]:
                assert trade.isascii() and trade == trade.lower() and " " not in trade


def test_aliases_are_comparable_words() -> None:
    for one in load_catalogue(SERVICES).types:
        for alias in one.aliases:
            assert fold(alias), (one.code, alias)


def test_reviews_are_a_year_away_at_most() -> None:
    for one in load_catalogue(SERVICES).types:
        for reminder in one.legal:
            start = reminder.checked_on or date(2026, 11, 22)
            assert reminder.review_by <= start + timedelta(days=366)
