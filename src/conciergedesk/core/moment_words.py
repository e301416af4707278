"""The words people use for days and times, in French, English and German, and the patterns made of them.

Everything here works on *folded* text: lower case, no accents, typographic dashes and apostrophes made plain.
``FoldedText`` keeps the way back to the places in the text as it was typed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_PLAIN = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-", "→": "-"}
    | {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d"}
)


@lru_cache(maxsize=4096)
def _folded_char(char: str) -> str:
    opened = unicodedata.normalize("NFKD", char.casefold().translate(_PLAIN))
    plain = "".join(c for c in opened if not unicodedata.combining(c))
    return " " if plain.isspace() else plain


@dataclass(frozen=True, slots=True)
class FoldedText:
    """Text as the patterns see it; ``places[i]`` is where folded character ``i`` stands in the typed text."""

    typed: str
    folded: str
    places: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The typed span of the folded span ``start`` to ``end``."""
        last = self.places[end - 1] + 1
        while last < len(self.typed) and unicodedata.combining(self.typed[last]):
            last += 1
        return self.places[start], last


def fold_in_place(typed: str) -> FoldedText:
    """Fold ``typed`` character by character, remembering where each came from."""
    if typed.isascii() and typed.isprintable():
        return FoldedText(typed, typed.lower(), tuple(range(len(typed))))
    folded: list[str] = []
    places: list[int] = []
    for place, char in enumerate(typed):
        for plain in _folded_char(char):
            folded.append(plain)
            places.append(place)
    return FoldedText(typed, "".join(folded), tuple(places))


def _listed(text: str, first: int = 0) -> dict[str, int]:
    """Words of each line of ``text``, numbered by line."""
    lines = text.strip().splitlines()
    return {word: number for number, line in enumerate(lines, first) for word in line.split()}


def either(words: object) -> str:
    """A pattern for any of ``words``, the longest first."""
    return "|".join(sorted(map(re.escape, map(str, words)), key=len, reverse=True))  # type: ignore[call-overload]


MONTHS = _listed(
    """
    janvier janv jan january januar janner
    fevrier fevr fev february feb februar
    mars march mar marz maerz mrz
    avril avr april apr
    mai may
    juin june jun juni
    juillet juil july jul juli
    aout august aug
    septembre sept september sep
    octobre oct october oktober okt
    novembre nov november
    decembre dec december dezember dez
    """,
    1,
)
# Only these may stand before their day ("march 25"): "mars 4 p." is a month and a party of four.
MONTHS_FIRST = _listed(
    """
    january jan
    february feb
    march mar
    april apr
    may
    june jun
    july jul
    august aug
    september sep sept
    october oct
    november nov
    december dec
    """,
    1,
)
WEEKDAYS = _listed(
    """
    lundi lun monday mon montag mo
    mardi mar tuesday tue tues dienstag di
    mercredi mer wednesday wed mittwoch mi
    jeudi jeu thursday thu thur thurs donnerstag do
    vendredi ven friday fri freitag
    samedi sam saturday sat samstag sonnabend sa
    dimanche dim sunday sun sonntag so
    """
)
# Words that also mean something else ("mon mari", "Sam"): a day only beside a time or a date.
WEAK_WEEKDAYS = frozenset(
    ("mon", "mo", "mar", "di", "mer", "mi", "jeu", "do", "sam", "sat", "sa", "sun", "so", "wed")
)

# Parts of the day as minutes since midnight. Evening ends with the desk's hours.
PARTS: dict[str, tuple[int, int]] = {
    "dawn": (5 * 60, 7 * 60),
    "early_morning": (8 * 60, 10 * 60),
    "morning": (8 * 60, 12 * 60),
    "late_morning": (10 * 60 + 30, 12 * 60),
    "afternoon": (14 * 60, 18 * 60),
    "early_afternoon": (14 * 60, 15 * 60 + 30),
    "late_afternoon": (16 * 60 + 30, 18 * 60),
    "end_of_day": (17 * 60, 19 * 60),
    "evening": (18 * 60, 21 * 60),
    "night": (22 * 60, 30 * 60),
}
PART_WORDS: dict[str, str] = {
    r"debut de matinee|early morning|fruh ?morgens|in der fruh": "early_morning",
    r"fin de matinee|late morning": "late_morning",
    r"debut d'apres[- ]?midi|early afternoon": "early_afternoon",
    r"fin d'apres[- ]?midi|late afternoon|spatnachmittag": "late_afternoon",
    r"fin de journee|end of (?:the )?day": "end_of_day",
    r"apres[- ]?midi|apr[e]?m|aprem|afternoon|nachmittags?": "afternoon",
    r"aube|a l'aube|lever du (?:soleil|jour)|dawn|sunrise": "dawn",
    r"matin|matinee|morning|vormittags?|fruh|morgens": "morning",
    r"soir|soiree|evening|abends?": "evening",
    r"nuit|night|nachts?": "night",
}

TODAY = r"aujourd'?hui|auj|ajd|today|heute"
TOMORROW = r"demain|dem|tomorrow|tmrw|tmr|morgen"
AFTER_TOMORROW = r"apres[- ]demain|ap[- ]demain|(?:the )?day after tomorrow|ue?bermorgen"
YESTERDAY = r"hier|yesterday|gestern"
BEFORE_YESTERDAY = r"avant[- ]hier|(?:the )?day before yesterday|vorgestern"
NOW = (
    r"maintenant|tout de suite|de suite|immediatement|(?:right )?now|asap|au plus vite|des que possible"
    r"|jetzt|sofort|so schnell wie moglich"
)

UNITS: dict[str, str] = {
    r"minutes?|minuten|mins?|mn|m": "minute",
    r"heures?|hours?|hrs?|hr|stunden?|std|h": "hour",
    r"jours?|days?|tagen?|tage|tag|j|d": "day",
    r"semaines?|sem|weeks?|wks?|wochen?|w": "week",
    r"mois|months?|monaten?|monate|monat": "month",
}
_COUNTED = r"[0-9]{1,5}|une?|an?|one|eine[rmn]?|deux|two|zwei|trois|three|drei"
COUNTS = {"deux": 2, "two": 2, "zwei": 2, "trois": 3, "three": 3, "drei": 3}

# Where a word or figure of a moment may begin and end: digits of phones, prices and versions stay whole.
BEGIN = r"(?<![\w+])(?<![0-9][.,:/\-])"
END = r"(?!\w)(?![.,:/\-]?[0-9])(?!\s?(?:€|eur\b|euros?\b|%|km\b|kg\b))"

_H = r"(?:[01]?[0-9]|2[0-4])"
_M = r"[0-5][0-9]"
_PARTY = r"(?!\s?(?:p\b|pers|pax\b|couverts|guests|people|adult|enfant|kinder))"
CLOCK = (
    rf"(?:{_H}\s(?:h|heures?)\s{_M}{_PARTY}|{_H}\s?(?:h|heures?|hrs?)(?:[0-5]?[0-9])?"
    rf"|(?:1[0-2]|0?[1-9])(?:[:.h]{_M})?\s?[ap]\.?m\b\.?"
    rf"|{_H}(?:[.:]{_M})?\s?uhr(?:\s{_M}{_PARTY})?|{_H}:{_M}(?::{_M})?|(?:1[0-2]|[1-9])\s?o'?clock"
    r"|midi(?:\s(?:et\s)?(?:demie?|quart|trente))?|noon|mittags?|minuit|midnight|mitternacht)"
)
CLOCK_PARTS = re.compile(
    rf"(?P<hour>{_H})(?:(?:\s?(?:h|heures?|hrs?)\s?|[:.])(?P<minute>[0-5]?[0-9])(?::{_M})?)?"
    rf"\s?(?:h|heures?|hrs?|o'?clock|uhr(?:\s(?P<after>{_M}))?|(?P<half>[ap])\.?m\.?)?"
)

_MONTH = either(MONTHS)
_DAY = r"(?:0?[1-9]|[12][0-9]|3[01])"
_ORDINAL = r"(?:er|st|nd|rd|th|\.)?"
_YEAR = r"(?:19|20|21)[0-9]{2}"
_ISO_TIME = rf"{_H}:{_M}(?::{_M}(?:\.[0-9]{{1,9}})?)?"
# An offset needs the T: after a space "08:00-12:00" is a window of the morning.
_OFFSET = r"(?:z|[+-][01][0-9]:?[0-5][0-9])"
_ISO = rf"{_YEAR}-[0-9]{{2}}-[0-9]{{2}}(?:t{_ISO_TIME}{_OFFSET}?|\s{_ISO_TIME}(?!\s?-\s?[0-9]))?"
ISO_PARTS = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
    rf"(?:[t ](?P<hour>{_H}):(?P<minute>{_M})(?::{_M}(?:\.[0-9]{{1,9}})?)?(?P<offset>{_OFFSET})?)?"
)

# In the order they claim the text; a claimed stretch is closed to the patterns after it.
_WORD_PATTERNS = tuple(
    (name, re.compile(f"{BEGIN}(?:{pattern}){END}"))
    for name, pattern in (
        ("iso", rf"(?P<first>{_ISO})(?:\s?/\s?(?P<second>{_ISO}))?"),
        (
            "days",
            rf"(?:du|from(?: the)?|vom)\s(?P<day>{_DAY}){_ORDINAL}(?:\s(?P<month>{_MONTH})\.?)?"
            rf"\s(?:au|to(?: the)?|bis(?: zum)?)\s(?P<last>{_DAY}){_ORDINAL}"
            rf"\s(?P<last_month>{_MONTH})\.?(?:\s(?P<year>{_YEAR}))?",
        ),
        (
            "days_figures",
            rf"(?:du|from|vom)\s(?P<day>{_DAY})[/.](?P<month>[0-9]{{1,2}})\.?\s(?:au|to|bis(?: zum)?)"
            rf"\s(?P<last>{_DAY})[/.](?P<last_month>[0-9]{{1,2}})\.?(?:[/]?(?P<year>{_YEAR}))?",
        ),
        (
            "days_short",
            rf"(?P<day>{_DAY})-(?P<last>{_DAY})\s(?P<last_month>{_MONTH})\.?(?:\s(?P<year>{_YEAR}))?",
        ),
        (
            "date",
            rf"(?P<day>{_DAY}){_ORDINAL}\s(?:of\s)?(?P<month>{_MONTH})\b\.?(?:,?\s(?P<year>{_YEAR})(?!\w))?",
        ),
        (
            "date",
            rf"(?P<month>{either(MONTHS_FIRST)})\.?\s(?:the\s)?(?P<day>{_DAY})(?:st|nd|rd|th)?"
            rf"(?:,?\s(?P<year>{_YEAR})(?!\w))?(?!\s?(?:h|p|uhr|am|pm|pers|pax)\b)",
        ),
        ("figures", rf"(?P<day>{_DAY})/(?P<month>0?[1-9]|1[0-2])(?:/(?P<year>{_YEAR}|[0-9]{{2}}))?"),
        ("figures", rf"(?P<day>{_DAY})\.\s?(?P<month>0?[1-9]|1[0-2])\.(?:\s?(?P<year>{_YEAR}|[0-9]{{2}}))?"),
        ("figures", rf"(?P<day>{_DAY})-(?P<month>0?[1-9]|1[0-2])-(?P<year>{_YEAR})"),
        (
            "window",
            rf"(?:(?P<open>entre|between|zwischen|de|from|von|des)\s)?(?P<first>{CLOCK}|{_H})"
            rf"(?P<to>\s?-\s?|\s?/\s?|\s(?:a|et|to|and|und|bis)\s)(?P<second>{CLOCK})",
        ),
        (
            "ago",
            rf"il y a (?P<count>{_COUNTED})\s?(?P<unit>{'|'.join(UNITS)})",
        ),
        ("ago", rf"vor (?P<count>{_COUNTED})\s?(?P<unit>minuten?|stunden?|tagen?|wochen?|monaten?)"),
        ("ago", rf"(?P<count>{_COUNTED})\s?(?P<unit>{'|'.join(UNITS)})\sago"),
        (
            "hours_ahead",
            r"(?P<lead>dans|in|d'ici|sous|within)\s(?P<count>[0-9]{1,2})\s?h\s?(?P<minutes>[0-5][0-9])",
        ),
        ("half_hour", r"(?:dans|in|d'ici|within)\s(?:une demi[- ]heure|half an hour|einer halben stunde)"),
        (
            "quarter_hour",
            r"(?:dans|in|d'ici|within)\s(?:un quart d'heure|a quarter of an hour|einer viertelstunde)",
        ),
        (
            "ahead",
            rf"(?P<lead>dans|in|d'ici|sous|within)\s(?P<count>{_COUNTED})\s?(?P<unit>{'|'.join(UNITS)})",
        ),
        ("month_end", rf"(?:la |the )?(?:fin|end(?: of)?|ende) (?P<month>{_MONTH})"),
        ("month_start", rf"(?:debut|early|start of|anfang) (?P<month>{_MONTH})"),
        ("month_middle", rf"(?:mi[- ]|mid[- ]|mitte )(?P<month>{_MONTH})"),
        (
            "month_end",
            r"(?:la )?fin (?:de|du) mois|(?:the )?end of (?:the )?month|monatsende|ende des monats|eom",
        ),
        ("week_end_day", r"(?:la )?fin de (?:la )?semaine|(?:the )?end of (?:the )?week|ende der woche"),
        (
            "next_week",
            r"(?:la )?semaine pro(?:chaine)?|sem pro|next week|(?:die )?nachste woche|nachster woche",
        ),
        ("next_month", r"(?:le )?mois prochain|next month|nachsten monat"),
        ("weekend", r"(?:ce |le |this |the |dieses |am )?(?:week-?end|wochenende)|(?:ce|le) we"),
        ("after_tomorrow", AFTER_TOMORROW),
        ("before_yesterday", BEFORE_YESTERDAY),
        ("tonight", r"tonight|heute abend|heut abend"),
        ("this_part", rf"(?:ce|cet|cette|this)\s(?P<part>{'|'.join(PART_WORDS)}|midi)"),
        ("clock", CLOCK),
        ("now", NOW),
        ("today", TODAY),
        ("tomorrow", TOMORROW),
        ("yesterday", YESTERDAY),
        (
            "weekday",
            r"(?:(?P<lead>ce|this|next|last|nachste[nr]?|kommende[nr]?|diese[nr]?|letzte[nr]?)\s)?"
            rf"(?P<day>{either(WEEKDAYS)})\b\.?"
            r"(?:\s(?P<trail>prochaine?|pro|suivante?|derniere?|en (?:huit|8)|week)(?!\w))?"
            rf"(?:\s(?P<dom>{_DAY})(?!\w|[.,:/\-]?[0-9]|\s?(?:h|heures?|uhr|am|pm|p|pers|pax|x)\b))?",
        ),
        (
            "day_of_month",
            rf"(?:le|the)\s(?P<day>{_DAY})(?:er|st|nd|rd|th)?(?!\s?(?:p|pers|pax|rue|av|avenue|bd)\b)",
        ),
        ("day_of_month", rf"am\s(?P<day>{_DAY})\."),
        # "demain à 9": only beside a day, and never a party or a house number.
        (
            "bare_hour",
            r"(?:a|at|um)\s(?P<hour>[6-9]|1[0-9]|2[0-3])"
            r"(?!\s?(?:h|p|pers|personnes|pax|people|guests|couverts|adult|enfant|kinder|rue|av|avenue|bd|bis|ter)\b)",
        ),
        ("part", rf"(?P<part>{'|'.join(PART_WORDS)})"),
        # Alone in a field "15 min" is from now on; in a line it is the length of something.
        ("minutes", r"(?P<count>[0-9]{1,3})\s?(?P<unit>minutes?|minuten|mins?|mn)"),
    )
)
_PLUS = r"(?<![\w+0-9])(?P<lead>\+)\s?"
PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    *_WORD_PATTERNS,
    ("ahead", re.compile(rf"{_PLUS}(?P<count>[0-9]{{1,5}})\s?(?P<unit>{'|'.join(UNITS)}){END}")),
    ("hours_ahead", re.compile(rf"{_PLUS}(?P<count>[0-9]{{1,2}})\s?h\s?(?P<minutes>[0-5][0-9]){END}")),
)
ANCHORED = re.compile(BEGIN + r"[jd](?:\s?(?P<sign>[+-])\s?(?P<count>[0-9]{1,3})|0)(?!\w)(?![.,:/\-]?[0-9])")

# What may stand between a day and its time, or before a moment, and belongs to it.
BETWEEN = re.compile(
    r"[\s,]*(?:(?:a|at|um|le|la|on|the|am|den|der|in the|au|en|dans (?:la|l')|du|de l'|de la|gegen|vers"
    r"|around|des|ab|from|pour|for|by|avant|vor)(?:\s|(?<='))?)?[\s,]*"
)
LEADS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (relation, re.compile(rf"(?<!\w)(?:{words})\s?$"))
    for relation, words in (
        (
            "before",
            r"(?:au plus tard|avant|d'ici|jusqu'au?|before|by|until|till|no later than|vor|bis|spatestens)"
            r"(?: le| la| the| l'| dem| zum| um| a| at| on)?",
        ),
        ("after", r"(?:a partir de|des|apres|after|from|nach|ab|as of)(?: le| la| the| l'| dem| um)?"),
        ("around", r"(?:vers|environ|around|about|gegen|autour de|env\.?|ca\.?)(?: le| the)?"),
        ("at", r"(?:pour )?(?:a|le|at|on|um|am|the|den|on the|du)|pour le|for the"),
    )
)
NOT_A_DATE_AFTER = re.compile(
    r"(?<!\w)(?:rue|place|pl\.?|avenue|av\.?|boulevard|bd|quai|cours|square|allee|impasse|chemin|lycee|ecole|college"
    r"|residence|cite|pont)\s(?:(?:du|de|des|de la)\s|de l')(?:[a-z]+\s)?$"
)
NOT_A_CLOCK_AFTER = re.compile(
    r"(?<!\w)(?:pendant|durant|duree(?: de)?|forfait|il y a|wahrend|retard(?: de)?)\s$"
)
NOT_A_CLOCK_BEFORE = re.compile(r"\s(?:de|of)\s(?:retard|route|garde|attente|trajet|menage|visite|travail)\b")
NOT_A_WEEKDAY_AFTER = re.compile(r"(?<!\w)(?:la|de|du|ma|sa|vue|bord)\s$")
NOT_NOON_AFTER = re.compile(r"(?<!\w)(?:du|canal|canal du|hotel|gare|le cafe)\s$")
TABLE_AFTER = re.compile(r"(?<!\w)(?:tables?|groupe|famille|equipe|pour|gruppe|tisch)\s$")
GREETING_AFTER = re.compile(r"(?<!\w)(?:guten|good|bon|bonne)\s$")
GERMAN_DAY_AFTER = re.compile(
    r"(?<!\w)(?:heute|gestern|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag)\s$"
)
