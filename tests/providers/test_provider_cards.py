"""Provider cards through the service, on both databases."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conciergedesk.core.actor import Actor
from conciergedesk.core.db.undo import undo_last
from conciergedesk.core.desk import Desk
from conciergedesk.core.errors import Conflict, InvalidInput, NotAllowed
from conciergedesk.core.holidays import load_holidays
from conciergedesk.core.paths import knowledge_base
from conciergedesk.core.text import clean_line
from conciergedesk.providers import service as providers
from conciergedesk.providers.cards import CardRules, ProviderValues, check_card
from conciergedesk.providers.queries import ProviderCard, agreements_to_renew, provider_card, read_ref
from conciergedesk.providers.rules import (
    Below,
    Order,
    Outcome,
    agreement_lapsed,
    agreement_runs,
    below_the_line,
    in_season,
    rate_on,
    read_rate,
    record_of,
    show_rate,
    visit_counts,
)
from conciergedesk.providers.search.lexicon import read_lexicon
from conciergedesk.providers.service import number_values
from tests.conftest import PARIS

SPA = ProviderValues(
    name="Spa des Deux Ponts",
    trades=("spa", "Bains thermaux"),
    address="4 quai des Saules",
    postcode="57000",
    commune="Metz",
    latitude=49.12,
    longitude=6.17,
    phones=("03 53 01 46 20 (accueil) / 06 39 98 27 11", "03 53 01 46 20"),
    languages=("fr, de", "anglais"),
    hours="Mo-Sa 10:00-20:00; PH off",
    booking="phone",
    free_cancel_hours=24,
)


@lru_cache
def rules() -> CardRules:
    return CardRules(read_lexicon(), load_holidays(knowledge_base()))


def card(desk: Desk, provider_id: int) -> ProviderCard:
    return desk.ask(provider_card, provider_id)


@pytest.fixture
def spa(desk: Desk, ines: Actor) -> int:
    return desk.act(ines, providers.add_provider, rules(), SPA)


def test_a_card_keeps_what_was_pasted_as_numbers_that_can_be_dialled(desk: Desk, spa: int) -> None:
    found = card(desk, spa)
    assert [(n.e164, n.label) for n in found.numbers] == [("+33353014620", "accueil"), ("+33639982711", "")]
    assert found.brief.trades[0] == "spa"
    assert found.brief.languages == ("fr", "de", "en")
    assert found.brief.region == "FR-57"
    assert found.brief.hours_seen_on == desk.clock.now().date()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        (ProviderValues(name="  "), "name"),
        (ProviderValues(name="A", country="XX"), "country"),
        (ProviderValues(name="A", hours="Mo-Fr 25:00"), "hours"),
        (ProviderValues(name="A", email="pas une adresse"), "email"),
        (ProviderValues(name="A", latitude=999.0, longitude=6.0), "latitude"),
        (ProviderValues(name="A", languages=("klingon",)), "languages"),
        (ProviderValues(name="A", status="suspended"), "status_reason"),
        (ProviderValues(name="A", status="seasonal", season_from="4-1", season_to="10-31"), "season_from"),
        (ProviderValues(name="A", price_band=7), "price_band"),
        (ProviderValues(name="A", postcode="57\u202e000!"), "postcode"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_its_field(values: ProviderValues, field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        check_card(values, rules())
    assert refusal.value.field == field
    assert str(refusal.value) != refusal.value.in_language("en"), "the sentence is translated"


def test_hours_are_refused_with_the_position_of_the_fault() -> None:
    with pytest.raises(InvalidInput) as refusal:
        check_card(ProviderValues(name="A", hours="Mo-Fr 25:00"), rules())
    assert "25:00" in refusal.value.in_language("en") and "character 7" in refusal.value.in_language("en")


@given(st.text(max_size=60), st.text(max_size=30), st.text(max_size=40))
@settings(max_examples=60, deadline=None)
def test_any_text_is_cleaned_or_refused_with_a_field(name: str, phone: str, site: str) -> None:
    try:
        checked = check_card(ProviderValues(name=name, phones=(phone,), website=site), rules())
    except InvalidInput as refusal:
        assert refusal.field
    else:
        assert checked.values.name == clean_line(checked.values.name)
        stored = [str(number_values(1, 0, number)["typed"]) for number in checked.numbers]
        assert stored == [clean_line(text, 80) for text in stored]


def test_changing_a_card_names_what_changed_and_makes_it_the_teams_own(
    desk: Desk, maelle: Actor, spa: int
) -> None:
    seen = card(desk, spa).version
    changes = {"name": "Spa des Ponts", "commune": "Metz", "phones": ("03 53 01 46 21",)}
    changed = desk.act(maelle, providers.change_provider, rules(), spa, changes, seen=seen)
    found = card(desk, spa)
    assert changed == ("name", "phones")
    assert [number.e164 for number in found.numbers] == ["+33353014621"]
    assert found.own_fields == ("name", "phones")
    assert found.lines[0].act == "provider.changed" and found.lines[0].actor.startswith("Maëlle")


def test_a_card_that_somebody_changed_since_is_not_overwritten(
    desk: Desk, ines: Actor, maelle: Actor, spa: int
) -> None:
    seen = card(desk, spa).version
    desk.act(maelle, providers.change_provider, rules(), spa, {"note": "parking"}, seen=seen)
    with pytest.raises(Conflict) as conflict:
        desk.act(ines, providers.change_provider, rules(), spa, {"note": "autre"}, seen=seen)
    assert "Maëlle" in str(conflict.value)
    assert card(desk, spa).values.note == "parking"


def test_a_change_can_be_undone_with_its_numbers(desk: Desk, ines: Actor, spa: int) -> None:
    desk.act(ines, providers.change_provider, rules(), spa, {"phones": (), "name": "Autre"})
    assert card(desk, spa).numbers == ()
    desk.act(ines, undo_last)
    found = card(desk, spa)
    assert found.name == "Spa des Deux Ponts" and len(found.numbers) == 2


def test_an_act_without_the_right_is_refused(desk: Desk, spa: int) -> None:
    visitor = Actor(id=None, name="Visiteur", role="guest")
    with pytest.raises(NotAllowed):
        desk.act(visitor, providers.set_status, spa, "closed", reason="x")


def test_a_suspension_needs_a_reason_and_shows_it(desk: Desk, ines: Actor, spa: int) -> None:
    with pytest.raises(InvalidInput):
        desk.act(ines, providers.set_status, spa, "suspended")
    desk.act(ines, providers.set_status, spa, "suspended", reason="2 absences en mars")
    assert card(desk, spa).brief.status_reason == "2 absences en mars"
    desk.act(ines, providers.set_status, spa, "active")
    assert card(desk, spa).brief.status == "active"


def test_rates_follow_one_another_and_the_one_of_the_day_holds(desk: Desk, ines: Actor, spa: int) -> None:
    desk.act(ines, providers.agree_rate, spa, 1000, since=date(2027, 1, 1))
    desk.act(ines, providers.agree_rate, spa, 1250, since=date(2027, 4, 1), reason="volume")
    rates = card(desk, spa).rates
    today, later = rate_on(rates, date(2027, 3, 24)), rate_on(rates, date(2027, 4, 1))
    assert today is not None and later is not None
    assert (today.basis_points, later.basis_points) == (1000, 1250)
    assert rate_on(rates, date(2026, 12, 31)) is None
    with pytest.raises(InvalidInput):
        desk.act(ines, providers.agree_rate, spa, 900, since=date(2027, 4, 1))


def test_an_agreement_that_ends_soon_is_listed_for_renewal(desk: Desk, ines: Actor, spa: int) -> None:
    with pytest.raises(InvalidInput):
        desk.act(ines, providers.set_agreement, spa, "signed")
    end = date(2027, 5, 1)
    desk.act(
        ines, providers.set_agreement, spa, "signed", since=date(2026, 5, 1), until=end, reference="C-12"
    )
    assert desk.ask(agreements_to_renew, end) == [(spa, "Spa des Deux Ponts", end)]
    assert desk.ask(agreements_to_renew, end - timedelta(days=1)) == []
    assert agreement_runs("signed", end, end) and not agreement_runs("signed", end, end + timedelta(days=1))


def test_a_visit_counts_until_its_last_day(desk: Desk, ines: Actor, spa: int) -> None:
    today = desk.clock.now().astimezone(PARIS).date()
    assert not visit_counts(card(desk, spa).visit_valid_until, today)
    desk.act(
        ines,
        providers.record_visit,
        spa,
        day=today,
        valid_until=today + timedelta(days=365),
        grade="3",
        criteria={"accès": "de plain-pied"},
    )
    found = card(desk, spa)
    assert visit_counts(found.visit_valid_until, today)
    assert found.visits[0].criteria == (("accès", "de plain-pied"),)
    with pytest.raises(InvalidInput):
        desk.act(ines, providers.record_visit, spa, day=today + timedelta(days=1), valid_until=today)


def test_closures_incidents_addresses_and_referents_stand_on_the_card(
    desk: Desk, ines: Actor, helene: Actor, spa: int
) -> None:
    day = date(2027, 4, 5)
    made = desk.act(ines, providers.add_exception, spa, first=day, last=date(2027, 4, 9), reason="travaux")
    desk.act(ines, providers.add_exception, spa, first=day, ranges="10:00-12:00")
    desk.act(ines, providers.note_incident, spa, "Fermé à l'heure dite", day=day, kind="no_show")
    desk.act(ines, providers.add_address, spa, label="Annexe", address="2 rue Basse", commune="Woippy")
    desk.act(ines, providers.set_referents, spa, leisure_id=ines.id, business_id=helene.id)
    found = card(desk, spa)
    assert [(one.ranges, one.reason) for one in found.exceptions] == [("", "travaux"), ("10:00-12:00", "")]
    assert found.incidents[0].facts == "Fermé à l'heure dite"
    assert found.addresses[0].commune == "Woippy"
    assert (found.leisure_referent, found.business_referent) == ("Inès", "Hélène")
    desk.act(ines, providers.remove_exception, made)
    assert len(card(desk, spa).exceptions) == 1


def test_a_provider_number_is_read_in_every_spelling() -> None:
    assert {read_ref(text) for text in ("PR-312", "pr312", "312", " PR-312 ")} == {312}


def test_a_season_may_run_over_the_turn_of_the_year() -> None:
    assert in_season("11-15", "02-28", date(2027, 1, 3)) and not in_season("11-15", "02-28", date(2027, 3, 1))
    assert not in_season("", "", date(2027, 1, 3))


def test_who_is_suspended_out_of_season_or_unreliable_stands_below_the_line() -> None:
    day = date(2027, 3, 24)
    assert below_the_line("suspended", ("", ""), day, 1.0) is Below.SUSPENDED
    assert below_the_line("seasonal", ("04-01", "10-31"), day, None) is Below.SEASONAL
    assert below_the_line("seasonal", ("03-01", "10-31"), day, None) is None
    assert below_the_line("active", ("", ""), day, 0.6) is Below.UNRELIABLE
    assert below_the_line("active", ("", ""), day, None) is None
    assert below_the_line("active", ("", ""), day, 0.9, lapsed=True) is Below.LAPSED


def test_an_agreement_lapses_after_its_last_day_and_only_where_there_was_one() -> None:
    last = date(2027, 3, 24)
    assert not agreement_lapsed("signed", last, last)
    assert agreement_lapsed("signed", last, date(2027, 3, 25)) and agreement_lapsed("ended", None, last)
    assert not any(agreement_lapsed(state, None, last) for state in ("none", "listed", "in_talks", "signed"))


def orders(*outcomes: Outcome) -> list[Order]:
    at = datetime(2027, 3, 1, tzinfo=PARIS)
    return [Order(at, accepted=True, answered=timedelta(minutes=9), due=True, outcome=o) for o in outcomes]


def test_reliability_needs_five_orders_and_leaves_the_weather_out() -> None:
    kept, weather, missed = Outcome.KEPT, Outcome.WEATHER, Outcome.NO_SHOW
    assert record_of(orders(kept, kept, kept, kept)).reliability is None
    assert record_of(orders(kept, kept, kept, kept, weather)).reliability is None
    record = record_of(orders(kept, kept, kept, kept, missed, weather))
    assert record.reliability == 0.8 and record.weather == 1 and record.no_shows == 1
    assert record.answer == timedelta(minutes=9)


@pytest.mark.parametrize(("text", "points"), [("12", 1200), ("12,5 %", 1250), ("7.25", 725), ("0", 0)])
def test_a_rate_is_read_in_basis_points(text: str, points: int) -> None:
    assert read_rate(text) == points
    assert read_rate(show_rate(points)) == points


@pytest.mark.parametrize("text", ["101", "-3", "12,345", "douze", ""])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_rate(text)
