"""The index as one file: a checked header in JSON, then plain arrays that are mapped into memory on reopening.

The file holds numbers and text only; nothing in it is ever executed. A file of another version, a damaged or
a cut one is refused, and the index is then built anew from the database.
"""

from __future__ import annotations

import json
import mmap
import os
from pathlib import Path
from typing import cast
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from conciergedesk.core.errors import InvalidFile
from conciergedesk.core.i18n import N_
from conciergedesk.providers.search.columns import Facts, Groups, Ids, Texts
from conciergedesk.providers.search.compaction import compacted
from conciergedesk.providers.search.phones import PhoneIndex
from conciergedesk.providers.search.store import Numbering, Store
from conciergedesk.providers.search.vocabulary import Vocabulary

_MAGIC = b"CDFINDER"
VERSION = 1
_ALIGN = 64
_HEADER_LIMIT = 64_000_000
_KINDS = frozenset({"|u1", "|i1", "|b1", "<i2", "<u2", "<i4", "<u4", "<i8", "<f4", "|S15"})

Arrays = dict[str, NDArray[np.generic]]


def save_store(store: Store, path: Path) -> Store:
    """Write ``store`` to ``path``, all of it or nothing, and return it with later changes worked in."""
    store = compacted(store)
    arrays = _arrays_of(store)
    table: list[tuple[str, str, int, int]] = []
    offset = 0
    for name, array in arrays.items():
        offset += -offset % _ALIGN
        table.append((name, array.dtype.str, len(array), offset))
        offset += array.nbytes
    lists = {
        "communes": list(store.communes),
        "trades": list(store.trades),
        "languages": list(store.languages),
    }
    header = json.dumps({"arrays": table, "size": offset, **lists}).encode()
    temporary = path.with_name(path.name + ".new")
    with temporary.open("wb") as file:
        file.write(_MAGIC + VERSION.to_bytes(4, "little") + len(header).to_bytes(4, "little"))
        file.write(crc32(header).to_bytes(4, "little") + header)
        start = file.tell()
        start += -start % _ALIGN
        for (_, _, _, place), array in zip(table, arrays.values(), strict=True):
            file.seek(start + place)
            file.write(np.ascontiguousarray(array).data if array.nbytes else b"")
        file.truncate(start + offset)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    return store


def load_store(path: Path) -> Store:
    """The store saved at ``path``.

    Raises:
        InvalidFile: when it is not a saved index of this version, or is damaged.
    """
    try:
        with path.open("rb") as file:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):
        raise _refusal(path) from None
    try:
        return _store_of(data)
    except (KeyError, IndexError, TypeError, ValueError, OverflowError):
        raise _refusal(path) from None


def _refusal(path: Path) -> InvalidFile:
    return InvalidFile(
        N_("This saved search index cannot be used. Build it again."), file=path.name, where=""
    )


def _store_of(data: mmap.mmap) -> Store:
    fixed = len(_MAGIC) + 12
    version, size, check = (int.from_bytes(data[8 + 4 * n : 12 + 4 * n], "little") for n in range(3))
    if data[:8] != _MAGIC or version != VERSION or size > _HEADER_LIMIT or fixed + size > len(data):
        raise ValueError("not this version")
    header = data[fixed : fixed + size]
    if crc32(header) != check:
        raise ValueError("damaged header")
    content = json.loads(header)
    start = fixed + size
    start += -start % _ALIGN
    if start + int(content["size"]) != len(data):
        raise ValueError("cut file")
    arrays: Arrays = {}
    for name, kind, count, place in content["arrays"]:
        if (
            kind not in _KINDS
            or count < 0
            or place < 0
            or start + place + count * np.dtype(kind).itemsize > len(data)
        ):
            raise ValueError("damaged table")
        arrays[name] = np.frombuffer(data, np.dtype(kind), count, start + place)
    return _assembled(arrays, content)


def _arrays_of(store: Store) -> Arrays:
    ids, words = Texts.of(list(store.ids)), Texts.of(store.vocabulary.words)
    texts = {"id": ids, "word": words, "name": store.names, "folded": store.folded}
    groups = {"posting": store.postings, "trade": store.trade_rows, "commune": store.commune_rows}
    arrays: Arrays = {}
    for name, text in texts.items():
        arrays[f"{name}.block"], arrays[f"{name}.starts"] = text.block, text.starts
    for name, group in groups.items():
        arrays[f"{name}.starts"], arrays[f"{name}.rows"] = group.starts, group.rows
    for name, column in store.facts.columns().items():
        arrays[f"fact.{name}"] = column
    for name, column in store.phones.columns().items():
        arrays[f"phone.{name}"] = column
    for name, column in store.vocabulary.columns().items():
        arrays[f"vocabulary.{name}"] = column
    arrays["by_name"] = store.by_name
    return arrays


def _assembled(arrays: Arrays, content: dict[str, object]) -> Store:
    def under(prefix: str) -> Arrays:
        return {name.removeprefix(prefix): arrays[name] for name in arrays if name.startswith(prefix)}

    def texts(name: str) -> Texts:
        return Texts(
            cast("NDArray[np.uint8]", arrays[f"{name}.block"]),
            cast("NDArray[np.uint32]", arrays[f"{name}.starts"]),
        )

    def groups(name: str) -> Groups:
        return Groups(
            cast("NDArray[np.int32]", arrays[f"{name}.starts"]),
            cast("NDArray[np.int32]", arrays[f"{name}.rows"]),
        )

    def numbering(name: str) -> Numbering:
        found = Numbering()
        values = content[name]
        if not isinstance(values, list):
            raise ValueError(name)
        for value in values:
            found[str(value)]
        return found

    store = Store()
    store.ids = Ids(texts("id").everything())
    store.live = len(store.ids)
    store.communes, store.trades, store.languages = map(numbering, ("communes", "trades", "languages"))
    store.vocabulary = Vocabulary.reopened(texts("word").everything(), under("vocabulary."))
    store.postings = groups("posting")
    store.frequency = np.diff(store.postings.starts).astype(np.int32)
    store.names, store.folded = texts("name"), texts("folded")
    store.by_name = cast("NDArray[np.int32]", arrays["by_name"])
    facts = under("fact.")
    facts["alive"] = facts["alive"].copy()
    store.facts = Facts(facts)
    store.trade_rows, store.commune_rows = groups("trade"), groups("commune")
    store.phones = PhoneIndex.reopened(under("phone."))
    if not len(store.names) == len(store.folded) == store.facts.count == store.live:
        raise ValueError("rows do not agree")
    return store
