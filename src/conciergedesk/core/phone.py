"""Telephone numbers: from whatever was pasted to a number that can be found again and dialled.

A number is kept as typed, as E.164 (``+33639981427``) and with its extension. Nothing is guessed in silence:
a reading that needed a guess has the status *to confirm* and says why.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from conciergedesk.core.i18n import N_, translate
from conciergedesk.core.text import clean_line

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber as Parsed

NEIGHBOURS = ("FR", "LU", "DE", "BE")
# Dialled from France as any other ten-digit number, yet each has a country code of its own.
_OVERSEAS = ("RE", "GP", "MQ", "GF", "YT")
_CALLING_CODES = {"FR": "33", "LU": "352", "DE": "49", "BE": "32"}
_NEEDS_ZERO = ("FR", "DE", "BE")  # national numbers begin with 0 there, in Luxembourg they do not
_TRUNK_ZERO = {"33", "49", "32", "41", "44", "31", "43", "262", "590", "594", "596"}

# Blocks the French regulator keeps for fiction and training; the library does not know all of them.
_FICTION_BLOCKS = ("33199 00", "33261 91", "33353 01", "33465 71", "33536 49", "33639 98")
_FICTION = re.compile(r"\+(?:" + "|".join(block.replace(" ", "") for block in _FICTION_BLOCKS) + r")\d{4}")

# Numbers that are dialled as they are and have no international form.
SHORT_NUMBERS: dict[str, tuple[str, ...]] = {
    "15": ("FR",),
    "17": ("FR",),
    "18": ("FR",),
    "112": NEIGHBOURS,
    "110": ("DE",),
    "113": ("LU",),
    "100": ("BE",),
    "101": ("BE",),
    "114": ("FR",),
    "115": ("FR",),
    "119": ("FR",),
    "191": ("FR",),
    "196": ("FR",),
    "3114": ("FR",),
    "3237": ("FR",),
    "3624": ("FR",),
    "3919": ("FR",),
    "116000": NEIGHBOURS,
    "116006": ("FR", "DE"),
    "116111": ("DE", "LU", "BE"),
    "116117": ("FR", "DE", "LU"),
    "1733": ("BE",),
}


class PhoneStatus(StrEnum):
    """How far a number can be trusted."""

    VALID = "valid"
    TO_CONFIRM = "to_confirm"
    SHORT = "short"
    INVALID = "invalid"


_NOT_A_NUMBER = N_(
    "No telephone number was recognised: type its digits, with + and the country for a foreign one."
)
_UNKNOWN = N_("This number does not exist in {countries}: check its digits or add the country with +.")
_FOREIGN_INVALID = N_("This number does not exist in the country of its prefix: check its digits.")
_ELSEWHERE = N_("Not a number of the home country but one of {countries}: ask for confirmation.")
_SEVERAL = N_("This number exists in several countries ({countries}): ask which one.")
_OVERSEAS_NOTE = N_("French overseas number ({countries}): ask for confirmation.")
_MISSING_PLUS = N_("Read as an international number without its + ({countries}): ask for confirmation.")
_COMPLETED = N_("Completed from the number before it: ask for confirmation.")
_SHORT_UNKNOWN = N_("Short number that is not in the desk's list: check that it can be dialled from here.")


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """One telephone number as it was typed and as it was understood.

    Attributes:
        typed: The text it was read from, cleaned of control characters.
        e164: International form; None for short and invalid numbers.
        extension: Digits to dial after the answer ("poste 4"), or "".
        status: How far the reading can be trusted.
        country: Two-letter code the number belongs to, or "".
        note: English reason to translate when it is not simply valid; see ``reason``.
        remark: What stood beside the number, such as "bureau".
        candidates: The countries meant by the note.
    """

    typed: str
    e164: str | None = None
    extension: str = ""
    status: PhoneStatus = PhoneStatus.INVALID
    country: str = ""
    note: str = ""
    remark: str = ""
    candidates: tuple[str, ...] = ()

    @property
    def dialled(self) -> str:
        """What a caller dials: E.164, or the digits of a short number; "" when there is nothing to dial."""
        return self.e164 or (_digits(self.typed) if self.status is PhoneStatus.SHORT else "")

    def reason(self, language: str | None = None) -> str:
        """The note in ``language`` (default: that of the interface); "" for a plainly valid number."""
        return translate(self.note, language, countries=", ".join(self.candidates)) if self.note else ""


# --- reading ---

_INVISIBLE = re.compile("[\u00ad\u180e\u200b-\u200d\u2060-\u2064]")
_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63]")
_HARD_SPLIT = re.compile(r"[;,|\n]|\b(?:ou|or|oder|et|und|and|puis)\b|&", re.IGNORECASE)
_SLASH = re.compile(r"\s*/\s*")
_SPACED_DASH = re.compile(r"\s+-+\s+")
_EXTENSION = re.compile(
    r"(?:[\s,;(-]*)\b(?:poste|post|ext(?:ension)?|durchwahl|dw|nebenstelle|apparat|int(?:erne)?|p)\b\.?\s*(?:n°|no\.?|:)?"
    r"\s*(\d{1,6})\)?|\s*(?:#|(?<=[\d\s])x)\s*(\d{1,6})\b",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_BRACKET_DIGITS = re.compile(r"^\s*\+?[\d\s.]{1,6}$")
_LABEL = re.compile(r"[^\W\d_](?:[^\d+();/\[\]]*[^\W\d_])?\.?", re.UNICODE)
_DIALLING_WORDS = re.compile(
    r"^(?:t[ée]l(?:[ée]phone)?|phone|fon|n°|no|num[ée]ro|call|appeler|tel\.?\s*fixe|uri)[\s.:]*",
    re.IGNORECASE,
)


def read_phones(text: str, home: str = "FR") -> list[PhoneNumber]:
    """Every number in ``text``, in order; text with digits but no number gives one invalid entry.

    Args:
        text: Anything typed or pasted: remarks, several numbers, extensions, direction marks.
        home: Country whose national numbers are tried first.
    """
    text = clean_line(_INVISIBLE.sub("", text.replace("\n", ";")))
    text = _DASHES.sub("-", unicodedata.normalize("NFKC", text))
    found: list[PhoneNumber] = []
    for piece in _HARD_SPLIT.split(_protect_extensions(text)):
        piece = piece.strip(" .:-").replace("\x00", ",")
        if not any(char.isdigit() for char in piece):
            continue
        for number in _read_piece(piece, home):
            if found and number.status is PhoneStatus.INVALID:
                number = _completed(number, found[-1], home) or number
            found.append(number)
    if not found and text:
        return [PhoneNumber(text, note=_NOT_A_NUMBER)]
    return found


def read_phone(text: str, home: str = "FR") -> PhoneNumber:
    """The first usable number in ``text``; an invalid one when there is none."""
    found = read_phones(text, home)
    usable = (number for number in found if number.status is not PhoneStatus.INVALID)
    return next(usable, found[0] if found else PhoneNumber("", note=_NOT_A_NUMBER))


def _protect_extensions(text: str) -> str:
    """Keep "…, poste 4" in one piece although a comma separates numbers."""
    return _EXTENSION.sub(lambda match: match.group(0).replace(",", "\x00").replace(";", "\x00"), text)


def _read_piece(piece: str, home: str) -> list[PhoneNumber]:
    whole = _read_one(piece, home)
    if whole.status in (PhoneStatus.VALID, PhoneStatus.SHORT):
        return [whole]
    # A slash stands between two numbers in France and after the area code in Germany: the reading with
    # more sound numbers wins.
    for separator in (_SLASH, _SPACED_DASH):
        parts = [part for part in separator.split(piece) if any(char.isdigit() for char in part)]
        if len(parts) > 1:
            split = [number for part in parts for number in _read_piece(part, home)]
            if split[0].status in (PhoneStatus.VALID, PhoneStatus.SHORT):
                return [split[0], *(_settled(split[i], split[i - 1], home) for i in range(1, len(split)))]
    return _read_run_together(piece, home) or [whole]


def _settled(number: PhoneNumber, before: PhoneNumber, home: str) -> PhoneNumber:
    if number.status is PhoneStatus.INVALID or len(_digits(number.typed)) <= 4:
        return _completed(number, before, home) or number
    return number


def _read_run_together(piece: str, home: str) -> list[PhoneNumber]:
    """Two numbers parted by nothing but a space, a word or a new +, when both are sound on their own."""
    cuts = [
        match.start()
        for match in re.finditer(r"(?<=\d)\s*\+(?=\d)|(?<=\d)\s+(?=0)|(?<=\d)\s*(?=[^\W\d_])", piece)
    ]
    for cut in cuts:
        first, second = _read_one(piece[:cut].strip(), home), _read_one(piece[cut:].strip(), home)
        if first.status is PhoneStatus.VALID:
            rest = (
                [second]
                if second.status is PhoneStatus.VALID
                else _read_run_together(piece[cut:].strip(), home)
            )
            if rest:
                return [first, *rest]
    return []


def _completed(number: PhoneNumber, before: PhoneNumber, home: str) -> PhoneNumber | None:
    """ "03 87 … 56 / 57": the second number shares the beginning of the first."""
    tail = _digits(number.typed)
    if before.e164 is None or not 1 <= len(tail) <= 4 or not re.fullmatch(r"[\d\s.\-]+", number.typed):
        return None
    candidate = _read_one(before.e164[: -len(tail)] + tail, home)
    if candidate.status is not PhoneStatus.VALID:
        return None
    return PhoneNumber(
        number.typed, candidate.e164, "", PhoneStatus.TO_CONFIRM, candidate.country, _COMPLETED, number.remark
    )


def _read_one(typed: str, home: str) -> PhoneNumber:
    """One number with whatever stands around it."""
    text, extension = typed, ""
    if found := _EXTENSION.search(text):
        before = text[: found.start()]
        if len(_digits(before)) >= 6:
            extension = found.group(1) or found.group(2)
            text = before + " " + text[found.end() :]
    remarks: list[str] = []

    def bracket(match: re.Match[str]) -> str:
        inside = match.group(1)
        if _BRACKET_DIGITS.match(inside):
            # (0) after a country code is the zero dialled inside it; other digits belong to the number.
            before = _digits(text[: match.start()])
            return " " if inside.strip() == "0" and before else f" {inside} "
        remarks.append(inside.strip())
        return " "

    text = _BRACKETS.sub(bracket, text)

    def label(match: re.Match[str]) -> str:
        remarks.append(match.group(0).strip())
        return " "

    text = _LABEL.sub(label, text)
    remark = clean_line(
        " ".join(filter(None, (_DIALLING_WORDS.sub("", r).strip(" .:") for r in remarks))), 80
    )
    plus = re.match(r"[^\d+]*\+", text) is not None
    digits = _digits(text)
    # A plus after the country code ("33+0474…") is a slip that is read as an international number.
    slipped = not plus and "+" in text
    number = _understand(digits, plus, slipped, home)
    return PhoneNumber(
        typed, number.e164, extension, number.status, number.country, number.note, remark, number.candidates
    )


def _understand(digits: str, plus: bool, slipped: bool, home: str) -> PhoneNumber:
    invalid, valid, confirm = PhoneStatus.INVALID, PhoneStatus.VALID, PhoneStatus.TO_CONFIRM
    if not digits or len(digits) > 25:
        return PhoneNumber(digits, note=_NOT_A_NUMBER)
    if not plus and digits in SHORT_NUMBERS:
        countries = SHORT_NUMBERS[digits]
        return PhoneNumber(
            digits, status=PhoneStatus.SHORT, country=home if home in countries else countries[0]
        )
    if not plus and digits.startswith("00"):
        plus, digits = True, digits[2:]
    if plus:
        parsed = _parse("+" + digits, None)
        if parsed is not None:
            return PhoneNumber(digits, _e164(parsed), "", valid, _region(parsed))
        return PhoneNumber(digits, status=invalid, note=_FOREIGN_INVALID)
    if not slipped:
        parsed = _parse(digits, home)
        if parsed is not None:
            at_home = _region(parsed) or home
            rival = _parse(digits, "LU") if home in _NEEDS_ZERO and _looks_luxembourgish(digits) else None
            if rival is not None:
                return PhoneNumber(digits, _e164(parsed), "", confirm, at_home, _SEVERAL, "", (at_home, "LU"))
            return PhoneNumber(digits, _e164(parsed), "", valid, at_home)
        if 3 <= len(digits) <= 6 and _is_short(digits, home):
            return PhoneNumber(digits, status=PhoneStatus.SHORT, country=home, note=_SHORT_UNKNOWN)
        if home == "FR" and len(digits) == 10:
            for region in _OVERSEAS:
                parsed = _parse(digits, region)
                if parsed is not None:
                    region = _region(parsed) or region
                    return PhoneNumber(
                        digits, _e164(parsed), "", confirm, region, _OVERSEAS_NOTE, "", (region,)
                    )
    abroad: list[tuple[str, Parsed, str]] = []
    for country, code in _CALLING_CODES.items():
        if digits.startswith(code) and (parsed := _parse("+" + digits, None)) is not None:
            abroad.append((country, parsed, _MISSING_PLUS))
    if not slipped and not abroad:
        for country in NEIGHBOURS:
            if country == home or digits.startswith("0") is not (country in _NEEDS_ZERO):
                continue
            if (parsed := _parse(digits, country)) is not None:
                abroad.append((country, parsed, _ELSEWHERE))
    if not abroad:
        return PhoneNumber(
            digits, status=invalid, note=_UNKNOWN, candidates=(home,) if slipped else NEIGHBOURS
        )
    countries = tuple(dict.fromkeys(_region(parsed) or country for country, parsed, _ in abroad))
    first_country, first, note = abroad[0]
    if len(countries) > 1:
        note = _SEVERAL
    return PhoneNumber(
        digits, _e164(first), "", confirm, _region(first) or first_country, note, "", countries
    )


def _looks_luxembourgish(digits: str) -> bool:
    """Luxembourg: mobiles have nine digits from 6, fixed lines at most eight; none begins with 0."""
    if len(digits) == 9:
        return digits[:3] in ("621", "628", "651", "661", "671", "691")
    return digits[:1] != "0" and 5 <= len(digits) <= 8


def _digits(text: str) -> str:
    return "".join(str(unicodedata.decimal(char)) for char in text if char.isdecimal())


def _parse(digits: str, region: str | None) -> Parsed | None:
    """The library's reading of bare digits, only when the number is valid."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return None
    return parsed if phonenumbers.is_valid_number(parsed) or _FICTION.fullmatch(_e164(parsed)) else None


def _e164(parsed: Parsed) -> str:
    import phonenumbers

    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _region(parsed: Parsed) -> str:
    import phonenumbers

    if _FICTION.fullmatch(_e164(parsed)):
        return "FR"
    region = phonenumbers.region_code_for_number(parsed)
    return region if region and len(region) == 2 else ""


def _is_short(digits: str, country: str) -> bool:
    import phonenumbers
    from phonenumbers import shortnumberinfo

    try:
        parsed = phonenumbers.parse(digits, country)
    except phonenumbers.NumberParseException:
        return False
    return shortnumberinfo.is_valid_short_number_for_region(parsed, country)


# --- finding ---


def match_key(number: str) -> str:
    """The text a stored number is looked up in: international and national digits with a space between.

    ``+33387123456`` gives ``33387123456 0387123456``: each spelling of the number, its beginning and its last
    digits, once through ``search_digits``, is a part of this text. Short and invalid numbers give digits.
    """
    digits = _digits(number)
    if not number.startswith("+"):
        return digits
    for length in (2, 3):
        code = digits[:length]
        if code in _TRUNK_ZERO or code in _CALLING_CODES.values():
            trunk = "0" if code in _TRUNK_ZERO else ""
            return f"{digits} {trunk}{digits[length:]}"
    return digits


def search_digits(text: str) -> str:
    """The digits to look for in match keys: ``+33 (0)3 87``, ``0033 387`` and ``03.87`` lead to the number.

    Last digits (``1427``) stay as they are; an extension is left out; text without digits gives "".
    """
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", clean_line(text)))
    if (found := _EXTENSION.search(text)) and len(_digits(text[: found.start()])) >= 6:
        text = text[: found.start()]
    international = re.match(r"\D*\+", text) is not None
    digits = _digits(text)
    if not international and digits.startswith("00") and len(digits) > 4:
        international, digits = True, digits[2:]
    if international or len(digits) > 10:
        for code in sorted(_TRUNK_ZERO, key=len, reverse=True):
            if digits.startswith(code + "0"):
                return code + digits[len(code) + 1 :]
    return digits


# --- showing ---


@lru_cache(maxsize=8192)
def show_phone(e164: str, home: str = "FR") -> str:
    """The number as people of ``home`` read it: ``06 39 98 14 27``; foreign ones with + and country."""
    if not e164.startswith("+"):
        return e164
    if home == "FR" and e164.startswith("+33") and len(e164) == 12:
        national = "0" + e164[3:]
        if national.startswith("08"):
            return " ".join((national[:4], national[4:6], national[6:8], national[8:]))
        return " ".join(national[i : i + 2] for i in range(0, 10, 2))
    import phonenumbers

    try:
        parsed = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return e164
    style = phonenumbers.PhoneNumberFormat
    at_home = phonenumbers.region_code_for_country_code(parsed.country_code or 0) == home
    return phonenumbers.format_number(parsed, style.NATIONAL if at_home else style.INTERNATIONAL)


def dial_uri(number: str, extension: str = "") -> str:
    """A ``tel:`` link a terminal can open: ``tel:+33387123456;ext=4``, ``tel:15``; "" without digits."""
    digits = _digits(number)
    if not digits:
        return ""
    uri = f"tel:{'+' if number.startswith('+') else ''}{digits}"
    return f"{uri};ext={_digits(extension)}" if _digits(extension) else uri
