"""What a plan costs: the order of what matters, as whole prices that each result shows term by term."""

from __future__ import annotations

from dataclasses import dataclass

from conciergedesk.core.i18n import N_
from conciergedesk.rota.solver.automaton import Shapes
from conciergedesk.rota.values import Rota

TERMS = {
    "minimum": N_("empty posts"),
    "changes": N_("changes against the published rota"),
    "target": N_("below the wished number of people"),
    "surplus": N_("above the wished number of people"),
    "hours": N_("hours against the contract"),
    "sundays": N_("Sundays over the year"),
    "holidays": N_("public holidays over the year"),
    "evenings": N_("evenings over the year"),
    "on_call": N_("nights on call over the year"),
    "wishes": N_("wishes not kept"),
    "backup": N_("shifts by people trained as backup"),
    "rotation": N_("differences from the rotation"),
    "shapes": N_("single days, backward turns, split weekends"),
}


HOUSE_SHAPES = Shapes(single_off=3, single_work=4, backward=2, split_weekend=2, long_run=2)


@dataclass(frozen=True, slots=True)
class Objective:
    """Prices per unit, most important first.

    ``minimum``, ``target`` and ``surplus`` multiply the weights of the demand; ``hours`` is the price of one hour
    away from the contract, squared; ``sundays``, ``holidays``, ``evenings`` and ``on_call`` are squared distances
    from the fair share.
    """

    minimum: int = 10_000
    change: int = 20_000
    target: int = 20
    surplus: int = 5
    hours: int = 2
    sundays: int = 40
    holidays: int = 40
    evenings: int = 4
    on_call: int = 8
    wish: int = 20
    backup: int = 12
    rotation: int = 6
    shapes: Shapes = HOUSE_SHAPES


PLAIN = Objective(1, 0, 1, 1, 0, 0, 0, 0, 0, 1, 0, 0, Shapes())
"""Only the weights written in the file: the published benchmarks."""


def objective_for(rota: Rota) -> Objective:
    """The house order where rule packs apply; the weights of the file alone where none does."""
    return Objective() if rota.site.packs else PLAIN
