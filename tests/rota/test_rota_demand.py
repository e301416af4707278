"""Erlang C and A against published reference points."""

from __future__ import annotations

import pytest

from conciergedesk.rota.demand import Line, agents_needed, erlang_a, erlang_c, half_hour_demand, pooled


@pytest.mark.parametrize(
    ("calls", "handling", "seats", "within", "waits", "level", "occupancy"),
    [
        (200, 3, 14, 20, 0.17413193, 0.88835002, 0.7142857),
        (720, 4, 55, 15, 0.238701, 0.845883, 0.872727),
        (4, 4, 1, 20, 0.2667, 0.7491, 0.27),
        (6, 5, 2, 20, 0.1000, 0.9095, 0.25),
        (10, 5, 3, 20, 0.0577, 0.9501, 0.28),
        (20, 5, 4, 20, 0.1025, 0.9123, 0.42),
    ],
)
def test_erlang_c_reference_points(
    calls: float, handling: float, seats: int, within: float, waits: float, level: float, occupancy: float
) -> None:
    found = erlang_c(Line(calls, handling, within), seats)
    assert found.wait_probability == pytest.approx(waits, abs=6e-5)
    assert found.service_level == pytest.approx(level, abs=6e-5)
    assert found.occupancy == pytest.approx(occupancy, abs=6e-3)


def test_mean_wait_of_the_first_reference_point() -> None:
    assert erlang_c(Line(200, 3, 20), 14).mean_wait_seconds == pytest.approx(7.84, abs=0.01)


@pytest.mark.parametrize(
    ("calls", "seats", "abandoned"),
    [(10, 1, 0.3577), (10, 2, 0.0955), (10, 3, 0.0196), (12, 2, 0.1253), (20, 3, 0.0922)],
)
def test_erlang_a_abandonment(calls: float, seats: int, abandoned: float) -> None:
    assert erlang_a(Line(calls, 5, 20, patience_minutes=3), seats).abandoned == pytest.approx(
        abandoned, abs=6e-5
    )


def test_endless_patience_gives_erlang_c() -> None:
    line = Line(12, 5, 20, patience_minutes=1e7)
    assert erlang_a(line, 3).service_level == pytest.approx(erlang_c(line, 3).service_level, abs=1e-3)


def test_one_person_cannot_promise_eighty_per_cent_at_four_calls_an_hour() -> None:
    assert agents_needed(Line(4, 4, 20), 0.8) == 2
    assert agents_needed(Line(0, 4, 20), 0.8) == 0
    assert half_hour_demand((0, 2, 10), Line(0, 4, 20)) == (0, 2, 3)


def test_pooling_two_lines_serves_better_than_two_pairs() -> None:
    line = Line(10, 5, 20)
    assert erlang_c(pooled((line, line)), 4).service_level > erlang_c(line, 2).service_level + 0.1
