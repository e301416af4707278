"""What is asked of a household beside its members: each answer is one of a few, said in the users' words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import LANGUAGES, N_, _, translate
from conciergedesk.core.text import fold
from conciergedesk.relocation.plans import (
    Car,
    Housing,
    Lease,
    Licence,
    Nationality,
    Origin,
    Visa,
    Wish,
    WorkCountry,
)

FACT_KINDS: Mapping[str, type[StrEnum]] = {
    "nationality": Nationality,
    "comes_from": Origin,
    "work_country": WorkCountry,
    "car": Car,
    "licence": Licence,
    "housing": Housing,
    "lease": Lease,
    "visa": Visa,
}
"""The questions; an unknown answer stays unknown."""

FACT_WORDS: Mapping[str, Mapping[str, str]] = {
    "nationality": {
        Nationality.FR: N_("group|French"),
        Nationality.EU: N_("group|EU"),
        Nationality.UK: N_("group|British"),
        Nationality.OTHER: N_("group|other"),
    },
    "comes_from": {Origin.FRANCE: N_("origin|in France"), Origin.ABROAD: N_("origin|abroad")},
    "work_country": {
        WorkCountry.FR: N_("country|France"),
        WorkCountry.LU: N_("country|Luxembourg"),
        WorkCountry.DE: N_("country|Germany"),
        WorkCountry.BE: N_("country|Belgium"),
    },
    "car": {
        Car.NONE: N_("car|none"),
        Car.FRANCE: N_("car|French plates"),
        Car.ABROAD: N_("car|foreign plates"),
    },
    "licence": {
        Licence.NONE: N_("licence|none"),
        Licence.FR: N_("licence|French"),
        Licence.EU: N_("licence|EU"),
        Licence.UK: N_("licence|British"),
        Licence.OTHER: N_("licence|other"),
    },
    "housing": {Housing.RENT: N_("housing|rent"), Housing.BUY: N_("housing|buy")},
    "lease": {
        Lease.UNFURNISHED: N_("lease|unfurnished"),
        Lease.FURNISHED: N_("lease|furnished"),
        Lease.MOBILITY: N_("lease|mobility lease"),
    },
    "visa": {
        Visa.NONE: N_("visa|none"),
        Visa.VLS_TS: N_("visa|long stay as permit (VLS-TS)"),
        Visa.CARD_TO_REQUEST: N_("visa|long stay, card to request"),
    },
}
"""What each answer is called."""


def fact_word(name: str, value: object) -> str:
    """An answer in the user's words; nothing when it is not known."""
    said = FACT_WORDS[name].get(str(value)) if value not in (None, "") else None
    return _(said) if said is not None else ""


def fact_words(name: str) -> tuple[str, ...]:
    """All the answers to a question, in the user's words."""
    return tuple(_(said) for said in FACT_WORDS[name].values())


def read_facts(given: Mapping[str, object]) -> dict[str, object]:
    """The facts as they are stored; empty answers are left out.

    An answer may be typed as it is called in any of the desk's languages, or as the beginning of it.

    Raises:
        InvalidInput: naming the fact.
    """
    facts: dict[str, object] = {}
    for name, value in given.items():
        if value is None or value == "":
            continue
        if name == "home_help":
            facts[name] = bool(value)
        elif name == "wishes":
            wishes = [str(one) for one in value] if isinstance(value, (list, tuple)) else str(value).split()
            unknown = next((one for one in wishes if one not in set(Wish)), None)
            if unknown is not None:
                raise _not_an_answer(name, unknown, Wish)
            facts[name] = wishes
        elif name in FACT_KINDS:
            facts[name] = _read_fact(name, str(value))
        else:
            raise InvalidInput(N_("The plan asks nothing called “{name}”."), field=name, name=name)
    return facts


def _read_fact(name: str, typed: str) -> str:
    wanted = fold(typed)
    begun = set()
    for code in FACT_KINDS[name]:
        words = {fold(code)} | {fold(translate(FACT_WORDS[name][code], language)) for language in LANGUAGES}
        if wanted in words:
            return str(code)
        if len(wanted) > 1 and any(word.startswith(wanted) for word in words):
            begun.add(str(code))
    if len(begun) == 1:
        return begun.pop()
    raise _not_an_answer(name, typed, fact_words(name))


def _not_an_answer(name: str, value: str, known: Iterable[str]) -> InvalidInput:
    return InvalidInput(
        N_("“{value}” is not one of: {known}."), field=name, value=value[:40], known=", ".join(known)
    )
