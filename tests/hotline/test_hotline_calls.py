"""Calls: recognised, taken once, wrapped up in two keys, missed ones called back, and the figures of a line."""

from __future__ import annotations

from datetime import timedelta

import pytest

from conciergedesk.core.errors import Conflict, InvalidInput, NotAllowed, RuleRefused
from conciergedesk.customers import service as customers
from conciergedesk.hotline import service as hotline
from conciergedesk.hotline.figures import CallMark, call_figures, calls_of_line
from conciergedesk.hotline.queries import call_log, caller_card, missed_calls, my_call, ringing
from conciergedesk.hotline.service import NewTicket
from conciergedesk.requests.queries import open_call_backs
from conciergedesk.requests.tables import CallBack
from conciergedesk.staff import service as staff
from tests.conftest import hire

from .conftest import Line


def ring(line: Line, number: str, on: str = "technical") -> int:
    return line.desk.act(line.yanis, hotline.ring_in, number, line=on)


@pytest.mark.parametrize(
    ("number", "name", "site", "language"),
    [
        ("03 53 01 40 01", "Bernadette", "Site 1", "fr"),
        ("+33353014001", "Bernadette", "Site 1", "fr"),
        ("0033 3 53 01 40 01", "Bernadette", "Site 1", "fr"),
        ("06.39.98.40.03", "Mathilde", "Site 2", "de"),
        ("+352 621 000 040", "Wilfried", "Site 3", "en"),
    ],
)
def test_a_caller_is_recognised_however_the_number_is_spelled(
    line: Line, number: str, name: str, site: str, language: str
) -> None:
    line.at("23 10:00")
    card = line.desk.ask(caller_card, ring(line, number), line.clock.now(), line.house.rules)
    assert (card.name, card.site, card.language) == (name, site, language)
    assert card.agreement == "signed"


def test_the_card_shows_equipment_open_tickets_and_the_numbers_of_the_agreement(line: Line) -> None:
    line.at("10 10:00")
    line.desk.act(line.yanis, hotline.add_asset, line.sites[0], "tablet", label="tab-042")
    line.at("23 10:00")
    ticket = line.open("tablet")
    elsewhere = line.open("wifi", site_id=line.sites[1])
    card = line.desk.ask(caller_card, ring(line, "0353014001"), line.clock.now(), line.house.rules)
    assert [(one.label, one.unseen_days) for one in card.assets] == [("TAB-042", 13)]
    assert [one.id for one in card.open_tickets] == [ticket.id] and elsewhere.id != ticket.id
    assert [one.first_name for one in card.contacts if one.on_agreement] == ["Bernadette"]


def test_a_stranger_and_a_hidden_number_get_an_empty_card(line: Line) -> None:
    for number in ("05 36 49 11 11", "", "anonymous"):
        card = line.desk.ask(caller_card, ring(line, number), line.clock.now(), line.house.rules)
        assert (card.name, card.provider, card.open_tickets) == ("", "", ())


def test_two_contacts_with_one_number_are_counted_not_confused(line: Line) -> None:
    line.desk.act(line.yanis, hotline.add_contact, line.sites[1], "Noé", "03 53 01 40 01")
    card = line.desk.ask(caller_card, ring(line, "0353014001"), line.clock.now(), line.house.rules)
    assert (card.others, card.site_id) == (1, None), "two sites share the number: nobody is taken for another"


def test_a_number_of_no_numbering_plan_is_recognised_when_it_was_kept_as_typed(line: Line) -> None:
    line.desk.act(line.yanis, hotline.add_contact, line.sites[1], "Noé", "06 39 90 01 06")
    card = line.desk.ask(caller_card, ring(line, "06.39.90.01.06"), line.clock.now(), line.house.rules)
    assert (card.name, card.site) == ("Noé", "Site 2")


def test_a_person_of_the_concierge_is_recognised_too(line: Line) -> None:
    line.desk.act(
        line.helene, customers.add_person, first_name="Jonas", last_name="Albrecht", language="de",
        phones=["06 39 98 14 27"],
    )  # fmt: skip
    card = line.desk.ask(caller_card, ring(line, "+33639981427"), line.clock.now(), line.house.rules)
    assert (card.name, card.language, card.provider) == ("Jonas Albrecht", "de", "")


def test_a_call_rings_on_its_own_line_and_one_without_a_line_on_both(line: Line) -> None:
    one, both = ring(line, "0353014001"), ring(line, "0639984003", "")
    assert line.desk.ask(ringing, "technical") == [one, both]
    assert line.desk.ask(ringing, "commercial") == [both]
    line.desk.act(line.lucie, hotline.take_call, both)
    assert (
        line.desk.ask(call_log, line.clock.now(), line.clock.now() + timedelta(1), "commercial")[0].id == both
    )


def test_only_one_desk_takes_a_call(line: Line) -> None:
    call = ring(line, "0353014001")
    line.desk.act(line.yanis, hotline.take_call, call)
    line.desk.act(line.yanis, hotline.take_call, call)
    with pytest.raises(Conflict, match="Yanis"):
        line.desk.act(line.sabrina, hotline.take_call, call)
    assert line.yanis.id and line.desk.ask(my_call, line.yanis.id) == call
    with pytest.raises(NotAllowed):
        line.desk.act(hire(line.desk, "Inès"), hotline.take_call, call)


def test_a_ticket_takes_everything_over_from_its_call_and_the_timer_runs(line: Line) -> None:
    line.at("22 09:40")
    call = ring(line, "06 39 98 40 03")
    line.desk.act(line.yanis, hotline.take_call, call)
    line.at("22 09:46")
    opened = line.desk.act(line.yanis, hotline.open_ticket, line.house, NewTicket("tablet", call_id=call))
    card = line.card(opened.id)
    assert (card.row.caller, card.row.site, card.number) == ("Mathilde", "Site 2", "+33639984003")
    assert [one.seconds for one in card.times] == [360], "from the answer to the saving, with no entry"


def test_a_call_is_wrapped_up_with_a_reason_and_an_outcome(line: Line) -> None:
    line.at("22 09:40")
    call = ring(line, "0353014001")
    with pytest.raises(RuleRefused):
        line.desk.act(line.yanis, hotline.wrap_up, call, "breakdown", "solved")
    line.desk.act(line.yanis, hotline.take_call, call)
    line.at("22 09:45")
    line.desk.act(line.yanis, hotline.hang_up, call)
    line.at("22 09:47")
    for reason, outcome in (("tea", "solved"), ("breakdown", "maybe")):
        with pytest.raises(InvalidInput):
            line.desk.act(line.yanis, hotline.wrap_up, call, reason, outcome)
    line.desk.act(line.yanis, hotline.wrap_up, call, "breakdown", "solved")
    row = line.desk.ask(call_log, line.clock.now() - timedelta(1), line.clock.now())[0]
    assert (row.state, row.reason, row.outcome) == ("ended", "breakdown", "solved")


def test_a_missed_call_becomes_one_call_back_and_three_tries_stay_one(line: Line) -> None:
    line.at("22 16:50")
    first = ring(line, "0353014001")
    ring(line, "0353014001")
    line.at("22 16:53")
    assert line.desk.act(line.yanis, hotline.note_missed_calls, line.house) == 2
    assert line.desk.act(line.yanis, hotline.note_missed_calls, line.house) == 0
    backs = line.desk.ask(open_call_backs)
    assert len(backs) == 1
    assert (backs[0].number, backs[0].about, backs[0].team) == ("+33353014001", "Bernadette", "technical")
    assert backs[0].due_at == line.at("23 09:22"), "half an hour of line hours: eight minutes left today"
    line.at("22 16:54")
    again = ring(line, "0353014001")
    line.desk.act(line.yanis, hotline.caller_gave_up, line.house, again)
    assert len(line.desk.ask(open_call_backs)) == 1
    assert line.desk.ask(missed_calls, "technical")[0].id == first


def test_a_missed_call_is_owed_by_whoever_sits_at_its_line_with_the_fewest_calls_to_return(
    line: Line,
) -> None:
    for actor, desk in ((line.yanis, "a"), (line.sabrina, "b"), (line.lucie, "c")):
        line.desk.act(actor, staff.be_present, desk)
    for number in ("0353014001", "0639984003", "+352621000040"):
        line.desk.act(line.yanis, hotline.caller_gave_up, line.house, ring(line, number))
    owners = [one.owner for one in sorted(line.desk.ask(open_call_backs), key=lambda one: one.id)]
    assert owners == ["Yanis", "Sabrina", "Yanis"], "nobody of the other line"


def test_missed_calls_are_cleared_in_bulk_with_their_call_backs(line: Line) -> None:
    line.at("22 10:00")
    calls = [ring(line, number) for number in ("0353014001", "0639984003", "+352621000040")]
    line.at("22 10:05")
    line.desk.act(line.yanis, hotline.note_missed_calls, line.house)
    with pytest.raises(InvalidInput):
        line.desk.act(line.yanis, hotline.clear_missed, [], "reached")
    with pytest.raises(InvalidInput):
        line.desk.act(line.yanis, hotline.clear_missed, calls, "whatever")
    assert line.desk.act(line.yanis, hotline.clear_missed, calls[:2], "reached") == 2
    assert line.desk.act(line.yanis, hotline.clear_missed, calls, "no_need") == 1, (
        "cleared ones stay as they are"
    )
    assert line.desk.ask(missed_calls) == [] and line.desk.ask(open_call_backs) == []
    with line.desk.read() as session:
        states = [session.get(CallBack, number).state for number in (1, 2, 3)]  # type: ignore[union-attr]
    assert states == ["kept", "kept", "dropped"]


def test_a_hidden_number_cannot_be_called_back(line: Line) -> None:
    call = ring(line, "")
    assert line.desk.act(line.yanis, hotline.caller_gave_up, line.house, call) is None
    assert line.desk.ask(missed_calls) == []


def test_a_missed_call_taken_late_keeps_its_call_back(line: Line) -> None:
    line.at("22 10:00")
    call = ring(line, "0353014001")
    line.at("22 10:05")
    line.desk.act(line.yanis, hotline.note_missed_calls, line.house)
    line.desk.act(line.yanis, hotline.take_call, call)
    assert line.desk.ask(open_call_backs) == []


def test_an_unknown_line_is_refused(line: Line) -> None:
    with pytest.raises(InvalidInput, match="technical"):
        ring(line, "0353014001", "sales")


# --- figures ------------------------------------------------------------------------------------------------

WEEK = {
    "technical": "11 18 25 6 9 31 44 55x 12 7 4x 16",
    "commercial": "13 8 10 40 5 26 70x 3 12",
}
"""Seconds that the calls of a week waited; x gave up."""


@pytest.mark.parametrize(
    ("on", "expected"),
    [("technical", (12, 10, 7, 2, 1, 63.6, 9.1, 17.9)), ("commercial", (9, 8, 6, 1, 0, 66.7, 11.1, 14.6))],
)
def test_a_week_of_calls_gives_its_figures(on: str, expected: tuple[float, ...]) -> None:
    marks = [
        CallMark(timedelta(seconds=int(one.rstrip("x"))), not one.endswith("x")) for one in WEEK[on].split()
    ]
    found = call_figures(marks)
    assert found.service_level is not None and found.abandonment is not None and found.mean_wait is not None
    assert (
        found.offered, found.answered, found.answered_in_time, found.abandoned, found.short_abandons,
        round(found.service_level * 100, 1), round(found.abandonment * 100, 1), round(found.mean_wait, 1),
    ) == expected  # fmt: skip


def test_short_abandons_are_left_out_of_the_service_level_and_counted_beside() -> None:
    answered = [CallMark(timedelta(seconds=10), True)] * 41 + [CallMark(timedelta(seconds=40), True)] * 9
    lost = [CallMark(timedelta(seconds=30), False)] * 4 + [CallMark(timedelta(seconds=3), False)] * 2
    figures = call_figures(answered + lost)
    assert figures.service_level is not None
    assert round(figures.service_level * 100, 1) == 75.9
    assert (figures.offered, figures.abandoned, figures.short_abandons) == (56, 6, 2)
    assert call_figures([]).service_level is None


def test_figures_of_a_line_count_calls_in_its_opening_hours_only(line: Line) -> None:
    for day, wait in (("22 09:30", 12), ("22 11:00", 25), ("22 08:30", 5), ("22 17:30", 5)):
        line.at(day)
        call = ring(line, "0353014001")
        line.clock.advance(timedelta(seconds=wait))
        line.desk.act(line.yanis, hotline.take_call, call)
        line.clock.advance(timedelta(seconds=120))
        line.desk.act(line.yanis, hotline.hang_up, call)
        line.clock.advance(timedelta(seconds=30))
        line.desk.act(line.yanis, hotline.wrap_up, call, "question", "solved")
    line.at("22 12:00")
    lost = ring(line, "0353014001")
    line.clock.advance(timedelta(seconds=3))
    line.desk.act(line.yanis, hotline.caller_gave_up, line.house, lost)
    figures = line.desk.ask(
        calls_of_line, line.house.book, "technical", line.at("22 00:00"), line.at("23 00:00")
    )
    assert (figures.offered, figures.answered, figures.answered_in_time, figures.short_abandons) == (
        3,
        2,
        1,
        1,
    )
    assert (figures.service_level, figures.mean_wait, figures.mean_handling) == (0.5, 18.5, 150.0)
