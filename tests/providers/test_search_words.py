"""Folding, sounds, the vocabulary and the house's own words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from conciergedesk.core.errors import InvalidFile
from conciergedesk.core.text import fold
from conciergedesk.providers.search.lexicon import read_lexicon
from conciergedesk.providers.search.phones import international, looks_like_phone, numbers_of
from conciergedesk.providers.search.towns import Towns
from conciergedesk.providers.search.vocabulary import Vocabulary
from conciergedesk.providers.search.words import fold_all, slip_of_finger, sounds


@given(st.lists(st.text(max_size=30), max_size=8))
@settings(max_examples=100, deadline=None)
def test_folding_in_bulk_is_folding_one_by_one(texts: list[str]) -> None:
    assert fold_all(texts) == [fold(text) for text in texts]


def test_folding_in_bulk_knows_the_spellings_of_the_region() -> None:
    texts = ["Bœuf & Cie", "Straße  „Zum Löwen“", "L’Étang–Bleu", "Kebab Ümit²", "東京", "a\nb"]
    assert fold_all(texts) == [fold(text) for text in texts]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("pharmacie", "farmacie"),
        ("kinesitherapeute", "quinesiterapeute"),
        ("chateau", "chato"),
        ("boulangerie", "boulanjerie"),
        ("opticiens", "opticien"),
        ("fisioterapeute", "physiotherapeute"),
    ],
)
def test_words_that_sound_alike_have_one_key(one: str, other: str) -> None:
    assert len(set(sounds([one, other]))) == 1


def test_words_that_sound_different_keep_their_keys() -> None:
    assert len(set(sounds(["metz", "nancy", "toul", "verdun", "trier"]))) == 5


def test_a_slip_of_the_finger_is_a_neighbouring_key_or_a_swap() -> None:
    assert slip_of_finger("metw", "metx")
    assert slip_of_finger("hotle", "hotel")
    assert not slip_of_finger("hotea", "hotem")
    assert not slip_of_finger("hote", "hotel")


_LOWER = st.text(alphabet="abcdez", min_size=1, max_size=7)


@given(st.sets(_LOWER, min_size=1, max_size=40), st.lists(_LOWER, max_size=5), _LOWER)
@settings(max_examples=100, deadline=None)
def test_the_fuzzy_match_finds_every_word_one_edit_away(base: set[str], late: list[str], word: str) -> None:
    vocabulary = Vocabulary(sorted(base))
    for other in late:
        vocabulary.add(other)
    frequency = np.ones(len(vocabulary.words), np.int32)
    got = {vocabulary.words[number] for number, _ in vocabulary.close_to(word, 1, frequency)}
    assert got == {other for other in {*base, *late} if OSA.distance(word, other) == 1}


@given(st.sets(_LOWER, min_size=1, max_size=40), st.lists(_LOWER, max_size=5), _LOWER)
@settings(max_examples=100, deadline=None)
def test_words_with_one_beginning_are_neighbours(base: set[str], late: list[str], prefix: str) -> None:
    vocabulary = Vocabulary(sorted(base))
    for other in late:
        vocabulary.add(other)
    low, high, rest = vocabulary.beginning(prefix)
    got = {vocabulary.words[number] for number in (*range(low, high), *rest)}
    assert got == {other for other in {*base, *late} if other.startswith(prefix)}


@pytest.mark.parametrize(
    ("written", "country", "digits"),
    [
        ("03 53 01 46 20", "FR", "33353014620"),
        ("+33 (0)3 53 01 46 20", "FR", "33353014620"),
        ("0033353014620", "DE", "33353014620"),
        ("030 23125123", "DE", "493023125123"),
        ("+352 621 000 012", "FR", "352621000012"),
        ("621 000 012", "LU", "352621000012"),
    ],
)
def test_numbers_are_kept_with_their_country(written: str, country: str, digits: str) -> None:
    assert international(written, country) == digits


def test_several_numbers_in_one_field_are_all_indexed() -> None:
    assert numbers_of(["03 53 01 46 20 / 06 39 98 27 11"], "FR") == ["33353014620", "33639982711"]
    assert numbers_of(["+33353014620; +352621000012"], "FR") == ["33353014620", "352621000012"]


@given(
    st.lists(
        st.tuples(st.sampled_from(["metz", "metzeresche", "mey", "marly", "vic"]), st.booleans()), max_size=20
    )
)
@settings(max_examples=60, deadline=None)
def test_towns_come_and_go_with_their_providers(steps: list[tuple[str, bool]]) -> None:
    towns = Towns(["metz", "marly"], [2, 1])
    counts = {"metz": 2, "marly": 1}
    for name, more in steps:
        if more or counts.get(name, 0):
            towns.count(name, 1 if more else -1)
            counts[name] = counts.get(name, 0) + (1 if more else -1)
    alive = {name for name, count in counts.items() if count}
    assert towns.beginning("me") == sorted(name for name in alive if name.startswith("me"))
    assert {name for name in counts if name in towns} == alive
    assert towns.meant_by("marlz") == ("marly" if "marly" in alive else None)


def test_hours_and_house_numbers_are_not_telephone_numbers() -> None:
    assert looks_like_phone("0387") and looks_like_phone("+33 3 87") and looks_like_phone("038")
    assert not looks_like_phone("20h") and not looks_like_phone("12") and not looks_like_phone("2 cap")


def test_the_words_of_the_house_can_be_read() -> None:
    lexicon = read_lexicon()
    assert lexicon.trade_phrases["porte claquee"] == "locksmith"
    assert lexicon.trade_phrases["kine"] == "physio"
    assert lexicon.code_of_label("Masseur-kinésithérapeute") == "physio"
    assert lexicon.code_of_label("hôtel") == "hotel"
    assert lexicon.places["sarrebruck"] == "saarbrucken"
    assert lexicon.trades["dentist"].health and not lexicon.trades["spa"].health
    assert "pizzeria" in lexicon.narrower("restaurant")


_TRADE = """
[[trade]]
code = "{code}"
label = {{ fr = "{label}", en = "{label}", de = "{label}" }}
words.fr = ["{word}"]
{more}
"""
_PLACES = "[abbreviations]\n[languages]\n"


@pytest.mark.parametrize(
    ("second", "field"),
    [
        ({"code": "one", "label": "Two", "word": "b", "more": ""}, "code"),
        ({"code": "two", "label": "Two", "word": "mot", "more": ""}, "words"),
        ({"code": "two", "label": "Two", "word": "b", "more": 'broader = "none"'}, "broader"),
        ({"code": "two", "label": "Two", "word": "b", "more": 'colour = "red"'}, "colour"),
    ],
)
def test_a_slip_in_the_trades_file_is_named(tmp_path: Path, second: dict[str, str], field: str) -> None:
    first = _TRADE.format(code="one", label="One", word="mot", more="")
    (tmp_path / "categories.toml").write_text(first + _TRADE.format(**second), encoding="utf-8")
    (tmp_path / "places.toml").write_text(_PLACES, encoding="utf-8")
    with pytest.raises(InvalidFile) as refusal:
        read_lexicon(tmp_path)
    assert (refusal.value.file, refusal.value.field) == ("categories.toml", field)
