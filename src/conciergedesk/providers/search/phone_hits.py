"""Providers found by a telephone number, whole or in part."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import zip_longest

from conciergedesk.providers.search.columns import STANDINGS
from conciergedesk.providers.search.entry import Hit, Reason, SearchContext, Standing, Why
from conciergedesk.providers.search.filters import CLOSED
from conciergedesk.providers.search.phones import readings
from conciergedesk.providers.search.store import Store

Found = list[tuple[str, int]]


def search_phones(store: Store, query: str, context: SearchContext, limit: int) -> list[Hit]:
    """The same number first, then numbers that end so or begin so in turn, then those one slip away."""
    typed = "".join(c for c in query if c.isdigit() and c.isascii())
    full = readings(query, context.country)
    phones = store.phones
    whole: Found = []
    begins: Found = []
    for reading in full:
        for number, row in phones.beginning(reading):
            (whole if number == reading else begins).append((number, row))
    open_end = query.strip().startswith(("+", "00"))
    ends: Found = [] if open_end else [f for f in phones.ending(typed) if f not in whole]
    hits: dict[int, Hit] = {}
    _collect(store, hits, whole, typed, Reason.PHONE)
    order = sorted
    first, second = (begins, ends) if len(typed) < 6 and typed.startswith("0") else (ends, begins)
    reasons = (
        (Reason.PHONE_BEGINS, Reason.PHONE_ENDS)
        if first is begins
        else (Reason.PHONE_ENDS, Reason.PHONE_BEGINS)
    )
    for one, other in zip_longest(order(first), order(second)):
        if one is not None:
            _collect(store, hits, [one], typed, reasons[0])
        if other is not None:
            _collect(store, hits, [other], typed, reasons[1])
        if len(hits) >= limit + 50:
            break
    if not hits:
        for reading in full:
            _collect(store, hits, phones.almost(reading), typed, Reason.PHONE_ALMOST)
    standing = store.facts.standing
    ranked = sorted(hits.items(), key=lambda item: standing[item[0]] != 0)
    return [hit for _, hit in ranked[:limit]]


def _collect(
    store: Store, hits: dict[int, Hit], found: Iterable[tuple[str, int]], typed: str, reason: Reason
) -> None:
    facts = store.facts
    for number, row in sorted(found, key=lambda item: (item[0], store.ids[item[1]])):
        if row in hits or not facts.alive[row] or facts.standing[row] == CLOSED:
            continue
        standing = STANDINGS[int(facts.standing[row])]
        hits[row] = Hit(
            id=store.ids[row],
            score=1.0 if reason is Reason.PHONE else 0.8,
            why=(Why(reason, typed, f"+{number}"),),
            below=None if standing is Standing.ACTIVE else standing,
        )
