"""What the checker finds: one value per broken rule, with figures, source, person and days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from conciergedesk.core.i18n import N_, plural, translate
from conciergedesk.rota.law.packs import Rule, RuleKind
from conciergedesk.rota.law.wording import SENTENCES, hours


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule.

    Attributes:
        value: the figure found, in ``unit``.
        limit: the figure allowed.
        rule: the rule of the pack; None for limits that the rota itself states.
        hard: False is an advice.
        signed_by: who signed an exception for it; a signed violation no longer blocks.
    """

    kind: RuleKind
    agent: str
    person: str
    days: tuple[date, ...]
    value: int
    limit: int
    unit: str
    hard: bool = True
    rule: Rule | None = None
    shift: str = ""
    signed_by: str = ""

    @property
    def blocks(self) -> bool:
        return self.hard and not self.signed_by

    @property
    def article(self) -> str:
        return self.rule.article if self.rule is not None else ""

    @property
    def source_text(self) -> str:
        return self.rule.text if self.rule is not None else ""

    def in_language(self, language: str | None = None) -> str:
        """One sentence: person, day, figure found, figure allowed, source."""
        in_hours = self.unit == "minutes" and self.kind is not RuleKind.BREAK
        figures: dict[str, Any] = {
            "person": self.person, "day": self.days[-1] if self.days else "",
            "value": hours(self.value) if in_hours else self.value,
            "limit": hours(self.limit) if in_hours else self.limit,
            "shift": self.shift, "weeks": self.rule.weeks if self.rule is not None else 1,
        }  # fmt: skip
        forms = SENTENCES[self.kind]
        if isinstance(forms, tuple):
            sentence = plural(*forms, self.value, language, **figures)
        else:
            sentence = translate(forms, language, **figures)
        if self.rule is not None:
            sentence = translate(N_("{text} ({source})"), language, text=sentence, source=self.rule.source)
        if self.signed_by:
            sentence = translate(
                N_("{text}, exception signed by {name}"), language, text=sentence, name=self.signed_by
            )
        return sentence

    def __str__(self) -> str:
        return self.in_language()


@dataclass(frozen=True, slots=True)
class Gathered:
    """One advice of the place, said once instead of for every person and day.

    Attributes:
        all: what was gathered, in the order of the days.
    """

    all: tuple[Violation, ...]

    @property
    def blocks(self) -> bool:
        return False

    def in_language(self, language: str | None = None) -> str:
        first = self.all[0]
        source = first.rule.source if first.rule is not None else ""
        if first.kind is RuleKind.CLOSED_FEAST:
            return translate(
                N_("{day}, a feast on which local law allows no work: {names} ({source})"), language,
                day=first.days[-1], names=", ".join(one.person for one in self.all), source=source,
            )  # fmt: skip
        people = len({one.agent for one in self.all})
        sentence = plural(
            "Sundays and holidays: {count} shift above {limit}, from {first} to {last}",
            "Sundays and holidays: {count} shifts above {limit}, from {first} to {last}", len(self.all), language,
            limit=hours(first.limit), first=min(one.days[0] for one in self.all),
            last=max(one.days[-1] for one in self.all),
        )  # fmt: skip
        who = plural("{count} person", "{count} people", people, language)
        return translate(
            N_("{text}, {people} ({source})"), language, text=sentence, people=who, source=source
        )

    def __str__(self) -> str:
        return self.in_language()


_OF_THE_PLACE = (RuleKind.SUNDAY_WORK, RuleKind.CLOSED_FEAST)


def gathered(violations: Iterable[Violation]) -> tuple[Violation | Gathered, ...]:
    """What people read: an advice that the place itself gives on every Sunday is said once."""
    found: list[Violation | Gathered] = []
    places: dict[tuple[object, ...], int] = {}
    for one in violations:
        if one.blocks or one.signed_by or one.kind not in _OF_THE_PLACE or not one.days:
            found.append(one)
            continue
        day = one.days[-1] if one.kind is RuleKind.CLOSED_FEAST else None
        key = (one.kind, one.rule, one.limit, day)
        if key not in places:
            places[key] = len(found)
            found.append(one)
            continue
        known = found[places[key]]
        before = known.all if isinstance(known, Gathered) else (known,)
        found[places[key]] = Gathered((*before, one))
    return tuple(found)
