"""Asking each other: exchanges with the partner's yes, gifts, volunteers, and the supervisor's last word."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from conciergedesk.core.actor import SYSTEM, Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.db.undo import undo_last
from conciergedesk.core.desk import Desk
from conciergedesk.core.errors import Conflict, InvalidInput, NotAllowed, NotFound, RuleRefused
from conciergedesk.rota import asking, service, wishing
from conciergedesk.rota.asking import AskState, open_asks
from conciergedesk.rota.changes import Difference
from conciergedesk.rota.house import RotaHouse, rota_house
from conciergedesk.rota.queries import desk_rota
from conciergedesk.rota.values import Assignment, Roster
from conciergedesk.rota.writing import ChangeRefused
from conciergedesk.staff import service as staff
from conciergedesk.staff.queries import actor_for
from conciergedesk.staff.tables import Agent
from tests.conftest import PARIS, hire

MONDAY, TUESDAY, WEDNESDAY = date(2027, 4, 5), date(2027, 4, 6), date(2027, 4, 7)
ROSTER = Roster((
    Assignment("INE", MONDAY, "S"), Assignment("MAE", MONDAY, "M"), Assignment("BAS", TUESDAY, "M"),
    Assignment("MAE", TUESDAY, "S"), Assignment("FAR", WEDNESDAY, "S"), Assignment("YAN", MONDAY, "T"),
))  # fmt: skip


def house(swaps: str = "partner") -> RotaHouse:
    known = rota_house()
    return replace(known, rota=replace(known.rota, site=replace(known.rota.site, swaps=swaps)))


@pytest.fixture
def planner(desk: Desk, clock: FixedClock) -> Actor:
    """The team, its supervisor, and a handful of published shifts."""
    for agent in house().rota.agents:
        desk.act(
            SYSTEM, staff.hire, code=agent.id, first_name=agent.name, role="assistant", team="concierge",
            languages=["fr"],
        )  # fmt: skip
    helene = hire(desk, "Hélène", role="supervisor")
    now = clock.now()
    clock.move_to(datetime(2027, 3, 8, 9, tzinfo=PARIS))
    draft = desk.act(helene, service.save_draft, house(), ROSTER, MONDAY, date(2027, 4, 11))
    desk.act(helene, service.publish, house(), draft)
    clock.move_to(now)
    return helene


def person(desk: Desk, code: str) -> Actor:
    from sqlmodel import select

    number = desk.ask(lambda session: session.exec(select(Agent.id).where(Agent.code == code)).one())
    assert number is not None
    return desk.ask(actor_for, number, language="fr", desk=f"desk-{code}")


def on(desk: Desk, code: str, day: date) -> tuple[str, ...]:
    return desk.ask(desk_rota, house(), MONDAY, 7).roster.shifts_on(code, day)


def test_a_swap_waits_for_the_partner_and_their_yes_is_enough(desk: Desk, planner: Actor) -> None:
    ines, farid = person(desk, "INE"), person(desk, "FAR")
    asked = desk.act(ines, asking.ask_swap, house(), "INE", MONDAY, "FAR", WEDNESDAY)
    assert on(desk, "INE", MONDAY) == ("S",) and asked.answer_by == "FAR"
    with pytest.raises(NotAllowed, match="Farid"):
        desk.act(person(desk, "BAS"), asking.answer, house(), asked.id, yes=True)
    done = desk.act(farid, asking.answer, house(), asked.id, yes=True, seen=asked.version)
    assert done.state == AskState.DONE and not desk.ask(open_asks, MONDAY)
    assert on(desk, "FAR", MONDAY) == ("S",) and on(desk, "INE", WEDNESDAY) == ("S",)
    with pytest.raises(RuleRefused):
        desk.act(farid, asking.answer, house(), asked.id, yes=True)
    desk.act(farid, undo_last)
    assert on(desk, "INE", MONDAY) == ("S",) and desk.ask(open_asks, MONDAY)[0].state == AskState.ASKED


def test_what_the_law_refuses_is_not_even_asked(desk: Desk, planner: Actor) -> None:
    """Bastien would have 10 h 30 of rest between Inès' evening and his morning."""
    with pytest.raises(ChangeRefused) as refused:
        desk.act(person(desk, "INE"), asking.ask_to_take, house(), "INE", "BAS", MONDAY, "S")
    assert "10 h 30" in str(refused.value) and "L3131-1" in str(refused.value)
    assert not desk.ask(open_asks, MONDAY)
    desk.act(planner, service.change_cell, house(), "FAR", MONDAY, ["S"])
    with pytest.raises(RuleRefused, match="rien à échanger"):
        desk.act(person(desk, "INE"), asking.ask_swap, house(), "INE", MONDAY, "FAR", MONDAY)


def test_a_no_and_a_withdrawal_change_nothing(desk: Desk, planner: Actor) -> None:
    ines, farid = person(desk, "INE"), person(desk, "FAR")
    asked = desk.act(ines, asking.ask_swap, house(), "INE", MONDAY, "FAR", WEDNESDAY)
    with pytest.raises(RuleRefused):
        desk.act(ines, asking.ask_swap, house(), "INE", MONDAY, "FAR", WEDNESDAY)
    assert desk.act(farid, asking.answer, house(), asked.id, yes=False).state == AskState.DECLINED
    again = desk.act(ines, asking.ask_swap, house(), "INE", MONDAY, "FAR", WEDNESDAY)
    with pytest.raises(NotAllowed):
        desk.act(person(desk, "BAS"), asking.withdraw, house(), again.id)
    assert desk.act(ines, asking.withdraw, house(), again.id).state == AskState.WITHDRAWN
    assert on(desk, "INE", MONDAY) == ("S",)


def test_the_supervisor_has_the_last_word_where_the_house_says_so(desk: Desk, planner: Actor) -> None:
    strict = house("supervisor")
    asked = desk.act(person(desk, "INE"), asking.ask_swap, strict, "INE", MONDAY, "FAR", WEDNESDAY)
    farid = person(desk, "FAR")
    with pytest.raises(RuleRefused):
        desk.act(planner, asking.decide, strict, asked.id, yes=True)
    assert desk.act(farid, asking.answer, strict, asked.id, yes=True).state == AskState.AGREED
    assert on(desk, "INE", MONDAY) == ("S",)
    with pytest.raises(NotAllowed):
        desk.act(farid, asking.decide, strict, asked.id, yes=True)
    assert desk.act(planner, asking.decide, strict, asked.id, yes=True).state == AskState.DONE
    assert on(desk, "FAR", MONDAY) == ("S",)


def test_the_first_volunteer_has_the_shift(desk: Desk, planner: Actor) -> None:
    call = desk.act(person(desk, "INE"), asking.call_volunteers, house(), MONDAY, "S", "INE")
    with pytest.raises(ChangeRefused):
        desk.act(person(desk, "YAN"), asking.answer, house(), call.id, yes=True)  # is not trained for it
    with pytest.raises(ChangeRefused):
        desk.act(
            person(desk, "BAS"), asking.answer, house(), call.id, yes=True
        )  # would not have 11 h of rest
    farid = person(desk, "FAR")
    taken = desk.act(farid, asking.answer, house(), call.id, yes=True)
    assert (taken.state, taken.partner) == (AskState.DONE, "FAR")
    assert on(desk, "FAR", MONDAY) == ("S",) and on(desk, "INE", MONDAY) == ()
    empty = desk.act(planner, asking.call_volunteers, house(), TUESDAY, "T")
    with pytest.raises(NotAllowed):
        desk.act(farid, asking.call_volunteers, house(), WEDNESDAY, "T")
    assert desk.act(person(desk, "YAN"), asking.answer, house(), empty.id, yes=True).state == AskState.DONE
    assert on(desk, "YAN", TUESDAY) == ("T",)


def test_one_may_offer_to_take_a_colleagues_shift_and_a_moved_shift_is_said(
    desk: Desk, planner: Actor
) -> None:
    farid, ines = person(desk, "FAR"), person(desk, "INE")
    asked = desk.act(farid, asking.ask_to_take, house(), "INE", "FAR", MONDAY, "S")
    assert asked.answer_by == "INE"
    desk.act(planner, service.hand_on, house(), "INE", "FAR", MONDAY, "S")
    with pytest.raises(RuleRefused, match="Inès"):
        desk.act(ines, asking.answer, house(), asked.id, yes=True)


def test_nobody_hands_a_colleague_a_shift_without_asking(desk: Desk, planner: Actor) -> None:
    ines = person(desk, "INE")
    with pytest.raises(NotAllowed):
        desk.act(ines, service.hand_on, house(), "INE", "FAR", MONDAY, "S")
    with pytest.raises(NotAllowed):
        desk.act(ines, service.swap, house(), "INE", MONDAY, "FAR", WEDNESDAY)
    with pytest.raises(NotAllowed):
        desk.act(person(desk, "BAS"), asking.ask_swap, house(), "INE", MONDAY, "FAR", WEDNESDAY)


def test_a_supervisor_signs_an_exception_with_name_and_reason(desk: Desk, planner: Actor) -> None:
    with pytest.raises(ChangeRefused) as refused:
        desk.act(planner, service.hand_on, house(), "INE", "BAS", MONDAY, "S")
    assert refused.value.signable
    desk.act(
        planner, service.hand_on, house(), "INE", "BAS", MONDAY, "S", exception="nobody else, Bastien agrees"
    )
    view = desk.ask(desk_rota, house(), MONDAY, 7)
    assert view.roster.shifts_on("BAS", MONDAY) == ("S",)
    (signed,) = view.rota.exceptions
    assert (signed.agent, signed.signed_by, signed.reason) == ("BAS", "Hélène", "nobody else, Bastien agrees")
    # Signed once, it stands in nobody's way any more.
    desk.act(planner, service.change_cell, house(), "BAS", date(2027, 4, 9), ["M"])
    desk.act(planner, undo_last)
    desk.act(planner, undo_last)
    assert not desk.ask(desk_rota, house(), MONDAY, 7).rota.exceptions


def test_what_nobody_can_sign_stays_refused(desk: Desk, planner: Actor) -> None:
    desk.act(planner, service.mark_absent, house(), "FAR", MONDAY, MONDAY)
    with pytest.raises(ChangeRefused) as refused:
        desk.act(planner, service.hand_on, house(), "INE", "FAR", MONDAY, "S", exception="because")
    assert not refused.value.signable


def test_a_repair_that_was_overtaken_is_a_conflict(desk: Desk, planner: Actor) -> None:
    changed = (Difference("FAR", MONDAY, (), ("S",)), Difference("INE", MONDAY, ("S",), ()))
    desk.act(planner, service.repair, house(), changed)
    assert on(desk, "FAR", MONDAY) == ("S",) and on(desk, "INE", MONDAY) == ()
    with pytest.raises(Conflict):
        desk.act(planner, service.repair, house(), changed)


def test_a_cell_is_changed_in_the_draft_under_the_same_rules(desk: Desk, planner: Actor) -> None:
    draft = desk.act(planner, service.save_draft, house(), ROSTER, MONDAY, date(2027, 4, 11))
    with pytest.raises(ChangeRefused, match="L3131-1"):
        desk.act(planner, service.change_cell, house(), "INE", TUESDAY, ["M"], draft_id=draft)
    desk.act(planner, service.change_cell, house(), "INE", TUESDAY, ["S"], draft_id=draft)
    desk.act(planner, service.change_cell, house(), "INE", MONDAY, [], draft_id=draft)
    view = desk.ask(desk_rota, house(), MONDAY, 7)
    assert view.draft_roster.shifts_on("INE", TUESDAY) == ("S",)
    assert view.draft_roster.shifts_on("INE", MONDAY) == () and view.roster.shifts_on("INE", MONDAY) == ("S",)


def test_a_wish_is_kept_replaced_remembered_and_taken_back(desk: Desk, planner: Actor) -> None:
    ines = person(desk, "INE")
    desk.act(ines, wishing.wish, house(), "INE", TUESDAY)
    desk.act(ines, wishing.wish, house(), "INE", TUESDAY, "S", weight=4)
    desk.act(ines, wishing.wish, house(), "INE", MONDAY)  # works that evening: refused
    made = [one for one in desk.ask(desk_rota, house(), TUESDAY, 7).rota.wishes if one.day == TUESDAY]
    assert [(one.shift, one.weight, one.refused_before) for one in made] == [("S", 4, 1)]
    desk.act(ines, wishing.take_wish_back, house(), "INE", TUESDAY)
    with pytest.raises(NotFound):
        desk.act(ines, wishing.take_wish_back, house(), "INE", TUESDAY)


@pytest.mark.parametrize(
    ("who", "shift", "weight", "error"),
    [
        ("BAS", "off", 2, NotAllowed),
        ("INE", "T", 2, InvalidInput),
        ("INE", "Z", 2, InvalidInput),
        ("INE", "off", 9, InvalidInput),
        ("XXX", "off", 2, InvalidInput),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(
    sqlite_desk: Desk, clock: FixedClock, who: str, shift: str, weight: int, error: type[Exception]
) -> None:
    sqlite_desk.act(
        SYSTEM,
        staff.hire,
        code="INE",
        first_name="Inès",
        role="assistant",
        team="concierge",
        languages=["fr"],
    )
    ines = person(sqlite_desk, "INE")
    with pytest.raises(error):
        sqlite_desk.act(ines, wishing.wish, house(), who, TUESDAY, shift, weight=weight)


def test_an_ask_is_a_promise_of_who_must_answer_until_it_is_answered(
    desk: Desk, planner: Actor, clock: FixedClock
) -> None:
    from conciergedesk.board.reading import BoardReader
    from conciergedesk.board.rota import RotaOffer
    from conciergedesk.board.rules import PromiseKind

    ines, farid = person(desk, "INE"), person(desk, "FAR")
    reader = BoardReader(desk, [RotaOffer(house, clock)], lambda: planner)
    before = {one.key for one in reader.load().promises}
    asked = desk.act(ines, asking.ask_swap, house(), "INE", MONDAY, "FAR", WEDNESDAY)
    (promise,) = [one for one in reader.load().promises if one.key not in before]
    assert promise.key == (PromiseKind.ROTA, asked.id) and promise.holder_id == farid.id
    assert "Inès" in promise.what and promise.due_at is not None and promise.due_at > clock.now()
    assert reader.detail(PromiseKind.ROTA, asked.id) is not None
    desk.act(farid, asking.answer, house(), asked.id, yes=False)
    assert {one.key for one in reader.load().promises} == before


def test_whoever_is_replanned_by_somebody_else_is_told_until_they_have_seen_it(
    desk: Desk, planner: Actor
) -> None:
    desk.act(planner, service.hand_on, house(), "INE", "FAR", MONDAY, "S")
    desk.act(planner, service.change_cell, house(), "FAR", date(2027, 4, 9), ["M"])
    told = {one.person: one for one in desk.ask(open_asks, MONDAY)}
    assert set(told) == {"INE", "FAR"} and told["FAR"].kind == "notice"
    days = [(one.day, one.before, one.after) for one in told["FAR"].told_days]
    assert days == [(MONDAY, (), ("S",)), (date(2027, 4, 9), (), ("M",))]
    with pytest.raises(NotAllowed):
        desk.act(planner, asking.answer, house(), told["FAR"].id, yes=True)
    desk.act(person(desk, "FAR"), asking.answer, house(), told["FAR"].id, yes=True)
    assert [one.person for one in desk.ask(open_asks, MONDAY)] == ["INE"]


def test_a_new_edition_tells_only_whose_published_days_it_changes(
    desk: Desk, planner: Actor, clock: FixedClock
) -> None:
    assert not desk.ask(open_asks, MONDAY)
    later = date(2027, 4, 18)
    changed = ROSTER.with_cell("FAR", WEDNESDAY, ()).joined(
        Roster((Assignment("BAS", WEDNESDAY, "S"), Assignment("MAE", date(2027, 4, 14), "M")))
    )
    draft = desk.act(planner, service.save_draft, house(), changed, MONDAY, later)
    desk.act(planner, service.publish, house(), draft, reason="agreed with both")
    assert {one.person for one in desk.ask(open_asks, MONDAY)} == {"FAR", "BAS"}


def test_an_absence_is_marked_once_and_ended_when_somebody_is_back(desk: Desk, planner: Actor) -> None:
    desk.act(planner, service.mark_absent, house(), "FAR", MONDAY, WEDNESDAY)
    with pytest.raises(RuleRefused, match="Farid"):
        desk.act(planner, service.mark_absent, house(), "FAR", TUESDAY, WEDNESDAY)
    desk.act(planner, service.mark_present, house(), "FAR", TUESDAY)
    rota = desk.ask(desk_rota, house(), MONDAY, 7).rota
    assert rota.absent("FAR", MONDAY) and not rota.absent("FAR", TUESDAY)
    with pytest.raises(NotFound):
        desk.act(planner, service.mark_present, house(), "FAR", TUESDAY)
    with pytest.raises(NotAllowed):
        desk.act(person(desk, "INE"), service.mark_present, house(), "FAR", MONDAY)
    assert on(desk, "FAR", WEDNESDAY) == ()  # what fell open is not given back by itself
