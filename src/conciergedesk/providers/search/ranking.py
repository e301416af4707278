"""The best candidates compared as whole names: RapidFuzz over names without spaces, sorted words and word sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, Indel
from rapidfuzz.process import cdist

from conciergedesk.providers.search.matching import Floats, Rows
from conciergedesk.providers.search.store import Store

# Rows looked at closely; fewer will do when better answers are there already.
CANDIDATES, FEWER = 40, 20
# What each likeness counts; fitted on noisy spellings of real names, and adding up to 1.
COVER, COVER_SQUARED, ALIKE, SWAPPED, SORTED, WORDS = 0.30, 0.24, 0.08, 0.11, 0.10, 0.17


def best_candidates(
    store: Store, rows: Rows, cover: Floats, length: int, most: int = CANDIDATES
) -> tuple[Rows, Floats]:
    """The ``most`` rows worth a close look: by what they explain, then by names of similar length.

    Nothing about places enters here; ties fall the same way whatever the order of rows.
    """
    if len(rows) <= most:
        return rows, cover
    facts = store.facts
    spare = np.abs(facts.length[rows].astype(np.float32) - length)
    cut = cover - np.minimum(spare, 60) * np.float32(0.002)
    keys = (cut * 1e6).astype(np.int64) << 32 | facts.tie[rows]
    chosen = np.argpartition(keys, len(keys) - most)[-most:]
    return rows[chosen], cover[chosen]


@dataclass(frozen=True, slots=True)
class Compared:
    """Candidates: how much of the query they explain, scores, how alike whole names are (0 to 1), folded names."""

    rows: Rows
    cover: Floats
    scores: Floats
    alike: Floats
    names: list[str]


_NONE = np.zeros(0, np.float32)
NOTHING = Compared(np.zeros(0, np.int32), _NONE, _NONE, _NONE, [])


def compare(store: Store, words: Sequence[Sequence[str]], rows: Rows, cover: Floats) -> Compared:
    """Compare the spelled-out forms of a query with the names of ``rows``."""
    names = store.folded.many(rows)
    glued = [name.replace(" ", "") for name in names]
    communes, numbers = store.commune_names, store.facts.commune[rows].tolist()
    placed = [f"{name} {communes[number]}" for name, number in zip(names, numbers, strict=True)]
    plain = [" ".join(form) for form in words]
    joined = [form.replace(" ", "") for form in plain]
    alike = _best(cdist(joined, glued, scorer=Indel.normalized_similarity, dtype=np.float32))
    swapped = _best(cdist(joined, glued, scorer=OSA.normalized_similarity, dtype=np.float32))
    ordered = _best(cdist(plain, names, scorer=fuzz.token_sort_ratio, dtype=np.float32)) / np.float32(100)
    within = _best(cdist(plain, placed, scorer=fuzz.token_set_ratio, dtype=np.float32)) / np.float32(100)
    scores = (COVER + COVER_SQUARED * cover) * cover + ALIKE * alike + SWAPPED * swapped
    scores += SORTED * ordered + WORDS * within
    return Compared(rows, cover, scores, np.maximum(alike, swapped), names)


def _best(table: Floats) -> Floats:
    best: Floats = table[0] if len(table) == 1 else table.max(axis=0)
    return best
