"""Kinds of clients and what follows from them."""

from __future__ import annotations

from enum import StrEnum

from conciergedesk.core.text import fold


class ClientKind(StrEnum):
    """The client families of the agency; each has its own relation and tone."""

    COMPANY = "company"
    VISITOR = "visitor"
    PROFESSIONAL = "professional"
    OWNER = "owner"
    CANDIDATE = "candidate"
    NEWCOMER = "newcomer"
    UNIVERSITY = "university"
    CHAMBER = "chamber"
    BUSINESS_TOURIST = "business_tourist"
    AMBASSADOR = "ambassador"
    INVESTOR = "investor"
    OFFICIAL = "official"
    RESIDENT = "resident"


class OrganisationKind(StrEnum):
    COMPANY = "company"
    OWNER = "owner"
    MEMBER = "member"
    ORGANISER = "organiser"
    SCHOOL = "school"
    INSTITUTION = "institution"


class LodgingKind(StrEnum):
    GITE = "gite"
    FURNISHED = "furnished"
    GUEST_HOUSE = "guest_house"
    HOTEL = "hotel"
    HOME = "home"


_PARTICLES = frozenset(
    {
        "de",
        "du",
        "des",
        "d",
        "la",
        "le",
        "van",
        "von",
        "vom",
        "zu",
        "der",
        "den",
        "di",
        "da",
        "del",
        "dos",
        "ben",
        "el",
    }
)


def split_name(name: str) -> tuple[str, str]:
    """First and family name of a name written as one; a particle opens the family name (*Marie de la Tour*)."""
    words = name.split()
    opened = next((place for place, word in enumerate(words) if fold(word) in _PARTICLES), len(words) - 1)
    return " ".join(words[:opened]), " ".join(words[opened:])


def search_text(*parts: str) -> str:
    """The folded text a name is found by; cut to what the column holds."""
    return fold(" ".join(part for part in parts if part))[:250]
