"""The queue and the desk from the shell: one sentence for what went wrong, JSON that scripts can rely on."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from conciergedesk.cli import app
from conciergedesk.core.actor import SYSTEM
from conciergedesk.core.shared import Agency, set_up_agency
from conciergedesk.requests.queries import RequestCard
from conciergedesk.staff import service as staff
from conciergedesk.staff.tables import Presence
from tests.conftest import hire
from tests.faults.house import assert_sound, reopened
from tests.faults.monsters import MONSTERS, escaped

Run = Callable[..., Result]


@pytest.fixture
def home(empty_database: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A set-up desk in this test's own folder; Inès is named in the environment."""
    folder = Path(os.environ["CONCIERGEDESK_HOME"])
    shutil.copy(empty_database, folder / "desk.db")
    desk = reopened(folder)
    desk.act(SYSTEM, set_up_agency, Agency(name="Agence d'essai", commune="Metz"))
    hire(desk, "Inès")
    hire(desk, "Maëlle")
    hire(desk, "Hélène", role="supervisor")
    desk.close()
    monkeypatch.setenv("CONCIERGEDESK_AGENT", "INE")
    monkeypatch.delenv("CONCIERGEDESK_PIN", raising=False)
    return folder


@pytest.fixture
def run(home: Path) -> Run:
    def command(*arguments: str, status: int = 0, **options: Any) -> Result:
        done = CliRunner().invoke(app, list(arguments), **options)
        assert done.exit_code == status, f"{done.output}{done.exception!r}"
        assert status or not done.stderr
        assert "Traceback" not in done.output
        return done

    return command


def said(result: Result) -> Any:
    return json.loads(result.stdout)


# --- the life of a request ---


def test_a_request_lives_its_life_from_the_shell(run: Run, home: Path) -> None:
    made = said(run("request", "add", "taxi demain 6h30 gare 06 39 98 20 20", "--free", "--json"))
    number = made["ref"]
    assert (made["type_code"], made["holder"]) == ("taxi", "")
    assert said(run("request", "claim", number, "--json"))["holder"] == "Inès"
    assert "Maëlle" not in run("request", "claim", number, "--agent", "MAE", status=1).stdout
    taken = said(run("request", "claim", number, "--agent", "MAE", "--take-over", "--json"))
    assert taken["holder"] == "Maëlle"
    run("request", "note", number, "rappelée, d'accord")
    waiting = said(run("request", "wait", number, "--whom", "la cliente", "--json"))
    assert waiting["state"] == "waiting_client"
    run("request", "resume", number)
    run("request", "release", number, "--agent", "MAE")
    run("request", "done", number, status=1)  # its checklist is not ticked
    cancelled = said(run("request", "cancel", number, "plans_changed", "--party", "client", "--json"))
    assert cancelled["state"] == "cancelled"
    assert said(run("request", "list", "--json")) == []
    call = said(run("request", "add", "rappeler 06 39 98 20 20 demain facture", "--json"))
    assert (call["number"], call["about"]) == ("06 39 98 20 20", "facture")
    desk = reopened(home)
    assert_sound(desk)
    desk.close()


def test_json_has_every_field_of_the_card_and_times_with_their_zone(run: Run) -> None:
    card = said(run("request", "add", "taxi demain 6h30 gare", "--json"))
    assert set(card) == {field.name for field in fields(RequestCard)}
    for name in ("opened_at", "wanted_from"):
        assert datetime.fromisoformat(card[name]).tzinfo is not None
    [listed] = said(run("request", "list", "--json"))
    assert listed["ref"] == card["ref"] and listed["id"] == card["id"]
    assert said(run("request", "show", card["ref"], "--json"))["id"] == card["id"]


def test_lists_are_filtered_as_on_the_board(run: Run) -> None:
    run("request", "add", "taxi demain 6h30 gare")
    run("request", "add", "panier demain 10h", "--free")
    assert len(said(run("request", "list", "--json"))) == 2
    assert len(said(run("request", "list", "moi", "--json"))) == 1
    assert len(said(run("request", "list", "!moi", "--json"))) == 1
    assert len(said(run("request", "list", "--limit", "1", "--json"))) == 1
    assert "D-1" in run("request", "list", "taxi").stdout


@pytest.mark.parametrize(
    "number", ["D-999", "D-", "abc", "", "-1", "D-9999999999999999999999", MONSTERS[1], MONSTERS[5]]
)
@pytest.mark.parametrize("verb", ["show", "claim", "done"])
def test_a_number_that_is_none_is_one_sentence(run: Run, verb: str, number: str) -> None:
    failed = run("request", verb, "--", number, status=1)
    assert failed.stdout == "" and len(failed.stderr.splitlines()) == 1
    assert escaped(failed.stderr.encode("utf-8", "replace")) == []


def test_a_line_without_a_type_says_what_is_missing_and_saves_nothing(run: Run) -> None:
    assert "taxi" in run("request", "add", "bonjour", status=1).stderr
    assert said(run("request", "list", "--json")) == []


def test_text_from_the_shell_is_tamed(run: Run) -> None:
    for monster in (MONSTERS[1], MONSTERS[4], MONSTERS[5], MONSTERS[7]):
        number = said(run("request", "add", f"taxi demain 6h30 {monster}", "--json"))["ref"]
        run("request", "note", "--reason", "essai", number, f"a {monster}")
        shown = run("request", "show", number)
        assert escaped(shown.stdout.encode()) == []
    assert escaped(run("request", "list").stdout.encode()) == []


def test_types_are_listed_without_a_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    done = CliRunner().invoke(app, ["request", "types", "--json"])
    assert done.exit_code == 0 and len(said(done)) == 38


# --- who acts ---


def test_nobody_named_is_told_who_there_is(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CONCIERGEDESK_AGENT")
    refused = run("request", "list", status=1).stderr
    assert "INE" in refused and "--agent" in refused
    assert "INE" in run("request", "list", "--agent", MONSTERS[1], status=1).stderr


def test_a_pin_is_asked_for_and_a_wrong_one_refused(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = reopened(home)
    desk.act(SYSTEM, staff.change_agent, 1, password_hash=staff.hash_password("4711", desk.key))
    desk.close()
    assert "code" in run("request", "list", status=1).stderr
    monkeypatch.setenv("CONCIERGEDESK_PIN", "0000")
    run("request", "list", status=1)
    monkeypatch.setenv("CONCIERGEDESK_PIN", "4711")
    run("request", "list")


def test_a_command_leaves_no_mark_on_the_other_desks_even_when_it_fails(run: Run, home: Path) -> None:
    run("request", "list")
    run("request", "claim", "D-999", status=1)
    desk = reopened(home)
    with desk.read() as session:
        from sqlmodel import select

        assert session.exec(select(Presence)).all() == []
    desk.close()


def test_an_act_without_the_right_is_one_sentence(run: Run) -> None:
    assert "superviseur" in run("desk", "hire", "Odile", status=1).stderr
    run("desk", "hire", "Odile", "--agent", "HEL")
    assert [one["first_name"] for one in said(run("desk", "staff", "--json"))] == [
        "Hélène", "Inès", "Maëlle", "Odile",
    ]  # fmt: skip
    run("desk", "unlock", "ode", status=1)
    run("desk", "unlock", "odi", "--agent", "HEL")
    run("desk", "unlock", "zzz", "--agent", "HEL", status=1)


def test_a_desk_that_is_not_set_up_says_how(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONCIERGEDESK_HOME", str(tmp_path / "new"))
    done = CliRunner().invoke(app, ["request", "list"])
    assert done.exit_code == 1 and len(done.stderr.splitlines()) == 1


# --- the desk itself ---


def test_a_sound_desk_is_found_sound_and_a_forged_one_is_not(run: Run, home: Path) -> None:
    run("request", "add", "taxi demain 6h30 gare")
    checked = said(run("desk", "check", "--json"))
    assert (checked["integrity"], checked["links"], checked["journal"]) == ("ok", "ok", "ok")
    forger = sqlite3.connect(home / "desk.db")
    forger.executescript("DROP TRIGGER journal_no_update; UPDATE journal SET actor = 'X' WHERE id = 2;")
    forger.close()
    assert "2" in said(run("desk", "check", "--json", status=1))["journal"]


def test_a_key_that_others_can_read_is_reported(run: Run, home: Path) -> None:
    assert "key file" not in said(run("desk", "check", "--json"))
    (home / "desk.key").chmod(0o644)
    assert "chmod 600" in said(run("desk", "check", "--json"))["key file"]


def test_a_copy_is_kept_and_put_back(run: Run, home: Path, tmp_path: Path) -> None:
    run("request", "add", "taxi demain 6h30 gare")
    run("desk", "copy", str(tmp_path / "copies"))
    [copy] = (tmp_path / "copies").iterdir()
    run("request", "add", "panier demain 10h")
    assert len(said(run("request", "list", "--json"))) == 2
    run("desk", "restore", str(copy), status=1, input="n\n")
    run("desk", "restore", str(copy), "--yes")
    assert len(said(run("request", "list", "--json"))) == 1
    assert [one.name for one in home.glob("*.before-restore")]
    (home / "note.txt").write_text("no copy")
    run("desk", "restore", str(home / "note.txt"), "--yes", status=1)
    run("desk", "restore", str(home / "nowhere"), "--yes", status=1)


def test_a_desk_is_not_restored_under_an_open_one(run: Run, home: Path, tmp_path: Path) -> None:
    run("desk", "copy", str(tmp_path / "copies"))
    [copy] = (tmp_path / "copies").iterdir()
    desk = reopened(home)
    with desk.read():
        assert "ouvert" in run("desk", "restore", str(copy), "--yes", status=1).stderr
    desk.close()
    run("desk", "restore", str(copy), "--yes")


def test_a_damaged_database_is_one_sentence(run: Run, home: Path) -> None:
    (home / "desk.db").write_bytes(os.urandom(8192))
    for arguments in (["request", "list"], ["desk", "check"], ["desk", "staff"], ["desk", "copy"]):
        failed = run(*arguments, status=1)
        assert "restore" in failed.stderr and len(failed.stderr.splitlines()) == 1


def test_unreadable_settings_are_one_sentence(run: Run, home: Path) -> None:
    (home / "desk.toml").write_text("language = ")
    assert "desk.toml" in run("request", "list", status=1).stderr


def test_without_a_terminal_the_desk_says_so_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from conciergedesk import __main__ as program

    monkeypatch.setattr("sys.argv", ["conciergedesk"])
    with pytest.raises(SystemExit) as ended:
        program.main()
    assert ended.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == "" and len(printed.err.splitlines()) == 1 and "conciergedesk --help" in printed.err
    assert CliRunner().invoke(app, ["open"]).exit_code == 2
