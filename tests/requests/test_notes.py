"""What may stand in a note, and what may leave in a message."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conciergedesk.core.errors import InvalidFile, NotFound, RuleRefused
from conciergedesk.core.housefile import Wording
from conciergedesk.core.paths import knowledge_base
from conciergedesk.requests.catalogue_files import load_catalogue
from conciergedesk.requests.letters import MESSAGE_KEYS, load_messages, message, moment_values, render
from conciergedesk.requests.notes import (
    NoteContext,
    NoteVerdict,
    check_note,
    load_warned_words,
    looks_like_card,
    looks_like_security_number,
    require_allowed,
)
from conciergedesk.requests.placeholders import PLACEHOLDERS, unknown_placeholders

WORDS = load_warned_words(knowledge_base() / "words")
MESSAGES = load_messages(knowledge_base() / "messages")


def judged(text: str, *, health: bool = False, reason: str = "") -> NoteVerdict:
    return check_note(text, NoteContext(WORDS, health, reason))


# --- words ---


@pytest.mark.parametrize(
    "text",
    [
        "Échange difficile, a demandé deux fois un responsable, rappelé à 16:40.",
        "Difficult exchange, asked twice for a manager, called back at 16:40.",
        "Cabinet Muller, 3 rue des Tanneurs, reçoit à 20h45, taxi réservé",
        "Concierge prévenu, consigne : sonner au 2e, contrat signé, congrès demain",
        "Le syndic et le syndicat d'initiative ont répondu",
        "Brasserie réservée, conduite accompagnée, fourchette de prix",
    ],
)
def test_plain_facts_pass_even_on_a_health_orientation(text: str) -> None:
    assert judged(text, health=True) == NoteVerdict((), False, False, False)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("abcès depuis trois jours, prend un antibiotique", "health_words"),
        ("a de la FIEVRE", "health_words"),
        ("mal de dents", "health_words"),
        ("toothache since Monday", "health_words"),
        ("hat starke Zahnschmerzen", "health_words"),
        ("enceinte de six mois", "pregnancy_words"),
        ("is pregnant", "pregnancy_words"),
        ("schwangere Kundin", "pregnancy_words"),
        ("en fauteuil roulant", "disability_words"),
        ("musulmane pratiquante", "religion_words"),
        ("il est maghrébin", "origin_words"),
        ("délégué CGT", "union_words"),
        ("vote pour l'extrême droite", "politics_words"),
        ("couple gay", "sexuality_words"),
        ("crazy client", "insult_words"),
        ("cliente pénible", "insult_words"),
        ("en plein divorce", "family_words"),
        ("divorcing", "family_words"),
        ("is unemployed", "situation_words"),
        ("sort de prison", "offence_words"),
    ],
)
def test_warned_words_need_a_reason_in_three_languages(text: str, kind: str) -> None:
    verdict = judged(text)
    assert kind in verdict.kinds
    assert verdict.needs_reason and not verdict.allowed
    kept = judged(text, reason="demandé par écrit par la cliente")
    assert kept.allowed and kept.overridden
    assert judged(text, reason=" . ").needs_reason


def test_health_words_are_blocked_on_a_health_orientation_whatever_the_reason() -> None:
    verdict = judged("abcès, prend un antibiotique", health=True, reason="important")
    assert verdict.blocked and not verdict.allowed and not verdict.overridden
    with pytest.raises(RuleRefused) as caught:
        require_allowed(verdict, WORDS)
    assert "abcès" not in caught.value.in_language("fr")
    assert "santé" in caught.value.in_language("fr")
    assert "health" in caught.value.in_language("en")
    # Words of another kind are still warned about, not blocked.
    assert judged("cliente pénible", health=True).needs_reason


def test_the_refusal_names_the_kind_and_never_the_word() -> None:
    with pytest.raises(RuleRefused) as caught:
        require_allowed(judged("crazy client"), WORDS)
    assert "judgement or insult" in caught.value.in_language("en")
    assert "crazy" not in caught.value.in_language("en")
    require_allowed(judged("crazy client", reason="quoted complaint"), WORDS)


@pytest.mark.parametrize(
    "text",
    [
        "can\u200dcer",
        "ca\u00adncer",
        "CANCÉREUX",
        "fie\u0300vre",
        "f\u0301ièvre",
        "ｃａｎｃｅｒ",
        "cancer\u202e!",
    ],
)
def test_a_word_cannot_hide_behind_signs_and_accents(text: str) -> None:
    assert judged(text).kinds == ("health_words",)


def test_findings_point_at_the_words_as_typed() -> None:
    text = "hier : mal de\u200b dents, rappel"
    (finding,) = judged(text).findings
    assert text[finding.start : finding.end] == "mal de\u200b dents"


# --- numbers ---


@pytest.mark.parametrize(
    "text",
    [
        "carte 4970 1012 3456 7893",
        "4111111111111111",
        "ref 12 4111-1111-1111-1111 exp 12/29",
        "amex 3782 822463 10005",
        "CB：４１１１１１１１１１１１１１１１",
        "41\u200b11 1111 1111 1111",
    ],
)
def test_card_numbers_are_blocked_everywhere(text: str) -> None:
    verdict = judged(text, reason="for the deposit")
    assert verdict.kinds == ("card_number",) and verdict.blocked
    with pytest.raises(RuleRefused) as caught:
        require_allowed(verdict, WORDS)
    assert "carte de paiement" in caught.value.in_language("fr")
    assert "1111" not in caught.value.in_language("fr")


@pytest.mark.parametrize(
    "text", ["2 84 05 57 463 012 45", "184052A46301226", "n° 2840557463012", "1-84-05-57-463-012"]
)
def test_social_security_numbers_are_blocked(text: str) -> None:
    assert judged(text).blocked


@pytest.mark.parametrize(
    "text",
    [
        "+352 621 000 012",
        "06 39 98 12 34 / 01 99 00 42 11",
        "+49 152 28817 312",
        "0049 152 2881 7312",
        "4111 1111 1111 1112",
        "colis 6A 1234 5678 9017",
        "réf. 2027032418000001",
        "24/03/2027 18:30 24/03/2027 19:30",
    ],
)
def test_phones_dates_and_references_pass(text: str) -> None:
    assert judged(text).kinds == ()


def test_a_card_has_its_check_digit_and_a_security_number_its_key() -> None:
    assert [digit for digit in range(10) if looks_like_card(f"411111111111111{digit}")] == [1]
    keys = [key for key in range(100) if looks_like_security_number(f"2840557463012{key:02}")]
    assert len(keys) == 1
    assert not looks_like_security_number("2849957463012")


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300), st.booleans())
def test_any_text_can_be_judged_and_findings_lie_inside(text: str, health: bool) -> None:
    verdict = judged(text, health=health)
    for finding in verdict.findings:
        assert 0 <= finding.start < finding.end <= len(text)
    assert verdict.allowed == (not verdict.findings)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_words_around_it_never_hide_a_warned_word(before: str, after: str) -> None:
    assert "family_words" in judged(f"{before} divorce {after}").kinds


# --- the file of words ---


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('"divorc*"', '"di*"', "three letters"),
        ('"divorc*"', '"div*rc"', "star"),
        ('"divorc*"', '"divorc*", "abcès"', "already stands under"),
        ('key = "family"', 'key = "health"', "twice"),
        ('key = "family"', 'key = "family"\nspanish = ["x"]', "spelling"),
    ],
)
def test_a_wrong_list_of_words_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    text = (knowledge_base() / "words" / "warned.toml").read_text(encoding="utf-8")
    (tmp_path / "warned.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InvalidFile) as caught:
        load_warned_words(tmp_path)
    assert caught.value.file == "warned.toml" and "category" in caught.value.where
    assert reason in caught.value.in_language("en")
    assert caught.value.in_language("fr") != caught.value.in_language("en")


# --- messages ---

HELLO = Wording(
    "Bonjour {client}, {date} à {time} : {note}",
    "Hello {client}, {date} {time}: {note}",
    "Guten Tag {client}",
)
VALUES = {"client": "Annika", "date": "mercredi 24 mars", "time": "18:30", "note": "terrasse"}


def test_every_text_of_the_house_can_be_filled() -> None:
    catalogue = load_catalogue(knowledge_base() / "services")
    values = dict.fromkeys(PLACEHOLDERS, "x")
    wordings = [*MESSAGES.values(), *(one.confirmation for one in catalogue.types)]
    assert tuple(MESSAGES) == MESSAGE_KEYS
    for wording in wordings:
        for language in ("fr", "en", "de"):
            text = render(wording, language, values, words=WORDS)
            assert "{" not in text and "}" not in text


def test_a_message_speaks_the_clients_language() -> None:
    assert render(HELLO, "fr", VALUES).startswith("Bonjour Annika")
    assert render(HELLO, "de", VALUES) == "Guten Tag Annika"
    assert render(HELLO, "lb", VALUES).startswith("Hello Annika")


def test_an_incomplete_message_does_not_leave() -> None:
    with pytest.raises(RuleRefused) as caught:
        render(HELLO, "fr", VALUES | {"time": " ", "date": ""})
    assert "{date}, {time}" in caught.value.in_language("fr")


def test_braces_in_a_value_are_text() -> None:
    assert render(HELLO, "fr", VALUES | {"client": "{note}"}).startswith("Bonjour {note},")


@pytest.mark.parametrize(
    "note",
    [
        "code 4821",
        "le digicode est 12A4",
        "boîte à clés : 0042",
        "key box 7731",
        "Schlüsselbox 7731",
        "Code: 4 8 2 1",
    ],
)
def test_a_key_code_never_leaves(note: str) -> None:
    with pytest.raises(RuleRefused) as caught:
        render(HELLO, "fr", VALUES | {"note": note})
    assert "4821" not in caught.value.in_language("fr")


@pytest.mark.parametrize("note", ["code postal 57000, salle 12", "table 12", "2 places", "à 18:30"])
def test_ordinary_figures_leave(note: str) -> None:
    if note.startswith("code"):
        # A postcode reads like a code: better asked once too often.
        with pytest.raises(RuleRefused):
            render(HELLO, "fr", VALUES | {"note": note})
    else:
        assert note in render(HELLO, "fr", VALUES | {"note": note})


def test_health_words_and_other_guests_never_leave() -> None:
    with pytest.raises(RuleRefused):
        render(HELLO, "fr", VALUES | {"note": "pour votre abcès"}, words=WORDS)
    with pytest.raises(RuleRefused):
        render(HELLO, "fr", VALUES | {"note": "avec SALOMÉ et Hugo"}, never=["Salomé"])
    assert "Salomon" in render(HELLO, "fr", VALUES | {"note": "chez Salomon"}, never=["Salomé", ""])


def test_controls_in_a_value_do_not_reach_the_client() -> None:
    assert "\x1b" not in render(HELLO, "fr", VALUES | {"client": "A\x1b[2Jnnika"})


def test_moments_are_worded_in_the_clients_language() -> None:
    at = datetime(2027, 3, 24, 17, tzinfo=ZoneInfo("Europe/Paris"))
    assert moment_values(at, "fr") == {"date": "mercredi 24 mars", "time": "17:00"}
    assert moment_values(at, "de", at + timedelta(hours=1)) == {
        "date": "Mittwoch, 24. März",
        "time": "17:00–18:00",
    }


def test_unknown_places_and_loose_braces_are_found() -> None:
    assert unknown_placeholders("{client} {Client} {} {a{b}") == ("{Client}", "{}", "{b}", "{")
    assert unknown_placeholders("{client}") == ()


def test_a_missing_message_or_language_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        message(MESSAGES, "poem")
    assert message(MESSAGES, "receipt").de
    shutil.copy(knowledge_base() / "messages" / "generic.toml", tmp_path)
    file = tmp_path / "generic.toml"
    whole = file.read_text(encoding="utf-8")
    file.write_text(whole.replace("[survey]", "[poem]"), encoding="utf-8")
    with pytest.raises(InvalidFile):
        load_messages(tmp_path)
    file.write_text(whole.replace("{ref} est annulée", "{reference} est annulée"), encoding="utf-8")
    with pytest.raises(InvalidFile) as caught:
        load_messages(tmp_path)
    assert caught.value.field == "cancelled.fr"
