"""Finding and asking providers with real keys: the whole dispatch loop, from the search line to the confirmation."""

from __future__ import annotations

from datetime import timedelta

import pytest

from conciergedesk.core.actor import SYSTEM
from conciergedesk.core.errors import InvalidInput
from conciergedesk.providers import service as providers
from conciergedesk.providers.cards import ProviderValues
from conciergedesk.providers.queries import provider_card
from conciergedesk.providers.rules import AgreementState, Booking, GuideClass
from conciergedesk.requests import asks
from conciergedesk.requests.lifecycle import State
from conciergedesk.ui.handlers.provider_fields import AGREEMENT, BOOKING, PLACE, ROLES, shown, typed
from conciergedesk.ui.modals.choice import Choice
from conciergedesk.ui.modals.form import FormSheet
from conciergedesk.ui.modals.provider_sheets import HoursSheet, ImportSheet, LetterSheet
from conciergedesk.ui.widgets.provider_list import ProviderList

from .conftest import OpenRoom, at, book, card_rules

SIZES = [(80, 24), (120, 36), (200, 60)]


@pytest.mark.parametrize("size", [(60, 16), *SIZES])
async def test_every_keystroke_searches_and_says_why(open_room: OpenRoom, size: tuple[int, int]) -> None:
    async with open_room(size) as room:
        await room.type("boulangrie bel air")
        assert room.names[0] == "Boulangerie Bel Air"
        assert "Boulangerie Bel Air" in room.text and "« boulangrie » lu boulangerie" in room.text
        assert all(len(line) <= size[0] for line in room.lines)


@pytest.mark.parametrize("size", SIZES)
async def test_chips_hours_and_the_line(open_room: OpenRoom, size: tuple[int, int]) -> None:
    async with open_room(size) as room:
        await room.type("kiné metz 20h allemand")
        for chip in ("métier kiné", "lieu metz", "quand mer 20:00"):
            assert chip in room.text
        assert "ouvert → 21:00" in room.text and "ferme à 20:30" in room.text
        assert "moins sûrs ou fermés à cette heure" in room.text
        assert room.names[:2] == ["Kiné du Sablon", "Cabinet Rive Gauche"]


async def test_chips_come_off_one_by_one(open_room: OpenRoom) -> None:
    async with open_room() as room:
        await room.type("kiné metz 20h allemand")
        assert "demander" not in room.lines[-1] and "résultats" in room.lines[-1], "letters type here"
        await room.press("enter")
        assert isinstance(room.app.focused, ProviderList)
        assert "demander" in room.lines[-1]
        await room.press("backspace")
        assert room.screen.search.value.strip() == "kiné metz 20h"
        assert "Kiné Domicile 7/7" in room.text and "2 absences en mars" in room.text
        await room.press("o")
        assert room.screen.search.value.strip() == "kiné metz" and "Maintenant" in room.text
        await room.press("x")
        assert "sans « métier kiné »" in room.text and "« metz » dans les noms" in room.text
        await room.press("enter")
        assert room.screen.search.value.strip() == "metz"
        await room.press("f")
        assert room.screen.search.has_focus


async def test_neighbours_are_looked_for_twice_as_far_around(open_room: OpenRoom) -> None:
    async with open_room() as room:
        await room.type("spa allemand 10km")
        near = len(room.names)
        await room.press("enter", "v")
        assert "20 km" in room.screen.search.value and len(room.names) > near


async def test_an_empty_answer_says_which_wish_to_give_up(open_room: OpenRoom) -> None:
    async with open_room((80, 24)) as room:
        await room.type("boucherie pmr allemand 1km")
        assert "Personne ne convient" in room.text and "sans « à moins de 1 km » : " in room.text
        await room.press("escape", *"spa", "space", *"saarbrücken")
        assert "Personne à saarbrücken ni à moins de 10 km : les plus proches ailleurs." in room.text
        assert room.names
        await room.press("escape", *"pr-3")
        assert room.names == ["Cabinet Rive Gauche"]
        await room.press("enter", "enter")
        assert room.screen.pane.has_focus and "Fiabilité" in room.text


async def test_nobody_at_night_is_an_answer_with_the_houses_numbers(open_room: OpenRoom) -> None:
    async with open_room() as room:
        await room.type("dentiste dimanche 23h")
        assert room.names == []
        assert room.text.index("Personne d’ouvert dim 23:00.") < room.text.index("116 117")
        for words in ("Si personne ne répond", "116 117", "3237", "SAMU"):
            assert words in room.text


async def test_the_pane_shows_the_week_with_the_asked_hour(open_room: OpenRoom) -> None:
    async with open_room((120, 40)) as room:
        await room.type("cabinet rive gauche 20h")
        assert "03 53 01 46 20" in room.text and "(Nadège)" in room.text
        week = [line for line in room.lines if " mer " in line[76:90]]
        assert week and "20:30" in week[0]
        assert any(" ven " in line[76:90] and "férié" in line for line in room.lines), (
            "Good Friday in Moselle"
        )


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_a_spa_is_booked_by_keys_after_a_refusal_and_a_silence(
    open_room: OpenRoom, size: tuple[int, int]
) -> None:
    async with open_room(size) as room:
        request = room.request(wanted_from=at(27, 14))
        await room.look_for(request)
        assert room.screen.search.value.startswith("spa Metz 27 mars 14h")
        chosen = room.names[:1]
        await room.press("d")
        assert room.card(request).state == State.WAITING_PROVIDER
        await room.press("s", "n", *"complet", "enter")
        assert "refusé" in room.text
        assert room.screen.current is not None and room.screen.current.brief.name not in chosen
        await room.press("d")
        room.clock.advance(timedelta(hours=3))
        room.session.desk().act(SYSTEM, asks.note_silences, book())
        room.screen.reload()
        await room.settle()
        assert "silence" in room.text
        room.screen.reload(keep=False)
        await room.settle()
        third = room.screen.current
        assert third is not None and third.id not in (
            room.screen.request.asked if room.screen.request else {}
        )
        await room.press("d")
        assert "sollicité" in room.text
        await room.press("s", "o", *"Inge", "tab", "tab", *"98", "enter")
        card = room.card(request)
        assert card.appointments[0].provider == third.brief.name and card.state == State.IN_PROGRESS
        await room.press("l")
        if not isinstance(room.app.screen, LetterSheet):
            await room.press(*"vendredi", "enter")
        assert isinstance(room.app.screen, LetterSheet)
        assert "Spa am" in room.text and "Samstag, 27. März" in room.text
        await room.press("n")
        assert "Spa booked" in room.text
        await room.press("f")
        assert "Spa réservé" in room.text
        await room.press("i")
        assert "Votre réservation" in room.text
        await room.press("d", "enter")
        card = room.card(request)
        assert card.state == State.CONFIRMED
        assert any("Samstag" in one.text for one in card.notes)


async def test_several_marked_providers_are_asked_at_once(open_room: OpenRoom) -> None:
    async with open_room() as room:
        request = room.request(wanted_from=at(27, 14))
        await room.look_for(request)
        await room.press("space", "space", "d")
        assert len(room.screen.request.asks if room.screen.request else ()) == 2
        assert "2 prestataires sollicités" in room.text
        assert room.card(request).state == State.WAITING_PROVIDER


async def test_a_balloon_is_called_off_by_the_weather(open_room: OpenRoom) -> None:
    async with open_room() as room:
        request = room.request(
            "balloon", wanted_from=at(27, 7), fields={"persons": 2, "conditions_read": True}
        )
        await room.look_for(request)
        await room.press("d", "s", "o", *"Yann", "enter", "l")
        assert isinstance(room.app.screen, LetterSheet) and "Fahrt am" in room.text
        await room.press("enter")
        assert room.card(request).state == State.CONFIRMED
        await room.press("ctrl+p", *"météo", "enter")
        assert room.card(request).state == State.WAITING_CLIENT and room.card(request).weather
        assert "météo · vol en montgolfière" in room.text and "à la charge de personne" in room.text


async def test_below_the_line_only_a_supervisor_asks(open_room: OpenRoom) -> None:
    async with open_room() as room:
        request = room.request("spa_thermal")
        room.session.desk().act(
            SYSTEM, providers.set_status, room.providers["Spa des Deux Ponts"], "suspended", reason="litige"
        )
        await room.look_for(request)
        await room.press("end", "d")
        assert "litige" in room.text and "responsable" in room.text
        assert room.card(request).state != State.WAITING_PROVIDER


async def test_a_supervisor_gives_the_word_with_a_reason(open_room: OpenRoom) -> None:
    async with open_room(role="supervisor") as room:
        request = room.request("spa_thermal", wanted_from=at(27, 14))
        room.session.desk().act(
            SYSTEM, providers.set_status, room.providers["Spa des Deux Ponts"], "suspended", reason="litige"
        )
        await room.look_for(request)
        await room.press("end")
        assert room.screen.current is not None and room.screen.current.brief.name == "Spa des Deux Ponts"
        await room.press("d")
        assert isinstance(room.app.screen, FormSheet)
        await room.press("enter")
        assert isinstance(room.app.screen, FormSheet), "a reason is needed"
        await room.press(*"libre", "enter")
        assert room.card(request).state == State.WAITING_PROVIDER


async def test_without_a_request_nobody_is_asked(open_room: OpenRoom) -> None:
    async with open_room() as room:
        await room.type("spa")
        await room.press("enter", "d")
        assert "depuis une demande du tableau" in room.text


async def test_a_card_is_corrected_and_taken_in_at_once(open_room: OpenRoom) -> None:
    async with open_room() as room:
        await room.type("spa des deux ponts")
        await room.press("enter", "c")
        assert isinstance(room.app.screen, Choice) and "03 53 01 44 92" in room.text.replace("+33 3", "03")
        await room.press("n")
        assert isinstance(room.app.screen, FormSheet)
        await room.press("end", *"Neuf", "enter")
        assert "Spa des Deux PontsNeuf" in room.text
        card = room.session.ask(provider_card, room.providers["Spa des Deux Ponts"])
        assert card.name == "Spa des Deux PontsNeuf" and card.own_fields == ("name",)


def test_fields_are_typed_in_the_words_that_are_shown() -> None:
    assert typed(BOOKING[0], "sur place") == typed(BOOKING[0], "on_site") == "on_site"
    assert typed(AGREEMENT, "Terminée") == "ended" and typed(AGREEMENT, "conv") == "signed"
    with pytest.raises(InvalidInput, match="convention"):
        typed(AGREEMENT, "zzz")
    accessible = ROLES[-1]
    assert typed(accessible, "oui") is True and typed(accessible, "") is typed(accessible, "N") is False
    with pytest.raises(InvalidInput):
        typed(accessible, "peut-être")
    assert typed(PLACE[-1], "6,1757") == 6.1757 and typed(PLACE[-1], "") is None
    for field, values in ((BOOKING[0], Booking), (AGREEMENT, AgreementState), (ROLES[0], GuideClass)):
        assert {typed(field, shown(field, value)) for value in values} == set(values)


async def test_every_part_of_a_card_is_edited_by_keys(open_room: OpenRoom) -> None:
    parts = (
        ("f", ["n", *"atelier", "tab", *"2 rue Y", "enter"]),
        ("r", ["ctrl+u", *"sur place", "tab", "tab", "ctrl+u", *"90", "enter"]),
        ("m", ["ctrl+u", *"guide", "tab", "ctrl+u", *"non", "tab", "ctrl+u", *"oui", "enter"]),
        ("j", ["n", *"2027-12-24", "tab", "tab", *"10:00-12:00", "enter"]),
        ("s", ["ctrl+u", *"saison", "tab", "tab", *"04-01", "tab", *"10-31", "enter"]),
        ("t", ["n", *"12,5", "tab", "tab", "ctrl+u", *"au prestataire", "enter"]),
        ("g", [*"INE", "enter"]),
        ("q", ["tab", "tab", *"A", "tab", *"rampe: oui", "enter"]),
        ("i", ["tab", *"personne à 15 h", "tab", "ctrl+u", *"absent", "enter"]),
    )
    async with open_room((80, 24)) as room:
        await room.type("spa des deux ponts")
        await room.press("enter")
        for letter, keys in parts:
            await room.press("c", letter)
            assert room.app.screen is not room.screen, letter
            await room.fill(keys)
            assert room.app.screen is room.screen, (letter, room.text)
        card = room.session.ask(provider_card, room.providers["Spa des Deux Ponts"])
    values = card.values
    assert (values.booking, values.lead_minutes) == ("on_site", 90)
    assert (values.guide_class, values.member, values.reseller) == ("licensed", False, True)
    assert (values.status, card.brief.season) == ("seasonal", ("04-01", "10-31"))
    assert [one.label for one in card.addresses] == ["atelier"]
    assert [one.ranges for one in card.exceptions] == ["10:00-12:00"]
    assert ("provider", 1250) in [(one.owed_to, one.basis_points) for one in card.rates]
    assert card.leisure_referent and card.visits[0].criteria == (("rampe", "oui"),)
    assert (card.incidents[0].kind, card.incidents[0].facts) == ("no_show", "personne à 15 h")


async def test_hours_are_edited_with_the_week_they_mean(open_room: OpenRoom) -> None:
    async with open_room() as room:
        await room.type("spa des deux ponts")
        await room.press("enter", "h")
        sheet = room.app.screen
        assert isinstance(sheet, HoursSheet) and "10:00–21:00" in room.text
        sheet.box.value = "Mo-Fr 25:00"
        await room.settle()
        assert "25:00" in room.text and "^^" in room.text
        await room.press("enter")
        assert isinstance(room.app.screen, HoursSheet), "unreadable hours are not kept"
        sheet.box.value = "Mo-Fr 08:00-12:00; PH off"
        await room.settle()
        assert "8:00–12:00" in room.text and "Vendredi saint" in room.text
        await room.press("enter")
        card = room.session.ask(provider_card, room.providers["Spa des Deux Ponts"])
        assert card.brief.hours == "Mo-Fr 08:00-12:00; PH off"


async def test_a_provider_is_closed_for_some_days(open_room: OpenRoom) -> None:
    async with open_room() as room:
        await room.type("spa des deux ponts")
        await room.press("enter", "i")
        assert isinstance(room.app.screen, Choice)
        await room.press("j")
        card = room.session.ask(provider_card, room.providers["Spa des Deux Ponts"])
        assert card.exceptions[0].first == at(24, 12).date() and "○" in room.text


async def test_a_listing_is_tried_then_imported(
    open_room: OpenRoom, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("liste") / "liste.csv"
    path.write_text(
        "nom,ville,horaires\nBar Zygomar,Metz,24/7\nBar Faux,Metz,Mo-Fr 25:00\n", encoding="utf-8"
    )
    async with open_room(role="supervisor") as room:
        await room.press("down")
        await room.press("ctrl+p", *"importer", "enter")
        sheet = room.app.screen
        assert isinstance(sheet, ImportSheet)
        sheet.box.value = str(path)
        await room.settle()
        await room.press("enter")
        assert "ajoutés" in room.text and "25:00" in room.text
        assert room.names == [], "nothing is written yet"
        await room.press("enter")
        assert room.app.screen is room.screen
        await room.press("f")
        await room.type("zygomar")
        assert room.names == ["Bar Zygomar"]


async def test_another_desks_change_is_seen(open_room: OpenRoom) -> None:
    async with open_room() as room:
        await room.type("zygomar")
        assert room.names == []
        room.session.desk().act(
            SYSTEM, providers.add_provider, card_rules(), ProviderValues(name="Bar Zygomar")
        )
        room.screen._poll()
        await room.settle()
        assert room.names == ["Bar Zygomar"]


HOSTILE = "[/] [@click=app.quit]x[/] \u202e=1+1"


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_hostile_text_is_shown_as_it_is(open_room: OpenRoom, size: tuple[int, int]) -> None:
    async with open_room(size) as room:
        values = ProviderValues(
            name=f"Bar {HOSTILE}", tags=HOSTILE, note=HOSTILE, address=HOSTILE, commune=HOSTILE
        )
        room.session.desk().act(SYSTEM, providers.add_provider, card_rules(), values)
        await room.type("bar click app quit")
        assert "[/]" in room.text and "\u202e" not in room.text and "\x1b" not in room.text
        await room.press("enter", "c", "n")
        assert isinstance(room.app.screen, FormSheet)


@pytest.mark.parametrize("theme", ["desk-jour", "desk-mono"])
async def test_other_themes_and_plain_signs(open_room: OpenRoom, theme: str) -> None:
    async with open_room(theme=theme, glyph_set="ascii", language="en") as room:
        await room.type("dentist 20h")
        assert "closes 20:30" in room.text and "If nobody answers" in room.text
        assert not {"●", "○", "→", "▅"} & set(room.text)
