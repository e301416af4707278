"""Knowledge articles, read and checked from Markdown files with a TOML head.

An article exists once per language (``KB-01.fr.md``, ``KB-01.en.md``): a purpose, what it applies to,
numbered steps that each say what should happen, and what to tell the hotline when nothing helped.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from conciergedesk.core.errors import InvalidFile, NotFound
from conciergedesk.core.housefile import parse_house_text, read_text_of_house
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_block

ARTICLE_LANGUAGES = ("fr", "en")
REVIEW_SOON = timedelta(days=30)


class Part(StrEnum):
    """The sections of an article, in their order."""

    PURPOSE = "purpose"
    APPLIES = "applies"
    STEPS = "steps"
    STILL_NOT = "still_not"


HEADINGS: Mapping[str, Mapping[Part, str]] = {
    "fr": {
        Part.PURPOSE: "À quoi sert cette fiche",
        Part.APPLIES: "Concerne",
        Part.STEPS: "Étapes",
        Part.STILL_NOT: "Si rien n’y fait",
    },
    "en": {
        Part.PURPOSE: "Purpose",
        Part.APPLIES: "Applies to",
        Part.STEPS: "Steps",
        Part.STILL_NOT: "Still not working",
    },
}
EXPECTED = {"fr": "Attendu :", "en": "Expected:"}


@dataclass(frozen=True, slots=True)
class Step:
    """One numbered step and what should be seen after it."""

    do: str
    expected: str


@dataclass(frozen=True, slots=True)
class Article:
    """One article in one language."""

    id: str
    language: str
    title: str
    applies_to: tuple[str, ...]
    version: int
    author: str
    theme: str
    referent: str
    review: date
    keywords: tuple[str, ...]
    purpose: str
    steps: tuple[Step, ...]
    still_not: str
    body: str

    def is_stale(self, today: date) -> bool:
        """Whether the review date has passed; the review day itself is still good."""
        return today > self.review

    def is_due_for_review(self, today: date) -> bool:
        """Whether the review falls within the next 30 days or has been missed."""
        return today + REVIEW_SOON >= self.review


@dataclass(frozen=True, slots=True)
class ArticleShelf:
    """All articles, by id and language."""

    articles: Mapping[tuple[str, str], Article]

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(sorted({article_id for article_id, _ in self.articles}))

    def article(self, article_id: str, language: str = "fr") -> Article:
        """The article in ``language``, else in English, else in French.

        Raises:
            NotFound: when there is no such article.
        """
        for wanted in (language, "en", "fr"):
            found = self.articles.get((article_id, wanted))
            if found is not None:
                return found
        raise NotFound(N_("There is no article “{name}”. Search for it by its words."), name=article_id)

    def stale(self, today: date) -> tuple[Article, ...]:
        """Articles past their review date, the longest first."""
        late = [article for article in self.articles.values() if article.is_stale(today)]
        return tuple(sorted(late, key=lambda article: (article.review, article.id, article.language)))

    def in_language(self, language: str) -> tuple[Article, ...]:
        """The articles to show to a reader of ``language``, each once."""
        return tuple(self.article(article_id, language) for article_id in self.ids)


# --- reading -----------------------------------------------------------------------------------------------

_NAME = re.compile(r"(?P<id>[A-Z]{2}-\d{2,4})\.(?P<language>[a-z]{2})\.md")
_STEP = re.compile(r"^(\d+)\.\s+", re.MULTILINE)


def load_articles(folder: Path, themes: Collection[str] | None = None) -> ArticleShelf:
    """All articles in ``folder``, checked.

    Args:
        folder: The house's ``knowledge_base/articles``.
        themes: Ids of the themes that exist; None leaves the theme unchecked.

    Raises:
        InvalidFile: for an article without review date, a missing section or language, steps out of order or
            without expected result, an unknown theme.
    """
    found: dict[tuple[str, str], Article] = {}
    for path in sorted(folder.glob("*.md")):
        article = parse_article(read_text_of_house(path), path.name, themes)
        found[article.id, article.language] = article
    for (article_id, language), article in found.items():
        for other in ARTICLE_LANGUAGES:
            twin = found.get((article_id, other))
            name = f"{article_id}.{language}.md"
            if twin is None:
                raise InvalidFile(
                    N_("The article in “{code}” is missing. Write it."),
                    file=name,
                    where="",
                    field="language",
                    code=other,
                )
            if (twin.version, twin.theme, len(twin.steps)) != (
                article.version,
                article.theme,
                len(article.steps),
            ):
                raise InvalidFile(
                    N_("Version, theme or number of steps differ from {other}. Bring them in line."),
                    file=name,
                    where="",
                    field="version",
                    other=f"{article_id}.{other}.md",
                )
    return ArticleShelf(MappingProxyType(found))


def parse_article(text: str, file: str, themes: Collection[str] | None = None) -> Article:
    """The article in ``text``; ``file`` is its name, such as ``KB-01.fr.md``."""
    name = _NAME.fullmatch(file)
    if name is None:
        raise InvalidFile(
            N_("An article’s file is named like KB-01.fr.md. Rename it."), file=file, where="", field="file"
        )
    text = text.replace("\r\n", "\n")
    pieces = text.split("+++\n", 2)
    if len(pieces) != 3 or pieces[0].strip():
        raise InvalidFile(
            N_("The head between two lines of +++ is missing."), file=file, where="", field="+++"
        )
    head = parse_house_text(pieces[1], file, "+++")
    head.only(
        "id",
        "title",
        "language",
        "applies_to",
        "version",
        "author",
        "theme",
        "referent",
        "review",
        "keywords",
    )
    language = head.text("language")
    if language not in ARTICLE_LANGUAGES or language != name["language"]:
        raise head.refuse(N_("The language must be that of the file’s name: fr or en."), "language")
    article_id = head.id()
    if article_id != name["id"]:
        raise head.refuse(N_("The id must be that of the file’s name."), "id")
    theme = head.id("theme")
    if themes is not None and theme not in themes:
        raise head.refuse(N_("“{name}” is not defined. Define it, or correct the name."), "theme", name=theme)
    if not head.has("review"):
        raise head.refuse(N_("The review date is missing. Write review = 2027-05-31, for example."), "review")
    body = clean_block(pieces[2]).strip()
    sections = _sections(body, language, file)
    return Article(
        id=article_id,
        language=language,
        title=head.text("title"),
        applies_to=head.words("applies_to"),
        version=head.integer("version", low=1),
        author=head.text("author"),
        theme=theme,
        referent=head.id("referent"),
        review=head.day("review"),
        keywords=head.words("keywords"),
        purpose=sections[Part.PURPOSE],
        steps=_steps(sections[Part.STEPS], language, file),
        still_not=sections[Part.STILL_NOT],
        body=body,
    )


def _sections(body: str, language: str, file: str) -> Mapping[Part, str]:
    headings = HEADINGS[language]
    found = [heading.strip().replace("'", "’") for heading in re.findall(r"^## (.+)$", body, re.MULTILINE)]
    if found != list(headings.values()):
        raise InvalidFile(
            N_("The sections must be, in this order: {headings}."),
            file=file,
            where="##",
            field="sections",
            headings=" · ".join(headings.values()),
        )
    texts = [piece.strip() for piece in re.split(r"^## .+$", body, flags=re.MULTILINE)[1:]]
    sections = dict(zip(headings, texts, strict=True))
    for part, text in sections.items():
        if not text:
            raise InvalidFile(
                N_("This section is empty. Fill it."), file=file, where=headings[part], field=part
            )
    return sections


def _steps(text: str, language: str, file: str) -> tuple[Step, ...]:
    where = HEADINGS[language][Part.STEPS]
    pieces = _STEP.split(text)
    numbers, texts = pieces[1::2], pieces[2::2]
    if len(numbers) < 2 or [int(number) for number in numbers] != list(range(1, len(numbers) + 1)):
        raise InvalidFile(
            N_("Steps are numbered 1, 2, 3 without a gap, two at least."),
            file=file,
            where=where,
            field="steps",
        )
    steps = []
    for number, piece in zip(numbers, texts, strict=True):
        do, mark, expected = piece.replace("\u00a0", " ").partition(EXPECTED[language])
        if not mark or not expected.strip(" *\n"):
            raise InvalidFile(
                N_("Step {number} does not say what to expect. Add “{mark}”."),
                file=file,
                where=where,
                field="steps",
                number=int(number),
                mark=EXPECTED[language],
            )
        steps.append(Step(" ".join(do.split()).rstrip(" *"), " ".join(expected.split()).lstrip(" *")))
    return tuple(steps)
