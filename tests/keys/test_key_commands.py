"""Keys from the shell."""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from conciergedesk.cli import app
from conciergedesk.core.actor import SYSTEM
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.db.engine import open_engine
from conciergedesk.core.desk import Desk
from conciergedesk.core.paths import knowledge_base
from conciergedesk.core.settings import Settings, load_secret
from conciergedesk.core.shared import Agency, set_up_agency
from conciergedesk.customers import service as customers
from conciergedesk.keys import service as keys
from conciergedesk.keys.custody import HolderKind, Identity, Proof
from conciergedesk.keys.house import key_house
from conciergedesk.keys.service import HandOver, NewSet
from conciergedesk.requests import service as requests
from conciergedesk.requests.rulebook import load_rulebook
from conciergedesk.requests.service import NewRequest
from tests.conftest import hire


@pytest.fixture
def home(empty_database: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A desk of this test's own: three sets, one of them out and late."""
    folder = Path(os.environ["CONCIERGEDESK_HOME"])
    shutil.copy(empty_database, folder / "desk.db")
    url = f"sqlite:///{folder / 'desk.db'}"
    now = datetime.now(UTC)
    clock = FixedClock(now - timedelta(days=2))
    desk = Desk(open_engine(url), load_secret(Settings(database=url), folder), clock, Settings(database=url))
    desk.act(SYSTEM, set_up_agency, Agency(name="Agence d'essai", commune="Metz"))
    ines = hire(desk, "Inès")
    owner = desk.act(ines, customers.add_person, first_name="Karim", phones=["06 39 98 17 02"])
    guest = desk.act(ines, customers.add_person, first_name="Zo[/]fia", phones=["02 61 91 00 77"])
    lodging = desk.act(ines, customers.add_lodging, code="P-11", name="Les Tilleuls", commune="Metz")
    for hook, number in (("1", 204), ("2", 205), ("3", 117)):
        place = desk.act(ines, keys.add_place, "hook", hook)
        new = NewSet(
            [("door", 1), ("badge", 1)], owner, place, "M-1", date(2026, 1, 1), lodging_id=lodging,
            identity=Identity.KNOWN_PERSON, number=number,
        )  # fmt: skip
        made = desk.act(ines, keys.register_set, new)
    book = load_rulebook(knowledge_base())
    request = desk.act(
        ines, requests.capture, book,
        NewRequest("key_handover_out", requester_id=owner, beneficiary_id=guest, wanted_from=now, channel="phone",
                   fields={"key_tag": made.tag, "authorised_by": "Karim"}),
    )  # fmt: skip
    order = HandOver(
        made.id, HolderKind.GUEST, now - timedelta(hours=5), 2, guest, identity=Identity.PASSPORT,
        proof=Proof.SIGNATURE, proof_ref="Zofia", request_id=request,
    )  # fmt: skip
    desk.act(ines, keys.hand_over, book, key_house(), order)
    desk.close()
    monkeypatch.setenv("CONCIERGEDESK_AGENT", "INE")
    return folder


def run(*arguments: str, status: int = 0, typed: str = "") -> str:
    done = CliRunner().invoke(app, ["keys", *arguments], input=typed)
    assert done.exit_code == status, f"{done.output}{done.exception!r}"
    assert "Traceback" not in done.output
    return done.output


def test_sets_are_listed_without_their_address(home: Path) -> None:
    listed = run("list")
    assert [line[:5] for line in listed.splitlines()[1:]] == ["117-0", "204-3", "205-6"]
    assert "Tilleuls" not in listed + run("list", "--json") and "Zo[/]fia" in listed
    assert run("list", "tilleuls").count("\n") == 4 and run("list", "zofia").count("\n") == 1
    assert [one["tag"] for one in json.loads(run("out", "--json"))] == ["117-0"]
    late = json.loads(run("overdue", "--json"))
    assert [(one["tag"], one["rung"]) for one in late] == [("117-0", 3)]


def test_a_history_is_printed_and_an_unknown_tag_is_said(home: Path) -> None:
    lines = json.loads(run("history", "117-0", "--json"))
    assert [one["movement"]["kind"] for one in lines] == ["out_to_guest", "deposit_in"]
    assert "Zo[/]fia" in run("history", "117-0", "--all")
    assert "chiffre" in run("history", "117-9", status=1)
    assert run("check").strip()


def test_the_cabinet_is_counted_from_the_lines_that_are_typed(home: Path) -> None:
    assert "Rien" in run("count", "--last")
    said = run("count", typed="204-3\n\n205-9\n117-0\n")
    assert "2:" in said or "3:" in said
    assert "205-6" in said and "117-0" in said
    assert json.loads(run("count", "--last", "--json"))["expected"] == 2
