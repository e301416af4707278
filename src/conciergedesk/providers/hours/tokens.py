"""Opening hours cut into tokens, each remembering where it stood in the text."""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from conciergedesk.core.i18n import N_, translate
from conciergedesk.providers.hours.words import MONTHS, PHRASES, SUN_EVENTS, VOCABULARY, WEEKDAYS


class HoursError(Exception):
    """The hours cannot be understood; ``position`` counts characters from 0 in the text as typed."""

    def __init__(self, sentence: str, position: int, length: int = 1, **values: object) -> None:
        super().__init__(sentence, position)
        self.sentence = sentence
        self.position = position
        self.length = max(length, 1)
        self.values = values

    def in_language(self, language: str | None = None) -> str:
        return translate(self.sentence, language, **self.values)


class Kind(Enum):
    """What a token is."""

    WEEKDAY = "weekday"
    HOLIDAY = "holiday"
    MONTH = "month"
    YEAR = "year"
    NUMBER = "number"
    TIME = "time"
    SUN = "sun"
    WORD = "word"
    COMMENT = "comment"
    MARK = "mark"
    END = "end"


class Token(NamedTuple):
    """One token: ``text`` in its one form, ``value`` minutes, number or index, ``loose`` when it was not standard."""

    kind: Kind
    text: str
    position: int
    length: int = 1
    value: int = 0
    loose: bool = False


# One character for one, so that positions stay those of the typed text.
_CHARACTERS = str.maketrans(
    {
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d~～→ー=", "-"),
        **dict.fromkeys("\uff1a\ufe55\u2236", ":"),
        **dict.fromkeys("\u00a0\u202f\u2009\u200a\t\n\r", " "),
        **dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True)),
        **dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True)),
        **dict(zip("０１２３４５６７８９", "0123456789", strict=True)),
        "°": "0",
        "&": ",",
        "’": "'",
    }
)
_ALWAYS = re.compile(r"24\s*/\s*7(?!\d)")
_COMMENT = re.compile(r'"([^"]*)"')
_TIME = re.compile(r"(\d{1,2})(?::|\.(?=\d\d)|[hH](?=\d\d))(\d{1,2})(?![\d:])")
_HOUR_WORD = re.compile(r"(\d{1,2})[hH](?![\w])")
_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['_](?=[^\W\d_])|\.(?=[^\W\d_]\b)|-(?=(?:vous)\b))*", re.UNICODE)
# What most hours are made of, in one match; a blank after it is taken along.
_USUAL = re.compile(
    r"(?:(Mo|Tu|We|Th|Fr|Sa|Su)(?![\w'.])|([01]\d|2[0-4]):([0-5]\d)(?![\d:])|([-,;])|(PH|off)(?![\w'.])) ?"
)
_USUAL_WEEKDAYS = {day: number for number, day in enumerate(WEEKDAYS)}
_NOT_UNDERSTOOD = N_("“{text}” is not understood in opening hours.")


def tokenize(text: str) -> list[Token]:
    """The tokens of ``text``, ending with an END token.

    Raises:
        HoursError: at the first character that belongs to no token.
    """
    plain = text.translate(_CHARACTERS)
    found: list[Token] = []
    at = 0
    while at < len(plain):
        if usual := _USUAL.match(plain, at):
            found.append(_usual(usual, text, at))
            at = usual.end()
            continue
        if plain[at] == " ":
            at += 1
            continue
        token = _token_at(plain, text, at)
        if token.kind is Kind.WORD and token.text == "":
            at += token.length
            continue
        found.append(token)
        at = token.position + token.length
        # A full stop after an abbreviation or a day ("24.", "jun.") says nothing.
        if token.kind is not Kind.MARK and plain[at : at + 1] == ".":
            at += 1
    found.append(Token(Kind.END, "", len(text)))
    return _settle(found)


def _usual(match: re.Match[str], text: str, at: int) -> Token:
    group = match.lastindex
    if group == 1:
        return Token(Kind.WEEKDAY, match[1], at, 2, _USUAL_WEEKDAYS[match[1]])
    if group == 3:
        loose = text[at + 2] != ":"
        return Token(Kind.TIME, f"{match[2]}:{match[3]}", at, 5, int(match[2]) * 60 + int(match[3]), loose)
    if group == 4:
        return Token(Kind.MARK, match[4], at)
    return Token(Kind.WORD if match[5] == "off" else Kind.HOLIDAY, match[5], at, len(match[5]))


def _token_at(plain: str, text: str, at: int) -> Token:
    if match := _ALWAYS.match(plain, at):
        return Token(Kind.WORD, "24/7", at, len(match[0]))
    if plain[at] == '"':
        match = _COMMENT.match(plain, at)
        if match is None:
            raise HoursError(N_('A comment begins here and does not end: add “"”.'), at)
        return Token(Kind.COMMENT, text[at + 1 : match.end() - 1], at, len(match[0]))
    if match := _TIME.match(plain, at):
        hours, minutes = int(match[1]), int(match[2])
        if minutes > 59:
            raise HoursError(N_("“{text}” is not a time of day."), at, len(match[0]), text=match[0])
        loose = len(match[1]) != 2 or len(match[2]) != 2 or text[at : match.end()] != match[0]
        return Token(Kind.TIME, match[0], at, len(match[0]), hours * 60 + minutes, loose)
    if match := _HOUR_WORD.match(plain, at):
        return Token(Kind.TIME, match[0], at, len(match[0]), int(match[1]) * 60, True)
    if match := _NUMBER.match(plain, at):
        return _number(match[0], at)
    if plain.startswith("||", at):
        return Token(Kind.MARK, "||", at, 2)
    if plain[at] in "-,;:+/()[]":
        return Token(Kind.MARK, plain[at], at)
    if match := _WORD.match(plain, at):
        return _word(plain, match[0], at)
    raise HoursError(_NOT_UNDERSTOOD, at, 1, text=text[at])


def _number(digits: str, at: int) -> Token:
    if len(digits) > 4:
        raise HoursError(_NOT_UNDERSTOOD, at, len(digits), text=digits[:12])
    value = int(digits)
    kind = Kind.YEAR if len(digits) == 4 and value >= 1900 else Kind.NUMBER
    return Token(kind, digits, at, len(digits), value)


_SECOND_WORD = re.compile(r"[\s_-]+([^\W\d_](?:[^\W\d_]|-)*)")


def _word(plain: str, word: str, at: int) -> Token:
    folded = word.casefold()
    if second := _SECOND_WORD.match(plain, at + len(word)):
        phrase = PHRASES.get((folded, second[1].casefold()))
        if phrase is not None:
            return _meaning(phrase, at, second.end() - at, plain[at : second.end()], True)
    meaning = VOCABULARY.get(folded, VOCABULARY.get(folded.rstrip(".")))
    if meaning is None:
        raise HoursError(_NOT_UNDERSTOOD, at, len(word), text=word)
    return _meaning(meaning, at, len(word), word, word not in (meaning, "closed", "days"))


def _meaning(meaning: str, at: int, length: int, typed: str, loose: bool) -> Token:
    if meaning == "comment":
        return Token(Kind.COMMENT, typed.replace("_", " "), at, length, 0, True)
    if meaning in WEEKDAYS:
        return Token(Kind.WEEKDAY, meaning, at, length, WEEKDAYS.index(meaning), loose)
    if meaning in ("PH", "SH"):
        return Token(Kind.HOLIDAY, meaning, at, length, 0, loose)
    if meaning in MONTHS:
        return Token(Kind.MONTH, meaning, at, length, MONTHS.index(meaning) + 1, loose)
    if meaning in SUN_EVENTS:
        return Token(Kind.SUN, meaning, at, length, SUN_EVENTS.index(meaning), loose)
    if meaning in ("-", ","):
        return Token(Kind.MARK, meaning, at, length, 0, True)
    return Token(Kind.WORD, meaning, at, length, 0, loose)


def _settle(tokens: list[Token]) -> list[Token]:
    """Clock halves, words for several days, and joints such as "Sonn- und Feiertags" in their one form."""
    if not any(token.loose or token.kind is Kind.HOLIDAY or token.kind is Kind.WORD for token in tokens):
        return tokens
    found: list[Token] = []
    for token in tokens:
        last = found[-1] if found else None
        if token.kind is Kind.WORD and token.text in ("am", "pm"):
            if last is None or last.kind not in (Kind.TIME, Kind.NUMBER):
                raise HoursError(_NOT_UNDERSTOOD, token.position, token.length, text=token.text)
            found[-1] = _half_day(last, token)
        elif token.kind is Kind.WORD and token.text in ("workday", "weekend"):
            ends = ("Mo", "Fr") if token.text == "workday" else ("Sa", "Su")
            for text, kind in ((ends[0], Kind.WEEKDAY), ("-", Kind.MARK), (ends[1], Kind.WEEKDAY)):
                index = WEEKDAYS.index(text) if kind is Kind.WEEKDAY else 0
                found.append(Token(kind, text, token.position, token.length, index, True))
        elif token.kind is Kind.WORD and token.text == "daylight":
            for text, kind, value in (("sunrise", Kind.SUN, 1), ("-", Kind.MARK, 0), ("sunset", Kind.SUN, 2)):
                found.append(Token(kind, text, token.position, token.length, value, True))
        elif token.kind is Kind.HOLIDAY and len(found) >= 2 and found[-1].text in (",", "/"):
            if found[-2].text == "-":
                found[-2:] = [Token(Kind.MARK, ",", token.position, 1, 0, True)]
            elif found[-1].text == "/":
                found[-1] = Token(Kind.MARK, ",", token.position, 1, 0, True)
            found.append(token)
        else:
            found.append(token)
    return found


def _half_day(clock: Token, half: Token) -> Token:
    minutes = clock.value if clock.kind is Kind.TIME else clock.value * 60
    if not 0 <= minutes < 13 * 60:
        raise HoursError(
            N_("“{text}” is not a time of day."), clock.position, clock.length, text=clock.text + half.text
        )
    minutes = minutes % 720 + (720 if half.text == "pm" else 0)
    length = half.position + half.length - clock.position
    return Token(Kind.TIME, clock.text, clock.position, length, minutes, True)
