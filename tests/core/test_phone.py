from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conciergedesk.core import phone
from conciergedesk.core.phone import (
    PhoneStatus,
    dial_uri,
    match_key,
    read_phone,
    read_phones,
    search_digits,
    show_phone,
)


@pytest.mark.parametrize(
    "typed",
    [
        "06 39 98 14 27",
        "06.39.98.14.27",
        "0639981427",
        "+33 6 39 98 14 27",
        "+33 (0)6 39 98 14 27",
        "0033 6 39 98 14 27",
        "33(0)639981427",
        "(+33) 6 39 98 14 27",
        "tel:+33-6-39-98-14-27",
        "\u202a+33 6 39\u00a098\u200a14 27\u202c\u200b",
        "Tél. : 06‑39‑98‑14‑27",
        "０６ ３９ ９８ １４ ２７",
    ],
)
def test_every_usual_spelling_gives_the_same_number(typed: str) -> None:
    number = read_phone(typed)
    assert (number.e164, number.status, number.country) == ("+33639981427", PhoneStatus.VALID, "FR")
    assert number.reason("en") == ""


@pytest.mark.parametrize(
    ("typed", "e164s"),
    [
        ("03 53 01 14 27 / 06 39 98 14 27", ["+33353011427", "+33639981427"]),
        ("03 53 01 14 27/06 39 98 14 27", ["+33353011427", "+33639981427"]),
        ("03 53 01 14 27 - 06 39 98 14 27", ["+33353011427", "+33639981427"]),
        ("03 53 01 14 27 ou 06 39 98 14 27", ["+33353011427", "+33639981427"]),
        ("+49 30 23125123; +49 30 23125124,+49 30 23125125", [f"+49302312512{n}" for n in (3, 4, 5)]),
        ("03 53 01 14 27 06 39 98 14 27", ["+33353011427", "+33639981427"]),
        ("Jeanne 03 53 01 14 27 Paul 06 39 98 14 27", ["+33353011427", "+33639981427"]),
        ("03 53 01 14 27\n+352 621 000 012", ["+33353011427", "+352621000012"]),
    ],
)
def test_several_numbers_in_one_field_are_all_read(typed: str, e164s: list[str]) -> None:
    found = read_phones(typed)
    assert [number.e164 for number in found] == e164s
    assert {number.status for number in found} == {PhoneStatus.VALID}


def test_a_slash_after_a_german_area_code_does_not_part_two_numbers() -> None:
    assert [n.e164 for n in read_phones("030 / 23125 123", "DE")] == ["+493023125123"]


def test_shared_beginnings_are_completed_and_marked() -> None:
    first, second = read_phones("03 53 01 14 27 / 28")
    assert first.status is PhoneStatus.VALID
    assert (second.e164, second.status) == ("+33353011428", PhoneStatus.TO_CONFIRM)


@pytest.mark.parametrize(
    ("typed", "extension"),
    [
        ("03 53 01 14 27 poste 4", "4"),
        ("03 53 01 14 27, poste 12", "12"),
        ("03 53 01 14 27 (poste 4)", "4"),
        ("03 53 01 14 27 ext. 305", "305"),
        ("03 53 01 14 27 p.3", "3"),
        ("03 53 01 14 27#12", "12"),
        ("03 53 01 14 27 x 5", "5"),
    ],
)
def test_extensions_are_kept_beside_the_number(typed: str, extension: str) -> None:
    found = read_phones(typed)
    assert [(n.e164, n.extension, n.status) for n in found] == [
        ("+33353011427", extension, PhoneStatus.VALID)
    ]


def test_remarks_are_kept_and_do_not_disturb() -> None:
    number = read_phone("Tél : 03 53 01 14 27 (bureau)")
    assert (number.e164, number.remark) == ("+33353011427", "bureau")
    assert read_phone("06 39 98 14 27 (à partir du lundi 18 mai)").e164 == "+33639981427"


@pytest.mark.parametrize(
    "short", ["15", "17", "18", "112", "114", "3237", "116117", "116 117", "3114", "31 14"]
)
def test_short_numbers_are_known_and_dialled_as_they_are(short: str) -> None:
    number = read_phone(short)
    assert (number.status, number.e164, number.note) == (PhoneStatus.SHORT, None, "")
    assert dial_uri(number.dialled) == "tel:" + short.replace(" ", "")


def test_a_luxembourg_mobile_without_prefix_is_to_confirm() -> None:
    number = read_phone("621 000 012")
    assert number.status is PhoneStatus.TO_CONFIRM
    assert number.candidates == ("FR", "LU")
    assert "FR, LU" in number.reason("en")
    assert read_phone("621 000 012", "LU").status is PhoneStatus.VALID


def test_a_german_number_typed_in_france_is_to_confirm() -> None:
    number = read_phone("030 23125 123")
    assert (number.e164, number.status, number.country) == ("+493023125123", PhoneStatus.TO_CONFIRM, "DE")


def test_a_national_number_of_two_neighbours_is_to_confirm() -> None:
    number = read_phone("03 87 12 34 56", "LU")
    assert number.status is PhoneStatus.TO_CONFIRM
    assert {"FR", "DE"} <= set(number.candidates)


def test_overseas_numbers_are_found_with_a_warning() -> None:
    number = read_phone("0590 87 67 00")
    assert (number.e164, number.status) == ("+590590876700", PhoneStatus.TO_CONFIRM)


@pytest.mark.parametrize(
    "typed", ["", "   ", "abc", "-", "06", "+33 6 39 98 14", "7" * 400, "+", "()", "+450212002"]
)
def test_what_is_no_number_is_invalid_and_says_so(typed: str) -> None:
    number = read_phone(typed)
    assert (number.status, number.e164, number.dialled) == (PhoneStatus.INVALID, None, "")
    assert number.reason("en")
    assert number.reason("fr") != number.reason("en")


def test_control_sequences_do_not_survive_in_the_typed_text() -> None:
    number = read_phone("\x1b]0;x\x0706 39 98 14 27\x00")
    assert "\x1b" not in number.typed and "\x00" not in number.typed
    assert number.e164 is None or number.e164 == "+33639981427"


@pytest.mark.parametrize(
    "query",
    [
        "0639981427",
        "06 39 98",
        "+33 6 39",
        "0033639981427",
        "+33 (0)6 39 98",
        "1427",
        "98 14 27",
        "639981427",
        "0639",
    ],
)
def test_any_spelling_and_the_last_digits_find_the_number(query: str) -> None:
    assert search_digits(query) in match_key("+33639981427")


def test_last_digits_that_begin_with_zeros_are_looked_up_as_typed() -> None:
    assert search_digits("0012") == "0012"
    assert search_digits("0012") in match_key("+352621000012")
    assert search_digits("0012") not in match_key("+33639981427")


def test_numbers_without_an_international_form_are_found_by_their_digits() -> None:
    assert match_key("116 117") == "116117"
    assert search_digits("sans numéro") == ""


@pytest.mark.parametrize(
    ("e164", "home", "shown"),
    [
        ("+33639981427", "FR", "06 39 98 14 27"),
        ("+33639981427", "DE", "+33 6 39 98 14 27"),
        ("+352621000012", "FR", "+352 621 000 012"),
        ("+493023125123", "FR", "+49 30 23125123"),
        ("15", "FR", "15"),
        ("+1", "FR", "+1"),
    ],
)
def test_numbers_are_shown_as_people_read_them(e164: str, home: str, shown: str) -> None:
    assert show_phone(e164, home) == shown


def test_links_carry_the_extension() -> None:
    assert dial_uri("+33353011427", "4") == "tel:+33353011427;ext=4"
    assert dial_uri("") == ""


def test_the_number_library_is_not_loaded_at_start() -> None:
    code = "import sys, conciergedesk.core.phone; print('phonenumbers' in sys.modules)"
    source = Path(phone.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=source, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


@given(st.text(max_size=60))
@settings(max_examples=100, deadline=None)
def test_no_text_breaks_the_reader(text: str) -> None:
    for number in read_phones(text):
        assert number.e164 is None or number.e164.startswith("+")
        assert (number.e164 is None) == (number.status in (PhoneStatus.INVALID, PhoneStatus.SHORT))
        assert (number.note != "") or number.status in (PhoneStatus.VALID, PhoneStatus.SHORT)
    search_digits(text)


@given(
    st.sampled_from(["19900", "26191", "35301", "46571", "53649", "63998"]),
    st.integers(0, 9999),
    st.sampled_from(["0{}", "+33{}", "+33 (0){}", "0033 {}", "33{}"]),
)
@settings(max_examples=100, deadline=None)
def test_what_is_shown_is_read_back_as_the_same_number(block: str, rest: int, spelling: str) -> None:
    e164 = f"+33{block}{rest:04}"
    number = read_phone(spelling.format(e164[3:]))
    assert (number.e164, number.status) == (e164, PhoneStatus.VALID)
    assert read_phone(show_phone(e164)).e164 == e164
    assert read_phone(show_phone(e164, "DE")).e164 == e164
    assert search_digits(spelling.format(e164[3:])) in match_key(e164)
