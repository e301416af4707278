"""What the house knows about trades, places, short forms and languages, read from ``knowledge_base/providers``."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from conciergedesk.core.housefile import Table, Wording, read_house_file
from conciergedesk.core.i18n import N_
from conciergedesk.core.paths import knowledge_base
from conciergedesk.core.text import fold
from conciergedesk.providers.search.words import sounds

LONGEST_PHRASE = 5
_LANGUAGES = ("fr", "en", "de")


@dataclass(frozen=True, slots=True)
class Trade:
    """A trade: ``code`` is stored with providers, ``health`` trades are given orientation only."""

    code: str
    label: Wording
    aliases: tuple[str, ...]
    words: tuple[str, ...]
    broader: str = ""
    health: bool = False


@dataclass(frozen=True)
class Lexicon:
    """Words of the house, folded and ready to be looked up.

    ``trade_phrases`` gives the trade code of a folded phrase, ``places`` the folded record name of a folded
    other name, ``abbreviations`` the folded full forms, ``languages`` the ISO code.
    """

    trades: Mapping[str, Trade]
    trade_phrases: Mapping[str, str]
    places: Mapping[str, str]
    abbreviations: Mapping[str, tuple[str, ...]]
    languages: Mapping[str, str]
    label_codes: Mapping[str, str]
    trade_sounds: Mapping[str, str] = field(default_factory=dict)
    trade_words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()

    def code_of_label(self, label: str) -> str | None:
        """The trade code that a label of a file stands for; None when it is unknown."""
        return self.label_codes.get(fold(label))

    def trades_begun(self, beginning: str) -> set[str]:
        """Codes of the trades that some phrase beginning so means."""
        place = bisect_left(self.phrases, beginning)
        codes: set[str] = set()
        while place < len(self.phrases) and self.phrases[place].startswith(beginning):
            codes.add(self.trade_phrases[self.phrases[place]])
            place += 1
        return codes

    def narrower(self, code: str) -> tuple[str, ...]:
        """Trades that a search for ``code`` finds as well, after its own."""
        return tuple(trade.code for trade in self.trades.values() if trade.broader == code)


def _read_trade(table: Table) -> Trade:
    table.only("code", "label", "aliases", "words", "broader", "health")
    words: list[str] = []
    if table.has("words"):
        spoken = table.table("words")
        spoken.only(*_LANGUAGES)
        for language in _LANGUAGES:
            words.extend(spoken.words(language, ()))
    return Trade(
        code=table.id("code"),
        label=table.wording("label", german=True),
        aliases=table.words("aliases", ()),
        words=tuple(words),
        broader=table.text("broader", ""),
        health=table.flag("health"),
    )


def _read_trades(path: Path) -> tuple[dict[str, Trade], dict[str, str], dict[str, str]]:
    house = read_house_file(path)
    house.only("trade")
    trades: dict[str, Trade] = {}
    phrases: dict[str, str] = {}
    labels: dict[str, str] = {}
    tables = house.tables("trade")
    for table in tables:
        trade = _read_trade(table)
        if trade.code in trades:
            raise table.refuse(
                N_("The code “{code}” is used twice. Give each trade its own."), "code", code=trade.code
            )
        trades[trade.code] = trade
        names = (trade.label.fr, trade.label.en, trade.label.de, *trade.aliases)
        for phrase in (*names, *trade.words):
            taken = phrases.setdefault(fold(phrase), trade.code)
            if taken != trade.code:
                raise table.refuse(
                    N_("“{word}” already belongs to “{other}”. A word can belong to one trade only."),
                    "words",
                    word=phrase,
                    other=taken,
                )
        labels.update({fold(name): trade.code for name in (*names, trade.code)})
    for table, trade in zip(tables, trades.values(), strict=True):
        if trade.broader and trade.broader not in trades:
            raise table.refuse(N_("There is no trade “{code}”."), "broader", code=trade.broader)
    return trades, phrases, labels


def _flat(table: Table) -> dict[str, tuple[str, ...]]:
    return {fold(name): tuple(fold(word) for word in table.words(name)) for name in table.values}


def read_lexicon(folder: Path | None = None) -> Lexicon:
    """Read ``categories.toml`` and ``places.toml``.

    Raises:
        InvalidFile: naming the file, the table, the field and the reason.
    """
    folder = folder or knowledge_base() / "providers"
    trades, phrases, labels = _read_trades(folder / "categories.toml")
    house = read_house_file(folder / "places.toml")
    house.only("place", "abbreviations", "languages")
    places: dict[str, str] = {}
    for table in house.tables("place", needed=False):
        table.only("name", "also")
        name = fold(table.text("name"))
        for other in table.words("also"):
            places.setdefault(fold(other), name)
    languages = {word: code for code, words in _flat(house.table("languages")).items() for word in (*words,)}
    single = [phrase for phrase in phrases if " " not in phrase and len(phrase) >= 4]
    heard: dict[str, str] = {}
    for phrase, sound in zip(phrases, sounds([p.replace(" ", "") for p in phrases]), strict=True):
        if len(sound) >= 4:
            heard.setdefault(sound, phrases[phrase])
    return Lexicon(
        trades=trades,
        trade_phrases=phrases,
        places=places,
        abbreviations=_flat(house.table("abbreviations")),
        languages=languages,
        label_codes=labels,
        trade_sounds=heard,
        trade_words=tuple(single),
        phrases=tuple(sorted(phrases)),
    )
