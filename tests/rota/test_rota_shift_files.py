"""The house's rota files changed from a desk: one entry at a time, everything else to the letter as it was."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from conciergedesk.core.actor import SYSTEM, Actor
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.desk import Desk
from conciergedesk.core.errors import Conflict, InvalidFile, NotAllowed, RuleRefused, Unavailable
from conciergedesk.core.journal import JournalLine
from conciergedesk.core.paths import knowledge_base, shifts
from conciergedesk.rota import service
from conciergedesk.rota.house import rota_house
from conciergedesk.rota.queries import desk_rota
from conciergedesk.rota.shift_files import Change, Entry, Kind, ShiftFiles, changed_text, read_shift_files
from conciergedesk.rota.team import change_files, copy_for_sample, house_folder
from tests.conftest import hire
from tests.four_weeks import MONDAY, planned

TEAM = """# The team.
# Of the desk first.

[[agent]]
id = "INE"   # not to be changed
name = "Inès"
skills = [
  "desk",  # [[agent]] is not a table here
]
balance = { sundays = 3 }

# Bastien comes on Mondays only.
[[agent]]
id = "BAS"
skills = ["desk"]
[agent.limits]
max_run = 3

# --- the shifts ---

[[shift]]
id = "M"
start = "08:00"
end = "15:00"
needs = "desk"
"""


def files(*texts: tuple[str, str]) -> ShiftFiles:
    return ShiftFiles(Path("shifts"), texts or (("team.toml", TEAM),))


def person(of: ShiftFiles, code: str) -> Entry:
    return next(one for one in of.of_kind(Kind.AGENT) if one.id == code)


def after(change: Change, before: ShiftFiles | None = None) -> str:
    return (before or files()).after(change).text("team.toml")


def test_a_changed_field_leaves_every_other_letter_alone() -> None:
    text = after(Change(person(files(), "INE"), {"name": "Inès D.", "balance.sundays": 4}))
    expected = TEAM.replace('"Inès"', '"Inès D."').replace("sundays = 3", "sundays = 4")
    assert text == expected
    text = after(Change(person(files(), "BAS"), {"limits.max_run": None, "languages": ["fr", "en"]}))
    assert 'skills = ["desk"]\nlanguages = ["fr", "en"]' in text and "max_run" not in text
    assert "# --- the shifts ---\n\n[[shift]]" in text and "# Bastien comes" in text


def test_an_entry_taken_out_takes_its_own_comment_with_it_and_no_other() -> None:
    text = after(Change(person(files(), "BAS"), None))
    assert "Bastien" not in text and "# --- the shifts ---" in text and text.startswith("# The team.")
    assert [row["id"] for row in tomllib.loads(text)["agent"]] == ["INE"]
    text = after(Change(person(files(), "INE"), None))
    assert "# Of the desk first." in text and "# Bastien comes on Mondays only.\n[[agent]]" in text


def test_a_new_entry_stands_after_those_of_its_kind() -> None:
    text = after(Change(files().new(Kind.AGENT), {"id": "CEM", "skills": ["desk"], "limits.max_week": 2400}))
    assert '\n[[agent]]\nid = "CEM"\nskills = ["desk"]\nlimits = {max_week = 2400}\n' in text
    assert text.index('"BAS"') < text.index('"CEM"') < text.index("[[shift]]")
    first = files().after(Change(files().new(Kind.ROTATION), {"id": "r", "weeks": ["M M M M M - -"]}))
    assert first.text("rotations.toml").startswith('[[rotation]]\nid = "r"')
    place = files().after(Change(files().new(Kind.SITE), {"region": "france"}))
    assert tomllib.loads(place.text("site.toml")) == {"site": {"region": "france"}}


def test_a_file_laid_out_otherwise_is_refused_rather_than_spoiled() -> None:
    odd = files(("team.toml", 'agent = [{ id = "INE" }, { id = "BAS" }]\n'))
    with pytest.raises(InvalidFile, match=r"editor|éditeur"):
        odd.after(Change(person(odd, "BAS"), {"name": "Bastien"}))


def test_what_another_desk_has_changed_is_found_again_or_told() -> None:
    mine = person(files(), "BAS")
    theirs = files().after(Change(person(files(), "INE"), None))
    assert 'name = "Bas"' in after(Change(mine, {"name": "Bas"}), theirs)
    theirs = files().after(Change(mine, {"name": "Bastien"}))
    with pytest.raises(Conflict, match=r"team\.toml"):
        theirs.after(Change(mine, {"name": "Bas"}))


_names = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=20)
_values = st.one_of(_names, st.integers(-99, 99), st.booleans(), st.lists(_names, max_size=3))
_comments = st.lists(st.sampled_from(["", "# a word", "#", "  # [[agent]]"]), max_size=3)


@st.composite
def _texts(draw: st.DrawFn) -> str:
    lines: list[str] = []
    for number in range(draw(st.integers(1, 4))):
        lines += draw(_comments)
        lines.append(draw(st.sampled_from(["[[agent]]", "[[ agent ]]  # who", "  [[agent]]"])))
        lines.append(f'id = "A{number}"')
        lines += draw(
            st.lists(st.sampled_from(["# below", "", 'note = """\n[[agent]]\n"""']), max_size=2, unique=True)
        )
        if draw(st.booleans()):
            lines += ["[agent.limits]", f"max_run = {number + 1}"]
    return "\n".join(lines) + draw(st.sampled_from(["", "\n", "\n\n# the end\n"]))


@settings(max_examples=100, deadline=None)
@given(text=_texts(), data=st.data())
def test_any_change_says_what_was_meant_and_keeps_all_comments(text: str, data: st.DataObject) -> None:
    before = files(("team.toml", text))
    number = data.draw(st.integers(0, len(before.of_kind(Kind.AGENT))))
    changes: Mapping[str, Any] = data.draw(
        st.dictionaries(
            st.sampled_from(["name", "note", "limits.max_week", "balance.sundays"]), _values, max_size=3
        )
    )
    values = {"id": "NEW", **changes} if not number else changes
    entry = before.of_kind(Kind.AGENT)[number - 1] if number else before.new(Kind.AGENT)
    written = before.after(Change(entry, values)).text(
        "team.toml"
    )  # compares what it says with what was meant
    row = tomllib.loads(written)["agent"][number - 1]
    for path, value in values.items():
        first, _dot, rest = path.partition(".")
        assert (row[first][rest] if rest else row[first]) == value
    if "note" not in changes:
        kept = [line.strip() for line in text.splitlines() if "#" in line]
        assert [line.strip() for line in written.splitlines() if line.strip() in kept] == kept


# --- from a desk ---


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    copy = tmp_path / "shifts"
    shutil.copytree(shifts(), copy)
    monkeypatch.setenv("CONCIERGEDESK_SHIFTS", str(copy))
    return copy


@pytest.fixture
def helene(sqlite_desk: Desk, clock: FixedClock) -> Actor:
    return hire(sqlite_desk, "Hélène", role="supervisor")


PACKS = knowledge_base() / "rota"


def act(desk: Desk, who: Actor, folder: Path, change: Change) -> None:
    desk.act(who, change_files, folder, PACKS, change)


def entry(folder: Path, kind: Kind, code: str) -> Entry:
    return next(one for one in read_shift_files(folder).of_kind(kind) if one.id == code)


def test_a_planner_changes_the_team_and_every_desk_reads_it(
    sqlite_desk: Desk, helene: Actor, folder: Path, ines: Actor
) -> None:
    assert rota_house().name_of("INE") == "Inès"
    change = Change(entry(folder, Kind.AGENT, "INE"), {"name": "Inès D.", "contract_minutes": 1680})
    act(sqlite_desk, helene, folder, change)
    assert rota_house().rota.agent_by_id["INE"].contract_minutes == 1680
    assert "# The team." in (folder / "team.toml").read_text(encoding="utf-8")
    last = select(JournalLine.act, JournalLine.actor, JournalLine.facts).order_by(col(JournalLine.id).desc())
    name, who, facts = sqlite_desk.ask(lambda session: session.exec(last).all())[0]
    assert (name, who) == ("rota.files_changed", "Hélène")
    assert facts["fields"]["contract_minutes"] == ["2100", "1680"]
    with pytest.raises(Conflict):
        act(sqlite_desk, helene, folder, change)
    with pytest.raises(NotAllowed):
        act(sqlite_desk, ines, folder, Change(entry(folder, Kind.AGENT, "BAS"), {"name": "B"}))
    assert sorted(one.name for one in folder.iterdir()) == sorted(one.name for one in shifts().iterdir())


def test_a_bad_value_is_refused_with_table_field_and_reason_and_nothing_is_written(
    sqlite_desk: Desk, helene: Actor, folder: Path
) -> None:
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    for kind, code, values, said in (
        (Kind.AGENT, "YAN", {"skills": ["piano"]}, "team.toml · agent 5 · skills"),
        (Kind.AGENT, "YAN", {"contract_minutes": -60}, "team.toml · agent 5 · contract_minutes"),
        (Kind.SHIFT, "M", {"end": "09:45+1"}, "26"),
    ):
        with pytest.raises(InvalidFile, match=said):
            act(sqlite_desk, helene, folder, Change(entry(folder, kind, code), values))
    with pytest.raises(RuleRefused, match="on_call"):
        act(sqlite_desk, helene, folder, Change(entry(folder, Kind.SHIFT, "N"), None))
    with pytest.raises(RuleRefused, match=r"demand\.toml · demand 1"):
        act(sqlite_desk, helene, folder, Change(entry(folder, Kind.SHIFT, "M"), {"needs": "cook"}))
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


def test_who_still_works_cannot_be_taken_out_and_published_hours_stay(
    sqlite_desk: Desk, helene: Actor, folder: Path, clock: FixedClock
) -> None:
    house = rota_house()
    for agent in house.rota.agents:
        hire(sqlite_desk, agent.name) if agent.id != "INE" else None
    draft = sqlite_desk.act(helene, service.save_draft, house, planned(), MONDAY, MONDAY + timedelta(days=27))
    sqlite_desk.act(helene, service.publish, house, draft, reason="first rota")
    with pytest.raises(RuleRefused, match="Inès"):
        act(sqlite_desk, helene, folder, Change(entry(folder, Kind.AGENT, "INE"), None))
    act(sqlite_desk, helene, folder, Change(entry(folder, Kind.SHIFT, "M"), {"start": "08:15"}))
    roster = sqlite_desk.ask(desk_rota, rota_house(), MONDAY, 28).roster
    assert {one.start for one in roster if one.shift == "M"} == {7 * 60 + 45}
    assert rota_house().rota.shift_by_id["M"].start == 8 * 60 + 15


def test_a_folder_of_the_program_says_where_to_copy_it(
    sqlite_desk: Desk, helene: Actor, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert house_folder().trouble is None
    monkeypatch.setattr("conciergedesk.core.paths.installed_copy", lambda _name: folder)
    trouble = house_folder().trouble
    assert isinstance(trouble, Unavailable) and "CONCIERGEDESK_SHIFTS" in str(trouble)
    copied = copy_for_sample(tmp_path)
    assert (copied / "team.toml").read_bytes() == (folder / "team.toml").read_bytes()
    assert copy_for_sample(tmp_path) == copied and SYSTEM.name


def test_a_file_spoiled_by_an_editor_does_not_stop_a_desk_that_is_open(folder: Path) -> None:
    assert rota_house().rota.agents
    (folder / "team.toml").write_text("[[agent]\n", encoding="utf-8")
    assert rota_house().rota.agents
    assert changed_text("", Change(Entry(Kind.AGENT, "t.toml", 0), {"id": "A"})) == '[[agent]]\nid = "A"\n'
