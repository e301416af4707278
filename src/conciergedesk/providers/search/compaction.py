"""The same providers with all later changes worked into the sorted arrays, and the dead rows gone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from conciergedesk.providers.search.columns import Facts, Groups, Ids, Texts
from conciergedesk.providers.search.phones import PhoneIndex
from conciergedesk.providers.search.store import FIELD_BITS, Numbering, Store
from conciergedesk.providers.search.vocabulary import Vocabulary


def is_compact(store: Store) -> bool:
    """Whether nothing came or went since the arrays were made."""
    return store.facts.count == store.live and store.names.base == store.live


def compacted(store: Store) -> Store:
    """A store that gives the same answers as ``store``, from sorted arrays only."""
    if is_compact(store):
        return store
    fresh = Store()
    fresh.communes, fresh.trades, fresh.languages = (
        _copied(store.communes),
        _copied(store.trades),
        _copied(store.languages),
    )
    alive = np.flatnonzero(store.facts.alive[: store.facts.count]).astype(np.int32)
    place = np.full(store.facts.count + 1, -1, np.int64)
    place[alive] = np.arange(len(alive))
    rows = alive.tolist()
    fresh.ids = Ids([store.ids[row] for row in rows])
    fresh.live = len(rows)
    _words(store, fresh, place)
    fresh.names = Texts.of([store.names[row] for row in rows])
    fresh.folded = Texts.of([store.folded[row] for row in rows])
    fresh.sort_names()
    fresh.facts = Facts({name: column[alive] for name, column in store.facts.columns().items()})
    fresh.trade_rows = _groups(store.trade_rows, len(fresh.trades), place)
    everyone = np.arange(len(rows), dtype=np.int32)
    fresh.commune_rows = Groups.of(fresh.facts.commune, everyone, len(fresh.communes))
    numbers, owners = store.phones.everything()
    kept = [(number, int(place[row])) for number, row in zip(numbers, owners, strict=True) if place[row] >= 0]
    fresh.phones = PhoneIndex([number for number, _ in kept], [row for _, row in kept])
    return fresh


def _copied(numbering: Numbering) -> Numbering:
    copy = Numbering()
    copy.update(numbering)
    return copy


def _members(groups: Groups) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    sizes = np.diff(groups.starts)
    owners = [np.repeat(np.arange(len(sizes), dtype=np.int64), sizes)]
    members = [groups.rows[: int(groups.starts[-1])].astype(np.int64)]
    for group, late in groups.late.items():
        owners.append(np.full(len(late), group, np.int64))
        members.append(np.array(late, np.int64))
    return np.concatenate(owners), np.concatenate(members)


def _groups(groups: Groups, count: int, place: NDArray[np.int64]) -> Groups:
    owners, members = _members(groups)
    moved = place[members]
    kept = moved >= 0
    order = np.argsort(owners[kept] << 32 | moved[kept], kind="stable")
    return Groups.of(owners[kept][order].astype(np.int32), moved[kept][order].astype(np.int32), count)


def _words(store: Store, fresh: Store, place: NDArray[np.int64]) -> None:
    words = store.vocabulary.words
    used = sorted(word for number, word in enumerate(words) if store.frequency[number] > 0)
    renumbered = {word: number for number, word in enumerate(used)}
    moved_words = np.fromiter((renumbered.get(word, -1) for word in words), np.int64, len(words))
    owners, packed = _members(store.postings)
    rows = place[packed >> FIELD_BITS]
    kept = rows >= 0
    keys = moved_words[owners[kept]] << 34 | rows[kept] << FIELD_BITS | packed[kept] & 3
    keys.sort()
    fresh.vocabulary = Vocabulary(used)
    fresh.take_postings(keys, len(used))
