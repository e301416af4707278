"""The public file format: the sample loads, comes back unchanged, and bad files get a clear answer fast."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conciergedesk.core.errors import InvalidFile
from conciergedesk.rota.dump import dump_rota
from conciergedesk.rota.files import load_rota, read_rota
from conciergedesk.rota.law.packs import load_law, read_pack
from conciergedesk.rota.values import Rota

ROOT = Path(__file__).parents[2]

TEAM = """
[period]
start = 2027-01-04
weeks = 2
[[shift]]
id = "M"
start = "07:45"
end = "14:45"
break = 20
needs = "desk"
[[agent]]
id = "ANN"
skills = ["desk"]
contract_minutes = 2100
[[agent]]
id = "BOB"
skills = ["desk"]
"""


def read(text: str) -> Rota:
    return read_rota([("team.toml", TEAM + text)])


def test_the_shipped_sample_is_valid_and_names_known_packs() -> None:
    rota = load_rota(ROOT / "shifts")
    assert [agent.id for agent in rota.agents] == ["INE", "BAS", "MAE", "FAR", "YAN", "SAB", "PAU", "LUC"]
    assert {shift.id for shift in rota.shifts} == {"M", "S", "T", "C", "N"}
    assert rota.days == 84
    law = load_law(ROOT / "knowledge_base" / "rota", rota.site.packs)
    assert all(rule.article and rule.text for rule in law.rules)


def test_a_rota_written_and_read_again_is_equal() -> None:
    rota = load_rota(ROOT / "shifts")
    assert read_rota([("all.toml", dump_rota(rota))]) == rota


@pytest.mark.parametrize(
    ("text", "where", "field"),
    [
        ('[[shift]]\nid = "X"\nstart = "06:00"\nend = "08:00+1"\n', "shift 2", "end"),
        ('[[agent]]\nid = "CEM"\nskills = ["piano"]\n', "agent 3", "skills"),
        (
            '[[absence]]\nagent = "ANN"\nfrom = 2027-01-04\nto = 2027-01-08\n'
            '[[absence]]\nagent = "ANN"\nfrom = 2027-01-08\nto = 2027-01-09\n', "absence 2", "from",
        ),
        ('[[demand]]\nshift = "M"\ndays = ["ALL"]\nmin = 3\n', "demand 1", "min"),
        ('[[agent]]\nid = "CEM"\ncontract_minutes = -60\n', "agent 3", "contract_minutes"),
        ('[[agent]]\nid = "ANN"\n', "agent 3", "id"),
        ('[[demand]]\nshift = "Z"\ndays = ["ALL"]\n', "demand 1", "shift"),
        ('[[demand]]\nshift = "M"\ndays = ["MONTAG"]\n', "demand 1", "days"),
        ('[[wish]]\nagent = "ZOE"\ndate = 2027-01-04\n', "wish 1", "agent"),
        ('[[agent]]\nid = "CEM"\nshoe_size = 41\n', "agent 3", "shoe_size"),
        ('[site]\ntimezone = "Europe/Metz"\n', "site", "timezone"),
        ('[[shift]]\nid = "X"\nstart = "25h"\nend = "08:00"\n', "shift 2", "start"),
        ('[[exception]]\nrule = "daily_rest"\nagent = "ANN"\nfrom = 2027-01-04\nsigned_by = ""\nreason = "x"\n',
         "exception 1", "signed_by"),
        ('[[rotation]]\nid = "r"\nmembers = ["ANN"]\nstart = 2027-01-05\nweeks = ["MMMMM--"]\n', "rotation 1", "start"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_file_table_and_field(text: str, where: str, field: str) -> None:
    with pytest.raises(InvalidFile) as told:
        read(text)
    assert (told.value.file, told.value.where, told.value.field) == ("team.toml", where, field)
    assert told.value.in_language("en").startswith("team.toml · ")


def test_a_shift_of_26_hours_is_called_longer_than_a_day() -> None:
    with pytest.raises(InvalidFile, match="26"):
        read('[[shift]]\nid = "X"\nstart = "06:00"\nend = "08:00+1"\n')


def test_a_file_of_ten_thousand_people_is_refused_at_once() -> None:
    text = "".join(f'[[agent]]\nid = "A{number}"\n' for number in range(10_000))
    began = time.thread_time()
    with pytest.raises(InvalidFile, match="500"):
        read(text)
    assert time.thread_time() - began < 5


def test_more_people_demanded_in_a_day_than_the_team_has() -> None:
    extra = '[[shift]]\nid = "S"\nstart = "15:00"\nend = "21:00"\nneeds = "desk"\n'
    demand = "".join(f'[[demand]]\nshift = "{shift}"\ndays = ["ALL"]\nmin = 2\n' for shift in "MS")
    with pytest.raises(InvalidFile) as told:
        read(extra + demand)
    assert told.value.values["needed"] == 4


def test_text_that_is_not_toml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_bytes(b"\xff\xfe[[")
    with pytest.raises(InvalidFile):
        load_rota(tmp_path)
    with pytest.raises(InvalidFile):
        load_rota(tmp_path / "missing.toml")
    with pytest.raises(InvalidFile):
        load_law(ROOT / "knowledge_base" / "rota", ["moon-law"])


def test_a_rule_pack_with_an_unknown_kind_is_refused() -> None:
    head = '[pack]\nid = "x"\ntitle = "X"\nchecked_on = 2026-11-01\n[[rule]]\narticle = "1"\nfigure = 1\n'
    with pytest.raises(InvalidFile) as told:
        read_pack("x.toml", head + 'kind = "daily_nap"\n')
    assert told.value.where == "rule 1"
    assert read_pack("x.toml", head + 'kind = "daily_rest"\nunit = "minutes"\n')[0][0].figure == 1


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=200))
def test_no_text_makes_the_reader_fail_otherwise_than_with_a_clear_refusal(text: str) -> None:
    try:
        read_rota([("any.toml", text)])
    except InvalidFile as told:
        assert told.in_language("fr")


def test_the_target_may_come_from_a_call_volume() -> None:
    rota = read(
        '[[demand]]\nshift = "M"\ndays = ["ALL"]\nmin = 1\nfrom_calls = { calls = 8, aht = 5, sl = 0.8 }\n'
    )
    assert rota.demands[0].target == 2
