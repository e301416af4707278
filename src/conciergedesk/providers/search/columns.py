"""Columns of the index: one row per provider, arrays for the bulk and lists for what came later."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from conciergedesk.providers.search.entry import ProviderEntry, Standing

STANDINGS = tuple(Standing)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class Texts:
    """Many short texts in one block of bytes; later ones stand in a list."""

    def __init__(self, block: NDArray[np.uint8], starts: NDArray[np.uint32]) -> None:
        self.block = block
        self.starts = starts
        self._bytes = block.data
        self.late: list[str] = []
        self.base = len(starts) - 1

    @classmethod
    def of(cls, texts: Sequence[str]) -> Texts:
        maker = TextsMaker()
        maker.add(texts)
        return maker.texts()

    def __len__(self) -> int:
        return self.base + len(self.late)

    def __getitem__(self, row: int) -> str:
        if row >= self.base:
            return self.late[row - self.base]
        starts = self.starts
        return str(self._bytes[starts[row] : starts[row + 1]], "utf-8", "surrogatepass")

    def everything(self) -> list[str]:
        """All texts, in order."""
        starts = self.starts.tolist()
        block = self._bytes
        bulk = [str(block[start:end], "utf-8", "surrogatepass") for start, end in pairwise(starts)]
        return bulk + self.late

    def many(self, rows: NDArray[np.int32]) -> list[str]:
        """The texts of several rows."""
        if self.late:
            return [self[row] for row in rows.tolist()]
        block = self._bytes
        return [
            str(block[start:end], "utf-8", "surrogatepass")
            for start, end in zip(self.starts[rows].tolist(), self.starts[rows + 1].tolist(), strict=True)
        ]


class TextsMaker:
    """Collects texts piece by piece, so that no more than a piece stands in memory twice."""

    def __init__(self) -> None:
        self._blocks: list[bytes] = []
        self._sizes: list[NDArray[np.int64]] = []

    def add(self, texts: Sequence[str]) -> None:
        encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
        self._blocks.append(b"".join(encoded))
        self._sizes.append(np.fromiter(map(len, encoded), np.int64, len(encoded)))

    def texts(self) -> Texts:
        sizes = np.concatenate(self._sizes) if self._sizes else np.zeros(0, np.int64)
        starts = np.zeros(len(sizes) + 1, np.uint32)
        np.cumsum(sizes, out=starts[1:])
        return Texts(np.frombuffer(b"".join(self._blocks), np.uint8), starts)


class Ids:
    """Ids by row, and the row of an id: a sorted order for the bulk, a dictionary for what changed since."""

    def __init__(self, ids: Sequence[str]) -> None:
        self._ids = list(ids)
        self._base = len(self._ids)
        self._order = np.array(sorted(range(self._base), key=self._ids.__getitem__), np.int32)
        self._changed: dict[str, int] = {}

    def __getitem__(self, row: int) -> str:
        return self._ids[row]

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def row(self, id: str) -> int | None:
        """The row of ``id``; None when it was removed or never there."""
        changed = self._changed.get(id)
        if changed is not None:
            return None if changed < 0 else changed
        low, high = 0, self._base
        while low < high:
            middle = (low + high) // 2
            if self._ids[self._order[middle]] < id:
                low = middle + 1
            else:
                high = middle
        if low < self._base and self._ids[self._order[low]] == id:
            return int(self._order[low])
        return None

    def add(self, id: str) -> int:
        """A new row for ``id``."""
        row = self._changed[id] = len(self._ids)
        self._ids.append(id)
        return row

    def remove(self, id: str) -> None:
        self._changed[id] = -1


class Groups:
    """Rows by group (a word, a trade, a commune): one sorted block, and lists for later rows."""

    def __init__(self, starts: NDArray[np.int32], rows: NDArray[np.int32]) -> None:
        self.starts = starts
        self.rows = rows
        self.late: dict[int, list[int]] = {}

    @classmethod
    def of(cls, groups: NDArray[np.int32], rows: NDArray[np.int32], count: int) -> Groups:
        """Rows stay in the order given within each group."""
        order = np.argsort(groups, kind="stable")
        starts = np.zeros(count + 1, np.int32)
        np.cumsum(np.bincount(groups, minlength=count), out=starts[1:])
        return cls(starts, rows[order])

    def add(self, group: int, row: int) -> None:
        self.late.setdefault(group, []).append(row)

    def __getitem__(self, group: int) -> NDArray[np.int32]:
        late = self.late.get(group)
        if group + 1 >= len(self.starts):
            return np.array(late or (), np.int32)
        base = self.rows[self.starts[group] : self.starts[group + 1]]
        return base if late is None else np.concatenate((base, np.array(late, np.int32)))

    def span(self, low: int, high: int) -> NDArray[np.int32]:
        """All rows of the groups ``low`` to ``high - 1``, later rows included."""
        top = min(high, len(self.starts) - 1)
        base = self.rows[self.starts[low] : self.starts[top]] if low < top else self.rows[:0]
        late = (
            [row for group in self.late if low <= group < high for row in self.late[group]]
            if self.late
            else ()
        )
        return np.concatenate((base, np.array(late, np.int32))) if late else base


_FACTS = np.dtype(
    [
        ("alive", np.bool_),
        ("standing", np.uint8),
        ("accessible", np.bool_),
        ("agreement", np.int8),
        ("trade", np.int16),
        ("reliability", np.float32),
        ("languages", np.uint32),
        ("commune", np.int32),
        ("lat", np.float32),
        ("lon", np.float32),
        ("last_used", np.uint32),
        ("tie", np.uint32),
        ("length", np.uint16),
    ]
)


class Facts:
    """What ranking and filters need of each provider, as one array per fact."""

    alive: NDArray[np.bool_]
    standing: NDArray[np.uint8]
    accessible: NDArray[np.bool_]
    agreement: NDArray[np.int8]
    trade: NDArray[np.int16]
    reliability: NDArray[np.float32]
    languages: NDArray[np.uint32]
    commune: NDArray[np.int32]
    lat: NDArray[np.float32]
    lon: NDArray[np.float32]
    last_used: NDArray[np.uint32]
    tie: NDArray[np.uint32]
    length: NDArray[np.uint16]
    names = tuple(_FACTS.names or ())

    def __init__(self, columns: dict[str, NDArray[np.generic]]) -> None:
        self.count = len(columns["alive"])
        for name in self.names:
            setattr(self, name, columns[name])

    @classmethod
    def of(cls, rows: Iterable[tuple[object, ...]], count: int) -> Facts:
        table = np.fromiter(rows, _FACTS, count)
        return cls({name: np.ascontiguousarray(table[name]) for name in cls.names})

    def columns(self) -> dict[str, NDArray[np.generic]]:
        return {name: getattr(self, name)[: self.count] for name in self.names}

    def add(self, row: tuple[object, ...]) -> None:
        if self.count == len(self.alive):
            spare = max(64, self.count // 16)
            for name in self.names:
                old = getattr(self, name)
                setattr(self, name, np.concatenate((old, np.zeros(spare, old.dtype))))
        for name, value in zip(self.names, row, strict=True):
            getattr(self, name)[self.count] = value
        self.count += 1


def fact_row(
    entry: ProviderEntry, trade: int, languages: int, commune: int, length: int
) -> tuple[object, ...]:
    """The facts of one provider, in the order of the columns."""
    used = entry.last_used
    return (
        True,
        STANDINGS.index(entry.standing),
        entry.accessible,
        int(entry.agreement),
        trade,
        -1.0 if entry.reliability is None else entry.reliability,
        languages,
        commune,
        float("nan") if entry.lat is None else entry.lat,
        float("nan") if entry.lon is None else entry.lon,
        0 if used is None else max(0, int((used - _NEVER).total_seconds())),
        crc32(entry.id.encode("utf-8", "surrogatepass")),
        min(length, 65535),
    )
