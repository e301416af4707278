"""What may stand in a free note: the person it is about may read it.

Words about health, origin, opinions and the like are warned about and need a reason; on a health orientation
words about health are blocked, and so is, everywhere, a number that looks like a payment card or a French
social-security number. Pure: the words come from ``knowledge_base/words/warned.toml``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from conciergedesk.core.errors import InvalidFile, RuleRefused
from conciergedesk.core.housefile import Table, Wording, read_house_file
from conciergedesk.core.i18n import N_, translate
from conciergedesk.core.text import fold

WORDS_FILE = "warned.toml"
CARD_NUMBER = "card_number"
SECURITY_NUMBER = "security_number"

_WORD = re.compile(r"\w+")
_DIGITS = re.compile(r"(?<![\w+])\d(?:[ .\-/]{0,2}[\dAB]){12,40}(?!\w)", re.IGNORECASE)
_GROUP = re.compile(r"\w+")
# Sex, year, month (with the pseudo-months of incomplete records), department, town, order, key.
_SECURITY = re.compile(r"[1-478]\d{2}(?:0[1-9]|1[0-2]|[2-4]\d|[5-9]\d)(?:\d{2}|2[AB])\d{6}(\d{2})?")
# First digits and lengths of the cards in use; a number that only sums up by chance is not one.
_CARD = re.compile(
    r"(?:4\d{12}(?:\d{3}){0,2}|(?:5[1-5]|2[2-7])\d{14}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|6\d{15,18})"
)


@dataclass(frozen=True, slots=True)
class WordCategory:
    """A family of warned words, such as health or religion."""

    key: str
    label: Wording
    health: bool = False


@dataclass(frozen=True)
class WarnedWords:
    """The warned words, folded: whole words and phrases by their words, and beginnings of words."""

    categories: tuple[WordCategory, ...]
    phrases: Mapping[tuple[str, ...], WordCategory] = field(repr=False)
    stems: Mapping[tuple[str, ...], WordCategory] = field(repr=False)
    longest: int = 1

    def category(self, key: str) -> WordCategory | None:
        return next((one for one in self.categories if one.key == key), None)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found and where; ``kind`` may be kept in the journal, the words themselves may not."""

    kind: str
    start: int
    end: int
    blocked: bool


@dataclass(frozen=True, slots=True)
class NoteContext:
    """Where the note is written: on a health orientation or not, and the reason given to keep it."""

    words: WarnedWords
    health: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class NoteVerdict:
    """Whether a note may be kept.

    Attributes:
        findings: What was found, in the order of the text.
        blocked: No reason helps.
        needs_reason: It may be kept once a reason is given.
        overridden: It is kept because of the reason given; that belongs in the journal.
    """

    findings: tuple[Finding, ...]
    blocked: bool
    needs_reason: bool
    overridden: bool

    @property
    def allowed(self) -> bool:
        return not self.blocked and not self.needs_reason

    @property
    def kinds(self) -> tuple[str, ...]:
        """What was found, each kind once: all that the journal may keep."""
        return tuple(dict.fromkeys(finding.kind for finding in self.findings))


def check_note(text: str, context: NoteContext) -> NoteVerdict:
    """Judge a free note before it is kept."""
    visible, places = _visible(text)
    findings = sorted(
        (
            Finding(kind, places[start], places[end - 1] + 1, blocked)
            for kind, start, end, blocked in (*_numbers(visible), *_words(visible, context))
        ),
        key=lambda finding: (finding.start, finding.end),
    )
    blocked = any(finding.blocked for finding in findings)
    has_reason = any(char.isalnum() for char in context.reason)
    return NoteVerdict(
        tuple(findings),
        blocked=blocked,
        needs_reason=bool(findings) and not blocked and not has_reason,
        overridden=bool(findings) and not blocked and has_reason,
    )


def require_allowed(verdict: NoteVerdict, words: WarnedWords) -> None:
    """Refuse a note that may not be kept; the refusal does not repeat the words.

    Raises:
        RuleRefused: says what was found and what to do instead.
    """
    if verdict.allowed:
        return
    found = _Kinds(verdict.kinds, words)
    if any(
        finding.blocked and finding.kind in (CARD_NUMBER, SECURITY_NUMBER) for finding in verdict.findings
    ):
        raise RuleRefused(
            N_("This note holds a number that must not be kept: {found}. Remove it."), found=found
        )
    if verdict.blocked:
        raise RuleRefused(
            N_("No word about health is kept here ({found}). Write only where, when and what was arranged."),
            found=found,
        )
    raise RuleRefused(
        N_("The person may read this note ({found}). Write facts instead, or give a reason to keep it."),
        found=found,
    )


@dataclass(frozen=True, slots=True)
class _Kinds:
    """What was found, in words, without the words themselves."""

    kinds: tuple[str, ...]
    words: WarnedWords

    def in_language(self, language: str) -> str:
        return ", ".join(self._label(kind, language) for kind in self.kinds)

    def _label(self, kind: str, language: str) -> str:
        if kind == CARD_NUMBER:
            return translate(N_("payment card"), language)
        if kind == SECURITY_NUMBER:
            return translate(N_("social-security number"), language)
        category = self.words.category(kind.removesuffix("_words"))
        return category.label.in_language(language) if category is not None else kind


def _visible(text: str) -> tuple[str, list[int]]:
    """The text as a reader sees it, and where each of its characters stood.

    Invisible characters inside a word would hide it, and digits of other scripts would hide a number.
    """
    visible: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        # Accents written as signs of their own fall away: words are compared without them.
        if unicodedata.category(char) in ("Cf", "Cc", "Mn") and char not in "\n\t":
            continue
        for part in unicodedata.normalize("NFKC", char):
            visible.append(part)
            places.append(place)
    return "".join(visible), places


def _words(text: str, context: NoteContext) -> Iterator[tuple[str, int, int, bool]]:
    found = [(fold(match[0].replace("_", " ")), match.start(), match.end()) for match in _WORD.finditer(text)]
    tokens = [(word, start, end) for name, start, end in found for word in name.split()]
    place = 0
    while place < len(tokens):
        hit = _longest_hit(
            [token[0] for token in tokens[place : place + context.words.longest]], context.words
        )
        if hit is None:
            place += 1
            continue
        category, length = hit
        yield (
            f"{category.key}_words",
            tokens[place][1],
            tokens[place + length - 1][2],
            context.health and category.health,
        )
        place += length


def _longest_hit(words: list[str], warned: WarnedWords) -> tuple[WordCategory, int] | None:
    for length in range(len(words), 0, -1):
        phrase = tuple(words[:length])
        category = warned.phrases.get(phrase)
        if category is not None:
            return category, length
        last = phrase[-1]
        for letters in range(len(last), 2, -1):
            category = warned.stems.get((*phrase[:-1], last[:letters]))
            if category is not None:
                return category, length
    return None


# --- numbers ---


def _numbers(text: str) -> Iterator[tuple[str, int, int, bool]]:
    """Card and social-security numbers, also with other digits before or after them."""
    for run in _DIGITS.finditer(text.upper() if len(text.upper()) == len(text) else text):
        groups = [(match[0], match.start(), match.end()) for match in _GROUP.finditer(run[0])]
        place = 0
        while place < len(groups):
            hit = _number_at(groups[place:])
            if hit is None:
                place += 1
                continue
            kind, length = hit
            start, end = groups[place][1], groups[place + length - 1][2]
            yield kind, run.start() + start, run.start() + end, True
            place += length


def _number_at(groups: list[tuple[str, int, int]]) -> tuple[str, int] | None:
    for length in range(len(groups), 0, -1):
        number = "".join(group[0] for group in groups[:length])
        if looks_like_card(number):
            return CARD_NUMBER, length
        if looks_like_security_number(number):
            return SECURITY_NUMBER, length
    return None


def looks_like_card(number: str) -> bool:
    """Whether bare digits have the beginning, the length and the check digit (Luhn) of a payment card."""
    if not _CARD.fullmatch(number):
        return False
    total = 0
    for place, char in enumerate(reversed(number)):
        digit = int(char) * (2 if place % 2 else 1)
        total += digit - 9 if digit > 9 else digit
    return total % 10 == 0


def looks_like_security_number(number: str) -> bool:
    """Whether bare characters are a French social-security number, by its key or, without one, its shape."""
    match = _SECURITY.fullmatch(number)
    if match is None:
        return False
    if match[1] is None:
        # Without its key only the shape is left: insist on a real month.
        return number[0] in "12" and "01" <= number[3:5] <= "12"
    # Corsican departments count as 19 and 18 in the key.
    body = number[:13].replace("2A", "19", 1) if number[5:7] == "2A" else number[:13]
    body = body.replace("2B", "18", 1) if number[5:7] == "2B" else body
    return 97 - int(body) % 97 == int(match[1])


# --- the file ---


def load_warned_words(folder: Path) -> WarnedWords:
    """Read ``warned.toml`` of ``folder``.

    Raises:
        InvalidFile: names table, field and reason.
    """
    top = read_house_file(folder / WORDS_FILE)
    top.only("category")
    categories: list[WordCategory] = []
    phrases: dict[tuple[str, ...], WordCategory] = {}
    stems: dict[tuple[str, ...], WordCategory] = {}
    for table in top.tables("category"):
        category = _read_category(table)
        if any(one.key == category.key for one in categories):
            raise table.refuse(N_("“{name}” is written twice here. Keep one."), "key", name=category.key)
        categories.append(category)
        for language in ("fr", "en", "de"):
            for entry in table.words(language, ()):
                _add_entry(table, language, entry, category, phrases, stems)
    longest = max((len(words) for words in (*phrases, *stems)), default=1)
    return WarnedWords(tuple(categories), phrases, stems, longest)


def _read_category(table: Table) -> WordCategory:
    table.only("key", "health", "label", "fr", "en", "de")
    return WordCategory(table.id("key"), table.wording("label"), table.flag("health"))


def _add_entry(
    table: Table,
    language: str,
    entry: str,
    category: WordCategory,
    phrases: dict[tuple[str, ...], WordCategory],
    stems: dict[tuple[str, ...], WordCategory],
) -> None:
    is_stem = entry.endswith("*")
    words = tuple(fold(entry).split())
    if not words or "*" in entry[:-1] or (is_stem and len(words[-1]) < 3):
        raise _bad_entry(table, language, entry)
    known = (stems if is_stem else phrases).setdefault(words, category)
    if known.key != category.key:
        raise table.refuse(
            N_("“{name}” already stands under “{other}”. Keep one."), language, name=entry, other=known.key
        )


def _bad_entry(table: Table, language: str, entry: str) -> InvalidFile:
    return table.refuse(
        N_("“{name}” needs at least three letters, and a star only at its end."), language, name=entry
    )
