"""Everything the hotlines go by, read once: trees, figures, articles, messages, and the desk's own rulebook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from conciergedesk.core.errors import InvalidFile
from conciergedesk.core.housefile import Wording, read_house_file
from conciergedesk.core.i18n import N_
from conciergedesk.core.paths import knowledge_base
from conciergedesk.hotline.articles import ArticleShelf, load_articles
from conciergedesk.hotline.rules import HotlineRules, Severity, SeverityTarget, TargetClock
from conciergedesk.hotline.search import ArticleIndex
from conciergedesk.hotline.tree_files import load_themes, load_triage
from conciergedesk.hotline.triage import TriageBook
from conciergedesk.requests.catalogue import Priority
from conciergedesk.requests.clocks import Target
from conciergedesk.requests.rulebook import Rulebook

MESSAGES_FILE = "hotline.toml"
MESSAGES: Mapping[str, frozenset[str]] = {
    "incident_known": frozenset({"ref", "category"}),
    "incident_over": frozenset({"ref", "category"}),
}
"""Messages to providers, with the places that each may have."""

CONVERSATION = timedelta(minutes=30)
"""Without a call on record, a ticket solved within this time was solved in its first conversation."""
FCR_DAYS = 7
"""A ticket reopened within this many days was not solved at the first contact."""
UNANSWERED = timedelta(minutes=2)
"""A call that rings longer than this without being taken is missed."""
CALL_BACK_WITHIN = timedelta(minutes=30)
"""Line hours within which a missed call is called back."""
LONGEST_SITTING = timedelta(hours=2)
"""A sheet left open longer than this is not work on the ticket."""


@dataclass(frozen=True)
class HotlineHouse:
    """The house's rules for both hotlines; handed to every verb."""

    book: Rulebook
    triage: TriageBook
    shelf: ArticleShelf
    messages: Mapping[str, Wording]
    _indexes: dict[str, ArticleIndex] = field(default_factory=dict, repr=False, compare=False)

    @property
    def rules(self) -> HotlineRules:
        return self.triage.rules

    def promised(self, severity: str) -> SeverityTarget:
        return self.rules.target(Severity(severity))

    def target(self, severity: str) -> Target:
        """What ``severity`` promises, as the clocks take it."""
        return clock_target(self.promised(severity))

    def index(self, language: str) -> ArticleIndex:
        """The articles as readers of ``language`` search them."""
        if language not in self._indexes:
            self._indexes[language] = ArticleIndex(self.shelf.in_language(language))
        return self._indexes[language]

    def category_name(self, category: str, language: str) -> str:
        """A category in words; one whose tree was taken away keeps its code."""
        tree = self.triage.by_category.get(category)
        return tree.title.in_language(language) if tree is not None else category


def clock_target(target: SeverityTarget) -> Target:
    return Target(target.first_response_min, target.resolution_min, target.clock is TargetClock.REAL)


_kept: list[tuple[Rulebook, Path, HotlineHouse]] = []


def hotline_house(book: Rulebook, folder: Path | None = None) -> HotlineHouse:
    """The hotlines' part of ``knowledge_base/``, read once per process for the same rulebook.

    Raises:
        InvalidFile: a tree, an article or a message cannot be used, or the severities promise something else than
            the desk's own targets.
    """
    base = folder or knowledge_base()
    for known, where, house in _kept:
        if known is book and where == base:
            return house
    made = read_hotline_house(book, base)
    _kept[:] = [*_kept[-3:], (book, base, made)]
    return made


def read_hotline_house(book: Rulebook, base: Path) -> HotlineHouse:
    """Read it from ``base``. Raises as ``hotline_house``."""
    shelf = load_articles(base / "articles", load_themes(base / "hotline"))
    triage = load_triage(base / "hotline", shelf.ids)
    for severity, promised in triage.rules.targets.items():
        target = book.service.targets.get(Priority(severity))
        if target is not None and target != clock_target(promised):
            raise InvalidFile(
                N_("This promises something else than targets.toml. Bring both in line."),
                file="severity.toml",
                where=f"targets.{severity}",
                field="resolution_min",
            )
    return HotlineHouse(book, triage, shelf, read_messages(base / "messages"))


def read_messages(folder: Path) -> Mapping[str, Wording]:
    """The messages to providers.

    Raises:
        InvalidFile: a message or a language is missing, or a place that the desk cannot fill is named.
    """
    top = read_house_file(folder / MESSAGES_FILE)
    top.only(*MESSAGES)
    found = {}
    for key, places in MESSAGES.items():
        wording = top.wording(key, german=True)
        for language in ("fr", "en", "de"):
            try:
                wording.in_language(language).format(**dict.fromkeys(places, ""))
            except (KeyError, IndexError, ValueError):
                raise top.refuse(
                    N_("A place in this message is not one of: {places}."),
                    f"{key}.{language}",
                    places=", ".join(sorted(places)),
                ) from None
        found[key] = wording
    return found
