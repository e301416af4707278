"""How a query is read: trades, places, moments, languages, distances and wishes become chips."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from conciergedesk.core.text import fold
from conciergedesk.providers.search.entry import Chip, ChipKind, SearchContext, Understanding
from conciergedesk.providers.search.lexicon import LONGEST_PHRASE, Lexicon
from conciergedesk.providers.search.phones import looks_like_phone
from conciergedesk.providers.search.towns import Towns
from conciergedesk.providers.search.words import STOP_WORDS, sounds

_WORD = re.compile(r"[^\W_]+(?:[\u0300-\u036f][^\W_]*)*")
_DISTANCE = re.compile(
    r"(?<![\w.,])(\d{1,3}(?:[.,]\d)?)\s?(km|kms|kilom[eè]tres?|kilometers?|min a pied)(?!\w)", re.I
)
_CODES = frozenset({"fr", "de", "en", "lb", "nl", "it", "es", "pt"})
_AGREEMENT = frozenset(
    {
        "convention",
        "conventionne",
        "conventionnee",
        "conventionnes",
        "accord",
        "agree",
        "agreee",
        "agrement",
        "partenaire",
    }
    | {
        "partner",
        "agreement",
        "vertrag",
        "vertragspartner",
        "sous convention",
        "avec convention",
        "with agreement",
    }
)
_ACCESS = frozenset(
    {
        "pmr",
        "accessible",
        "accessibilite",
        "handicap",
        "handicape",
        "fauteuil",
        "fauteuil roulant",
        "wheelchair",
    }
    | {
        "accessible pmr",
        "acces pmr",
        "acces handicape",
        "barrierefrei",
        "rollstuhl",
        "rollstuhlgerecht",
        "step free",
    }
)
_LEAD_WORDS = "pour qui parle parlant langue speaking speaks spricht avec near pres proche bei in at autour"
_LEAD = frozenset(_LEAD_WORDS.split())
_FILLERS = STOP_WORDS | _LEAD
_MOMENTS = (
    "aujourd hui maintenant demain apres soir ce matin midi minuit lundi mardi mercredi jeudi vendredi samedi"
    " dimanche now today tonight tomorrow morning noon evening monday tuesday wednesday thursday friday saturday"
    " sunday heute morgen abend jetzt montag dienstag mittwoch donnerstag freitag samstag sonntag uhr"
)
# Wishes made of plain words, which may as well be part of a name.
WORDY = frozenset({ChipKind.LANGUAGE, ChipKind.AGREEMENT, ChipKind.ACCESS})
MENTIONS = frozenset(
    {ChipKind.MOMENT, ChipKind.LANGUAGE, ChipKind.DISTANCE, ChipKind.AGREEMENT, ChipKind.ACCESS}
)


_WISHES = {*_MOMENTS.split(), *(word for phrase in _AGREEMENT | _ACCESS for word in phrase.split())}


class Token(NamedTuple):
    """One folded word of the query and its place as typed. ``chip`` is what it was understood as."""

    word: str
    start: int
    end: int
    chip: ChipKind | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """An understanding with the words behind it, for the search itself.

    ``places`` are folded commune names; ``exact`` says that no chip of trade or place had to be corrected;
    ``pending`` is the last word while it may still be typed and nothing explains it yet; ``begun`` says that
    the trade is only guessed from its beginning.
    """

    understanding: Understanding
    tokens: tuple[Token, ...]
    trade: str = ""
    places: tuple[str, ...] = ()
    exact: bool = True
    pending: str = ""
    begun: bool = False

    @property
    def name_words(self) -> list[str]:
        """What is looked for in names: everything that is not a wish, nor leads to one in a plain request."""
        lead = _LEAD if self.plain else frozenset[str]()
        return [
            t.word for t in self.tokens if t.chip not in MENTIONS and not (t.chip is None and t.word in lead)
        ]

    @property
    def left_over(self) -> list[str]:
        """Words that no chip explains, without little words."""
        return [t.word for t in self.tokens if t.chip is None and t.word not in _FILLERS]

    @property
    def plain(self) -> bool:
        """Whether chips explain every word but the one that is being typed."""
        return bool(self.understanding.chips) and len(self.left_over) <= bool(self.pending)


def tokens_of(query: str) -> list[Token]:
    """The folded words of a query with their places."""
    found = []
    for match in _WORD.finditer(query):
        typed = match.group()
        start, end = match.span()
        if typed.isascii():
            found.append(Token(typed.lower(), start, end))
        else:
            found.extend(Token(word, start, end) for word in fold(typed).split())
    return found


class Reader:
    """Reads queries with the words of the house and the communes that providers are in.

    Args:
        lexicon: Trades, exonyms, abbreviations, languages.
        towns: The communes that providers are in.
        is_known: Whether a folded word stands in some provider's texts; such a word is not misspelt.
    """

    def __init__(
        self,
        lexicon: Lexicon,
        towns: Callable[[], Towns],
        is_known: Callable[[str], bool],
    ) -> None:
        self._lexicon = lexicon
        self._towns = towns
        self._is_known = is_known
        self._sizes: dict[str, int] = {}
        for phrase in (*lexicon.trade_phrases, *lexicon.places, *lexicon.languages, *_AGREEMENT, *_ACCESS):
            words = phrase.split()
            self._sizes[words[0]] = max(self._sizes.get(words[0], 1), min(len(words), LONGEST_PHRASE))
        self._wish_words = sorted({*_WISHES, *lexicon.languages})

    def read(self, query: str, context: SearchContext) -> Reading:
        """Read ``query``; chips that the operator removed stay words of a name."""
        if looks_like_phone(query):
            chip = Chip(ChipKind.PHONE, query.strip(), query.strip(), 0, len(query))
            return Reading(Understanding(query, (chip,), ""), ())
        chips: list[Chip] = []
        moment = self._mentions(query, context, chips)
        tokens = [
            Token(t.word, t.start, t.end, next((c.kind for c in chips if c.start <= t.start < c.end), None))
            for t in tokens_of(query)
        ]
        longest = self._longest
        self._phrases(query, tokens, chips, self._trade, longest, context)
        self._phrases(query, tokens, chips, self._place, self._longest_town, context)
        self._phrases(query, tokens, chips, self._wishes, longest, context)
        begun = None
        if context.typing and not query[-1:].isspace():
            begun = self._unfinished(query, tokens, chips, context)
        self._misspelt(query, tokens, chips, context)
        self._last_code(query, tokens, chips, context)
        chips.sort(key=lambda chip: chip.start)
        rest = " ".join(token.word for token in tokens if token.chip is None)
        understanding = Understanding(query, tuple(chips), rest, moment)
        trade = understanding.chip(ChipKind.TRADE)
        place = understanding.chip(ChipKind.PLACE)
        pending = context.typing and tokens and not query[-1:].isspace() and tokens[-1].chip is None
        return Reading(
            understanding,
            tuple(tokens),
            trade.value if trade else "",
            (place.value,) if place else (),
            not (trade and trade.corrected)
            and not (place and place.corrected and begun is not ChipKind.PLACE),
            tokens[-1].word if pending and tokens[-1].word not in _FILLERS else "",
            begun is ChipKind.TRADE,
        )

    def _mentions(self, query: str, context: SearchContext, chips: list[Chip]) -> datetime | None:
        """Distance and moment, found by their shape in the typed text."""
        match = _DISTANCE.search(query)
        if match:
            kilometres = match.group(1).replace(",", ".")
            self._offer(chips, context, Chip(ChipKind.DISTANCE, match.group(), kilometres, *match.span()))
        if context.find_moment is None or context.now is None:
            return None
        moment = context.find_moment(query, context.now)
        if moment is None or any(s < c.end and c.start < e for s, e in moment.spans for c in chips):
            return None
        value = " ".join(query[start:end] for start, end in moment.spans)
        kept = [
            self._offer(chips, context, Chip(ChipKind.MOMENT, moment.label or value, value, *span))
            for span in moment.spans
        ]
        return moment.at if any(kept) else None

    @staticmethod
    def _offer(chips: list[Chip], context: SearchContext, chip: Chip) -> bool:
        if (chip.kind.value, chip.value) in context.removed:
            return False
        chips.append(chip)
        return True

    def _phrases(
        self,
        query: str,
        tokens: list[Token],
        chips: list[Chip],
        meaning: Callable[[str], tuple[ChipKind, str] | None],
        longest: Callable[[str], int],
        context: SearchContext,
    ) -> None:
        """The longest phrases that mean something exactly; one chip of each kind.

        ``longest`` says of how many words a phrase that begins with a word can be at most.
        """
        words = [token.word for token in tokens]
        start = 0
        while start < len(words):
            free = start
            most = longest(words[start])
            while free < len(words) and free - start < most and tokens[free].chip is None:
                free += 1
            taken = 1
            for end in range(free, start, -1):
                found = meaning(" ".join(words[start:end]) if end - start > 1 else words[start])
                if found is None or any(chip.kind is found[0] for chip in chips):
                    continue
                if self._mark(query, tokens, chips, start, end - start, found, context, corrected=False):
                    taken = end - start
                    break
            start += taken

    def _mark(
        self,
        query: str,
        tokens: list[Token],
        chips: list[Chip],
        start: int,
        size: int,
        found: tuple[ChipKind, str],
        context: SearchContext,
        *,
        corrected: bool,
    ) -> bool:
        first, last = tokens[start], tokens[start + size - 1]
        chip = Chip(found[0], query[first.start : last.end], found[1], first.start, last.end, corrected)
        if not self._offer(chips, context, chip):
            return False
        for place in range(start, start + size):
            token = tokens[place]
            tokens[place] = Token(token.word, token.start, token.end, found[0])
        return True

    def _longest(self, word: str) -> int:
        return self._sizes.get(word, 1)

    def _longest_town(self, word: str) -> int:
        return max(self._sizes.get(word, 1), self._towns().longest(word))

    def _trade(self, phrase: str) -> tuple[ChipKind, str] | None:
        code = self._lexicon.trade_phrases.get(phrase)
        if code is None and len(phrase) > 4 and phrase.endswith("s"):
            code = self._lexicon.trade_phrases.get(phrase[:-1])
        return None if code is None else (ChipKind.TRADE, code)

    def _place(self, phrase: str) -> tuple[ChipKind, str] | None:
        if phrase in STOP_WORDS or not phrase:
            return None
        towns = self._towns()
        name = self._lexicon.places.get(phrase)
        if name is not None and (name in towns or phrase not in towns):
            return ChipKind.PLACE, name
        if phrase in towns:
            return ChipKind.PLACE, phrase
        words = phrase.split()
        if words[0] in ("st", "ste"):
            full = " ".join(("saint" if words[0] == "st" else "sainte", *words[1:]))
            if full in towns:
                return ChipKind.PLACE, full
        return None

    def _wishes(self, phrase: str) -> tuple[ChipKind, str] | None:
        if phrase in self._lexicon.languages:
            return ChipKind.LANGUAGE, self._lexicon.languages[phrase]
        if phrase in _AGREEMENT:
            return ChipKind.AGREEMENT, "signed"
        if phrase in _ACCESS:
            return ChipKind.ACCESS, "wheelchair"
        return None

    def may_go_on(self, word: str) -> bool:
        """Whether ``word`` may become a wish or a moment once it is typed to the end."""
        if word[0].isdigit():
            return True
        place = bisect_left(self._wish_words, word)
        return place < len(self._wish_words) and self._wish_words[place].startswith(word)

    def _unfinished(
        self, query: str, tokens: list[Token], chips: list[Chip], context: SearchContext
    ) -> ChipKind | None:
        """The one trade or the one commune that the last words begin with: ``porte cla``, ``hotel pont a m``."""
        kinds = {chip.kind for chip in chips}
        for kind, meaning in ((ChipKind.TRADE, self._trade_begun), (ChipKind.PLACE, self._place_begun)):
            if kind in kinds:
                continue
            for size in range(LONGEST_PHRASE, 0, -1):
                first = len(tokens) - size
                if first < 0 or any(token.chip is not None for token in tokens[first:]):
                    continue
                value = meaning([token.word for token in tokens[first:]])
                if value and self._mark(
                    query, tokens, chips, first, size, (kind, value), context, corrected=True
                ):
                    return kind
        return None

    def _trade_begun(self, words: list[str]) -> str | None:
        phrase = " ".join(words)
        if words[0] in _FILLERS or (len(words) == 1 and (len(phrase) < 4 or self._is_known(phrase))):
            return None
        codes = self._lexicon.trades_begun(phrase)
        if len(codes) > 1:
            wide = [code for code in codes if codes <= {code, *self._lexicon.narrower(code)}]
            return wide[0] if wide else None
        return next(iter(codes), None)

    def _place_begun(self, words: list[str]) -> str | None:
        """A commune of several words; a single word may also be the beginning of a name."""
        if len(words) < 2 or words[0] in _FILLERS:
            return None
        names = self._towns().beginning(" ".join(words))
        return names[0] if len(names) == 1 else None

    def _misspelt(self, query: str, tokens: list[Token], chips: list[Chip], context: SearchContext) -> None:
        """Trade and place by sound or with one slip, when nothing else explains the words."""
        kinds = {chip.kind for chip in chips}
        if ChipKind.TRADE not in kinds:
            for place, token in enumerate(tokens):
                if token.chip is None and len(token.word) >= 5:
                    code = self._close_trade(token.word)
                    if code and self._mark(
                        query, tokens, chips, place, 1, (ChipKind.TRADE, code), context, corrected=True
                    ):
                        kinds.add(ChipKind.TRADE)
                        break
        if ChipKind.TRADE in kinds and ChipKind.PLACE not in kinds:
            free = [
                place
                for place, token in enumerate(tokens)
                if token.chip is None and token.word not in _FILLERS
            ]
            if free and free[-1] - free[0] <= 4:
                phrase = " ".join(token.word for token in tokens[free[0] : free[-1] + 1])
                misspelt = len(phrase) >= 4 and not all(self._is_known(word) for word in phrase.split())
                name = self._towns().meant_by(phrase) if misspelt else None
                if name:
                    size = free[-1] - free[0] + 1
                    self._mark(
                        query, tokens, chips, free[0], size, (ChipKind.PLACE, name), context, corrected=True
                    )

    def _close_trade(self, word: str) -> str | None:
        code = self._lexicon.trade_sounds.get(sounds([word])[0])
        if code is not None:
            return code
        if self._is_known(word):
            return None
        found = extractOne(
            word, self._lexicon.trade_words, scorer=OSA.distance, score_cutoff=1 if len(word) < 9 else 2
        )
        if found is None or found[0][0] != word[0] or len(found[0]) < 5:
            return None
        return self._lexicon.trade_phrases[found[0]]

    @staticmethod
    def _last_code(query: str, tokens: list[Token], chips: list[Chip], context: SearchContext) -> None:
        """A bare language code ends a query that already has a trade or a place: ``dentiste metz de``."""
        kinds = {chip.kind for chip in chips}
        free = [token for token in tokens if token.chip is None and token.word not in _FILLERS | _CODES]
        if ChipKind.LANGUAGE in kinds or free or not tokens or not kinds & {ChipKind.TRADE, ChipKind.PLACE}:
            return
        for place in (len(tokens) - 1, *range(len(tokens) - 1)):
            token = tokens[place]
            final = place == len(tokens) - 1 and not query.endswith(" ")
            last = final or query[token.start : token.end].isupper()
            if token.chip is None and token.word in _CODES and last:
                chip = Chip(
                    ChipKind.LANGUAGE, query[token.start : token.end], token.word, token.start, token.end
                )
                if Reader._offer(chips, context, chip):
                    tokens[place] = Token(token.word, token.start, token.end, ChipKind.LANGUAGE)
                return
