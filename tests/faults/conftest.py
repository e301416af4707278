"""Fixtures of the tests that try everything: whatever key is pressed, the files of the house stay as they are."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from conciergedesk.core.paths import shifts


@pytest.fixture(scope="session")
def shifts_to_spoil(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One copy for all, so that it is read once."""
    copy = tmp_path_factory.mktemp("house") / "shifts"
    shutil.copytree(shifts(), copy)
    return copy


@pytest.fixture(autouse=True)
def _own_shifts(shifts_to_spoil: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Team and shifts can be changed by keys: here they are a copy, the same for every test."""
    source = shifts()
    before = _texts(source)
    with monkeypatch.context() as patch:
        patch.setenv("CONCIERGEDESK_SHIFTS", str(shifts_to_spoil))
        yield
    for name, text in before.items():
        if _texts(shifts_to_spoil).get(name) != text:
            (shifts_to_spoil / name).write_bytes(text)


def _texts(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.glob("*.toml")}
