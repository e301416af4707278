"""A small typed door to HiGHS: linear programs that grow by columns, and integer programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import highspy
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
INF = float("inf")


class Outcome(StrEnum):
    """How a run of HiGHS ended."""

    OPTIMAL = "optimal"
    INFEASIBLE = "infeasible"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns in compressed form: ``starts`` has one entry per column."""

    costs: Floats
    lower: Floats
    upper: Floats
    starts: Ints
    rows: Ints
    values: Floats


def columns(
    costs: Sequence[float], lower: Sequence[float], upper: Sequence[float],
    entries: Sequence[Sequence[tuple[int, float]]],
) -> Columns:  # fmt: skip
    """Columns from a list of (row, value) pairs each."""
    starts = np.zeros(len(entries), dtype=np.int32)
    if entries:
        np.cumsum([len(entry) for entry in entries[:-1]], out=starts[1:])
    flat = [pair for entry in entries for pair in entry]
    return Columns(
        np.asarray(costs, dtype=np.float64), np.asarray(lower, dtype=np.float64), np.asarray(upper, dtype=np.float64),
        starts, np.fromiter((row for row, _ in flat), np.int32, len(flat)),
        np.fromiter((value for _, value in flat), np.float64, len(flat)),
    )  # fmt: skip


class Program:
    """A minimising program with rows fixed at the start and columns added as they are found."""

    def __init__(
        self, row_lower: Sequence[float], row_upper: Sequence[float], *, threads: int = 1, seed: int = 0
    ) -> None:
        self.highs = highspy.Highs()  # type: ignore[no-untyped-call]  # the wheel has no annotation here
        for option, value in (
            ("output_flag", False), ("threads", threads), ("random_seed", seed), ("parallel", "off"),
        ):  # fmt: skip
            self.highs.setOptionValue(option, value)
        self.column_count = 0
        self.row_count = len(row_lower)
        empty = np.zeros(0, dtype=np.int32)
        self.highs.addRows(
            self.row_count, np.asarray(row_lower, dtype=np.float64), np.asarray(row_upper, dtype=np.float64), 0,
            np.zeros(self.row_count, dtype=np.int32), empty, np.zeros(0),
        )  # fmt: skip

    def option(self, name: str, value: bool | int | float | str) -> None:
        self.highs.setOptionValue(name, value)

    def add(self, new: Columns) -> None:
        count = len(new.costs)
        if count:
            self.highs.addCols(
                count, new.costs, new.lower, new.upper, len(new.rows), new.starts, new.rows, new.values
            )
            self.column_count += count

    def add_row(self, lower: float, upper: float, columns: Sequence[int], values: Sequence[float]) -> None:
        self.highs.addRow(
            lower,
            upper,
            len(columns),
            np.asarray(columns, dtype=np.int32),
            np.asarray(values, dtype=np.float64),
        )
        self.row_count += 1

    def bounds(self, columns: Sequence[int], lower: Sequence[float], upper: Sequence[float]) -> None:
        self.highs.changeColsBounds(
            len(columns), np.asarray(columns, dtype=np.int32), np.asarray(lower, dtype=np.float64),
            np.asarray(upper, dtype=np.float64),
        )  # fmt: skip

    def integer(self, columns: Sequence[int]) -> None:
        kinds = np.full(len(columns), int(highspy.HighsVarType.kInteger), dtype=np.uint8)
        self.highs.changeColsIntegrality(len(columns), np.asarray(columns, dtype=np.int32), kinds)

    def costs(self, values: Floats) -> None:
        count = len(values)
        self.highs.changeColsCost(
            count, np.arange(count, dtype=np.int32), np.asarray(values, dtype=np.float64)
        )

    def run(self, seconds: float = INF) -> Outcome:
        # HiGHS counts its time limit from the creation of the instance.
        limit = INF if seconds == INF else self.highs.getRunTime() + max(seconds, 0.01)
        self.highs.setOptionValue("time_limit", limit)
        self.highs.run()
        status = self.highs.getModelStatus()
        if status == highspy.HighsModelStatus.kOptimal:
            return Outcome.OPTIMAL
        if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
            return Outcome.INFEASIBLE
        return Outcome.STOPPED

    @property
    def objective(self) -> float:
        return float(self.highs.getInfo().objective_function_value)

    @property
    def has_solution(self) -> bool:
        return int(self.highs.getInfo().primal_solution_status) == 2

    @property
    def bound(self) -> float:
        """The proved bound of an integer run."""
        return float(self.highs.getInfo().mip_dual_bound)

    def values(self) -> Floats:
        return np.asarray(self.highs.getSolution().col_value, dtype=np.float64)

    def duals(self) -> Floats:
        return np.asarray(self.highs.getSolution().row_dual, dtype=np.float64)
