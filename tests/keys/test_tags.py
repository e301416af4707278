"""Tags: a misread digit never names another owner's keys."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conciergedesk.core.errors import InvalidInput
from conciergedesk.keys.tags import HIGHEST, check_digit, read_tag, show_tag


@pytest.mark.parametrize("typed", ["204-3", "2043", " 204 3 ", "204.3", "204–3"])
def test_a_tag_is_read_in_any_spelling(typed: str) -> None:
    assert read_tag(typed) == 204


def test_small_numbers_keep_three_digits() -> None:
    assert show_tag(12) == "012-5"
    assert read_tag("0125") == read_tag("12-5") == 12


def test_a_wrong_check_digit_is_named() -> None:
    with pytest.raises(InvalidInput, match="7 n’est pas celui de la clé 204"):
        read_tag("204-7")


@pytest.mark.parametrize("typed", ["", "204", "clé", "204-", "-3", "1234567", "٢٠٤-3", "000-0", "2 0 4 3"])
def test_what_is_no_tag_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput):
        read_tag(typed)


@settings(max_examples=100, deadline=None)
@given(st.integers(1, HIGHEST), st.data())
def test_one_wrong_digit_or_one_swap_is_always_noticed(number: int, data: st.DataObject) -> None:
    digits = f"{number:03d}{check_digit(number)}"
    place = data.draw(st.integers(0, len(digits) - 1))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != digits[place]]))
    with pytest.raises(InvalidInput):
        read_tag(digits[:place] + other + digits[place + 1 :])
    if place + 1 < len(digits) and digits[place] != digits[place + 1]:
        swapped = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
        with pytest.raises(InvalidInput):
            read_tag(swapped)


@pytest.mark.parametrize("number", [0, -1, HIGHEST + 1])
def test_a_number_no_tag_carries_is_refused(number: int) -> None:
    with pytest.raises(InvalidInput):
        show_tag(number)
