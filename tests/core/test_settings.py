"""Settings of one desk: read with a reason when refused, written so that they can be read again; the key file."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as rounds
from hypothesis import strategies as st

from conciergedesk.core.errors import InvalidFile, Unavailable
from conciergedesk.core.settings import FILE_NAME, Settings, load_secret, load_settings, save_settings


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert load_settings(tmp_path) == Settings()


@pytest.mark.parametrize(
    ("written", "field"),
    [
        ('language = "xx"', "language"),
        ("language = 3", "language"),
        ('theme = "neon"', "theme"),
        ('glyphs = ""', "glyphs"),
        ("lock_minutes = -1", "lock_minutes"),
        ("lock_minutes = 999999", "lock_minutes"),
        ("lock_minutes = true", "lock_minutes"),
        ('lock_minutes = "5"', "lock_minutes"),
        ('unknown = "x"', "unknown"),
        ('database_url = "x"', "database_url"),
        ('__class__ = "x"', "__class__"),
        ("= broken", ""),
    ],
)
def test_a_setting_that_cannot_be_names_its_file_and_field(tmp_path: Path, written: str, field: str) -> None:
    (tmp_path / FILE_NAME).write_text(written)
    with pytest.raises(InvalidFile) as refused:
        load_settings(tmp_path)
    assert refused.value.field == field and FILE_NAME in str(refused.value)


def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).mkdir()
    with pytest.raises(InvalidFile, match="illisible"):
        load_settings(tmp_path)
    (tmp_path / FILE_NAME).rmdir()
    (tmp_path / FILE_NAME).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidFile, match="illisible"):
        load_settings(tmp_path)


@pytest.mark.parametrize("value", ["abc", "-3", "1e3", "99999999999999"])
def test_a_number_in_the_environment_that_is_none_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("CONCIERGEDESK_LOCK_MINUTES", value)
    with pytest.raises(InvalidFile):
        load_settings(tmp_path)


def test_the_environment_goes_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / FILE_NAME).write_text('language = "fr"\nlock_minutes = 5\n')
    monkeypatch.setenv("CONCIERGEDESK_LANGUAGE", "en")
    monkeypatch.setenv("CONCIERGEDESK_LOCK_MINUTES", "7")
    assert load_settings(tmp_path) == Settings(language="en", lock_minutes=7)


@rounds(max_examples=60, deadline=None)
@given(name=st.text(st.characters(exclude_categories=["Cs"]), max_size=40), minutes=st.integers(0, 1440))
def test_what_is_saved_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, name: str, minutes: int
) -> None:
    home = tmp_path_factory.mktemp("home")
    wanted = Settings(desk=name, lock_minutes=minutes, database='sqlite:///a "b"\\c')
    save_settings(wanted, home)
    assert load_settings(home) == wanted
    assert [one.name for one in home.iterdir()] == [FILE_NAME]
    assert (home / FILE_NAME).stat().st_mode & 0o777 == 0o600


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable):
        save_settings(Settings(), tmp_path / "file" / "home")
    with pytest.raises(Unavailable):
        load_secret(Settings(), tmp_path / "file" / "home")


def test_the_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    key = load_secret(Settings(), tmp_path / "home")
    assert len(key) == 32 and load_secret(Settings(), tmp_path / "home") == key
    file = tmp_path / "home" / "desk.key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in file.parent.iterdir()] == ["desk.key"]


def test_desks_that_start_together_make_one_key(tmp_path: Path) -> None:
    gate = threading.Barrier(8)
    found: list[bytes] = []

    def start() -> None:
        gate.wait()
        found.append(load_secret(Settings(), tmp_path / "home"))

    threads = [threading.Thread(target=start) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8 and set(found) == {(tmp_path / "home" / "desk.key").read_bytes()}


@pytest.mark.parametrize("content", [b"", b"short"])
def test_a_key_that_was_cut_short_is_never_used(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "desk.key").write_bytes(content)
    with pytest.raises(Unavailable, match="tronquée"):
        load_secret(Settings(), tmp_path)
    assert (tmp_path / "desk.key").read_bytes() == content


def test_a_key_of_another_place_is_shared(tmp_path: Path) -> None:
    shared = tmp_path / "shared" / "desk.key"
    one = load_secret(Settings(secret_file=str(shared)), tmp_path / "a")
    assert load_secret(Settings(secret_file=str(shared)), tmp_path / "b") == one
    assert not (tmp_path / "a").exists()
