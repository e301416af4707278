"""A form speaks the desk's language, and reads back what it shows and what the database says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conciergedesk.core.i18n import active_language, use_language
from conciergedesk.core.moments import Moment, parse_moment
from conciergedesk.ui.form_words import (
    CHANNEL_WORDS,
    LANGUAGE_WORDS,
    channel_word,
    hour_to_call,
    language_word,
    moment_text,
    read_channel,
    read_language,
    read_moment,
)
from tests.conftest import PARIS

NOW = datetime(2027, 3, 24, 18, 42, tzinfo=PARIS)


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    before = active_language()
    yield
    use_language(before)


def meant(text: str) -> Moment:
    moment = parse_moment(text, NOW, PARIS)
    assert moment is not None
    return moment


@pytest.mark.parametrize(
    ("typed", "french", "english"),
    [
        ("20h", "mer. 24 mars 20:00", "Wed 24 Mar 20:00"),
        ("demain 9h30", "jeu. 25 mars 9:30", "Thu 25 Mar 9:30"),
        ("10h-12h", "jeu. 25 mars 10:00 – 12:00", "Thu 25 Mar 10:00 – 12:00"),
        ("vendredi", "ven. 26 mars", "Fri 26 Mar"),
        ("du 12 au 15 juin", "du 12 juin au 15 juin", "from 12 Jun to 15 Jun"),
        ("12/06/2028 9h", "lun. 12 juin 2028 9:00", "Mon 12 Jun 2028 9:00"),
    ],
)
def test_a_moment_stands_in_a_form_as_people_write_it(typed: str, french: str, english: str) -> None:
    for language, shown in (("fr", french), ("en", english)):
        use_language(language)
        assert moment_text(meant(typed), NOW) == shown


@settings(max_examples=100, deadline=None)
@given(
    st.integers(-400 * 1440, 900 * 1440),
    st.one_of(st.none(), st.integers(1, 23 * 60)),
    st.sampled_from(["fr", "en"]),
)
def test_what_a_form_shows_of_a_moment_is_read_back_as_the_same(
    minutes: int, length: int | None, language: str
) -> None:
    use_language(language)
    start = NOW.astimezone(UTC) + timedelta(minutes=minutes)
    moment = Moment(start, start + timedelta(minutes=length) if length is not None else None)
    read = read_moment(moment_text(moment, NOW), NOW)
    assert read is not None
    assert (read.start, read.end, read.date_only) == (moment.start, moment.end, False)


def test_a_day_without_an_hour_is_called_in_the_morning() -> None:
    assert hour_to_call(meant("lundi")) == datetime(2027, 3, 29, 9, tzinfo=PARIS)
    assert hour_to_call(meant("lundi 14h")) == datetime(2027, 3, 29, 14, tzinfo=PARIS)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_codes_and_words_of_languages_and_channels_are_both_understood(language: str) -> None:
    use_language(language)
    for code in LANGUAGE_WORDS:
        assert read_language(language_word(code)) == read_language(code.upper()) == code
    for code in CHANNEL_WORDS:
        assert read_channel(channel_word(code)) == read_channel(code) == code
    assert (read_channel("comptoir"), read_channel("tél"), read_language("Deutsch")) == (
        "desk",
        "phone",
        "de",
    )
    assert (read_channel("pigeon"), read_language("klingon"), read_channel(" ")) == ("pigeon", "klingon", "")
