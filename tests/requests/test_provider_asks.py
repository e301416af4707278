"""The dispatch loop: asking providers for a request until one says yes, and what the client then reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

import pytest

from conciergedesk.core.actor import SYSTEM, Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.desk import Desk
from conciergedesk.core.errors import Conflict, InvalidInput, NotAllowed, RuleRefused
from conciergedesk.core.holidays import load_holidays
from conciergedesk.core.paths import knowledge_base
from conciergedesk.core.shared import Agency
from conciergedesk.providers import service as providers
from conciergedesk.providers.cards import CardRules, ProviderValues
from conciergedesk.providers.finder import Finder
from conciergedesk.providers.found import Search
from conciergedesk.providers.rules import Outcome
from conciergedesk.providers.search.lexicon import read_lexicon
from conciergedesk.requests import asks
from conciergedesk.requests import service as requests
from conciergedesk.requests.ask_letters import Confirmation, prepare_confirmation
from conciergedesk.requests.ask_reading import AskLine, ask_lines, candidates, histories, past_orders, records
from conciergedesk.requests.lifecycle import State
from conciergedesk.requests.queries import RequestCard, request_card
from conciergedesk.requests.rulebook import Rulebook, load_rulebook
from conciergedesk.requests.service import NewRequest
from tests.conftest import PARIS

AGENCY = Agency(name="Agence du Pays des Trois Rives", commune="Metz", phone="03 53 01 10 00")
METZ = (49.1193, 6.1757)
OPEN_LATE = "Mo-Su 09:00-22:00"


@lru_cache
def book() -> Rulebook:
    return load_rulebook(knowledge_base())


@lru_cache
def rules() -> CardRules:
    return CardRules(read_lexicon(), load_holidays(knowledge_base()))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2027, 3, day, hour, minute, tzinfo=PARIS)


@dataclass
class Dispatch:
    """A desk with a finder, as an operator uses them."""

    desk: Desk
    actor: Actor
    clock: FixedClock
    finder: Finder

    def provider(self, name: str, trade: str = "spa", **more: object) -> int:
        values = {
            "trades": (trade,),
            "commune": "Metz",
            "latitude": 49.12,
            "longitude": 6.17,
            "hours": OPEN_LATE,
        }
        return self.desk.act(
            SYSTEM,
            providers.add_provider,
            rules(),
            ProviderValues(name=name, **(values | more)),  # type: ignore[arg-type]
        )

    def request(self, kind: str = "spa_thermal", **more: object) -> int:
        values: dict[str, object] = {
            "type_code": kind, "requester_name": "Clémence Aubry", "channel": "phone", "place": "Metz",
            "wanted_from": at(26, 14), "fields": {"persons": 2},
        }  # fmt: skip
        return self.desk.act(self.actor, requests.capture, book(), NewRequest(**(values | more)))  # type: ignore[arg-type]

    def card(self, request_id: int) -> RequestCard:
        return self.desk.ask(request_card, request_id)

    def lines(self, request_id: int) -> list[AskLine]:
        return self.desk.ask(ask_lines, request_id, self.clock.now())

    def next(self, request_id: int) -> list[str]:
        """Names of the candidates, best first."""
        asked = {line.provider_id for line in self.lines(request_id)}
        search = Search(now=self.clock.now(), origin=METZ)
        return [
            one.brief.name for one in candidates(self.finder, book(), self.card(request_id), search, asked)
        ]

    def ask(self, request_id: int, provider_id: int, **more: object) -> int:
        return self.desk.act(self.actor, asks.ask_provider, book(), request_id, provider_id, **more)  # type: ignore[arg-type]

    def confirmation(self, request_id: int, language: str = "") -> Confirmation:
        with self.desk.read() as session:
            return prepare_confirmation(
                session,
                book(),
                request_card(session, request_id),
                AGENCY,
                self.clock.now(),
                language=language,
            )


@pytest.fixture
def dispatch(desk: Desk, ines: Actor, clock: FixedClock) -> Dispatch:
    finder = Finder(desk, rules().holidays, lexicon=rules().lexicon, histories=histories(clock))
    return Dispatch(desk, ines, clock, finder)


def test_a_spa_is_booked_after_a_refusal_and_a_silence(dispatch: Dispatch) -> None:
    first = dispatch.provider(
        "Spa des Deux Ponts", agreement="signed", free_cancel_hours=24, answer_minutes=30
    )
    second = dispatch.provider("Bulles de Queuleu", answer_minutes=30)
    third = dispatch.provider(
        "Hammam du Vieux Quai", phones=("03 53 01 46 20",), free_cancel_hours=24, address="4 quai des Saules"
    )
    asked_for = dispatch.request()
    assert set(dispatch.next(asked_for)) == {
        "Spa des Deux Ponts",
        "Bulles de Queuleu",
        "Hammam du Vieux Quai",
    }

    one = dispatch.ask(asked_for, first)
    card = dispatch.card(asked_for)
    assert card.state == State.WAITING_PROVIDER and card.waits_for == "Spa des Deux Ponts"
    assert card.snoozed_until == dispatch.clock.now() + timedelta(minutes=30)
    dispatch.clock.advance(timedelta(minutes=9))
    dispatch.desk.act(dispatch.actor, asks.declined, book(), one, reason="complet")
    assert dispatch.card(asked_for).state == State.IN_PROGRESS
    assert "Spa des Deux Ponts" not in dispatch.next(asked_for)

    dispatch.ask(asked_for, second)
    dispatch.clock.advance(timedelta(minutes=31))
    assert dispatch.lines(asked_for)[1].state == "silent"
    assert dispatch.lines(asked_for)[1].left(dispatch.clock.now()) == timedelta(minutes=-1)
    assert dispatch.desk.act(SYSTEM, asks.note_silences, book()) == (asked_for,)
    assert dispatch.desk.act(SYSTEM, asks.note_silences, book()) == ()
    assert dispatch.next(asked_for) == ["Hammam du Vieux Quai"]

    three = dispatch.ask(asked_for, third)
    booking = dispatch.desk.act(
        dispatch.actor, asks.accepted, book(), three, contact="Nadège", price_cents=9800, reference="HV-31"
    )
    card = dispatch.card(asked_for)
    assert [line.state for line in dispatch.lines(asked_for)] == ["declined", "silent", "accepted"]
    assert card.appointments[0].id == booking.appointment_id
    assert card.appointments[0].provider == "Hammam du Vieux Quai"
    assert card.appointments[0].starts_at == at(26, 14)
    assert {step.code: step.proof for step in card.steps}["provider_yes"].startswith("Nadège ")

    french = dispatch.confirmation(asked_for)
    assert "vendredi 26 mars" in french.text and "Hammam du Vieux Quai" in french.text
    assert "avant le jeudi 25 mars à 14:00." in french.text, "free of charge until a day before"
    english, german = (dispatch.confirmation(asked_for, language) for language in ("en", "de"))
    assert "Friday 26 March" in english.text
    assert "Free cancellation before Thursday 25 March at 14:00." in english.text
    assert "Freitag, 26. März um 14:00 Uhr" in german.text and "24. März 2027" in german.page
    assert "Kostenlose Stornierung bis Donnerstag, 25. März, 14:00 Uhr." in german.text
    assert "03 53 01 46 20" in french.page
    assert all("+33 3 53 01 46 20" in letter.page for letter in (english, german)), "they ring from abroad"
    for letter, words in ((french, "Votre réservation"), (english, "Your booking"), (german, "Ihre Buchung")):
        assert words in letter.page and "HV-31" in letter.page
        assert "98" in letter.page and max(map(len, letter.page.splitlines())) <= 80
        assert "|" not in letter.page and "{" not in letter.page

    dispatch.desk.act(dispatch.actor, asks.client_told, book(), asked_for, french.text)
    card = dispatch.card(asked_for)
    assert card.state == State.CONFIRMED and card.appointments[0].state == "confirmed"
    assert any(note.kind == "message" and "Hammam" in note.text for note in card.notes)


def test_a_balloon_called_off_by_the_weather_waits_for_the_client_and_counts_for_nobody(
    dispatch: Dispatch,
) -> None:
    pilot = dispatch.provider("Montgolfières des Trois Rives", "balloon")
    asked_for = dispatch.request(
        "balloon", wanted_from=at(27, 7), fields={"persons": 2, "conditions_read": True}
    )
    made = dispatch.ask(asked_for, pilot)
    dispatch.desk.act(dispatch.actor, asks.accepted, book(), made, contact="Yann")
    text = dispatch.confirmation(asked_for, "de").text
    assert "Wetter" in text
    dispatch.desk.act(dispatch.actor, asks.client_told, book(), asked_for, text)
    dispatch.clock.move_to(at(26, 20))
    dispatch.desk.act(dispatch.actor, asks.called_off_by_weather, book(), asked_for)
    card = dispatch.card(asked_for)
    assert card.state == State.WAITING_CLIENT and card.weather
    assert card.reopens == 0 and card.breached_at is None
    assert card.appointments[0].state == "cancelled"
    record = dispatch.desk.ask(records, [pilot])[pilot]
    assert record.weather == 1 and record.due == 0

    again = dispatch.ask(asked_for, pilot)
    dispatch.desk.act(
        dispatch.actor, asks.accepted, book(), again, contact="Yann", starts_at=at(30, 7), ends_at=at(30, 9)
    )
    dispatch.desk.act(dispatch.actor, asks.client_told, book(), asked_for, "Vol reporté au 30 mars.")
    card = dispatch.card(asked_for)
    assert card.state == State.CONFIRMED and card.wanted_from == at(30, 7)
    assert dispatch.desk.ask(past_orders, pilot)[1].outcome == Outcome.WEATHER


def test_a_counter_offer_waits_for_the_client_and_becomes_the_booking(dispatch: Dispatch) -> None:
    spa = dispatch.provider("Spa des Deux Ponts")
    asked_for = dispatch.request()
    made = dispatch.ask(asked_for, spa)
    with pytest.raises(InvalidInput):
        dispatch.desk.act(dispatch.actor, asks.counter_offered, book(), made)
    dispatch.desk.act(
        dispatch.actor,
        asks.counter_offered,
        book(),
        made,
        starts_at=at(26, 16),
        price_cents=11000,
        answer="16 h",
    )
    line = dispatch.lines(asked_for)[0]
    assert (line.state, line.counter_from, line.price_cents) == ("counter", at(26, 16), 11000)
    dispatch.desk.act(dispatch.actor, asks.accepted, book(), made, contact="Inge")
    assert dispatch.card(asked_for).wanted_from == at(26, 16)


def test_several_are_asked_at_once_and_the_first_yes_withdraws_the_others(dispatch: Dispatch) -> None:
    chosen = [dispatch.provider(f"Spa {name}") for name in ("Ouest", "Est", "Sud")]
    asked_for = dispatch.request()
    made = [dispatch.ask(asked_for, one, answer_minutes=20 + turn) for turn, one in enumerate(chosen)]
    assert dispatch.card(asked_for).snoozed_until == dispatch.clock.now() + timedelta(minutes=20)
    dispatch.desk.act(dispatch.actor, asks.declined, book(), made[0])
    assert dispatch.card(asked_for).state == State.WAITING_PROVIDER
    assert dispatch.card(asked_for).snoozed_until == dispatch.clock.now() + timedelta(minutes=21)
    booking = dispatch.desk.act(dispatch.actor, asks.accepted, book(), made[2], contact="Lou")
    assert booking.withdrawn == (made[1],)
    with pytest.raises(RuleRefused):
        dispatch.desk.act(dispatch.actor, asks.accepted, book(), made[1], contact="Max")


def test_a_late_yes_is_still_a_yes(dispatch: Dispatch) -> None:
    spa = dispatch.provider("Spa des Deux Ponts")
    asked_for = dispatch.request()
    made = dispatch.ask(asked_for, spa)
    dispatch.clock.advance(timedelta(hours=5))
    dispatch.desk.act(SYSTEM, asks.note_silences, book())
    dispatch.desk.act(dispatch.actor, asks.accepted, book(), made, contact="Lou")
    assert dispatch.lines(asked_for)[0].state == "accepted"


def test_nobody_is_asked_twice_at_once_and_an_acceptance_has_a_name(dispatch: Dispatch) -> None:
    spa = dispatch.provider("Spa des Deux Ponts")
    asked_for = dispatch.request()
    made = dispatch.ask(asked_for, spa)
    with pytest.raises(Conflict):
        dispatch.ask(asked_for, spa)
    with pytest.raises(InvalidInput) as refusal:
        dispatch.desk.act(dispatch.actor, asks.accepted, book(), made, contact=" ")
    assert refusal.value.field == "contact"
    dispatch.desk.act(dispatch.actor, asks.withdraw, book(), made, reason="client parti")
    assert dispatch.card(asked_for).state == State.IN_PROGRESS
    assert dispatch.ask(asked_for, spa) != made


def test_who_is_suspended_is_asked_only_with_a_supervisors_word(dispatch: Dispatch, helene: Actor) -> None:
    spa = dispatch.provider("Spa des Deux Ponts")
    dispatch.desk.act(dispatch.actor, providers.set_status, spa, "suspended", reason="2 absences en mars")
    asked_for = dispatch.request()
    with pytest.raises(NotAllowed) as refusal:
        dispatch.ask(asked_for, spa, word="urgent")
    assert "2 absences en mars" in str(refusal.value)
    with pytest.raises(InvalidInput):
        dispatch.desk.act(helene, asks.ask_provider, book(), asked_for, spa)
    dispatch.desk.act(helene, asks.ask_provider, book(), asked_for, spa, word="seul ouvert ce soir")
    assert dispatch.lines(asked_for)[0].state == "asked"
    closed = dispatch.provider("Spa Fermé")
    dispatch.desk.act(dispatch.actor, providers.set_status, closed, "closed", reason="retraite")
    with pytest.raises(RuleRefused):
        dispatch.desk.act(helene, asks.ask_provider, book(), asked_for, closed, word="x")


def test_who_misses_orders_falls_below_the_line_by_the_desks_own_figures(
    dispatch: Dispatch, helene: Actor
) -> None:
    spa = dispatch.provider("Spa des Deux Ponts")
    for outcome in ("weather", "kept", "no_show", "late", "kept", "incomplete"):
        made = dispatch.ask(dispatch.request(), spa)
        dispatch.clock.advance(timedelta(minutes=8))
        dispatch.desk.act(dispatch.actor, asks.accepted, book(), made, contact="Lou")
        dispatch.desk.act(dispatch.actor, asks.performed, made, outcome)
    record = dispatch.desk.ask(records, [spa])[spa]
    assert (record.due, record.kept, record.no_shows, record.weather) == (5, 2, 1, 1)
    assert record.reliability == 0.4 and record.answer == timedelta(minutes=8)
    with pytest.raises(NotAllowed):
        dispatch.ask(dispatch.request(), spa)
    assert dispatch.next(dispatch.request()) == ["Spa des Deux Ponts"], "shown, but below the line"
    search = Search(now=dispatch.clock.now(), origin=METZ)
    assert dispatch.finder.find("spa", search).rows == ()


def test_after_the_agreement_has_ended_a_new_order_needs_a_supervisor(
    dispatch: Dispatch, helene: Actor
) -> None:
    spa = dispatch.provider("Spa des Deux Ponts")
    since, last = date(2026, 1, 1), date(2027, 3, 23)
    dispatch.desk.act(dispatch.actor, providers.set_agreement, spa, "signed", since=since, until=last)
    with pytest.raises(NotAllowed):
        dispatch.ask(dispatch.request(), spa)
    made = dispatch.request()
    dispatch.desk.act(helene, asks.ask_provider, book(), made, spa, word="renouvellement signé lundi")
    assert dispatch.lines(made)[0].state == "asked"
    search = Search(now=dispatch.clock.now(), origin=METZ)
    assert [one.below for one in dispatch.finder.find("spa deux ponts", search).below] == ["lapsed"]
    dispatch.desk.act(
        dispatch.actor, providers.set_agreement, spa, "signed", since=since, until=date(2027, 3, 24)
    )
    assert dispatch.ask(dispatch.request(), spa)


def test_a_broken_booking_counts_and_the_clock_runs_on(dispatch: Dispatch) -> None:
    spa = dispatch.provider("Spa des Deux Ponts")
    asked_for = dispatch.request()
    made = dispatch.ask(asked_for, spa)
    dispatch.desk.act(dispatch.actor, asks.accepted, book(), made, contact="Lou")
    dispatch.desk.act(dispatch.actor, asks.client_told, book(), asked_for, "Spa réservé.")
    dispatch.desk.act(
        dispatch.actor, asks.called_off_by_provider, book(), asked_for, reason="panne de chaudière"
    )
    assert dispatch.card(asked_for).state == State.IN_PROGRESS
    assert dispatch.desk.ask(records, [spa])[spa].due == 1


def test_health_is_asked_for_only_after_the_danger_question(dispatch: Dispatch) -> None:
    dentist = dispatch.provider("Cabinet dentaire du Beffroi", "dentist")
    asked_for = dispatch.request("dentist_late", fields={}, wanted_from=at(24, 20))
    with pytest.raises(RuleRefused):
        dispatch.ask(asked_for, dentist)
    dispatch.desk.act(dispatch.actor, requests.answer_danger, book(), asked_for, danger=False)
    assert dispatch.ask(asked_for, dentist)


def test_nothing_booked_has_no_confirmation(dispatch: Dispatch) -> None:
    with pytest.raises(RuleRefused):
        dispatch.confirmation(dispatch.request())
