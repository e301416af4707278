"""The documentation says what the desk does: every key, every command, every link."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from conciergedesk.cli.reference import PAGES
from conciergedesk.core.settings import Settings

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES_WITH_LINKS = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]


@pytest.mark.parametrize("name", sorted(PAGES))
def test_the_reference_pages_are_what_the_desk_says_of_itself(name: str) -> None:
    written = (DOCS / "reference" / name).read_text(encoding="utf-8")
    assert written == PAGES[name]() + "\n", "run: make reference"


def test_every_setting_is_documented() -> None:
    reference = (DOCS / "reference.md").read_text(encoding="utf-8")
    assert [one.name for one in fields(Settings) if f"| `{one.name}` |" not in reference] == []


@pytest.mark.parametrize("page", PAGES_WITH_LINKS, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []
