"""Every verb of every room asks for a right: walked, not listed, so that a new verb cannot forget it."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import pytest

from conciergedesk.bootstrap import ROOMS
from conciergedesk.core.actor import SYSTEM, Actor
from conciergedesk.core.db.unit import Unit
from conciergedesk.core.desk import Desk
from conciergedesk.core.errors import NotAllowed
from tests.conftest import hire

FREE: dict[str, str] = {
    "staff.announce_attempt": "before anybody is signed in",
    "staff.sign_in": "makes the actor; the PIN decides",
    "staff.be_present": "one's own desk only",
    "staff.leave": "one's own desk only",
    "staff.park": "one's own draft only; asks for somebody signed in",
    "staff.drop_draft": "one's own draft only",
    "staff.save_view": "one's own view only; asks for somebody signed in",
    "staff.change_agent": "one's own PIN only; everything else asks (tested with staff)",
    "customers.touch": "a step of verbs that asked already: remembers the contact",
    "providers.mark_used": "a step of verbs that asked already: remembers the choice",
    "requests.note_what_time_did": "the clock acts, not a person",
    "handover.note_what_time_did": "the clock acts, not a person",
    "relocation.note_what_time_did": "the clock acts, not a person",
    "relocation.take_back": "the clock acts: what the queue has ended comes back to its coach",
    "relocation.watch": "a step after verbs that asked already: works out the risks again",
    "hotline.note_what_time_did": "the clock acts, not a person",
    "hotline.note_missed_calls": "the clock acts, not a person",
    "hotline.note_renewals": "the clock acts, not a person",
    "hotline.ring_in": "the telephone acts, not a person",
    "hotline.caller_gave_up": "the telephone acts, not a person",
    "hotline.find_card": "reads only, one number; booking on the card asks",
    "reports.claim_due_digests": "the clock acts, not a person",
    "reports.note_digest_problem": "the clock acts, not a person",
}
"""Verbs that ask for no right, each with its reason."""


def verbs() -> Iterator[tuple[str, Callable[..., Any]]]:
    """(room.verb, function) of everything a room's ``service`` offers whose first argument is the unit.

    A package of services offers what its ``__all__`` names; what else is in its modules are shared steps.
    """
    for room in (one for one in ROOMS if "." not in one):
        if find_spec(f"conciergedesk.{room}") is None or find_spec(f"conciergedesk.{room}.service") is None:
            continue
        module = import_module(f"conciergedesk.{room}.service")
        offered = getattr(module, "__all__", None)
        for verb, function in vars(module).items():
            own = (
                verb in offered
                if offered is not None
                else getattr(function, "__module__", "") == module.__name__
            )
            if verb.startswith("_") or not inspect.isfunction(function) or not own:
                continue
            first = next(iter(inspect.signature(function).parameters.values()), None)
            if first is not None and first.name == "unit":
                yield f"{room}.{verb}", function


ALL = dict(verbs())


class Anything:
    """Stands for every argument: a verb that looks at one before it asks for the right is found out."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"looked at .{name} before asking for the right")

    def __iter__(self) -> Iterator[Any]:
        raise AssertionError("went through a value before asking for the right")


def test_there_is_something_to_walk() -> None:
    assert len(ALL) > 60
    assert {name.split(".")[0] for name in ALL} >= {
        "staff",
        "customers",
        "requests",
        "providers",
        "keys",
        "handover",
    }


def test_every_exemption_still_exists_and_says_why() -> None:
    built = {name.split(".")[0] for name in ALL}
    gone = [name for name in FREE if name.split(".")[0] in built and name not in ALL]
    assert not gone and all(FREE.values())


@pytest.fixture
def nobody(sqlite_desk: Desk) -> Actor:
    signed_in = hire(sqlite_desk, "Personne")
    return Actor(id=signed_in.id, name="Personne", role="none", desk="x")


def _arguments(function: Callable[..., Any]) -> tuple[list[Any], dict[str, Any]]:
    positional: list[Any] = []
    named: dict[str, Any] = {}
    parameters = list(inspect.signature(function).parameters.values())[1:]
    hints = typing.get_type_hints(function)
    for one in parameters:
        if one.default is not inspect.Parameter.empty or one.kind in (one.VAR_KEYWORD, one.VAR_POSITIONAL):
            continue
        hint = hints.get(one.name)
        value: Any = 1 if hint is int else "x" if hint is str else True if hint is bool else Anything()
        if one.kind is one.KEYWORD_ONLY:
            named[one.name] = value
        else:
            positional.append(value)
    return positional, named


@pytest.mark.parametrize("name", [name for name in ALL if name not in FREE])
def test_a_verb_refuses_who_has_no_right_before_it_does_anything(
    sqlite_desk: Desk, nobody: Actor, name: str
) -> None:
    positional, named = _arguments(ALL[name])
    with pytest.raises(NotAllowed):
        sqlite_desk.act(nobody, ALL[name], *positional, **named)


def test_the_desk_itself_may_do_everything(sqlite_desk: Desk) -> None:
    def ask(unit: Unit) -> str:
        unit.require("whatever")
        return "allowed"

    assert sqlite_desk.act(SYSTEM, ask) == "allowed"
