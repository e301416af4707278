"""People, lodgings, organisations and warnings: noted, found again, corrected, refused with the field's name."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as rounds
from hypothesis import strategies as st

from conciergedesk.core.actor import Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.desk import Desk
from conciergedesk.core.errors import Conflict, DeskError, InvalidInput, NotFound
from conciergedesk.core.phone import PhoneStatus
from conciergedesk.customers import service as customers
from conciergedesk.customers.queries import (
    PersonCard,
    find_lodgings,
    find_organisations,
    find_people,
    person_card,
)
from tests.faults.house import assert_sound
from tests.faults.monsters import ALIVE, MONSTERS


def card_of(desk: Desk, person: int) -> PersonCard:
    card = desk.ask(person_card, person, desk.clock.now())
    assert card is not None
    return card


def found(desk: Desk, text: str) -> list[str]:
    return [hit.name for hit in desk.ask(find_people, text, desk.clock.now())]


# --- noting and changing ---


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", {}),
        ("name", {"first_name": " \x00\u202e ", "phones": ["", "rien"]}),
        ("kind", {"first_name": "A", "kind": "vip"}),
        ("language", {"first_name": "A", "language": "it"}),
    ],
)
def test_a_person_needs_a_name_or_a_number_and_known_words(
    desk: Desk, ines: Actor, field: str, values: dict[str, object]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        desk.act(ines, customers.add_person, **values)  # type: ignore[arg-type]
    assert refused.value.field == field
    assert found(desk, "A") == []


def test_a_number_alone_is_enough_and_keeps_its_spelling(desk: Desk, ines: Actor) -> None:
    person = desk.act(ines, customers.add_person, phones=["0039 06 1234 ; 06 39 98 20 20 poste 4"])
    phones = card_of(desk, person).phones
    assert [one.extension for one in phones if one.e164 == "+33639982020"] == ["4"]
    assert all(one.typed for one in phones)


def test_a_links_to_nothing_is_refused_and_leaves_nothing(desk: Desk, ines: Actor) -> None:
    for values in ({"household_id": 999}, {"organisation_id": 999}, {"lodging_id": 999}):
        with pytest.raises(DeskError):
            desk.act(ines, customers.add_person, first_name="Anke", **values)  # type: ignore[arg-type]
    assert found(desk, "Anke") == []
    assert_sound(desk)


@pytest.mark.parametrize("monster", range(len(MONSTERS)))
def test_hostile_text_is_tamed_on_its_way_in(desk: Desk, ines: Actor, monster: int) -> None:
    text = MONSTERS[monster]
    lodging = desk.act(ines, customers.add_lodging, code=text, name=text, address=text, commune=text)
    organisation = desk.act(ines, customers.add_organisation, text, phones=[text + " 0639982020"])
    household = desk.act(ines, customers.add_household, text)
    person = desk.act(
        ines, customers.add_person, first_name=text, last_name=text, email=text, note=text,
        phones=[text + " 06 39 98 20 21"], lodging_id=lodging, organisation_id=organisation, household_id=household,
    )  # fmt: skip
    desk.act(ines, customers.add_phone, person, "06 39 98 20 22", label=text)
    desk.act(ines, customers.warn, person, text)
    desk.act(ines, customers.change_person, person, note=text * 3, last_name=text)
    card = card_of(desk, person)
    shown = [
        card.name, card.email, card.note, card.household, card.organisation, card.lodging,
        *(one.text for one in card.warnings), *(f"{one.typed}{one.label}" for one in card.phones),
        *(f"{one.code}{one.name}{one.commune}" for one in desk.ask(find_lodgings, "zorn")),
        *(name for _id, name, _kind in desk.ask(find_organisations, "zorn")),
    ]  # fmt: skip
    assert not [one for one in shown if ALIVE.search(one.replace("\n", "")) or "\x1b" in one]
    assert all(len(one) <= 400 for one in shown if one != card.note)
    assert card.name.startswith("Zorn") and [card.id] == [
        hit.id for hit in desk.ask(find_people, "zorn", desk.clock.now())
    ]
    assert_sound(desk)


@rounds(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(max_size=60), phone=st.text(max_size=30), query=st.text(max_size=40))
def test_any_text_is_either_kept_clean_or_refused_in_a_sentence(
    sqlite_desk: Desk, name: str, phone: str, query: str
) -> None:
    from conciergedesk.core.actor import SYSTEM

    try:
        person = sqlite_desk.act(SYSTEM, customers.add_person, first_name=name, phones=[phone], note=name)
    except InvalidInput as refused:
        assert refused.field == "name"
    else:
        assert not ALIVE.search(card_of(sqlite_desk, person).name)
    sqlite_desk.ask(find_people, query, sqlite_desk.clock.now())
    sqlite_desk.ask(find_lodgings, query)
    sqlite_desk.ask(find_organisations, query)


def test_changing_leaves_what_was_not_given(desk: Desk, ines: Actor) -> None:
    person = desk.act(
        ines, customers.add_person, first_name="Anke", last_name="Klein", language="de", email="a@example.org"
    )
    desk.act(ines, customers.change_person, person, last_name="Groß")
    card = card_of(desk, person)
    assert (card.name, card.language, card.email, card.version) == ("Anke Groß", "de", "a@example.org", 2)
    assert found(desk, "gross") == ["Anke Groß"] and found(desk, "Klein") == []


def test_a_card_cannot_lose_its_last_name_unless_there_is_a_number(desk: Desk, ines: Actor) -> None:
    person = desk.act(ines, customers.add_person, first_name="Anke")
    with pytest.raises(InvalidInput):
        desk.act(ines, customers.change_person, person, first_name="")
    desk.act(ines, customers.add_phone, person, "06 39 98 20 20")
    desk.act(ines, customers.change_person, person, first_name="")
    assert card_of(desk, person).name == ""


@pytest.mark.parametrize("values", [{"kind": "vip"}, {"language": "it"}])
def test_a_card_is_not_changed_into_what_does_not_exist(
    desk: Desk, ines: Actor, values: dict[str, str]
) -> None:
    person = desk.act(ines, customers.add_person, first_name="Anke")
    with pytest.raises(InvalidInput):
        desk.act(ines, customers.change_person, person, **values)  # type: ignore[arg-type]
    assert card_of(desk, person).version == 1


def test_what_is_not_there_is_said(desk: Desk, ines: Actor) -> None:
    for verb, arguments in (
        (customers.change_person, (999,)),
        (customers.add_phone, (999, "0639982020")),
        (customers.warn, (999, "x")),
        (customers.end_warning, (999,)),
        (customers.touch, (999,)),
    ):
        with pytest.raises(NotFound):
            desk.act(ines, verb, *arguments)  # type: ignore[arg-type]
    assert desk.ask(person_card, 999, desk.clock.now()) is None


def test_two_desks_correct_one_card_and_nothing_is_overwritten(
    desk: Desk, ines: Actor, maelle: Actor
) -> None:
    person = desk.act(ines, customers.add_person, first_name="Anke")
    seen = card_of(desk, person).version
    desk.act(maelle, customers.change_person, person, seen=seen, note="préfère l'allemand")
    with pytest.raises(Conflict, match="Maëlle"):
        desk.act(ines, customers.change_person, person, seen=seen, note="rappeler")
    assert card_of(desk, person).note == "préfère l'allemand"


# --- numbers ---


def test_a_number_is_added_once_whatever_its_spelling(desk: Desk, ines: Actor) -> None:
    person = desk.act(ines, customers.add_person, first_name="Anke", phones=["06 39 98 20 20"])
    for spelling in ("+33 6 39 98 20 20", "0033639982020", "(06) 39.98.20.20"):
        assert desk.act(ines, customers.add_phone, person, spelling) in set(PhoneStatus)
    assert len(card_of(desk, person).phones) == 1
    with pytest.raises(InvalidInput) as refused:
        desk.act(ines, customers.add_phone, person, "appelle-moi")
    assert refused.value.field == "phone"


@pytest.mark.parametrize("query", ["", "a", " ", "\x00", "%", "_", "'", "🎩", "+", "0" * 500, "x" * 5000])
def test_odd_questions_have_an_answer(desk: Desk, ines: Actor, query: str) -> None:
    desk.act(ines, customers.add_person, first_name="Anke", phones=["+352 621 000 012"])
    assert len(desk.ask(find_people, query, desk.clock.now())) <= 1
    desk.ask(find_lodgings, query)
    desk.ask(find_organisations, query)


def test_namesakes_stand_by_their_latest_contact(desk: Desk, ines: Actor, clock: FixedClock) -> None:
    first = desk.act(ines, customers.add_person, first_name="Anke", last_name="Klein")
    second = desk.act(ines, customers.add_person, first_name="Anke", last_name="Klein")
    clock.advance(timedelta(hours=2))
    desk.act(ines, customers.touch, first)
    assert [hit.id for hit in desk.ask(find_people, "klein", clock.now())] == [first, second]
    assert len(desk.ask(find_people, "klein", clock.now(), 1)) == 1


def test_the_last_four_digits_find_everybody_who_has_them(desk: Desk, ines: Actor) -> None:
    for name, phone in (
        ("Anke", "+352 621 000 012"),
        ("Jonas", "06 39 98 00 12"),
        ("Lilas", "06 39 98 00 13"),
    ):
        desk.act(ines, customers.add_person, first_name=name, phones=[phone])
    assert sorted(found(desk, "0012")) == ["Anke", "Jonas"]
    assert found(desk, "00 13") == ["Lilas"]


# --- around a person ---


def test_a_household_brings_its_people_together(desk: Desk, ines: Actor) -> None:
    people = [desk.act(ines, customers.add_person, first_name=name) for name in ("Anke", "Jonas", "Lilas")]
    desk.act(ines, customers.add_household, "Klein", people[:2])
    card = card_of(desk, people[0])
    assert card.household == "Klein" and [name for _id, name in card.relatives] == ["Jonas"]
    assert card_of(desk, people[2]).relatives == ()
    with pytest.raises(NotFound):
        desk.act(ines, customers.add_household, "Perdu", [people[2], 999])
    assert card_of(desk, people[2]).household == ""


def test_a_warning_stands_until_its_end(desk: Desk, ines: Actor, clock: FixedClock) -> None:
    person = desk.act(ines, customers.add_person, first_name="Anke")
    desk.act(ines, customers.warn, person, "chien", until=clock.now() + timedelta(hours=1))
    lasting = desk.act(ines, customers.warn, person, "allergie")
    assert {one.text for one in card_of(desk, person).warnings} == {"chien", "allergie"}
    clock.advance(timedelta(hours=1))
    assert {one.text for one in card_of(desk, person).warnings} == {"allergie"}
    desk.act(ines, customers.end_warning, lasting)
    assert card_of(desk, person).warnings == ()
    with pytest.raises(InvalidInput):
        desk.act(ines, customers.warn, person, " \u202e ")


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", {"name": "\x1b"}),
        ("kind", {"name": "A", "kind": "tent"}),
        ("code", {"name": "A", "code": "P-11"}),
    ],
)
def test_a_lodging_needs_a_name_a_kind_and_a_free_code(
    desk: Desk, ines: Actor, field: str, values: dict[str, str]
) -> None:
    desk.act(ines, customers.add_lodging, name="Les Tanneurs")
    with pytest.raises(InvalidInput) as refused:
        desk.act(ines, customers.add_lodging, **values)  # type: ignore[arg-type]
    assert refused.value.field == field
    assert [one.code for one in desk.ask(find_lodgings, "tanneurs")] == ["P-11"]


@pytest.mark.parametrize(("field", "values"), [("name", {"name": ""}), ("kind", {"name": "A", "kind": "x"})])
def test_an_organisation_needs_a_name_and_a_kind(
    desk: Desk, ines: Actor, field: str, values: dict[str, str]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        desk.act(ines, customers.add_organisation, **values)
    assert refused.value.field == field
