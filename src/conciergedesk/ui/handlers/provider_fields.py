"""The fields of a provider's card as people read and type them, part by part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_, _
from conciergedesk.core.text import clean_line, fold
from conciergedesk.providers.rules import (
    AGREEMENT_LABELS,
    BOOKING_LABELS,
    GUIDE_LABELS,
    INCIDENT_LABELS,
    STATUS_LABELS,
)
from conciergedesk.ui.cells import word

if TYPE_CHECKING:
    from conciergedesk.providers.cards import ProviderValues

YES, NO = N_("yes"), N_("no")
OWED_LABELS = {"agency": N_("owed|to the agency"), "provider": N_("owed|to the provider")}


@dataclass(frozen=True, slots=True)
class CardField:
    """One field: ``kind`` is text, words, phones, number, decimal, flag or choice (``labels`` by stored value)."""

    name: str
    label: str
    hint: str = ""
    kind: str = "text"
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def hinted(self) -> str:
        """What the empty line says."""
        if self.kind == "choice":
            return choices_of(self.labels)
        if self.kind == "flag":
            return f"{_(YES)} · {_(NO)}"
        return _(self.hint) if self.hint else ""


CONTACT = (
    CardField("name", N_("Name")),
    CardField("trades", N_("Trades"), N_("physio, spa: with commas"), "words"),
    CardField("tags", N_("Details"), N_("stars, cuisine, what it is known for")),
    CardField("phones", N_("Phones"), N_("03 53 01 46 20 (office) / 06…"), "phones"),
    CardField("email", N_("Mail")),
    CardField("website", N_("Web")),
    CardField("languages", N_("Languages"), "fr de en", "words"),
)
PLACE = (
    CardField("address", N_("Address")),
    CardField("postcode", N_("Postcode")),
    CardField("commune", N_("Commune")),
    CardField("country", N_("Country"), "FR · LU · DE · BE"),
    CardField("latitude", N_("Latitude"), "49,1193", "decimal"),
    CardField("longitude", N_("Longitude"), "6,1757", "decimal"),
)
BOOKING = (
    CardField("booking", N_("Booking"), kind="choice", labels=BOOKING_LABELS),
    CardField("booking_note", N_("How to book"), N_("ask for Nadège, code 12…")),
    CardField("lead_minutes", N_("Lead (min)"), N_("how long ahead"), "number"),
    CardField("answer_minutes", N_("Answers (min)"), N_("how long they have"), "number"),
    CardField("price_band", N_("Price band"), "0 – 4", "number"),
    CardField("cancellation", N_("Cancellation")),
    CardField("free_cancel_hours", N_("Free until (h)"), N_("hours before"), "number"),
)
ROLES = (
    CardField("guide_class", N_("Guide"), kind="choice", labels=GUIDE_LABELS),
    CardField("member", N_("Member"), kind="flag"),
    CardField("reseller", N_("Reseller"), kind="flag"),
    CardField("accessible", N_("Accessible"), kind="flag"),
)
STATUS = CardField("status", N_("State"), kind="choice", labels=STATUS_LABELS)
AGREEMENT = CardField("agreement", N_("State"), kind="choice", labels=AGREEMENT_LABELS)
INCIDENT = CardField("kind", N_("Kind"), kind="choice", labels=INCIDENT_LABELS)
OWED_TO = CardField("owed_to", N_("Owed"), kind="choice", labels=OWED_LABELS)


def choices_of(labels: Mapping[str, str]) -> str:
    """``convention · liste · …``"""
    return " · ".join(word(label) for label in labels.values())


def shown(one: CardField, value: object) -> str:
    """A stored value as it stands in the line of a form."""
    if value is None:
        return ""
    if one.kind == "choice":
        return word(one.labels[str(value)])
    if one.kind == "flag":
        return _(YES) if value else _(NO)
    if one.kind == "decimal":
        return f"{value:g}" if isinstance(value, float) else str(value)
    if isinstance(value, tuple):
        return {"phones": " / ", "languages": " "}.get(one.name, ", ").join(str(part) for part in value)
    return str(value)


def shown_values(fields: Iterable[CardField], values: ProviderValues) -> dict[str, str]:
    """All fields of a part as they stand in its form."""
    return {one.name: shown(one, getattr(values, one.name)) for one in fields}


def typed(one: CardField, text: str) -> Any:
    """What stands in a line as the value that is stored.

    Raises:
        InvalidInput: a number that is none, or a word that is not one of the choices.
    """
    plain = clean_line(text)
    match one.kind:
        case "phones":
            return (plain,) if plain else ()
        case "words":
            return (
                tuple(part.strip() for part in plain.replace(" ", ",").split(",") if part.strip())
                if (one.name == "languages")
                else tuple(part.strip() for part in plain.split(",") if part.strip())
            )
        case "number":
            return _number(one, plain)
        case "decimal":
            return _decimal(one, plain)
        case "flag":
            return _flag(one, plain)
        case "choice":
            return _choice(one, plain)
    return text


def typed_values(fields: Iterable[CardField], texts: Mapping[str, str]) -> dict[str, Any]:
    """What stands in a form, as values by the names of the fields."""
    return {one.name: typed(one, texts[one.name]) for one in fields if one.name in texts}


def _number(one: CardField, plain: str) -> int | None:
    if not plain:
        return 0 if one.name == "price_band" else None
    if not (plain.isascii() and plain.isdigit() and len(plain) < 10):
        raise InvalidInput(N_("This must be a whole number, not below 0."), field=one.name)
    return int(plain)


def _decimal(one: CardField, plain: str) -> float | None:
    try:
        return float(plain.replace(",", ".")) if plain else None
    except ValueError:
        raise InvalidInput(N_("Write a figure such as 49,1193."), field=one.name) from None


def _flag(one: CardField, plain: str) -> bool:
    said = fold(plain)
    for text, value in ((_(YES), True), (_(NO), False), ("yes", True), ("no", False)):
        if said and fold(text).startswith(said):
            return value
    if said:
        raise InvalidInput(N_("Write yes or no."), field=one.name)
    return False


def _choice(one: CardField, plain: str) -> str:
    said = fold(plain)
    spoken = {fold(word(label)): value for value, label in one.labels.items()}
    if plain in one.labels:
        return plain
    if said in spoken:
        return spoken[said]
    begun = [value for label, value in spoken.items() if said and label.startswith(said)]
    if len(begun) == 1:
        return begun[0]
    raise InvalidInput(
        N_("“{value}” is not possible here. Use one of: {known}."),
        field=one.name,
        value=plain[:40],
        known=choices_of(one.labels),
    )
