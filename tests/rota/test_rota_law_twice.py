"""The checker and a naive second reading of the law must agree on random rosters."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.rota_naive_law import naive_findings, random_case
from conciergedesk.rota.checker.judge import check
from conciergedesk.rota.law.packs import load_law

LAW = load_law(Path(__file__).parents[2] / "knowledge_base" / "rota", ("code-du-travail", "idcc-1909"))
COMPARED = {
    "daily_work", "daily_span", "break", "daily_rest", "days_per_week", "week_work", "weekly_rest", "weekly_rest_days",
}  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_checker_agrees_with_a_minute_by_minute_reading(seed: int) -> None:
    rota, roster, rows = random_case(seed)
    found = {(one.kind.value, one.days[-1]) for one in check(rota, roster, LAW) if one.kind.value in COMPARED}
    assert found == naive_findings(rows, rota.first, rota.days)


def test_the_comparison_sees_every_compared_rule() -> None:
    seen: set[str] = set()
    for seed in range(60):
        rota, _, rows = random_case(seed)
        seen |= {kind for kind, _ in naive_findings(rows, rota.first, rota.days)}
    assert seen == COMPARED
