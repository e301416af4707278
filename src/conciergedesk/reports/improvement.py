"""The register of improvement: facts, the matrix computed from them, SMART objectives, actions and their reviews.

A written mandate comes first. A fact is classed by its nature, by whether it helps and whether it lies inside; its cell
of the matrix follows from that and is never typed. Pure rules here; the verbs are in ``improving``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from conciergedesk.core.errors import InvalidInput, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import fold


class Nature(StrEnum):
    FINANCIAL = "financial"
    HUMAN = "human"
    TECHNICAL = "technical"
    GOVERNANCE = "governance"
    MARKET = "market"


NATURE_WORDS: Mapping[Nature, str] = {
    Nature.FINANCIAL: N_("nature|financial"),
    Nature.HUMAN: N_("nature|human"),
    Nature.TECHNICAL: N_("nature|technical"),
    Nature.GOVERNANCE: N_("nature|governance"),
    Nature.MARKET: N_("nature|market"),
}


class Cell(StrEnum):
    """A cell of the matrix."""

    STRENGTH = "strength"
    WEAKNESS = "weakness"
    OPPORTUNITY = "opportunity"
    THREAT = "threat"


CELL_LABELS: Mapping[Cell, str] = {
    Cell.STRENGTH: N_("swot|strengths"),
    Cell.WEAKNESS: N_("swot|weaknesses"),
    Cell.OPPORTUNITY: N_("swot|opportunities"),
    Cell.THREAT: N_("swot|threats"),
}


class Verdict(StrEnum):
    """What a review says about an action."""

    KEPT = "kept"
    ADJUSTED = "adjusted"
    DROPPED = "dropped"


VERDICT_WORDS: Mapping[Verdict, str] = {
    Verdict.KEPT: N_("verdict|kept"),
    Verdict.ADJUSTED: N_("verdict|adjusted"),
    Verdict.DROPPED: N_("verdict|dropped"),
}
ACTION_WORDS: Mapping[str, str] = {
    "planned": N_("action|planned"),
    "running": N_("action|running"),
    "done": N_("action|done"),
    "dropped": N_("action|dropped"),
}

MEANS = (
    "mettre en place", "organiser", "creer", "installer", "acheter", "recruter", "former", "rediger", "developper un",
    "set up", "organise", "organize", "create", "install", "buy", "hire", "train", "write", "launch", "lancer",
)  # fmt: skip
"""Beginnings that name a means: what is done, not what will be different."""


@dataclass(frozen=True, slots=True)
class FactCard:
    """A fact of the register."""

    id: int
    text: str
    theme: str
    nature: str
    favourable: bool
    internal: bool
    impact: str = ""
    figure: str = ""
    value: float | None = None
    measured: str = ""

    @property
    def cell(self) -> Cell:
        return cell_of(favourable=self.favourable, internal=self.internal)


def cell_of(*, favourable: bool, internal: bool) -> Cell:
    """Favourable inside is a strength, unfavourable inside a weakness, outside an opportunity or a threat."""
    if internal:
        return Cell.STRENGTH if favourable else Cell.WEAKNESS
    return Cell.OPPORTUNITY if favourable else Cell.THREAT


def matrix(facts: Iterable[FactCard]) -> dict[Cell, tuple[FactCard, ...]]:
    """The matrix: facts by cell, by theme within a cell."""
    found: dict[Cell, list[FactCard]] = {cell: [] for cell in Cell}
    for fact in facts:
        found[fact.cell].append(fact)
    return {cell: tuple(sorted(kept, key=lambda one: (one.theme, one.id))) for cell, kept in found.items()}


@dataclass(frozen=True, slots=True)
class ObjectiveDraft:
    """An objective before it is kept. ``means_reason`` keeps one that reads like a means."""

    text: str
    indicator: str
    target_value: float | None
    due_on: date | None
    owner_id: int | None
    start_value: float | None = None
    means_reason: str = ""


def means_in(text: str) -> str:
    """The words at the beginning that name a means; empty when it reads like an objective."""
    said = f"{fold(text)} "
    return next((word for word in MEANS if said.startswith(f"{word} ")), "")


def require_smart(draft: ObjectiveDraft, today: date) -> None:
    """Refuse an objective without indicator, target value, deadline or owner.

    Raises:
        InvalidInput: names the first that is missing.
        RuleRefused: a means is given as an objective, without a reason.
    """
    if not any(char.isalpha() for char in draft.text):
        raise InvalidInput(N_("Write something first."), field="text")
    if not any(char.isalpha() for char in draft.indicator):
        raise InvalidInput(N_("An objective needs an indicator: what is measured."), field="indicator")
    if draft.target_value is None:
        raise InvalidInput(N_("An objective needs a target value: how much."), field="target_value")
    if draft.due_on is None or draft.due_on <= today:
        raise InvalidInput(N_("An objective needs a deadline that is still to come."), field="due_on")
    if draft.owner_id is None:
        raise InvalidInput(N_("An objective needs an owner: one person."), field="owner")
    if draft.start_value is not None and draft.start_value == draft.target_value:
        raise InvalidInput(
            N_("The target equals where you start: nothing would change."), field="target_value"
        )
    word = means_in(draft.text)
    if word and not draft.means_reason.strip():
        raise RuleRefused(
            N_(
                "“{word}” is a means, not an objective: say what will be different. Or keep it with a reason."
            ),
            word=word,
        )


def progress_of(start: float | None, target: float, now: float | None) -> float | None:
    """How far from the start to the target (0 to 1); None when it cannot be told."""
    if start is None or now is None or start == target:
        return None
    return max(0.0, min(1.0, (now - start) / (target - start)))


def action_score(*, cost: int, complexity: int, duration: int, contribution: int) -> float:
    """Contribution counts double; cost, complexity and time count against: 0 to 100, more is sooner.

    Each is rated from 1 to 5: (2 × contribution + (6 − cost) + (6 − complexity) + (6 − time)) ÷ 25.

    Raises:
        InvalidInput: a rating outside 1 to 5.
    """
    if not all(1 <= rating <= 5 for rating in (cost, complexity, duration, contribution)):
        raise InvalidInput(N_("Rate cost, complexity, time and contribution from 1 to 5."), field="score")
    return 100 * (2 * contribution + (6 - cost) + (6 - complexity) + (6 - duration)) / 25
