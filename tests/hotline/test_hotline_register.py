"""Sites, equipment, rounds, renewals, trainings and articles at work, on both databases."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from conciergedesk.core.errors import InvalidInput, NotAllowed, NotFound, RuleRefused
from conciergedesk.hotline import service as hotline
from conciergedesk.hotline.figures import knowledge
from conciergedesk.hotline.ledgers import article_stats, referents, renewals_due, searches_in_vain, trainings
from conciergedesk.hotline.register import (
    dormant_providers,
    find_asset,
    old_batteries,
    rounds,
    site_card,
    sites,
    unseen_assets,
)
from conciergedesk.hotline.rules import AssetState, ResolutionCode
from conciergedesk.providers import service as providers
from tests.conftest import hire

from .conftest import Line


def test_devices_have_a_label_of_their_own_and_are_found_by_it(line: Line) -> None:
    one = line.desk.act(line.yanis, hotline.add_asset, line.sites[0], "tablet")
    two = line.desk.act(line.yanis, hotline.add_asset, line.sites[0], "tablet", label="tab-007")
    assert line.desk.ask(find_asset, " tab-001 ") == one
    assert line.desk.ask(find_asset, "TAB-007") == two
    with pytest.raises(InvalidInput, match="TAB-007"):
        line.desk.act(line.yanis, hotline.add_asset, line.sites[1], "screen", label="TAB-007")
    with pytest.raises(InvalidInput, match="router"):
        line.desk.act(line.yanis, hotline.add_asset, line.sites[0], "toaster")
    with pytest.raises(NotFound):
        line.desk.ask(find_asset, "TAB-999")


def test_a_device_unseen_for_a_week_is_reported_and_one_in_store_is_not(line: Line) -> None:
    line.at("01 10:00")
    seen, stored, late = (
        line.desk.act(line.yanis, hotline.add_asset, line.sites[0], "tablet") for _ in range(3)
    )
    line.desk.act(line.yanis, hotline.change_asset, stored, state=AssetState.STORED)
    line.at("06 10:00")
    line.desk.act(line.yanis, hotline.asset_seen, seen, state=AssetState.OK)
    line.at("08 09:59")
    assert line.desk.ask(unseen_assets, line.clock.now(), line.house.rules) == []
    line.at("08 10:00")
    found = line.desk.ask(unseen_assets, line.clock.now(), line.house.rules)
    assert [(one.id, one.unseen_days) for one in found] == [(late, 7)]
    row = line.desk.ask(sites, line.clock.now(), line.house.rules, text="site 1")[0]
    assert (row.assets, row.unseen, row.troubled) == (3, 1, 0)


def test_an_earlier_sighting_never_overwrites_a_later_one(line: Line) -> None:
    line.at("01 10:00")
    asset = line.desk.act(line.yanis, hotline.add_asset, line.sites[0], "tablet")
    line.at("08 10:00")
    line.desk.act(line.yanis, hotline.asset_seen, asset)
    line.desk.act(line.yanis, hotline.asset_seen, asset, at=line.clock.now() - timedelta(days=5))
    assert line.desk.ask(unseen_assets, line.clock.now(), line.house.rules) == []


def test_beacons_with_an_old_battery_are_listed_for_the_round(line: Line) -> None:
    line.desk.act(line.yanis, hotline.add_asset, line.sites[0], "beacon", battery_on=date(2025, 9, 1))
    line.desk.act(line.yanis, hotline.add_asset, line.sites[0], "beacon", battery_on=date(2026, 9, 1))
    line.at("24 10:00")
    assert [one.label for one in line.desk.ask(old_batteries, line.clock.now(), line.house.rules)] == [
        "BAL-001"
    ]


def test_a_provider_without_contact_for_sixty_days_is_dormant(line: Line) -> None:
    line.at("2027-05-23T18:41:00+02:00")
    assert line.desk.ask(dormant_providers, line.clock.now(), line.house.rules) == []
    line.at("2027-05-24T18:42:00+02:00")
    line.open("tablet", site_id=line.sites[1])
    found = line.desk.ask(dormant_providers, line.clock.now(), line.house.rules)
    assert [(one.provider, one.days) for one in found] == [("Maison Aubier", 60), ("Maison Clairière", 60)]


def test_a_round_is_driven_in_order_signed_and_counts_devices_as_seen(line: Line) -> None:
    line.at("10 09:00")
    asset = line.desk.act(line.yanis, hotline.add_asset, line.sites[1], "tablet")
    ticket = line.open("tablet", site_id=line.sites[1], keys="non")
    work = line.desk.act(line.yanis, hotline.send_to_field, line.house, ticket.id, "Remplacer la tablette")
    line.at("24 08:00")
    order = [line.sites[2], line.sites[1]]
    round_id = line.desk.act(
        line.yanis,
        hotline.plan_round,
        line.house,
        line.clock.now() + timedelta(hours=1),
        order,
        vehicle="utilitaire",
    )
    card = line.desk.ask(rounds)[0]
    assert ([one.site for one in card.stops], card.day) == (["Site 3", "Site 2"], date(2027, 3, 24))
    assert [one.id for one in card.stops[1].work] == [work], "work that waits for the site is on the round"
    with pytest.raises(RuleRefused):
        line.desk.act(line.yanis, hotline.leave_site, line.house, card.stops[0].id, signed_by="W.")
    line.desk.act(line.yanis, hotline.skip_stop, card.stops[0].id, reason="fermé")
    line.desk.act(line.yanis, hotline.arrive, card.stops[1].id)
    line.at("24 10:30")
    with pytest.raises(InvalidInput):
        line.desk.act(line.yanis, hotline.leave_site, line.house, card.stops[1].id, signed_by=" ")
    line.desk.act(
        line.yanis,
        hotline.leave_site,
        line.house,
        card.stops[1].id,
        signed_by="Mathilde",
        outcomes=[(work, "changée")],
    )
    assert line.desk.ask(rounds) == [], "the last site ends the round"
    done = line.desk.ask(rounds, [round_id], open_only=False)[0]
    assert (done.state, done.stops[1].signed_by) == ("done", "Mathilde")
    assert done.stops[1].arrived_at is not None and done.stops[1].left_at is not None
    site = line.desk.ask(site_card, line.sites[1], line.clock.now(), line.house.rules)
    assert [(one.state, one.outcome) for one in site.work] == [("done", "changée")]
    assert [one.unseen_days for one in site.assets if one.id == asset] == [None]


def test_a_round_refuses_no_site_and_the_same_site_twice(line: Line) -> None:
    for wrong in ([], [line.sites[0], line.sites[0]]):
        with pytest.raises(InvalidInput):
            line.desk.act(line.yanis, hotline.plan_round, line.house, line.clock.now(), wrong)
    assert line.desk.ask(rounds) == []


def test_a_skipped_site_gives_its_work_back_to_the_next_round(line: Line) -> None:
    work = line.desk.act(line.yanis, hotline.plan_work, line.house, line.sites[0], "pile de la balise")
    for _ in range(2):
        line.desk.act(line.yanis, hotline.plan_round, line.house, line.clock.now(), [line.sites[0]])
        stop = line.desk.ask(rounds)[0].stops[0]
        assert [one.id for one in stop.work] == [work]
        line.desk.act(line.yanis, hotline.skip_stop, stop.id, reason="personne")


def test_only_a_supervisor_says_that_a_number_stands_in_the_agreement(line: Line) -> None:
    with pytest.raises(NotAllowed):
        line.desk.act(line.yanis, hotline.add_contact, line.sites[0], "X", "0639984099", on_agreement=True)
    with pytest.raises(InvalidInput):
        line.desk.act(line.yanis, hotline.add_contact, line.sites[0], "X", "sans numéro")


# --- renewals -----------------------------------------------------------------------------------------------


def test_the_renewal_ladder_owes_one_reminder_at_a_time(line: Line) -> None:
    line.at("01 09:00")
    line.desk.act(
        line.helene,
        providers.set_agreement,
        line.providers[0],
        "signed",
        since=date(2026, 1, 1),
        until=date(2027, 6, 20),
    )
    assert line.desk.act(line.yanis, hotline.note_renewals, line.house) == 0
    line.at("22 09:00")
    assert line.desk.act(line.yanis, hotline.note_renewals, line.house) == 1
    assert line.desk.act(line.yanis, hotline.note_renewals, line.house) == 0
    first = line.desk.ask(renewals_due)[0]
    assert (first.provider, first.days_before) == ("Maison Aubier", 90)
    with pytest.raises(InvalidInput):
        line.desk.act(line.yanis, hotline.renewal_done, first.id, "")
    line.at("2027-04-21T09:00:00+02:00")
    line.desk.act(line.yanis, hotline.note_renewals, line.house)
    assert [one.days_before for one in line.desk.ask(renewals_due)] == [60], "the missed rung is not repeated"
    due = line.desk.ask(renewals_due)[0]
    line.desk.act(line.yanis, hotline.renewal_done, due.id, "visite le 3 mai")
    assert line.desk.ask(renewals_due) == []
    line.at("2027-05-21T09:00:00+02:00")
    line.desk.act(line.yanis, hotline.note_renewals, line.house)
    assert [one.days_before for one in line.desk.ask(renewals_due)] == [30]


# --- training, referents, articles --------------------------------------------------------------------------


def test_three_tickets_on_one_theme_in_ninety_days_suggest_a_training_once(line: Line) -> None:
    line.at("2026-12-01T10:00:00+01:00")
    assert line.open("tablet").training_id is None
    line.at("10 10:00")
    assert line.open("tablet").training_id is None
    line.at("20 10:00")
    assert line.open("touch_screen").training_id is None, "the first one is more than ninety days old"
    line.at("23 10:00")
    third = line.open("tablet")
    assert third.training_id is not None
    assert line.open("tablet").training_id is None, "it is not proposed again"
    found = line.desk.ask(trainings)[0]
    assert (found.provider, found.theme, len(found.tickets)) == ("Maison Aubier", "terminals", 3)
    line.desk.act(line.yanis, hotline.decide_training, found.id, accepted=True)
    assert line.desk.ask(trainings) == []


def test_a_theme_has_a_referent_and_a_stand_in(line: Line) -> None:
    yanis, sabrina = line.yanis.id, line.sabrina.id
    assert yanis and sabrina
    with pytest.raises(NotAllowed):
        line.desk.act(line.yanis, hotline.name_referents, line.house, "network", yanis)
    for wrong in (("coffee", yanis, None), ("network", yanis, yanis)):
        with pytest.raises(InvalidInput):
            line.desk.act(line.helene, hotline.name_referents, line.house, *wrong)
    line.desk.act(line.helene, hotline.name_referents, line.house, "network", yanis, sabrina)
    line.desk.act(line.helene, hotline.name_referents, line.house, "network", sabrina, yanis)
    assert [(one.rank, one.agent) for one in line.desk.ask(referents)] == [(1, "Sabrina"), (2, "Yanis")]


def test_an_article_is_counted_once_per_ticket_and_sent_in_the_language_of_the_caller(line: Line) -> None:
    line.at("23 10:00")
    opened = line.open("tablet", language="en")
    for _ in range(2):
        line.desk.act(line.yanis, hotline.use_article, line.house, "KB-01", "view", ticket_id=opened.id)
    text = line.desk.act(line.yanis, hotline.send_article, line.house, opened.id, "KB-01")
    english = line.house.shelf.article("KB-01", "en")
    assert text.startswith(english.title) and "1. " in text and "**" not in text
    line.desk.act(
        line.yanis, hotline.solve, line.house, opened.id, ResolutionCode.SOLVED_REMOTE, article="KB-01"
    )
    stats = line.desk.ask(article_stats)["KB-01"]
    assert (stats.views, stats.sent, stats.solved) == (1, 1, 1)
    other = line.open("tablet", site_id=line.sites[1])
    line.desk.act(line.yanis, hotline.solve, line.house, other.id, ResolutionCode.SOLVED_REMOTE)
    today = date(2027, 3, 23)
    found = line.desk.ask(knowledge, line.house.shelf, line.at("23 00:00"), line.at("24 00:00"), today)
    assert (found.solved, found.with_article, found.share) == (2, 1, 0.5)
    with pytest.raises(NotFound):
        line.desk.act(line.yanis, hotline.use_article, line.house, "KB-99", "view")
    with pytest.raises(InvalidInput):
        line.desk.act(line.yanis, hotline.use_article, line.house, "KB-01", "burned")


def test_searches_without_result_are_listed_without_the_numbers_in_them(line: Line) -> None:
    for words in (
        "imprimante étiquettes",
        "Imprimante  étiquettes",
        "06 39 98 14 27 imprimante",
        "ab",
        "0639981427",
    ):
        line.desk.act(line.yanis, hotline.searched_in_vain, words)
    found = line.desk.ask(searches_in_vain)
    assert (found[0].words, found[0].times) == ("imprimante etiquettes", 2)
    assert not any("0639981427" in one.words for one in found)
    with pytest.raises(NotAllowed):
        line.desk.act(line.yanis, hotline.miss_answered, found[0].id)
    line.desk.act(line.helene, hotline.miss_answered, found[0].id)
    assert "imprimante etiquettes" not in {one.words for one in line.desk.ask(searches_in_vain)}


def test_an_assistant_of_the_concierge_keeps_sites_but_answers_no_hotline(line: Line) -> None:
    ines = hire(line.desk, "Inès")
    line.desk.act(ines, hotline.add_site, line.providers[0], "Annexe")
    with pytest.raises(NotAllowed):
        line.desk.act(ines, hotline.searched_in_vain, "tablette")
