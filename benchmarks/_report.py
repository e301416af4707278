"""What every benchmark prints and writes: a table of figures, and the goals beside what was reached."""

from __future__ import annotations

import argparse
import json
import operator
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
}


@dataclass
class Report:
    """Figures and goals of one benchmark run.

    A goal is text such as ``<= 1.6``; it is reported, never asserted.
    """

    name: str
    quick: bool = False
    figures: dict[str, float] = field(default_factory=dict)
    goals: dict[str, dict[str, object]] = field(default_factory=dict)

    def figure(self, name: str, value: float, goal: str | None = None) -> None:
        self.figures[name] = round(value, 6)
        if goal is not None:
            sign, limit = goal.split()
            met = _COMPARE[sign](value, float(limit))
            self.goals[name] = {"goal": goal, "value": round(value, 6), "met": met}

    def finish(self, target: Path | None) -> None:
        """Print the table and write the JSON file when one was asked for."""
        print(f"{self.name}{' (quick: smaller data, figures are not comparable)' if self.quick else ''}")
        width = max((len(name) for name in self.figures), default=0)
        for name, value in self.figures.items():
            goal = self.goals.get(name)
            verdict = "" if goal is None else f"  goal {goal['goal']}  {'met' if goal['met'] else 'NOT met'}"
            print(f"  {name:<{width}}  {value:>14,.4f}{verdict}")
        sys.stdout.flush()
        if target is not None:
            target.write_text(json.dumps({"figures": self.figures, "goals": self.goals}, indent=2) + "\n")


def arguments(description: str) -> argparse.ArgumentParser:
    """The options every benchmark has."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="smaller data, ends within 30 seconds")
    parser.add_argument("--json", type=Path, default=None, help="write figures and goals to this file")
    return parser


def percentile(values: list[float], share: float) -> float:
    """The smallest value that ``share`` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
