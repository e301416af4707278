"""Cyclic rotations by integer circulation: every walk of the crew through the week is one closed walk.

Nodes are (weekday, what matters of the past); a flow of people on them meets the requirements of each weekday;
an Eulerian circuit of the flow is the rotation. The size does not depend on the number of people.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_, translate
from conciergedesk.rota.solver.highs import INF, Outcome, Program, columns
from conciergedesk.rota.values import OFF

Node = Hashable
MOST_WEEKS = 1000
SECONDS_PER_SHAPE = 2.0


class RotationStatus(StrEnum):
    """What is known at the end."""

    SOLVED = "solved"
    IMPOSSIBLE = "impossible"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class BlockRule:
    """Shortest and longest run of one shift in the pattern."""

    shift: str
    start: int
    length: int
    shortest: int
    longest: int


@dataclass(frozen=True, slots=True)
class RotationRequest:
    """What a cyclic rotation must be.

    Attributes:
        weeks: number of weeks = number of people; person k starts in week k.
        required: people per shift and weekday (Monday first), met exactly.
        forbidden_pairs: (a, b): b may not follow a on the next day.
        forbidden_around_day_off: (a, b): not a, one day off, b.
    """

    weeks: int
    blocks: tuple[BlockRule, ...]
    required: tuple[tuple[int, ...], ...]
    shortest_off: int = 1
    longest_off: int = 7
    shortest_work: int = 1
    longest_work: int = 7
    forbidden_pairs: frozenset[tuple[str, str]] = frozenset()
    forbidden_around_day_off: frozenset[tuple[str, str]] = frozenset()

    def checked(self) -> RotationRequest:
        """The request itself.

        Raises:
            InvalidInput: a figure that no rotation can have.
        """
        if not 1 <= self.weeks <= MOST_WEEKS:
            raise InvalidInput(N_("a rotation has 1 to {most} weeks"), field="weeks", most=MOST_WEEKS)
        if len(self.required) != len(self.blocks) or any(len(row) != 7 for row in self.required):
            raise InvalidInput(N_("give seven requirements for each shift"), field="required")
        if any(count < 0 for row in self.required for count in row):
            raise InvalidInput(N_("a requirement cannot be negative"), field="required")
        pairs = [(block.shortest, block.longest) for block in self.blocks]
        for least, most in [
            *pairs,
            (self.shortest_off, self.longest_off),
            (self.shortest_work, self.longest_work),
        ]:
            if not 1 <= least <= most <= 60:
                raise InvalidInput(
                    N_("the shortest block must be 1 or more and not above the longest"), field="blocks"
                )
        return self


@dataclass(frozen=True, slots=True)
class RotationResult:
    """A rotation (one tuple of seven shift ids or ``off`` per week), or why there is none."""

    status: RotationStatus
    weeks: tuple[tuple[str, ...], ...] = ()
    conflict: tuple[str, ...] = ()
    seconds: float = 0.0
    cuts: int = 0

    def reasons(self, language: str | None = None) -> tuple[str, ...]:
        """The conflicting groups of requirements as sentences."""
        return tuple(translate(CONFLICTS[name], language) for name in self.conflict)


@dataclass(frozen=True, slots=True)
class Arc:
    """From ``tail`` to ``head``, on ``shift`` (or off) for ``days`` days from ``weekday``."""

    tail: Node
    head: Node
    weekday: int
    shift: str
    days: int = 1
    price: int = 0


CONFLICTS = {
    "required": N_("the required people per day"),
    "longest_work": N_("the longest run of work"),
    "shortest_work": N_("the shortest run of work"),
    "longest_off": N_("the longest run of days off"),
    "shortest_off": N_("the shortest run of days off"),
    "forbidden": N_("the forbidden successions"),
    "longest_block": N_("the longest run of one shift"),
    "shortest_block": N_("the shortest run of one shift"),
}


def solve_rotation(
    request: RotationRequest,
    seconds: float = 60.0,
    *,
    seed: int = 0,
    cancelled: Callable[[], bool] = lambda: False,
) -> RotationResult:
    """A rotation that meets the request, or the smallest set of conflicting requirements."""
    began = time.perf_counter()
    request = request.checked()
    flow = Circulation(block_arcs(request), request, seed)
    status = flow.search(began + seconds, cancelled)
    if status is RotationStatus.IMPOSSIBLE:
        conflict = _conflict(request, began + max(seconds, 2.0))
        return RotationResult(status, (), conflict, time.perf_counter() - began, flow.cuts)
    weeks = flow.rotation() if status is RotationStatus.SOLVED else ()
    return RotationResult(status, weeks, (), time.perf_counter() - began, flow.cuts)


def block_arcs(request: RotationRequest) -> list[Arc]:
    """The state graph of the block rules.

    A stretch of days off is one arc into a node "work starts on this weekday", where all histories meet;
    that leaves few separate components.
    """
    arcs: dict[Arc, None] = {}
    off_before: dict[str, frozenset[str]] = {
        block.shift: frozenset(b for a, b in request.forbidden_around_day_off if a == block.shift)
        for block in request.blocks
    }
    todo: list[Node] = []
    seen: set[Node] = set()

    def reach(arc: Arc) -> None:
        arcs[arc] = None
        if arc.head not in seen:
            seen.add(arc.head)
            todo.append(arc.head)

    rule = {block.shift: block for block in request.blocks}
    for weekday in range(7):
        start: Node = ("start", weekday, frozenset[str]())
        seen.add(start)
        todo.append(start)
    while todo:
        node = todo.pop()
        assert isinstance(node, tuple)
        if node[0] == "start":
            _, weekday, refused = node
            for block in request.blocks:
                if block.shift not in refused:
                    reach(Arc(node, ("on", (weekday + 1) % 7, block.shift, 1, 1), weekday, block.shift))
        elif node[0] == "end":
            _, weekday, refused = node
            for days in range(request.shortest_off, request.longest_off + 1):
                after = refused if days == 1 else frozenset()
                reach(Arc(node, ("start", (weekday + days) % 7, after), weekday, OFF, days))
        else:
            _, weekday, shift, run, work = node
            block = rule[shift]
            ready = run >= block.shortest
            if work < request.longest_work:
                if run < block.longest:
                    reach(Arc(node, ("on", (weekday + 1) % 7, shift, run + 1, work + 1), weekday, shift))
                for other in request.blocks if ready else ():
                    if other.shift != shift and (shift, other.shift) not in request.forbidden_pairs:
                        reach(
                            Arc(
                                node,
                                ("on", (weekday + 1) % 7, other.shift, 1, work + 1),
                                weekday,
                                other.shift,
                            )
                        )
            if ready and work >= request.shortest_work:
                refused = off_before[shift] if request.shortest_off == 1 else frozenset()
                reach(Arc(node, ("end", weekday, refused), weekday, OFF, 0))
    return list(arcs)


class Circulation:
    """The integer program on the arcs, with cuts that join separate components."""

    def __init__(self, arcs: list[Arc], request: RotationRequest, seed: int = 0) -> None:
        self.arcs, self.request, self.seed, self.cuts = arcs, request, seed, 0
        self.nodes = {
            node: place for place, node in enumerate({n: None for arc in arcs for n in (arc.tail, arc.head)})
        }
        self.flow: list[int] = []
        people_off = request.weeks - sum(row[0] for row in request.required)
        self._needs = {
            (block.shift, weekday): len(self.nodes) + 7 * place + weekday
            for place, block in enumerate(request.blocks)
            for weekday in range(7)
        }
        self._off_row = len(self.nodes) + len(self._needs)
        fixed = (
            [0.0] * len(self.nodes)
            + [float(n) for row in request.required for n in row]
            + [float(people_off)]
        )
        self.program = Program(fixed, fixed, seed=seed)
        entries = [self._entries(arc) for arc in arcs]
        count = len(arcs)
        self.program.add(
            columns(
                [float(arc.price) for arc in arcs], [0.0] * count, [float(request.weeks)] * count, entries
            )
        )
        self.possible = people_off >= 0

    def _entries(self, arc: Arc) -> list[tuple[int, float]]:
        entry: dict[int, float] = {}
        for node, sign in ((arc.tail, -1.0), (arc.head, 1.0)):
            row = self.nodes[node]
            entry[row] = entry.get(row, 0.0) + sign
        if arc.shift != OFF:
            entry[self._needs[arc.shift, arc.weekday]] = 1.0
        else:
            mondays = sum((arc.weekday + offset) % 7 == 0 for offset in range(arc.days))
            if mondays:
                entry[self._off_row] = float(mondays)
        return [(row, value) for row, value in entry.items() if value]

    def relaxation_is_impossible(self) -> bool:
        return not self.possible or self.program.run() is Outcome.INFEASIBLE

    def search(self, deadline: float, cancelled: Callable[[], bool]) -> RotationStatus:
        """Solve, cut, solve again until one circuit is left."""
        if self.relaxation_is_impossible():
            return RotationStatus.IMPOSSIBLE
        self.program.integer(range(len(self.arcs)))
        priced = any(arc.price for arc in self.arcs)
        if not priced:
            self.program.option("mip_max_improving_sols", 1)
        while True:
            left = deadline - time.perf_counter()
            if left <= 0 or cancelled():
                return RotationStatus.UNKNOWN
            outcome = self.program.run(min(left, SECONDS_PER_SHAPE) if priced else left)
            if outcome is Outcome.INFEASIBLE:
                return RotationStatus.IMPOSSIBLE
            if not self.program.has_solution:
                if priced and time.perf_counter() < deadline:
                    priced = False
                    self.program.costs(np.zeros(self.program.column_count))
                    continue
                return RotationStatus.UNKNOWN
            self.flow = [round(value) for value in self.program.values()[: len(self.arcs)]]
            parts = self._components()
            if len(parts) <= 1:
                return RotationStatus.SOLVED
            self._cut(parts)

    def _components(self) -> list[set[Node]]:
        parent: dict[Node, Node] = {}

        def root(node: Node) -> Node:
            while parent[node] != node:
                parent[node] = parent[parent[node]]
                node = parent[node]
            return node

        for arc, people in zip(self.arcs, self.flow, strict=True):
            if people:
                for node in (arc.tail, arc.head):
                    parent.setdefault(node, node)
                parent[root(arc.tail)] = root(arc.head)
        parts: dict[Node, set[Node]] = {}
        for node in parent:
            parts.setdefault(root(node), set()).add(node)
        return list(parts.values())

    def _cut(self, parts: list[set[Node]]) -> None:
        """When people are both inside a component and outside, somebody must leave it.

        Two yes-or-no columns say whether somebody rests inside and outside; both together ask for an arc out.
        """
        rests = [place for place, arc in enumerate(self.arcs) if arc.shift == OFF and arc.days]
        most = 7.0 * self.request.weeks
        for part in parts[: 1 if len(parts) == 2 else len(parts)]:
            leaving = [
                place for place, arc in enumerate(self.arcs) if arc.tail in part and arc.head not in part
            ]
            inside = [place for place in rests if self.arcs[place].tail in part]
            used, also = self.program.column_count, self.program.column_count + 1
            self.program.add(columns([0.0, 0.0], [0.0, 0.0], [1.0, 1.0], [[], []]))
            self.program.integer([used, also])
            outside = [place for place in rests if self.arcs[place].tail not in part]
            for flag, places in ((used, inside), (also, outside)):
                self.program.add_row(0.0, INF, [flag, *places], [most] + [-1.0] * len(places))
            self.program.add_row(-1.0, INF, [*leaving, used, also], [1.0] * len(leaving) + [-1.0, -1.0])
            self.cuts += 1

    def rotation(self) -> tuple[tuple[str, ...], ...]:
        """Walk all arcs once per person (Hierholzer) and cut the walk into weeks."""
        out: dict[Node, list[int]] = {}
        for place, people in enumerate(self.flow):
            out.setdefault(self.arcs[place].tail, []).extend([place] * people)
        first = next(place for place, people in enumerate(self.flow) if people)
        path: list[int] = []
        stack: list[tuple[Node, int]] = [(self.arcs[first].tail, -1)]
        while stack:
            node, by = stack[-1]
            if out.get(node):
                place = out[node].pop()
                stack.append((self.arcs[place].head, place))
            else:
                stack.pop()
                if by >= 0:
                    path.append(by)
        path.reverse()
        days: list[str] = []
        for place in path:
            arc = self.arcs[place]
            days += [arc.shift] * arc.days
        turn = (-next(self.arcs[place].weekday for place in path if self.arcs[place].days)) % 7
        days = days[turn:] + days[:turn]
        return tuple(tuple(days[7 * week : 7 * week + 7]) for week in range(len(days) // 7))


def _conflict(request: RotationRequest, deadline: float) -> tuple[str, ...]:
    """A smallest set of groups that cannot hold together (deletion filter)."""
    loose: Mapping[str, Callable[[RotationRequest], RotationRequest]] = {
        "shortest_block": lambda r: replace(r, blocks=tuple(replace(b, shortest=1) for b in r.blocks)),
        "longest_block": lambda r: replace(r, blocks=tuple(replace(b, longest=14) for b in r.blocks)),
        "forbidden": lambda r: replace(r, forbidden_pairs=frozenset(), forbidden_around_day_off=frozenset()),
        "shortest_work": lambda r: replace(r, shortest_work=1),
        "longest_off": lambda r: replace(r, longest_off=14),
        "shortest_off": lambda r: replace(r, shortest_off=1),
        "longest_work": lambda r: replace(r, longest_work=14),
    }
    kept = []
    for name, relax in loose.items():
        without = relax(request)
        flow = Circulation(block_arcs(without), without)
        if time.perf_counter() > deadline:
            kept.append(name)
        elif (
            flow.search(min(deadline, time.perf_counter() + 1.0), lambda: False) is RotationStatus.IMPOSSIBLE
        ):
            request = without
        else:
            kept.append(name)
    return ("required", *kept)
