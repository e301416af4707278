"""What agents type about providers, sites and devices, and what the register makes of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from conciergedesk.core.errors import InvalidInput
from conciergedesk.hotline import service as hotline
from conciergedesk.hotline.meant import meant_provider, meant_sites, read_device_kind, sites_to_visit
from conciergedesk.hotline.rules import AssetState

from .conftest import Line


@pytest.mark.parametrize(
    ("typed", "kind"),
    [("t", "tablet"), ("Tablette", "tablet"), ("écran", "screen"), ("B", "beacon"), ("lecteur de carte", "card_reader"),
     ("box wifi", "router"), ("router", "router")],
)  # fmt: skip
def test_a_kind_of_device_is_read_from_its_letter_or_word(typed: str, kind: str) -> None:
    assert read_device_kind(typed) == kind


@pytest.mark.parametrize("typed", ["", "  ", "x", "toaster", "[/]"])
def test_an_unknown_kind_of_device_is_refused_at_its_line(typed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_device_kind(typed)
    assert refused.value.field == "kind"


def test_a_provider_is_meant_by_words_of_its_name_or_its_number(line: Line) -> None:
    assert line.desk.ask(meant_provider, "clairiere") == line.providers[2]
    assert line.desk.ask(meant_provider, f"PR-{line.providers[1]}") == line.providers[1]
    for typed in ("", "Maison", "Nulle part", "%", "_"):
        with pytest.raises(InvalidInput) as refused:
            line.desk.ask(meant_provider, typed)
        assert refused.value.field == "provider"


def test_sites_are_meant_in_their_order_even_with_commas_in_their_names(line: Line) -> None:
    comma = line.desk.act(
        line.yanis, hotline.add_site, line.providers[0], "Auberge, comptoir", commune="Ars-sur-Moselle"
    )
    typed = "Site 2, Auberge, comptoir Ars-sur-Moselle, site 1 metz"
    assert line.desk.ask(meant_sites, typed) == [line.sites[1], comma, line.sites[0]]
    for wrong in ("", "Site", "Site 1, Nulle part", " , "):
        with pytest.raises(InvalidInput) as refused:
            line.desk.ask(meant_sites, wrong)
        assert refused.value.field == "sites"


def test_a_round_is_proposed_over_what_is_broken_unseen_or_to_do_town_by_town(line: Line) -> None:
    assert line.desk.ask(sites_to_visit, line.clock.now(), line.house.rules) == []
    line.desk.act(line.yanis, hotline.plan_work, line.house, line.sites[2], "changer la pile")
    tablet = line.desk.act(line.yanis, hotline.add_asset, line.sites[0], "tablet")
    assert [one.id for one in line.desk.ask(sites_to_visit, line.clock.now(), line.house.rules)] == [
        line.sites[2]
    ]
    line.desk.act(line.yanis, hotline.change_asset, tablet, state=AssetState.DOWN)
    found = line.desk.ask(sites_to_visit, line.clock.now() + timedelta(days=30), line.house.rules)
    assert [one.id for one in found] == [line.sites[0], line.sites[2]]
    assert len(line.desk.ask(sites_to_visit, line.clock.now(), line.house.rules, limit=1)) == 1
