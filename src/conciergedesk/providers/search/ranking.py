"""The best candidates compared as whole names: RapidFuzz over names without spaces, sorted words and word sets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.distance import Indel
from rapidfuzz.process import cdist

from conciergedesk.providers.search.matching import Floats, Rows
from conciergedesk.providers.search.store import Store

CANDIDATES = 64
COVER, ALIKE, SORTED, WORDS = 0.42, 0.23, 0.15, 0.20


def best_candidates(store: Store, rows: Rows, cover: Floats, length: int) -> tuple[Rows, Floats]:
    """The ``CANDIDATES`` rows worth a close look: by what they explain, then by names of similar length.

    Nothing about places enters here; ties fall the same way whatever the order of rows.
    """
    if len(rows) <= CANDIDATES:
        return rows, cover
    facts = store.facts
    spare = np.abs(facts.length[rows].astype(np.float32) - length)
    cut = cover - np.minimum(spare, 60) * np.float32(0.002)
    keys = (cut * 1e6).astype(np.int64) << 32 | facts.tie[rows]
    chosen = np.argpartition(keys, len(keys) - CANDIDATES)[-CANDIDATES:]
    return rows[chosen], cover[chosen]


def compare(
    store: Store, words: Sequence[Sequence[str]], rows: Rows, cover: Floats
) -> tuple[NDArray[np.float32], list[str]]:
    """Scores (0 to 1) of ``rows`` for the spelled-out forms of a query, and the folded names."""
    names = [store.folded[row] for row in rows.tolist()]
    glued = [name.replace(" ", "") for name in names]
    communes = store.commune_names
    placed = [
        f"{name} {communes[store.facts.commune[row]]}" for name, row in zip(names, rows.tolist(), strict=True)
    ]
    plain = [" ".join(form) for form in words]
    alike = cdist(
        [form.replace(" ", "") for form in plain], glued, scorer=Indel.normalized_similarity, dtype=np.float32
    ).max(axis=0)
    ordered = cdist(plain, names, scorer=fuzz.token_sort_ratio, dtype=np.float32).max(axis=0) / 100
    within = cdist(plain, placed, scorer=fuzz.token_set_ratio, dtype=np.float32).max(axis=0) / 100
    scores = COVER * cover + ALIKE * alike + SORTED * np.maximum(ordered, alike) + WORDS * within
    return scores, names
