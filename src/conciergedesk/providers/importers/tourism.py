"""DATAtourisme: objects of its JSON exports. Its CSV is a table like any other (see ``imports.toml``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from conciergedesk.core.i18n import N_
from conciergedesk.providers.cards import ProviderValues
from conciergedesk.providers.importers.house import ImportWords
from conciergedesk.providers.importers.values import ListedRow, refused


def is_tourism(item: object) -> bool:
    """Whether an item of a JSON list is an object of DATAtourisme."""
    return isinstance(item, Mapping) and (
        "isLocatedAt" in item or "rdfs:label" in item or "dc:identifier" in item
    )


def tourism_row(number: int, item: object, words: ImportWords, *, home: str = "FR") -> ListedRow | None:
    """The row of one object; None when it is no provider, such as an event."""
    if not isinstance(item, Mapping):
        return refused(number, "", N_("This is not a place."))
    kinds = [str(kind).rpartition(":")[2] for kind in _many(item.get("@type") or item.get("type"))]
    trades = tuple(dict.fromkeys(words.datatourisme[kind] for kind in kinds if kind in words.datatourisme))
    name = _wording(item.get("rdfs:label") or item.get("label"))
    if not trades or not name:
        return None
    place: Mapping[str, Any] = next(_maps(item.get("isLocatedAt")), {})
    address: Mapping[str, Any] = next(_maps(place.get("schema:address") or place.get("address")), {})
    point: Mapping[str, Any] = next(_maps(place.get("schema:geo") or place.get("geo")), {})
    contacts = [*_maps(item.get("hasContact")), *_maps(item.get("hasBookingContact"))]
    values = ProviderValues(
        name=name,
        trades=trades,
        address=", ".join(_texts(address.get("schema:streetAddress") or address.get("streetAddress"))),
        postcode=next(_texts(address.get("schema:postalCode") or address.get("postalCode")), ""),
        commune=next(_texts(address.get("schema:addressLocality") or address.get("addressLocality")), ""),
        country=home,
        latitude=_degrees(point.get("schema:latitude") or point.get("latitude")),
        longitude=_degrees(point.get("schema:longitude") or point.get("longitude")),
        phones=tuple(
            phone for one in contacts for phone in _texts(one.get("schema:telephone") or one.get("telephone"))
        ),
        email=next((m for one in contacts for m in _texts(one.get("schema:email") or one.get("email"))), ""),
        website=next(
            (w for one in contacts for w in _texts(one.get("foaf:homepage") or one.get("homepage"))), ""
        ),
        languages=tuple(code for code in _texts(item.get("availableLanguage")) if len(code) == 2),
        accessible=bool(item.get("reducedMobilityAccess")),
    )
    identity = next(_texts(item.get("dc:identifier")), "") or str(item.get("@id") or "")
    given = frozenset(
        {"name", "trades", "address", "postcode", "commune", "country", "latitude", "longitude", "phones", "email",
         "website", "languages", "accessible"}
    )  # fmt: skip
    return ListedRow(number, identity[-80:], values, given=given)


def _many(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _maps(value: object) -> Iterator[Mapping[str, Any]]:
    for one in _many(value):
        if isinstance(one, Mapping):
            yield one


def _texts(value: object) -> Iterator[str]:
    for one in _many(value):
        if isinstance(one, Mapping):
            one = one.get("@value")
        if isinstance(one, str | int | float) and str(one).strip():
            yield str(one).strip()


def _wording(value: object) -> str:
    """French first, else whatever language there is."""
    if isinstance(value, Mapping) and "@value" not in value:
        value = value.get("fr") or next(iter(value.values()), "")
    return next(_texts(value), "")


def _degrees(value: object) -> float | None:
    try:
        return float(next(_texts(value), ""))
    except ValueError:
        return None
