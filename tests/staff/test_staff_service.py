"""Staff: who may sign in and how often, who may change whom, drafts, presence and views."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import timedelta
from statistics import median

import pytest
from hypothesis import given
from hypothesis import settings as rounds
from hypothesis import strategies as st
from sqlmodel import select

from conciergedesk.core.actor import SYSTEM, Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.db.undo import redo_last, undo_last
from conciergedesk.core.desk import Desk
from conciergedesk.core.errors import InvalidInput, NotAllowed, NotFound, RuleRefused
from conciergedesk.core.text import BLOCK_LIMIT
from conciergedesk.staff import service as staff
from conciergedesk.staff.queries import actor_for, agents, drafts, present, saved_views
from conciergedesk.staff.rules import FREE_ATTEMPTS, LOCK_ATTEMPTS, RIGHTS, Right, Role, next_attempt_at
from conciergedesk.staff.tables import Agent, Draft, Presence
from tests.conftest import KEY, hire

PIN = "4711"


@pytest.fixture(scope="module")
def hashed() -> str:
    return staff.hash_password(PIN, KEY)


@pytest.fixture
def guarded(desk: Desk, hashed: str) -> int:
    """An agent with a PIN; answers the id."""
    return desk.act(
        SYSTEM, staff.hire, code="LIN", first_name="Lina", role="assistant", team="concierge", languages=["fr"],
        password_hash=hashed,
    )  # fmt: skip


def attempt(desk: Desk, agent_id: int, pin: str) -> Actor:
    """A sign-in as the screen does it, without the slow hash."""
    stored = desk.act(SYSTEM, staff.announce_attempt, agent_id)
    return desk.act(
        SYSTEM, staff.sign_in, agent_id, fits=bool(stored) and pin == PIN, language="fr", desk="d"
    )


# --- signing in ---


def test_the_pin_is_stored_peppered_and_only_the_right_one_fits(hashed: str) -> None:
    assert PIN not in hashed and hashed.startswith("$argon2id$")
    assert staff.check_password(hashed, PIN, KEY)
    assert not staff.check_password(hashed, "4712", KEY)
    assert not staff.check_password(hashed, "", KEY)
    assert not staff.check_password(hashed, PIN, b"the key of another desk, 32 bytes")
    assert not staff.check_password("rubbish", PIN, KEY)


@pytest.mark.parametrize("short", ["", "1", "123"])
def test_a_short_pin_is_refused(short: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        staff.hash_password(short, KEY)
    assert refused.value.field == "password"


def test_without_a_pin_nothing_is_asked_and_nothing_else_fits() -> None:
    assert staff.check_password("", "", KEY) and not staff.check_password("", "x", KEY)


def test_tries_are_free_then_slow_then_locked(desk: Desk, guarded: int, clock: FixedClock) -> None:
    for _try in range(FREE_ATTEMPTS):
        with pytest.raises(NotAllowed):
            attempt(desk, guarded, "0000")
    for number in range(LOCK_ATTEMPTS - FREE_ATTEMPTS):
        with pytest.raises(RuleRefused, match=f"{2**number} s"):
            attempt(desk, guarded, PIN)
        clock.advance(timedelta(seconds=2**number))
        with pytest.raises(NotAllowed):
            attempt(desk, guarded, "0000")
    clock.advance(timedelta(days=30))
    with pytest.raises(RuleRefused, match="superviseur"):
        attempt(desk, guarded, PIN)
    desk.act(hire(desk, "Hélène", role="supervisor"), staff.unlock, guarded)
    assert attempt(desk, guarded, PIN).name == "Lina"


def test_the_right_pin_forgives_earlier_slips(desk: Desk, guarded: int) -> None:
    for _day in range(4):
        for _try in range(FREE_ATTEMPTS - 1):
            with pytest.raises(NotAllowed):
                attempt(desk, guarded, "0000")
        attempt(desk, guarded, PIN)


def test_a_try_counts_even_when_its_answer_never_comes(desk: Desk, guarded: int) -> None:
    for _try in range(FREE_ATTEMPTS):
        desk.act(SYSTEM, staff.announce_attempt, guarded)
    with pytest.raises(RuleRefused):
        desk.act(SYSTEM, staff.announce_attempt, guarded)


def test_a_clock_set_back_locks_nobody_out_and_gives_no_free_tries(
    desk: Desk, guarded: int, clock: FixedClock
) -> None:
    with pytest.raises(NotAllowed):
        attempt(desk, guarded, "0000")
    clock.advance(timedelta(hours=-1))
    attempt(desk, guarded, PIN)
    for _try in range(LOCK_ATTEMPTS):
        with pytest.raises(NotAllowed):
            attempt(desk, guarded, "0000")
        clock.advance(timedelta(hours=-1))
    with pytest.raises(RuleRefused, match="superviseur"):
        attempt(desk, guarded, PIN)


@rounds(max_examples=50)
@given(failures=st.integers(0, 40))
def test_waits_only_grow(failures: int) -> None:
    from datetime import UTC, datetime

    at = datetime(2027, 3, 24, tzinfo=UTC)
    now, later = next_attempt_at(failures, at), next_attempt_at(failures + 1, at)
    assert later is None or (now is not None and at <= now <= later)


def test_somebody_unknown_or_gone_gets_the_answer_of_a_wrong_pin(desk: Desk, guarded: int) -> None:
    helene = hire(desk, "Hélène", role="supervisor")
    desk.act(helene, staff.change_agent, guarded, active=False)
    for agent_id in (guarded, 999_999):
        stored = desk.act(SYSTEM, staff.announce_attempt, agent_id)
        assert not staff.check_password(stored, PIN, KEY)
        # Even a caller that was convinced otherwise gets nobody signed in.
        with pytest.raises(NotAllowed, match="pas le bon"):
            desk.act(SYSTEM, staff.sign_in, agent_id, fits=True, language="fr", desk="d")


def test_the_answer_about_nobody_takes_as_long_as_about_somebody(hashed: str) -> None:
    from argon2 import PasswordHasher, extract_parameters

    assert extract_parameters(staff.NOBODY) == extract_parameters(hashed)
    assert not PasswordHasher().check_needs_rehash(staff.NOBODY)

    def spent(stored: str) -> float:
        start = time.process_time()
        staff.check_password(stored, "0000", KEY)
        return time.process_time() - start

    # Work done, not time passed: a check that gives up early would do almost none.
    assert median(spent(staff.NOBODY) for _try in range(3)) > median(spent(hashed) for _try in range(3)) / 4


# --- hiring and changing ---


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("first_name", {"first_name": " \x1b\u202e "}),
        ("role", {"role": "boss"}),
        ("team", {"team": "night"}),
        ("languages", {"languages": []}),
        ("languages", {"languages": ["xx"]}),
        ("code", {"code": "ine"}),
    ],
)
def test_bad_input_names_its_field(desk: Desk, ines: Actor, field: str, values: dict[str, object]) -> None:
    given: dict[str, object] = {
        "code": "", "first_name": "Lina", "role": "assistant", "team": "concierge", "languages": ["fr"],
    }  # fmt: skip
    with pytest.raises(InvalidInput) as refused:
        desk.act(SYSTEM, staff.hire, **{**given, **values})  # type: ignore[arg-type]
    assert refused.value.field == field
    assert len(desk.ask(agents)) == 1


def test_names_are_cleaned_and_codes_are_free_ones(desk: Desk) -> None:
    for _number in range(3):
        hire(desk, "Anke\x1b]0;x\x07\u202e" + "y" * 500)
    found = desk.ask(agents)
    assert [one.code for one in found] == ["ANK", "ANK2", "ANK3"]
    assert all(one.first_name.startswith("Anke]0;xy") and len(one.first_name) == 80 for one in found)


def test_only_who_manages_staff_hires_changes_and_unlocks(desk: Desk, ines: Actor, maelle: Actor) -> None:
    assert maelle.id is not None
    for call in (
        lambda: desk.act(
            ines, staff.hire, code="", first_name="X", role="coach", team="coach", languages=["fr"]
        ),
        lambda: desk.act(ines, staff.change_agent, maelle.id, role="coach"),
        lambda: desk.act(ines, staff.change_agent, maelle.id, password_hash="x"),
        lambda: desk.act(ines, staff.change_agent, ines.id or 0, role="supervisor", password_hash="x"),
        lambda: desk.act(ines, staff.unlock, maelle.id),
    ):
        with pytest.raises(NotAllowed):
            call()
    desk.act(ines, staff.change_agent, ines.id or 0, password_hash="$argon2id$own")


@pytest.mark.parametrize(
    "values", [{"role": "assistant"}, {"active": False}, {"role": "coach", "active": False}]
)
def test_the_last_supervisor_cannot_be_lost(desk: Desk, helene: Actor, values: dict[str, object]) -> None:
    assert helene.id is not None
    with pytest.raises(RuleRefused, match="Hélène"):
        desk.act(helene, staff.change_agent, helene.id, **values)  # type: ignore[arg-type]
    second = hire(desk, "Gaël", role="supervisor")
    desk.act(helene, staff.change_agent, helene.id, **values)  # type: ignore[arg-type]
    with pytest.raises(RuleRefused, match="Gaël"):
        desk.act(second, staff.change_agent, second.id or 0, active=False)
    assert [one.role for one in desk.ask(agents) if one.active and one.role == Role.SUPERVISOR]


def test_two_supervisors_cannot_demote_each_other(desk: Desk, helene: Actor) -> None:
    import threading

    gael = hire(desk, "Gaël", role="supervisor")
    gate = threading.Barrier(2)

    def demote(actor: Actor, other: Actor) -> None:
        gate.wait()
        with suppress(RuleRefused):
            desk.act(actor, staff.change_agent, other.id or 0, role="assistant")

    threads = [threading.Thread(target=demote, args=pair) for pair in ((helene, gael), (gael, helene))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.role for one in desk.ask(agents)].count(Role.SUPERVISOR) == 1


def test_undo_neither_brings_back_a_role_nor_an_agent_without_their_pin(
    desk: Desk, helene: Actor, hashed: str
) -> None:
    lina = desk.act(
        helene, staff.hire, code="", first_name="Lina", role="coach", team="coach", languages=["fr"],
        password_hash=hashed,
    )  # fmt: skip
    with pytest.raises(RuleRefused):
        desk.act(helene, undo_last)
    desk.act(helene, staff.change_agent, lina, role="supervisor")
    with pytest.raises(RuleRefused):
        desk.act(helene, undo_last)
    without = desk.act(
        helene, staff.hire, code="", first_name="Odile", role="coach", team="coach", languages=["fr"]
    )
    desk.act(helene, undo_last)
    assert without not in [one.id for one in desk.ask(agents)]
    desk.act(helene, redo_last)
    assert [one.has_pin for one in desk.ask(agents) if one.id == without] == [False]


@pytest.mark.parametrize(("values", "field"), [({"role": "boss"}, "role"), ({"team": "night"}, "team")])
def test_an_agent_is_not_changed_into_what_does_not_exist(
    desk: Desk, helene: Actor, values: dict[str, str], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        desk.act(helene, staff.change_agent, helene.id or 0, **values)  # type: ignore[arg-type]
    assert refused.value.field == field


def test_nobody_can_be_changed_or_unlocked_who_is_not_there(desk: Desk, helene: Actor) -> None:
    for verb in (staff.unlock, staff.change_agent):
        with pytest.raises(NotFound):
            desk.act(helene, verb, 999_999)


def test_each_role_has_the_rights_of_the_table(desk: Desk) -> None:
    for role in Role:
        assert hire(desk, role.value, role=role.value).rights == {right.value for right in RIGHTS[role]}
    assert RIGHTS[Role.SUPERVISOR] == set(Right)
    assert not RIGHTS[Role.COACH] & {Right.MANAGE_STAFF, Right.ERASE_CUSTOMERS, Right.SET_UP_DESK}


# --- drafts ---


def test_a_draft_is_kept_once_and_only_for_its_owner(desk: Desk, ines: Actor, maelle: Actor) -> None:
    first = desk.act(ines, staff.park, kind="capture", body="ta")
    assert desk.act(ines, staff.park, kind="capture", body="taxi", draft_id=first) == first
    assert ines.id is not None and maelle.id is not None
    assert [one.body for one in desk.ask(drafts, ines.id)] == ["taxi"]
    # Somebody else's number is not overwritten and not thrown away.
    assert desk.act(maelle, staff.park, kind="capture", body="vol", draft_id=first) != first
    desk.act(maelle, staff.drop_draft, first)
    assert [one.body for one in desk.ask(drafts, ines.id)] == ["taxi"]
    desk.act(ines, staff.drop_draft, first)
    assert desk.ask(drafts, ines.id) == []
    assert desk.act(ines, staff.park, kind="capture", body="again", draft_id=first)


def test_a_draft_is_clean_and_one_that_is_too_long_leaves_the_last_one(desk: Desk, ines: Actor) -> None:
    number = desk.act(ines, staff.park, kind="capture", body='{"line": "a\x1b[2J\u202e\x00b"}')
    with pytest.raises(InvalidInput, match=str(BLOCK_LIMIT)[:2]):
        desk.act(ines, staff.park, kind="capture", body="y" * (BLOCK_LIMIT + 1), draft_id=number)
    assert [one.body for one in desk.ask(drafts, ines.id or 0)] == ['{"line": "a[2Jb"}']


def test_nobody_parks_or_saves_views_without_signing_in(desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        desk.act(SYSTEM, staff.park, kind="capture", body="x")
    with pytest.raises(NotAllowed):
        desk.act(SYSTEM, staff.save_view, "x", "y")
    desk.act(SYSTEM, staff.be_present, "x")
    with desk.read() as session:
        assert session.exec(select(Presence)).all() == [] and session.exec(select(Draft)).all() == []


# --- presence and views ---


def test_a_desk_is_present_until_it_leaves_or_falls_silent(
    desk: Desk, ines: Actor, maelle: Actor, clock: FixedClock
) -> None:
    def here() -> list[str]:
        return [one.first_name for one in desk.ask(present, clock.now() - staff.PRESENT_FOR)]

    desk.act(ines, staff.be_present, "one", open_kind="request", open_id=3)
    desk.act(maelle, staff.be_present, "two")
    assert here() == ["Inès", "Maëlle"]
    clock.advance(staff.PRESENT_FOR / 2)
    desk.act(maelle, staff.be_present, "two")
    clock.advance(staff.PRESENT_FOR / 2 + timedelta(seconds=1))
    assert here() == ["Maëlle"]
    desk.act(maelle, staff.leave, "two")
    assert here() == []


def test_a_desk_with_a_monstrous_name_comes_and_goes_too(desk: Desk, ines: Actor) -> None:
    name = "desk\x00\x1b[2J" + "y" * 500
    desk.act(ines, staff.be_present, name)
    with desk.read() as session:
        assert [len(row.desk) for row in session.exec(select(Presence))] == [60]
    desk.act(ines, staff.leave, name)
    with desk.read() as session:
        assert session.exec(select(Presence)).all() == []


def test_a_view_of_the_same_name_is_replaced_and_others_are_untouched(
    desk: Desk, ines: Actor, maelle: Actor
) -> None:
    first = desk.act(ines, staff.save_view, " Soir ", "retard !attente")
    assert desk.act(ines, staff.save_view, "Soir", "moi") == first
    desk.act(maelle, staff.save_view, "Soir", "equipe")
    assert [one[1:] for one in desk.ask(saved_views, ines.id or 0)] == [("Soir", "moi")]
    assert [one[1:] for one in desk.ask(saved_views, maelle.id or 0)] == [("Soir", "equipe")]
    with pytest.raises(InvalidInput):
        desk.act(ines, staff.save_view, "\x1b", "moi")


def test_signing_in_as_an_actor_carries_team_role_and_desk(desk: Desk) -> None:
    coach = hire(desk, "Tess", role="coach", team="coach")
    again = desk.ask(actor_for, coach.id or 0, language="en", desk="here")
    assert (again.team, again.role, again.language, again.desk) == ("coach", "coach", "en", "here")
    with desk.read() as session:
        assert session.get_one(Agent, coach.id).version == 1
