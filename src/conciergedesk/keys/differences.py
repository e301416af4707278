"""What a count of the cabinet says against the register. Pure functions over frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from conciergedesk.keys.custody import Position


class DifferenceKind(StrEnum):
    ABSENT = "absent"
    INCOMPLETE = "incomplete"
    UNEXPECTED = "unexpected"
    SEEN_AGAIN = "seen_again"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference between the cabinet and the register; pieces are counted and expected."""

    set_id: int
    kind: DifferenceKind
    counted: int
    expected: int


def differences_of(seen: dict[int, int], positions: dict[int, Position]) -> tuple[Difference, ...]:
    """Compare what was counted (pieces by set) with where the register says each set is.

    ``positions`` holds every set; those with the desk's agents or outside are not expected in the cabinet.
    """
    found: list[Difference] = []
    for set_id, position in sorted(positions.items()):
        counted = seen.get(set_id)
        is_missing = position.is_in and position.counted == 0
        if not position.is_in:
            if counted is not None:
                found.append(Difference(set_id, DifferenceKind.UNEXPECTED, counted, position.expected))
        elif counted is None or counted == 0:
            found.append(Difference(set_id, DifferenceKind.ABSENT, 0, position.expected))
        elif is_missing:
            found.append(Difference(set_id, DifferenceKind.SEEN_AGAIN, counted, position.expected))
        elif counted < position.expected:
            found.append(Difference(set_id, DifferenceKind.INCOMPLETE, counted, position.expected))
    return tuple(found)
