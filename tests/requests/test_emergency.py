"""The numbers that come before any question about health."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from conciergedesk.core.errors import InvalidFile
from conciergedesk.core.i18n import catalogue_files, translate
from conciergedesk.core.paths import knowledge_base
from conciergedesk.requests.emergency import load_emergency_numbers

DESK = knowledge_base() / "desk"


def test_15_and_112_come_first_and_local_numbers_wait_to_be_filled_in(tmp_path: Path) -> None:
    numbers = load_emergency_numbers(DESK)
    assert [one.number for one in numbers] == ["15", "112", "116 117", "114", "18", "3237"]
    assert numbers[-1].charged
    text = (DESK / "emergency.toml").read_text(encoding="utf-8")
    filled = text.replace('number = ""', 'number = "03 53 01 40 00"\nchecked_on = 2026-11-22', 1)
    (tmp_path / "emergency.toml").write_text(filled, encoding="utf-8")
    assert load_emergency_numbers(tmp_path)[-1].key == "poison"


def test_an_old_number_says_that_it_must_be_checked() -> None:
    samu = load_emergency_numbers(DESK)[0]
    assert not samu.overdue(date(2027, 11, 22))
    assert samu.overdue(date(2027, 11, 23))


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('number = "15"', 'number = "seize"', "number"),
        ('number = "15"', 'number = "17"', "number"),
        ('key = "europe"', 'key = "samu"', "key"),
        ("checked_on = 2026-11-22", 'checked_on = "hier"', "checked_on"),
        ("charged = true", "charged = 1", "charged"),
        ("charged = true", "free = true", "free"),
    ],
)
def test_a_wrong_list_is_refused_with_its_place(tmp_path: Path, old: str, new: str, field: str) -> None:
    text = (DESK / "emergency.toml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "emergency.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InvalidFile) as caught:
        load_emergency_numbers(tmp_path)
    assert caught.value.field == field
    assert caught.value.in_language("fr") != caught.value.in_language("en")


def test_no_other_room_words_our_sentences_differently() -> None:
    ours = next(file for file in catalogue_files("fr") if file.name == "requests_rules.po")
    with ours.open("rb") as source:
        for entry in read_po(source, locale="fr"):
            if entry.id:
                assert isinstance(entry.id, str)
                assert translate(entry.id, "fr") == entry.string
