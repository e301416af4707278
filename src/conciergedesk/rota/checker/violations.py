"""What the checker finds: one value per broken rule, with figures, source, person and days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from conciergedesk.core.i18n import N_, translate
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
        sentence = translate(
            SENTENCES[self.kind], language,
            person=self.person, day=self.days[-1] if self.days else "",
            value=hours(self.value) if in_hours else self.value,
            limit=hours(self.limit) if in_hours else self.limit,
            shift=self.shift, weeks=self.rule.weeks if self.rule is not None else 1,
        )  # fmt: skip
        if self.rule is not None:
            sentence = translate(N_("{text} ({source})"), language, text=sentence, source=self.rule.source)
        if self.signed_by:
            sentence = translate(
                N_("{text}, exception signed by {name}"), language, text=sentence, name=self.signed_by
            )
        return sentence

    def __str__(self) -> str:
        return self.in_language()
