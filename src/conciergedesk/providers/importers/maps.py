"""Places of OpenStreetMap: GeoJSON features or the elements of an Overpass answer, read one at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from conciergedesk.core.errors import InvalidFile
from conciergedesk.core.i18n import N_
from conciergedesk.providers.cards import ProviderValues
from conciergedesk.providers.importers.house import ImportWords
from conciergedesk.providers.importers.sheets import check_size
from conciergedesk.providers.importers.values import ListedRow, refused

_CHUNK = 1 << 20
ITEM_LIMIT = 2_000_000
"""Characters of one place; more is a damaged file."""
_LISTS = ('"features"', '"elements"', '"@graph"')
_TRADE_KEYS = ("amenity", "shop", "craft", "tourism", "healthcare", "leisure", "office")


def stream_items(path: Path) -> Iterator[tuple[int, float, object]]:
    """(number, share read, item) of the list in a JSON file: that of ``features``, ``elements``, or the top one.

    Raises:
        InvalidFile: not JSON, no such list, or cut in the middle.
    """
    size = check_size(path)
    decoder = json.JSONDecoder()
    with path.open(encoding="utf-8-sig", errors="strict") as file:
        try:
            buffer = _to_list(file, path)
            number, passed = 0, len(buffer)
            while True:
                buffer = buffer.lstrip(" \t\r\n,")
                if buffer.startswith("]"):
                    return
                try:
                    item, end = decoder.raw_decode(buffer)
                    # A number could go on in the next piece; items are objects, which end by themselves.
                    if not isinstance(item, dict) and end == len(buffer):
                        raise json.JSONDecodeError("cut", buffer, end)
                except (json.JSONDecodeError, RecursionError):
                    more = file.read(_CHUNK)
                    if not more or len(buffer) > ITEM_LIMIT:
                        raise _cut(path, number + 1) from None
                    passed += len(more)
                    buffer += more
                    continue
                number += 1
                yield number, min(1.0, passed / size), item
                buffer = buffer[end:]
        except UnicodeDecodeError:
            raise InvalidFile(
                N_("The file is not in UTF-8. Save it again in that encoding."), file=path.name, where=""
            ) from None


def _to_list(file: TextIO, path: Path) -> str:
    """What follows the opening bracket of the list."""
    buffer = ""
    while more := file.read(_CHUNK):
        buffer += more
        start = buffer.lstrip()
        if start.startswith("["):
            return start[1:]
        if start and not start.startswith("{"):
            break
        for name in _LISTS:
            place = buffer.find(name)
            if place >= 0:
                bracket = buffer.find("[", place)
                if bracket >= 0 and not buffer[place + len(name) : bracket].strip(" \t\r\n:"):
                    return buffer[bracket + 1 :]
        if len(buffer) > 4 * _CHUNK:
            break
    raise InvalidFile(
        N_("This is neither GeoJSON nor an Overpass or DATAtourisme answer: no list of places was found."),
        file=path.name,
        where="",
    )


def _cut(path: Path, number: int) -> InvalidFile:
    return InvalidFile(N_("The file breaks off or is damaged here."), file=path.name, where=f"#{number}")


def place_row(number: int, item: object, words: ImportWords, *, home: str = "FR") -> ListedRow | None:
    """The row of one place; None for a place without a name or a trade, which is no provider."""
    if not isinstance(item, Mapping):
        return refused(number, "", N_("This is not a place."))
    tags = item.get("properties") if "properties" in item else item.get("tags")
    if not isinstance(tags, Mapping):
        return (
            None
            if item.get("type") in ("node", "way", "relation")
            else refused(number, "", N_("This is not a place."))
        )
    text = {str(key): str(value) for key, value in tags.items() if isinstance(value, str | int | float)}
    trades = _trades(text, words)
    if not text.get("name") or not trades:
        return None
    latitude, longitude = _where(item)
    identity = text.get("@id") or text.get("id") or str(item.get("id") or "")
    if item.get("type") in ("node", "way", "relation"):
        identity = f"{item['type']}/{item.get('id')}"
    street = " ".join(filter(None, (text.get("addr:housenumber"), text.get("addr:street"))))
    values = ProviderValues(
        name=text["name"],
        trades=trades,
        tags=" · ".join(
            part.replace("_", " ") for key in ("cuisine", "stars", "brand") if (part := text.get(key, ""))
        ).replace(";", " · "),
        address=street,
        postcode=text.get("addr:postcode", ""),
        commune=text.get("addr:city", "") or text.get("addr:town", "") or text.get("addr:village", ""),
        country=(text.get("addr:country") or _country(latitude, longitude, home)).upper(),
        latitude=latitude,
        longitude=longitude,
        phones=tuple(
            text[key] for key in ("phone", "contact:phone", "mobile", "contact:mobile") if text.get(key)
        ),
        email=(text.get("email") or text.get("contact:email", "")).split(";")[0].strip(),
        website=(text.get("website") or text.get("contact:website", "")).split(";")[0].strip(),
        languages=tuple(
            key.removeprefix("language:") for key, value in text.items()
            if key.startswith("language:") and value in ("yes", "main") and len(key) == 11
        ),
        hours=text.get("opening_hours", ""),
        accessible=text.get("wheelchair") in ("yes", "designated"),
    )  # fmt: skip
    given = frozenset(
        {"name", "trades", "tags", "address", "postcode", "commune", "country", "latitude", "longitude", "phones",
         "email", "website", "languages", "hours", "accessible"}
    )  # fmt: skip
    return ListedRow(number, identity[:80], values, given=given)


def _trades(tags: Mapping[str, str], words: ImportWords) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for key in _TRADE_KEYS:
        for value in tags.get(key, "").split(";"):
            code = words.osm.get(f"{key}={value.strip()}") or (
                words.osm.get(f"{key}=*") if value.strip() else None
            )
            if code:
                found[code] = None
    if "restaurant" in found and "pizza" in tags.get("cuisine", ""):
        found = {"pizzeria": None, **found}
    return tuple(found)


def _where(item: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """The point of a place: its own, its centre, or the middle of its outline."""
    centre = item.get("center") if isinstance(item.get("center"), Mapping) else item
    assert isinstance(centre, Mapping)
    if isinstance(centre.get("lat"), int | float) and isinstance(centre.get("lon"), int | float):
        return float(centre["lat"]), float(centre["lon"])
    geometry = item.get("geometry")
    points = list(_points(geometry.get("coordinates"), 0)) if isinstance(geometry, Mapping) else []
    if not points:
        return None, None
    return (
        sum(point[1] for point in points) / len(points),
        sum(point[0] for point in points) / len(points),
    )


def _points(value: object, depth: int) -> Iterator[tuple[float, float]]:
    if not isinstance(value, list) or depth > 6:
        return
    if len(value) >= 2 and all(isinstance(part, int | float) for part in value[:2]):
        yield float(value[0]), float(value[1])
        return
    for part in value[:5000]:
        yield from _points(part, depth + 1)


def _country(latitude: float | None, longitude: float | None, home: str) -> str:
    """Luxembourg and the Saar by their rough outline, when a place does not say its country."""
    if latitude is None or longitude is None:
        return home
    if 49.45 <= latitude <= 50.18 and 5.75 <= longitude <= 6.40:
        return "LU" if latitude > 49.52 or longitude > 6.2 else home
    if 49.13 <= latitude <= 49.65 and 6.75 <= longitude <= 7.40:
        return "DE" if latitude > 49.22 else home
    return home
