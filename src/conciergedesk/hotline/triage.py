"""Triage trees: the question to ask now, one letter per answer, and where each answer leads.

The trees are data, read and checked by ``tree_files.load_triage``. A ``Walk`` goes through them and is
nothing but the answers given so far, so stepping back can never leave a trace.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

from conciergedesk.core.errors import InvalidInput, NotFound, RuleRefused
from conciergedesk.core.housefile import Wording
from conciergedesk.core.i18n import N_
from conciergedesk.hotline.rules import (
    HotlineRules,
    Impact,
    Line,
    ResolutionCode,
    Severity,
    Urgency,
    worst,
)

# Letters the desk itself needs while a tree is on the screen: article, quit, undo.
DESK_LETTERS = frozenset("kqu")
ANSWER_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz") - DESK_LETTERS


class OutcomeKind(StrEnum):
    """How a tree can end."""

    SOLVED = "solved"
    CALL_BACK = "call_back"
    ESCALATE = "escalate"
    FIELD_VISIT = "field_visit"
    HAND_OVER = "hand_over"
    REFUSED = "refused"


class Party(StrEnum):
    """Who takes over."""

    LEVEL_2 = "level_2"
    MAINTENANCE = "maintenance"
    TELECOM = "telecom"
    BANK = "bank"
    VENDOR = "vendor"
    CONTENT_OWNER = "content_owner"
    REFERENT = "referent"
    FIELD_SALES = "field_sales"
    ACCOUNTING = "accounting"
    SUPERVISOR = "supervisor"
    CONCIERGE = "concierge"
    DATA_PROTECTION = "data_protection"


PARTY_LABELS: Mapping[Party, str] = {
    Party.LEVEL_2: N_("level 2"),
    Party.MAINTENANCE: N_("maintenance"),
    Party.TELECOM: N_("telecom operator"),
    Party.BANK: N_("provider’s bank"),
    Party.VENDOR: N_("platform vendor"),
    Party.CONTENT_OWNER: N_("content owner"),
    Party.REFERENT: N_("theme referent"),
    Party.FIELD_SALES: N_("field adviser"),
    Party.ACCOUNTING: N_("accounting"),
    Party.SUPERVISOR: N_("supervisor"),
    Party.CONCIERGE: N_("concierge desk"),
    Party.DATA_PROTECTION: N_("data-protection contact"),
}
OUTCOME_LABELS: Mapping[OutcomeKind, str] = {
    OutcomeKind.SOLVED: N_("solved"),
    OutcomeKind.CALL_BACK: N_("call back"),
    OutcomeKind.ESCALATE: N_("escalate"),
    OutcomeKind.FIELD_VISIT: N_("field visit"),
    OutcomeKind.HAND_OVER: N_("hand over"),
    OutcomeKind.REFUSED: N_("refused"),
}


@dataclass(frozen=True, slots=True)
class Theme:
    """A subject with the role that decides on it, and the role that stands in."""

    id: str
    label: Wording
    referent: str
    stand_in: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: its letter, and exactly one of the three places it leads to."""

    key: str
    label: Wording
    next: str = ""
    outcome: str = ""
    tree: str = ""
    impact: Impact | None = None
    urgency: Urgency | None = None
    severity: Severity | None = None
    proves_identity: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask now; ``article`` is the one that helps at this step."""

    id: str
    ask: Wording
    answers: tuple[Answer, ...]
    article: str = ""
    safety: tuple[str, ...] = ()
    collect: tuple[str, ...] = ()
    mass_check: bool = False
    call_back: bool = False

    def answer(self, key: str) -> Answer | None:
        return next((answer for answer in self.answers if answer.key == key), None)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a tree: what to say, what to note, who takes over."""

    id: str
    kind: OutcomeKind
    say: Wording
    to: Party | None = None
    code: ResolutionCode | None = None
    article: str = ""
    collect: tuple[str, ...] = ()
    safety: tuple[str, ...] = ()
    severity: Severity | None = None
    call_back_after: timedelta | None = None
    within_days: int | None = None
    mass_check: bool = False
    identity: bool = False
    four_eyes: bool = False
    commission: bool = False


@dataclass(frozen=True, slots=True)
class Tree:
    """One triage tree."""

    id: str
    line: Line
    category: str
    title: Wording
    theme: str
    impact: Impact
    urgency: Urgency
    start: str
    questions: Mapping[str, Question]
    outcomes: Mapping[str, Outcome]
    safety: tuple[str, ...] = ()


@dataclass(frozen=True)
class TriageBook:
    """All trees of both lines, with what they share."""

    trees: Mapping[str, Tree]
    safety: Mapping[str, Wording]
    fields: Mapping[str, Wording]
    themes: Mapping[str, Theme]
    rules: HotlineRules
    version: str
    by_category: Mapping[str, Tree] = field(default_factory=dict)

    def tree(self, tree_id: str) -> Tree:
        """The tree of that id or category.

        Raises:
            NotFound: when there is none.
        """
        found = self.trees.get(tree_id) or self.by_category.get(tree_id)
        if found is None:
            raise NotFound(N_("There is no triage tree “{name}”. Choose a category."), name=tree_id)
        return found

    def of_line(self, line: Line) -> tuple[Tree, ...]:
        return tuple(tree for tree in self.trees.values() if tree.line is line)


class Given(NamedTuple):
    """An answer that was given, as it is kept with the ticket."""

    tree: str
    question: str
    key: str


class KeptAnswer(NamedTuple):
    """A given answer in words."""

    tree: str
    question: str
    ask: Wording
    key: str
    label: Wording


class _Position(NamedTuple):
    tree: Tree
    question: Question | None
    outcome: Outcome | None
    answers: tuple[Answer, ...]
    asked: tuple[Question, ...]
    trees: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Walk:
    """A way through the trees, as far as the caller has answered.

    ``impact`` and ``urgency`` are what the agent states over the tree's own proposal; a severity that an
    answer demands for safety is never lowered by them.

        walk = Walk.begin(book, "tablet").step("n").step("o")
        walk.question.ask.fr, walk.articles, walk.severity
    """

    book: TriageBook = field(repr=False, compare=False)
    started_in: str
    given: tuple[Given, ...] = ()
    impact: Impact | None = None
    urgency: Urgency | None = None

    @classmethod
    def begin(cls, book: TriageBook, tree: str) -> Walk:
        """A walk at the first question of ``tree`` (its id or its category)."""
        return cls(book, book.tree(tree).id)

    @classmethod
    def resume(cls, book: TriageBook, tree: str, keys: Iterable[str]) -> Walk:
        """The walk that ``keys`` lead to.

        Raises:
            InvalidInput: when the trees have changed and a letter no longer exists there.
        """
        walk = cls.begin(book, tree)
        for key in keys:
            walk = walk.step(key)
        return walk

    def _position(self) -> _Position:
        tree = self.book.trees[self.started_in]
        question: Question | None = tree.questions[tree.start]
        outcome: Outcome | None = None
        answers: list[Answer] = []
        asked: list[Question] = []
        trees = [tree]
        for given in self.given:
            if question is None or (tree.id, question.id) != (given.tree, given.question):
                break
            answer = question.answer(given.key)
            if answer is None:
                break
            answers.append(answer)
            asked.append(question)
            if answer.tree:
                tree = self.book.trees[answer.tree]
                trees.append(tree)
                question = tree.questions[tree.start]
            elif answer.outcome:
                question, outcome = None, tree.outcomes[answer.outcome]
            else:
                question = tree.questions[answer.next]
        return _Position(tree, question, outcome, tuple(answers), tuple(asked), tuple(trees))

    @property
    def tree(self) -> Tree:
        """The tree the walk is in now; answers may have led from one into another."""
        return self._position().tree

    @property
    def question(self) -> Question | None:
        """The question to ask now; None at the end."""
        return self._position().question

    @property
    def outcome(self) -> Outcome | None:
        """The end that was reached, if any."""
        return self._position().outcome

    def step(self, key: str) -> Walk:
        """The walk after the answer ``key``.

        Raises:
            InvalidInput: when the question has no such answer.
            RuleRefused: when the end has been reached.
        """
        here = self._position()
        if here.question is None:
            raise RuleRefused(N_("This triage is finished. Step back to change an answer."))
        if here.question.answer(key) is None:
            letters = " ".join(answer.key for answer in here.question.answers)
            raise InvalidInput(
                N_("“{key}” is not an answer here. Type one of: {letters}."),
                field="answer",
                key=key[:10],
                letters=letters,
            )
        return replace(self, given=(*self.given, Given(here.tree.id, here.question.id, key)))

    def back(self) -> Walk:
        """The walk without its last answer; at the start nothing changes."""
        return replace(self, given=self.given[:-1])

    def stating(self, impact: Impact | None = None, urgency: Urgency | None = None) -> Walk:
        """The walk with what the agent says about impact and urgency; None keeps what stands."""
        return replace(self, impact=impact or self.impact, urgency=urgency or self.urgency)

    @property
    def severity(self) -> Severity:
        """The matrix over the latest impact and urgency, never better than what an answer demands."""
        here = self._position()
        impact, urgency = here.tree.impact, here.tree.urgency
        demanded = [answer.severity for answer in here.answers if answer.severity]
        if here.outcome is not None and here.outcome.severity:
            demanded.append(here.outcome.severity)
        for answer in here.answers:
            # A hint given before a change of tree still tells something about the provider's trade.
            impact, urgency = answer.impact or impact, answer.urgency or urgency
        computed = self.book.rules.severity(self.impact or impact, self.urgency or urgency)
        return worst([computed, *demanded]) or computed

    @property
    def articles(self) -> tuple[str, ...]:
        """Articles offered so far, each once, the latest last."""
        here = self._position()
        seen = [question.article for question in here.asked]
        seen.append(here.question.article if here.question else here.outcome.article if here.outcome else "")
        return tuple(dict.fromkeys(article for article in seen if article))

    @property
    def article(self) -> str:
        """The article that helps at this step; the latest offered one when the step has none of its own."""
        here = self._position()
        own = here.question.article if here.question else here.outcome.article if here.outcome else ""
        return own or (self.articles[-1] if self.articles else "")

    @property
    def safety(self) -> tuple[Wording, ...]:
        """What must be said or respected at this step."""
        here = self._position()
        ids = [name for tree in here.trees for name in tree.safety]
        if here.question is not None:
            ids += here.question.safety
        if here.outcome is not None:
            ids += here.outcome.safety
        return tuple(self.book.safety[name] for name in dict.fromkeys(ids))

    @property
    def collect(self) -> tuple[str, ...]:
        """Fields to note, from every step so far; see ``TriageBook.fields`` for their words."""
        here = self._position()
        ids = [name for question in here.asked for name in question.collect]
        if here.question is not None:
            ids += here.question.collect
        if here.outcome is not None:
            ids += here.outcome.collect
        return tuple(dict.fromkeys(ids))

    @property
    def mass_check(self) -> bool:
        """Whether this step asks to look for other sites with the same trouble."""
        here = self._position()
        return bool(
            (here.question and here.question.mass_check) or (here.outcome and here.outcome.mass_check)
        )

    @property
    def identity_proved(self) -> bool:
        return any(answer.proves_identity for answer in self._position().answers)

    def kept_answers(self) -> tuple[KeptAnswer, ...]:
        """Every answer in words, as the ticket keeps it."""
        here = self._position()
        return tuple(
            KeptAnswer(given.tree, given.question, question.ask, given.key, answer.label)
            for given, question, answer in zip(self.given, here.asked, here.answers, strict=False)
        )
