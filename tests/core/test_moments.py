"""Loose words for days and times: what is understood, what is refused, and both clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conciergedesk.core.moments import Moment, Relation, find_moments, parse_moment

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2027, 3, 24, 18, 42, 30, tzinfo=PARIS)  # a Wednesday, four days before the clocks go forward


def read(text: str, now: datetime = NOW, *, prefer_future: bool = True) -> Moment | None:
    return parse_moment(text, now, PARIS, prefer_future=prefer_future)


def iso(text: str) -> str | None:
    moment = read(text)
    return None if moment is None else moment.iso(PARIS)


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        # clocks
        ("20h", "2027-03-24 20:00"),
        ("20h30", "2027-03-24 20:30"),
        ("20 h 30", "2027-03-24 20:30"),
        ("20\u202fh\u202f30", "2027-03-24 20:30"),
        ("20 heures", "2027-03-24 20:00"),
        ("19:30", "2027-03-24 19:30"),
        ("18:30", "2027-03-25 18:30"),
        ("8h", "2027-03-25 08:00"),
        ("8pm", "2027-03-24 20:00"),
        ("8 p.m.", "2027-03-24 20:00"),
        ("12am", "2027-03-25 00:00"),
        ("12pm", "2027-03-25 12:00"),
        ("20.15 Uhr", "2027-03-24 20:15"),
        ("20 Uhr 15", "2027-03-24 20:15"),
        ("midi", "2027-03-25 12:00"),
        ("midi et demi", "2027-03-25 12:30"),
        ("minuit", "2027-03-25 00:00"),
        ("noon", "2027-03-25 12:00"),
        ("0h30", "2027-03-25 00:30"),
        # windows
        ("14h-16h", "2027-03-25 14:00/2027-03-25 16:00"),
        ("14h30–16h", "2027-03-25 14:30/2027-03-25 16:00"),
        ("14h à 16h", "2027-03-25 14:00/2027-03-25 16:00"),
        ("entre 14h et 16h", "2027-03-25 14:00/2027-03-25 16:00"),
        ("de 14 à 16h", "2027-03-25 14:00/2027-03-25 16:00"),
        ("14-16h", "2027-03-25 14:00/2027-03-25 16:00"),
        ("18h-20h", "2027-03-24 18:00/2027-03-24 20:00"),
        ("9h-midi", "2027-03-25 09:00/2027-03-25 12:00"),
        ("2-4pm", "2027-03-25 14:00/2027-03-25 16:00"),
        ("11-1pm", "2027-03-25 11:00/2027-03-25 13:00"),
        ("zwischen 14 und 16 Uhr", "2027-03-25 14:00/2027-03-25 16:00"),
        ("22h-2h", "2027-03-24 22:00/2027-03-25 02:00"),
        ("entre 14h et 16h demain", "2027-03-25 14:00/2027-03-25 16:00"),
        # days by name
        ("demain 20h", "2027-03-25 20:00"),
        ("Demain à 20h", "2027-03-25 20:00"),
        ("20h demain", "2027-03-25 20:00"),
        ("dem 10h", "2027-03-25 10:00"),
        ("demain à 9", "2027-03-25 09:00"),
        ("après-demain", "2027-03-26"),
        ("demain jeudi 9h", "2027-03-25 09:00"),
        ("apres demain 9h", "2027-03-26 09:00"),
        ("aujourd’hui 8h", "2027-03-24 08:00"),
        ("lundi 9h", "2027-03-29 09:00"),
        ("lun 9h", "2027-03-29 09:00"),
        ("lundi prochain", "2027-03-29"),
        ("lundi en huit", "2027-04-05"),
        ("vendredi 10h", "2027-03-26 10:00"),
        ("vendredi prochain", "2027-04-02"),
        ("ce vendredi", "2027-03-26"),
        ("mercredi", "2027-03-31"),
        ("mercredi 20h", "2027-03-24 20:00"),
        ("mercredi 8h", "2027-03-31 08:00"),
        ("lundi dernier", "2027-03-22"),
        ("hier soir", "2027-03-23 18:00/2027-03-23 21:00"),
        ("mon 9am", "2027-03-29 09:00"),
        ("tomorrow 8pm", "2027-03-25 20:00"),
        ("tomorrow at 9", "2027-03-25 09:00"),
        ("next tue", "2027-03-30"),
        ("heute", "2027-03-24"),
        ("morgen 9 Uhr", "2027-03-25 09:00"),
        ("übermorgen um 10 Uhr", "2027-03-26 10:00"),
        # parts of the day
        ("ce soir", "2027-03-24 18:00/2027-03-24 21:00"),
        ("ce soir 8h", "2027-03-24 20:00"),
        ("8h du soir", "2027-03-24 20:00"),
        ("tonight", "2027-03-24 18:00/2027-03-24 21:00"),
        ("cet après-midi", "2027-03-24 14:00/2027-03-24 18:00"),
        ("demain matin", "2027-03-25 08:00/2027-03-25 12:00"),
        ("demain matin 9h", "2027-03-25 09:00"),
        ("morgen früh", "2027-03-25 08:00/2027-03-25 12:00"),
        ("heute Abend 20 Uhr", "2027-03-24 20:00"),
        ("Sonntag Nachmittag", "2027-03-28 14:00/2027-03-28 18:00"),
        ("12 juin aube", "2027-06-12 05:00/2027-06-12 07:00"),
        ("demain minuit", "2027-03-26 00:00"),
        # dates
        ("25/03", "2027-03-25"),
        ("25/03/27", "2027-03-25"),
        ("25/03/2027 14h", "2027-03-25 14:00"),
        ("25-03-2027", "2027-03-25"),
        ("24.12.", "2027-12-24"),
        ("24.12.2027 18 Uhr", "2027-12-24 18:00"),
        ("25 mars", "2027-03-25"),
        ("le 3 avril à 10h", "2027-04-03 10:00"),
        ("1er avril", "2027-04-01"),
        ("20 mars", "2028-03-20"),
        ("29/02", "2028-02-29"),
        ("march 25", "2027-03-25"),
        ("25th of march 2028", "2028-03-25"),
        ("25. März um 14 Uhr", "2027-03-25 14:00"),
        ("mer 24/03", "2027-03-24"),
        ("lundi 29", "2027-03-29"),
        ("le 25 à 14h", "2027-03-25 14:00"),
        ("3/4 10h", "2027-04-03 10:00"),
        ("2027-03-25", "2027-03-25"),
        ("2027-03-25 14:00", "2027-03-25 14:00"),
        ("2027-03-25 08:00-12:00", "2027-03-25 08:00/2027-03-25 12:00"),
        ("2027-03-25T14:00Z", "2027-03-25 15:00"),
        ("du 12 au 15 juin", "2027-06-12/2027-06-15"),
        ("12-15 juin", "2027-06-12/2027-06-15"),
        ("du 30/06 au 2/07", "2027-06-30/2027-07-02"),
        ("du 28 décembre au 3 janvier", "2027-12-28/2028-01-03"),
        ("week-end", "2027-03-27/2027-03-28"),
        ("fin de mois", "2027-03-31"),
        ("end of month", "2027-03-31"),
        ("fin avril", "2027-04-30"),
        ("mi-avril", "2027-04-15"),
        ("la semaine prochaine", "2027-03-29"),
        # distances
        ("maintenant", "2027-03-24 18:42"),
        ("now", "2027-03-24 18:42"),
        ("tout de suite", "2027-03-24 18:42"),
        ("+45min", "2027-03-24 19:27"),
        ("+1h30", "2027-03-24 20:12"),
        ("+2j", "2027-03-26"),
        ("+2d", "2027-03-26"),
        ("+2j 10h", "2027-03-26 10:00"),
        ("+1 mois", "2027-04-24"),
        ("dans 20 min", "2027-03-24 19:02"),
        ("dans 1h30", "2027-03-24 20:12"),
        ("dans une demi-heure", "2027-03-24 19:12"),
        ("dans un quart d'heure", "2027-03-24 18:57"),
        ("dans 3 jours", "2027-03-27"),
        ("in 2 hours", "2027-03-24 20:42"),
        ("in 3 Tagen", "2027-03-27"),
        ("il y a 20 min", "2027-03-24 18:22"),
        ("2 hours ago", "2027-03-24 16:42"),
        ("vor 2 Stunden", "2027-03-24 16:42"),
        ("sous 48h", "2027-03-26 18:42"),
    ],
)
def test_words_give_the_moment_they_mean(text: str, understood: str) -> None:
    assert iso(text) == understood


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "99h",
        "25:00",
        "20h75",
        "31/02",
        "30 février",
        "31/06/2027",
        "0/5",
        "13pm",
        "4 p.",
        "x2",
        "2x",
        "18",
        "3",
        "06 39 98 41 07",
        "+352 621 000 012",
        "06.03.12.41.07",
        "03/53/01/77/18",
        "0221 4710 123",
        "25,50 €",
        "25/03 €",
        "12.05",
        "12.05 eur",
        "24h/24",
        "D-2417",
        "J-3",
        "mon mari",
        "demain peut-être",
        "8h de route",
        "pendant 3h",
        "rue du 8 mai",
        "\x00",
        "\x1b[31m20h\x1b[0m",
        "Good morning",
        "2027-13-40",
        "2027-02-30",
        "+999999 j",
        "+99999 mois",
        "demainx",
        "20hx",
        "١٢h",
        "a" * 10_000,
        "20h " * 2_500,
        "lundi mardi",
    ],
)
def test_what_is_not_a_moment_is_not_understood(text: str) -> None:
    assert read(text) is None


def test_a_time_without_a_day_is_today_while_it_is_ahead() -> None:
    ahead, passed, this_minute = read("18:43"), read("18:41"), read("18:42")
    assert ahead is not None and ahead.day(PARIS) == date(2027, 3, 24) and not ahead.rolled
    assert passed is not None and passed.day(PARIS) == date(2027, 3, 25) and passed.rolled
    assert this_minute is not None and not this_minute.rolled


def test_fields_about_the_past_take_the_latest_such_moment() -> None:
    for text, understood in [
        ("18h", "2027-03-24 18:00"),
        ("20h", "2027-03-23 20:00"),
        ("lundi 9h", "2027-03-22 09:00"),
        ("20 mars", "2027-03-20"),
        ("25 mars", "2026-03-25"),
        ("le 25", "2027-02-25"),
    ]:
        moment = read(text, prefer_future=False)
        assert moment is not None and moment.iso(PARIS) == understood, text


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("avant 18h", Relation.BEFORE),
        ("d'ici 18h", Relation.BEFORE),
        ("au plus tard vendredi", Relation.BEFORE),
        ("by 6pm", Relation.BEFORE),
        ("bis 18 Uhr", Relation.BEFORE),
        ("à partir de 14h", Relation.AFTER),
        ("nach 18 Uhr", Relation.AFTER),
        ("vers 18h", Relation.AROUND),
        ("à 18h", Relation.AT),
    ],
)
def test_limits_and_estimates_keep_their_meaning(text: str, relation: Relation) -> None:
    moment = read(text)
    assert moment is not None and moment.relation is relation


def test_the_nearer_day_is_kept_as_the_other_reading_of_next() -> None:
    moment = read("vendredi prochain 10h")
    assert moment is not None and moment.other == datetime(2027, 3, 26, 10, tzinfo=PARIS)
    plain = read("lundi prochain")
    assert plain is not None and plain.other is None


def test_a_weekday_that_does_not_fit_its_date_is_told() -> None:
    wrong, right = read("mardi 29 mars"), read("lundi 29 mars")
    assert wrong is not None and wrong.mismatch and wrong.day(PARIS) == date(2027, 3, 29)
    assert right is not None and not right.mismatch


def test_days_count_from_the_anchor_only_when_there_is_one() -> None:
    arrival = date(2027, 4, 1)
    for text, day in [("J-3", 29), ("j - 3", 29), ("D-3", 29)]:
        moment = parse_moment(text, NOW, PARIS, anchor=arrival)
        assert moment is not None and moment.day(PARIS) == date(2027, 3, day) and moment.date_only
    after = parse_moment("J+7 10h", NOW, PARIS, anchor=arrival)
    assert after is not None and after.iso(PARIS) == "2027-04-08 10:00"
    same = parse_moment("J0", NOW, PARIS, anchor=arrival)
    assert same is not None and same.day(PARIS) == arrival
    assert parse_moment("J-3", NOW, PARIS) is None


# --- clock changes ---


def test_a_time_that_the_spring_night_skips_moves_forward_by_the_missing_hour() -> None:
    moment = read("28/03 2h30")
    assert moment is not None and moment.shifted
    assert moment.start == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    assert moment.iso(PARIS) == "2027-03-28 03:30"


def test_a_window_over_the_spring_gap_keeps_its_length_or_more_than_nothing() -> None:
    inside, over = read("28/03 2h15-2h45"), read("28/03 2h30-3h15")
    assert inside is not None and inside.end == inside.start + timedelta(minutes=30)
    assert over is not None and over.end is not None and over.end > over.start


def test_an_hour_that_comes_twice_means_the_first() -> None:
    moment = read("31/10 2h30")
    assert moment is not None and moment.repeated and not moment.shifted
    assert moment.start == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_the_second_of_two_equal_hours_is_written_with_its_offset() -> None:
    second = datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    moment = read("dans 45 min", now=second - timedelta(minutes=45))
    assert moment is not None and moment.start == second
    again = read(moment.iso(PARIS))
    assert again is not None and again.start == second


def test_distances_are_real_time_across_the_clock_change() -> None:
    evening = datetime(2027, 3, 27, 23, 30, tzinfo=PARIS)
    moment = read("dans 4 heures", now=evening)
    assert moment is not None and moment.start - evening.astimezone(UTC) == timedelta(hours=4)
    assert moment.iso(PARIS) == "2027-03-28 04:30"


def test_tomorrow_at_a_time_is_a_wall_clock_reading_over_the_change() -> None:
    moment = read("demain 9h", now=datetime(2027, 3, 27, 9, tzinfo=PARIS))
    assert moment is not None and moment.start == datetime(2027, 3, 28, 7, tzinfo=UTC)


# --- lines ---


@pytest.mark.parametrize(
    ("line", "typed"),
    [
        ("clés gîte Tanneurs 18h30 weber +352 621 000 012 urgent", ["18h30"]),
        ("dentist 20h klein demain", ["20h", "demain"]),
        ("montgolfière 4 p. 12 juin aube", ["12 juin aube"]),
        ("rue du 8 mai 1945 taxi 20h", ["20h"]),
        ("mon mari demain", ["demain"]),
        ("table de 4 à 20h", ["à 20h"]),
        ("hôtel de la mer 20h", ["20h"]),
        ("appeler 03.12.98.41.07 vendredi", ["vendredi"]),
        ("24h/24 7j/7 promo 12,30 €", []),
        ("Hôtel du Midi 9h", ["9h"]),
        ("garde samedi 14h pendant 3h", ["samedi 14h"]),
        ("colis avant vendredi muller", ["avant vendredi"]),
        ("gîte 3/4 pers", []),
        ("we need a taxi", []),
        ("ce we spa", ["ce we"]),
        ("table à 8 vendredi", ["vendredi"]),
        ("taxi vendredi à 8", ["vendredi à 8"]),
        ("dentiste, soir ou dimanche", ["dimanche"]),
        ("01 99 00 12 30 20h", ["20h"]),
        ("spa samedi 15h et massage dimanche 10h", ["samedi 15h", "dimanche 10h"]),
        ("  Café 20h", ["20h"]),
        ("e\u0301te\u0301 demain", ["demain"]),
        ("ﬀ ﬀ ½ demain 20h", ["demain 20h"]),
    ],
)
def test_moments_are_found_in_a_line_where_they_stand(line: str, typed: list[str]) -> None:
    found = find_moments(line, NOW, PARIS)
    assert [line[start:end] for moment in found for start, end in moment.spans] == typed


def test_a_day_and_a_time_that_stand_apart_are_one_moment() -> None:
    (found,) = find_moments("dentist 20h klein demain", NOW, PARIS)
    assert found.moment.iso(PARIS) == "2027-03-25 20:00"
    assert found.moment.words == "20h demain"


# --- properties ---

_INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)).map(  # noqa: DTZ001
    lambda naive: naive.replace(tzinfo=UTC)
)
_PHRASES = st.sampled_from(
    [
        "20h",
        "demain 8h30",
        "lundi",
        "ce soir",
        "14h-16h",
        "+45min",
        "+2j",
        "fin de mois",
        "du 12 au 15 juin",
        "22h-2h",
        "week-end",
        "minuit",
        "25/12 2h30",
        "dimanche 2h30",
        "vendredi prochain 9h",
        "maintenant",
        "2h15-2h45",
        "mi-mai",
    ]
)


@settings(max_examples=100, deadline=None)
@given(_PHRASES, _INSTANTS, st.sampled_from(["Europe/Paris", "America/New_York", "Australia/Lord_Howe"]))
@example("dans 30 min", datetime(2027, 10, 31, 1, 10, tzinfo=UTC), "Europe/Paris")
def test_the_iso_echo_reads_back_to_the_same_moment(phrase: str, now: datetime, zone_name: str) -> None:
    zone = ZoneInfo(zone_name)
    moment = parse_moment(phrase, now, zone)
    assert moment is not None
    again = parse_moment(moment.iso(zone), now, zone)
    assert again is not None
    assert (again.start, again.end, again.date_only) == (moment.start, moment.end, moment.date_only)


@settings(max_examples=100, deadline=None)
@given(_INSTANTS, st.integers(0, 23), st.integers(0, 59))
def test_a_bare_time_is_never_behind_and_never_further_than_a_day(
    now: datetime, hour: int, minute: int
) -> None:
    moment = parse_moment(f"{hour}h{minute:02d}", now, PARIS)
    assert moment is not None
    ahead = moment.start - now.replace(second=0, microsecond=0)
    assert timedelta(0) <= ahead <= timedelta(hours=25)
    here = moment.start.astimezone(PARIS)
    assert (here.hour, here.minute) == (hour, minute) or moment.shifted


_SCRAPS = st.sampled_from(
    [
        "demain",
        "20h",
        "-",
        "/",
        "à",
        "99",
        "31/02",
        "lundi",
        "prochain",
        "+2",
        "j",
        "du",
        "au",
        "12",
        "juin",
        "€",
        "am",
        "dans",
        "é",
        "\u0301",
        "\x00",
        "\u202e",
        "2027-",
        "h",
        ":",
        ".",
        "minuit",
        "entre",
        "et",
        "24:00",
        "mi-",
        "²",
        "٣",
    ]
)


@settings(max_examples=100, deadline=None)
@given(
    st.one_of(
        st.text(max_size=60), st.lists(_SCRAPS, max_size=12).map(" ".join), st.lists(_SCRAPS).map("".join)
    ),
    _INSTANTS,
)
def test_no_text_is_an_error_and_spans_stay_in_the_text(text: str, now: datetime) -> None:
    parse_moment(text, now, PARIS)
    parse_moment(text, now, PARIS, prefer_future=False, anchor=now.date())
    last = 0
    for found in find_moments(text, now, PARIS):
        assert found.moment.start.tzinfo is UTC
        for start, end in found.spans:
            assert 0 <= start < end <= len(text)
        assert found.spans[0][0] >= last or len(found.spans) > 1
        last = found.spans[0][0]


def test_minutes_alone_in_a_field_are_from_now_on_and_in_a_line_a_length() -> None:
    moment = parse_moment("15 min", NOW, PARIS)
    assert moment is not None and moment.start == parse_moment("+15min", NOW, PARIS).start  # type: ignore[union-attr]
    assert find_moments("massage 45 min", NOW, PARIS) == []
