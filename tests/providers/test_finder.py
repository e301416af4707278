"""Finding providers on a desk: what people type, the three states, the line, and other desks' changes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

from conciergedesk.core.actor import SYSTEM, Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.db.undo import undo_last
from conciergedesk.core.desk import Desk
from conciergedesk.core.errors import InvalidFile
from conciergedesk.core.holidays import Holidays, load_holidays
from conciergedesk.core.paths import knowledge_base
from conciergedesk.providers import service as providers
from conciergedesk.providers.cards import CardRules, ProviderValues
from conciergedesk.providers.fallbacks import load_fallbacks
from conciergedesk.providers.finder import Finder
from conciergedesk.providers.found import Found, Search
from conciergedesk.providers.hours import OpenState
from conciergedesk.providers.index_entries import index_folder
from conciergedesk.providers.queries import provider_card
from conciergedesk.providers.rules import Below
from conciergedesk.providers.sample import plant_providers
from conciergedesk.providers.search.lexicon import Lexicon, read_lexicon

METZ = (49.1193, 6.1757)


@lru_cache
def lexicon() -> Lexicon:
    return read_lexicon()


@lru_cache
def holidays() -> Holidays:
    return load_holidays(knowledge_base())


@pytest.fixture
def planted(sqlite_desk: Desk) -> Desk:
    sqlite_desk.act(SYSTEM, plant_providers, knowledge_base() / "sample")
    return sqlite_desk


def finder_of(desk: Desk) -> Finder:
    fallbacks = load_fallbacks(knowledge_base() / "desk", tuple(lexicon().trades))
    return Finder(desk, holidays(), lexicon=lexicon(), fallbacks=fallbacks)


@pytest.fixture
def finder(planted: Desk) -> Iterator[Finder]:
    yield finder_of(planted)


def look(finder: Finder, clock: FixedClock, query: str, **more: object) -> Found:
    return finder.find(query, Search(now=clock.now(), origin=METZ, **more))  # type: ignore[arg-type]


def names(found: Found) -> list[str]:
    return [one.brief.name for one in found.rows]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("boulangrie bel air", "Boulangerie Bel Air"),
        ("boulangerie bel", "Boulangerie Bel Air"),
        ("spa des deux ponts", "Spa des Deux Ponts"),
        ("cabinet rive gauch", "Cabinet Rive Gauche"),
        ("03 53 01 46 20", "Cabinet Rive Gauche"),
        ("4620", "Cabinet Rive Gauche"),
        ("physio saarbruck", "Physio Saarpfalz"),
    ],
)
def test_the_right_provider_stands_first(finder: Finder, clock: FixedClock, query: str, first: str) -> None:
    assert names(look(finder, clock, query))[0] == first


@pytest.mark.parametrize(
    ("query", "trade"),
    [
        ("kiné metz", "physio"),
        ("porte claquée", "locksmith"),
        ("dent 20h", "dentist"),
        ("zahnarzt", "dentist"),
    ],
)
def test_words_of_every_day_are_read_as_a_trade(
    finder: Finder, clock: FixedClock, query: str, trade: str
) -> None:
    found = look(finder, clock, query)
    assert found.trade is not None and found.trade.code == trade
    assert found.rows and all(trade in one.brief.trades for one in found.rows)


def test_a_dentist_at_eight_is_open_at_eight_and_the_others_stand_below(
    finder: Finder, clock: FixedClock
) -> None:
    found = look(finder, clock, "dentiste 20h15 jeudi")
    assert [one.status.state for one in found.rows] == [OpenState.OPEN]
    assert names(found) == ["Cabinet dentaire des Trois Rives"]
    assert found.below and all(one.below is Below.SHUT for one in found.below)


def test_no_dentist_on_easter_night_is_an_answer_followed_by_the_houses_numbers(
    finder: Finder, clock: FixedClock
) -> None:
    found = look(finder, clock, "dentiste dimanche 23h")
    assert found.rows == ()
    assert [line.number for line in found.fallbacks] == ["15", "112", "116 117", "3237"]
    assert found.fallbacks[0].urgent and not found.fallbacks[0].overdue(clock.now().date())


def test_a_spa_with_german_within_ten_kilometres(finder: Finder, clock: FixedClock) -> None:
    found = look(finder, clock, "spa allemand 10km")
    assert len(found.rows) >= 3
    for one in found.rows:
        assert "de" in one.brief.languages and one.distance_km is not None and one.distance_km <= 10


def test_who_is_suspended_or_out_of_season_stands_below_and_who_closed_is_gone(
    finder: Finder, clock: FixedClock
) -> None:
    below = {one.brief.name: one.below for one in look(finder, clock, "kiné metz 20h").below}
    assert below["Kiné Domicile 7/7"] is Below.SUSPENDED
    balloons = look(finder, clock, "montgolfière")
    assert "Ballons de la Seille" not in names(balloons)
    assert balloons.below[0].below is Below.SEASONAL and balloons.below[0].needs_word
    assert "Restaurant la Vieille Nasse" not in names(look(finder, clock, "restaurant vieille nasse"))


def test_a_season_that_begins_lifts_the_provider_above_the_line(finder: Finder, clock: FixedClock) -> None:
    assert "Ballons de la Seille" not in names(look(finder, clock, "ballons de la seille"))
    clock.move_to(clock.now().replace(month=5))
    assert names(look(finder, clock, "ballons de la seille"))[0] == "Ballons de la Seille"


def test_a_chip_that_is_taken_off_no_longer_filters(finder: Finder, clock: FixedClock) -> None:
    chips = look(finder, clock, "spa allemand").understanding.chips
    language = next(chip for chip in chips if chip.kind == "language")
    free = look(finder, clock, "spa allemand", removed=frozenset({(language.kind.value, language.value)}))
    assert all(chip.kind != "language" for chip in free.understanding.chips)


def rules() -> CardRules:
    return CardRules(lexicon(), holidays())


def test_what_any_desk_adds_or_changes_is_found_at_once(desk: Desk, ines: Actor, maelle: Actor) -> None:
    clock = desk.clock
    assert isinstance(clock, FixedClock)
    finder = finder_of(desk)
    assert look(finder, clock, "zygomar").everybody == ()
    made = desk.act(
        maelle,
        providers.add_provider,
        rules(),
        ProviderValues(name="Atelier Zygomar", hours="Mo-Su 08:00-22:00"),
    )
    assert names(look(finder, clock, "zygomar")) == ["Atelier Zygomar"]
    assert look(finder, clock, "zygomar 21h").rows[0].status.state is OpenState.OPEN
    desk.act(ines, providers.change_provider, rules(), made, {"name": "Atelier Pataquès"})
    assert look(finder, clock, "zygomar").everybody == ()
    assert names(look(finder, clock, "pataques")) == ["Atelier Pataquès"]
    desk.act(ines, undo_last)
    assert names(look(finder, clock, "zygomar")) == ["Atelier Zygomar"]
    today = clock.now().date()
    desk.act(ines, providers.add_exception, made, first=today, reason="inventaire")
    assert look(finder, clock, "zygomar 21h").below[0].below is Below.SHUT
    desk.act(ines, providers.set_status, made, "closed", reason="retraite")
    assert look(finder, clock, "zygomar").everybody == ()
    assert desk.ask(provider_card, made).brief.status == "closed"


def test_a_changed_index_answers_like_a_new_one(planted: Desk, ines: Actor, clock: FixedClock) -> None:
    finder = finder_of(planted)
    look(finder, clock, "spa")
    for turn in range(25):
        planted.act(
            ines, providers.add_provider, rules(), ProviderValues(name=f"Spa Nouveau {turn}", trades=("spa",))
        )
    queries = ("spa nouveau 7", "spa metz", "nouveau", "spa allemand", "boulangrie bel air")
    late = [[one.id for one in look(finder, clock, query).everybody] for query in queries]
    finder.rebuild(clock.now())
    assert [[one.id for one in look(finder, clock, query).everybody] for query in queries] == late


def test_the_index_is_reopened_and_only_reads_what_came_since(
    planted: Desk, ines: Actor, clock: FixedClock
) -> None:
    first = finder_of(planted)
    count = first.refresh(clock.now())
    assert count == len(first) > 200
    planted.act(ines, providers.add_provider, rules(), ProviderValues(name="Atelier Zygomar"))
    second = finder_of(planted)
    assert second.refresh(clock.now()) < 20
    assert names(look(second, clock, "zygomar")) == ["Atelier Zygomar"]


def test_an_index_of_another_database_or_a_damaged_one_is_not_used(planted: Desk, clock: FixedClock) -> None:
    finder_of(planted).refresh(clock.now())
    folder = index_folder(planted)
    assert folder is not None
    (file,) = folder.glob("providers-*.index")
    file.write_bytes(file.read_bytes()[:-100])
    again = finder_of(planted)
    assert again.refresh(clock.now()) == len(again) > 200
    (file,) = folder.glob("providers-*.index")
    file.rename(file.with_name(file.name[:-18] + "000000000000.index"))
    assert finder_of(planted).refresh(clock.now()) > 200


def test_the_trades_of_a_request_type_give_candidates_in_order(finder: Finder, clock: FixedClock) -> None:
    search = Search(now=clock.now(), origin=METZ)
    ranked = finder.best_of(["spa", "thermal_baths"], search, place="Metz", at=clock.now())
    assert {"spa", "thermal_baths"} >= {one.brief.trades[0] for one in ranked}
    assert [one.needs_word for one in ranked] == sorted(one.needs_word for one in ranked)


def test_the_houses_numbers_are_refused_when_they_cannot_be_dialled(tmp_path: Path) -> None:
    good = (knowledge_base() / "desk" / "fallbacks.toml").read_text(encoding="utf-8")
    (tmp_path / "fallbacks.toml").write_text(good.replace('"3237"', '"appelez-nous"'), encoding="utf-8")
    with pytest.raises(InvalidFile) as refusal:
        load_fallbacks(tmp_path)
    assert refusal.value.field == "number"
    (tmp_path / "fallbacks.toml").write_text(good.replace('"dentist"', '"dentister"'), encoding="utf-8")
    with pytest.raises(InvalidFile):
        load_fallbacks(tmp_path, tuple(lexicon().trades))
