"""What a provider's card may hold: values from a form or a file, cleaned and checked field by field. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.holidays import Holidays
from conciergedesk.core.i18n import N_
from conciergedesk.core.phone import PhoneNumber, PhoneStatus, read_phones
from conciergedesk.core.text import clean_block, clean_line, fold
from conciergedesk.providers.hours import read_hours
from conciergedesk.providers.rules import (
    COUNTRIES,
    AgreementState,
    Booking,
    GuideClass,
    Status,
    read_season,
)
from conciergedesk.providers.search.lexicon import Lexicon

NUMBERS_LIMIT = 8


@dataclass(frozen=True, slots=True)
class ProviderValues:
    """The editable part of a card, as plain text and figures.

    ``phones`` may hold anything that was pasted; ``trades`` are codes or labels; ``languages`` ISO codes.
    """

    name: str = ""
    trades: tuple[str, ...] = ()
    tags: str = ""
    address: str = ""
    postcode: str = ""
    commune: str = ""
    country: str = "FR"
    latitude: float | None = None
    longitude: float | None = None
    phones: tuple[str, ...] = ()
    email: str = ""
    website: str = ""
    languages: tuple[str, ...] = ()
    hours: str = ""
    booking: str = ""
    booking_note: str = ""
    lead_minutes: int | None = None
    answer_minutes: int | None = None
    price_band: int = 0
    cancellation: str = ""
    free_cancel_hours: int | None = None
    agreement: str = "none"
    guide_class: str = ""
    member: bool = False
    reseller: bool = False
    accessible: bool = False
    status: str = "active"
    status_reason: str = ""
    season_from: str = ""
    season_to: str = ""
    note: str = ""


CARD_FIELDS = tuple(one.name for one in fields(ProviderValues))


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that was kept although somebody should look at it."""

    field: str
    sentence: str
    values: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class CheckedCard:
    """Values that may be stored, the numbers in them, and what somebody should look at."""

    values: ProviderValues
    numbers: tuple[PhoneNumber, ...]
    region: str
    warnings: tuple[Warned, ...] = ()

    @property
    def trades(self) -> str:
        return " ".join(self.values.trades)

    @property
    def languages(self) -> str:
        return " ".join(self.values.languages)


@dataclass(frozen=True)
class CardRules:
    """The house's words and calendars, against which cards are checked."""

    lexicon: Lexicon
    holidays: Holidays
    home: str = "FR"
    _regions: dict[tuple[str, str], str] = field(default_factory=dict, repr=False, compare=False)

    def region_of(self, country: str, postcode: str) -> str:
        """The holiday region of an address."""
        place = (country, postcode)
        if place not in self._regions:
            self._regions[place] = self.holidays.region_of(country, postcode)
        return self._regions[place]


_MAIL = re.compile(r"[^\s@<>,;:\"()]+@[^\s@<>,;:\"()]+\.[^\s@<>,;:\"()]+")
_WEB = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_POSTCODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z -]{1,9}")
_LANGUAGE = re.compile(r"[a-z]{2}")
_SEPARATED = re.compile(r"[,;/|\s]+")


def check_card(values: ProviderValues, rules: CardRules, *, keep_doubtful_hours: bool = False) -> CheckedCard:
    """Clean and check every field.

    Args:
        values: What was typed or read.
        rules: The house's words and calendars.
        keep_doubtful_hours: Keep hours that cannot be understood as "to confirm" instead of refusing them.

    Raises:
        InvalidInput: names the field and what is wrong with it.
    """
    warnings: list[Warned] = []
    name = clean_line(values.name, 200)
    if not fold(name):
        raise InvalidInput(N_("Give the provider a name."), field="name")
    country = clean_line(values.country, 2).upper() or rules.home
    if country not in COUNTRIES:
        raise InvalidInput(
            N_("The country must be one of {countries}."), field="country", countries=", ".join(COUNTRIES)
        )
    postcode = clean_line(values.postcode, 12)
    if postcode and not _POSTCODE.fullmatch(postcode):
        raise InvalidInput(N_("“{value}” is not a postcode."), field="postcode", value=postcode)
    latitude, longitude = _coordinates(values.latitude, values.longitude)
    trades, unknown = _trades(values.trades, rules.lexicon)
    tags = [clean_line(values.tags, 300)]
    for label in unknown:
        warnings.append(Warned("trades", N_("“{value}” is not a trade the desk knows."), (("value", label),)))
        tags.append(label)
    hours = _hours(values.hours, warnings, keep=keep_doubtful_hours)
    numbers = _numbers(values.phones, country, warnings)
    status = clean_line(values.status, 10) or Status.ACTIVE
    _one_of("status", status, Status)
    reason = clean_line(values.status_reason, 200)
    if status == Status.SUSPENDED and not reason:
        raise InvalidInput(N_("Say why this provider is suspended."), field="status_reason")
    season = read_season(clean_line(values.season_from, 5), clean_line(values.season_to, 5))
    for name_of, value, states in (
        ("agreement", values.agreement or "none", AgreementState),
        ("booking", values.booking, Booking),
        ("guide_class", values.guide_class, GuideClass),
    ):
        _one_of(name_of, value, states)
    if not 0 <= values.price_band <= 4:
        raise InvalidInput(N_("The price band goes from 1 to 4, 0 when it is not known."), field="price_band")
    for field_name in ("lead_minutes", "answer_minutes", "free_cancel_hours"):
        amount = getattr(values, field_name)
        if amount is not None and not 0 <= amount <= 600_000:
            raise InvalidInput(N_("This must be a whole number, not below 0."), field=field_name)
    checked = replace(
        values,
        name=name,
        trades=trades,
        tags=clean_line(" · ".join(filter(None, tags)), 300),
        address=clean_line(values.address, 200),
        postcode=postcode,
        commune=clean_line(values.commune, 120),
        country=country,
        latitude=latitude,
        longitude=longitude,
        phones=tuple(clean_line(text, 200) for text in values.phones if clean_line(text, 200)),
        email=_mail(values.email),
        website=_web(values.website, warnings),
        languages=_languages(values.languages, rules.lexicon),
        hours=hours,
        booking=values.booking,
        booking_note=clean_line(values.booking_note, 200),
        cancellation=clean_line(values.cancellation, 300),
        agreement=values.agreement or "none",
        status=status,
        status_reason=reason,
        season_from=season[0],
        season_to=season[1],
        note=clean_block(values.note),
    )
    return CheckedCard(checked, numbers, rules.region_of(country, postcode), tuple(warnings))


def digest_of_values(values: ProviderValues) -> str:
    """A short name of everything a line of a listing says; the same line has the same."""
    said = "\x1f".join(repr(getattr(values, name)) for name in CARD_FIELDS)
    return hashlib.blake2b(said.encode("utf-8", "replace"), digest_size=8).hexdigest()


def same_place_key(name: str, commune: str) -> int:
    """A number that two spellings of one provider in one commune share."""
    folded = f"{fold(name)}\x1f{fold(commune)}"
    return int.from_bytes(hashlib.blake2b(folded.encode(), digest_size=8).digest(), "big", signed=True)


def _one_of(field_name: str, value: str, states: Iterable[str]) -> None:
    known = [str(state) for state in states]
    if value not in known:
        raise InvalidInput(
            N_("“{value}” is not possible here. Use one of: {known}."),
            field=field_name,
            value=clean_line(value, 40),
            known=", ".join(filter(None, known)),
        )


def _coordinates(latitude: float | None, longitude: float | None) -> tuple[float | None, float | None]:
    if latitude is None or longitude is None:
        return None, None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise InvalidInput(N_("Latitude and longitude do not lie on the earth."), field="latitude")
    # Nobody works at the zero point: some files write it for "not known".
    return (None, None) if latitude == longitude == 0 else (round(latitude, 6), round(longitude, 6))


def _trades(given: Sequence[str], lexicon: Lexicon) -> tuple[tuple[str, ...], list[str]]:
    found: dict[str, None] = {}
    unknown = []
    for label in given:
        label = clean_line(label, 80)
        if not label:
            continue
        code = label if label in lexicon.trades else lexicon.code_of_label(label)
        if code is None:
            code = lexicon.trade_phrases.get(fold(label))
        if code is None:
            unknown.append(label)
            code = "other"
        found[code] = None
    return tuple(found), unknown


def _hours(text: str, warnings: list[Warned], *, keep: bool) -> str:
    text = clean_line(text, 1000)
    problem = _hours_problem(text)
    if problem is None:
        return text
    sentence, position, values = problem
    if not keep:
        raise InvalidInput(
            N_("The opening hours cannot be understood at character {position}: {reason}"),
            field="hours",
            position=position + 1,
            reason=_Reason(sentence, values),
        )
    warnings.append(Warned("hours", N_("The opening hours cannot be understood: they stay to be confirmed.")))
    return text


@lru_cache(maxsize=20_000)
def _hours_problem(text: str) -> tuple[str, int, tuple[tuple[str, object], ...]] | None:
    problem = read_hours(text).problem
    return None if problem is None else (problem.sentence, problem.position, problem.values)


@dataclass(frozen=True, slots=True)
class _Reason:
    sentence: str
    values: tuple[tuple[str, object], ...]

    def in_language(self, language: str | None = None) -> str:
        from conciergedesk.core.i18n import translate

        return translate(self.sentence, language, **dict(self.values))


def _numbers(texts: Sequence[str], country: str, warnings: list[Warned]) -> tuple[PhoneNumber, ...]:
    found: dict[str, PhoneNumber] = {}
    for text in texts:
        for number in _read_numbers(clean_line(text, 200), country):
            found.setdefault(number.e164 or number.typed, number)
            if number.status not in (PhoneStatus.VALID, PhoneStatus.SHORT):
                warnings.append(
                    Warned(
                        "phones",
                        N_("“{value}” is kept as it is: ask for the number."),
                        (("value", number.typed),),
                    )
                )
    return tuple(found.values())[:NUMBERS_LIMIT]


@lru_cache(maxsize=50_000)
def _read_numbers(text: str, country: str) -> tuple[PhoneNumber, ...]:
    return tuple(read_phones(text, country)) if text and text != "-" else ()


def _mail(text: str) -> str:
    text = clean_line(text, 200)
    if text and not _MAIL.fullmatch(text):
        raise InvalidInput(N_("“{value}” is not a mail address."), field="email", value=text[:60])
    return text


def _web(text: str, warnings: list[Warned]) -> str:
    text = clean_line(text, 300)
    if not text or text == "-":
        return ""
    if "://" not in text and "." in text:
        text = f"https://{text}"
    if _WEB.fullmatch(text):
        return text
    warnings.append(
        Warned("website", N_("“{value}” is not a web address and was left out."), (("value", text),))
    )
    return ""


def _languages(given: Sequence[str], lexicon: Lexicon) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for text in given:
        for word in _SEPARATED.split(text.strip().casefold()):
            code = word if _LANGUAGE.fullmatch(word) else lexicon.languages.get(fold(word))
            if word and code is None:
                raise InvalidInput(
                    N_("“{value}” is not a language. Write codes such as fr de en."),
                    field="languages",
                    value=word,
                )
            if code:
                found[code] = None
    return tuple(found)[:20]


def words_of(text: str) -> tuple[str, ...]:
    """``fr, de en`` as separate words."""
    return tuple(filter(None, _SEPARATED.split(text.strip())))


def changed_fields(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    """Names of the fields that differ, in order."""
    return [name for name, value in after.items() if before.get(name) != value]
