"""The dry run: what importing a listing would do, row by row, before anything is written.

The outcome of each row is kept in a temporary file, so that a hundred thousand rows need no more memory than a
hundred; only counts, a few examples and the refusals stay in memory.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import islice
from math import cos, hypot, radians
from typing import IO, Any

from sqlalchemy import select
from sqlmodel import Session, col

from conciergedesk.core.db.read import pick
from conciergedesk.core.errors import DeskError, InvalidInput, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import fold
from conciergedesk.providers.cards import (
    CardRules,
    CheckedCard,
    check_card,
    digest_of_values,
    same_place_key,
)
from conciergedesk.providers.importers.listing import Listing
from conciergedesk.providers.importers.values import ListedRow, Refusal
from conciergedesk.providers.queries import REF, batches
from conciergedesk.providers.service import number_values, stored_values
from conciergedesk.providers.tables import Provider, ProviderPhone

BATCH = 1000
EXAMPLES = 50
REFUSALS_KEPT = 2000
WARNINGS_KEPT = 500
_NEAR_KM = 0.3
_KM_PER_DEGREE = 111.2

Progress = Callable[[float, str], None]
"""Told the share done (0 to 1) and what is being done."""

Stopped = Callable[[], bool]
"""Asked now and then; True stops the work."""


def no_progress(_share: float, _what: str) -> None:
    """For imports nobody watches."""


def never() -> bool:
    """For imports nobody stops."""
    return False


class RowFate(StrEnum):
    """What would become of a row."""

    ADDED = "added"
    CHANGED = "changed"
    SAME = "same"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Example:
    """One row of the dry run as it is shown; ``fields`` are what would change, ``of`` whom it repeats."""

    row: int
    name: str
    fate: RowFate
    fields: tuple[str, ...] = ()
    of: str = ""


def _spool() -> IO[str]:
    return tempfile.TemporaryFile("w+", encoding="utf-8")


@dataclass
class ImportPlan:
    """What an import would do. Close it when it is no longer needed: it holds a temporary file."""

    listing: Listing
    rows: int = 0
    counts: dict[RowFate, int] = field(default_factory=lambda: dict.fromkeys(RowFate, 0))
    examples: dict[RowFate, list[Example]] = field(default_factory=lambda: {fate: [] for fate in RowFate})
    refusals: list[Refusal] = field(default_factory=list)
    warned: int = 0
    warnings: list[Refusal] = field(default_factory=list)
    spool: IO[str] = field(default_factory=_spool, repr=False)

    def close(self) -> None:
        self.spool.close()

    def __enter__(self) -> ImportPlan:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    @property
    def to_write(self) -> int:
        """Rows that applying would write."""
        return self.counts[RowFate.ADDED] + self.counts[RowFate.CHANGED]

    def written(self) -> Iterator[dict[str, Any]]:
        """What applying writes, in the order of the file."""
        self.spool.seek(0)
        for line in self.spool:
            yield json.loads(line)


@dataclass(frozen=True, slots=True)
class _Known:
    """A provider that a row may speak of."""

    id: int
    digest: str
    own: frozenset[str]
    version: int


class Planner:
    """Works out a plan, a batch of rows at a time."""

    def __init__(
        self,
        session: Session,
        listing: Listing,
        rules: CardRules,
        *,
        keep_doubtful_hours: bool = False,
        keep_duplicates: bool = False,
    ) -> None:
        self._session = session
        self._rules = rules
        self._keep_hours = keep_doubtful_hours
        self._keep_duplicates = keep_duplicates
        self._seen: dict[str, int] = {}
        self._others = self._same_places(listing.source)
        self.plan = ImportPlan(listing)

    def run(self, progress: Progress = no_progress, stopped: Stopped = never) -> ImportPlan:
        """Read the whole listing.

        Raises:
            InvalidFile: the file cannot be read on.
            RuleRefused: it was stopped.
        """
        rows = self.plan.listing.rows()
        try:
            while group := list(islice(rows, BATCH)):
                if stopped():
                    raise RuleRefused(N_("The import was stopped: nothing was imported."))
                self._take(group)
                progress(group[-1].share, self.plan.listing.path.name)
        except BaseException:
            self.plan.close()
            raise
        self.plan.refusals.sort(key=lambda one: one.row)
        return self.plan

    def _same_places(self, source: str) -> dict[int, tuple[int, str, float | None, float | None]]:
        """Providers of other listings by name and commune, to see who is there already."""
        query = pick(
            Provider.id,
            Provider.name,
            Provider.commune,
            Provider.address,
            Provider.latitude,
            Provider.longitude,
        ).where(col(Provider.source) != source)
        return {
            same_place_key(name, commune): (i, fold(address), latitude, longitude)
            for i, name, commune, address, latitude, longitude in self._session.exec(
                query.execution_options(yield_per=5000)
            )
        }

    def _take(self, group: Sequence[ListedRow]) -> None:
        checked: list[tuple[ListedRow, CheckedCard]] = []
        for row in group:
            self.plan.rows += 1
            card = self._checked(row)
            if card is not None:
                named = (
                    row.source_id
                    or f"~{same_place_key(card.values.name, card.values.commune + card.values.address):x}"
                )
                checked.append((replace(row, source_id=named), card))
        known = self._known([row.source_id for row, _card in checked])
        changed: list[tuple[ListedRow, CheckedCard, _Known]] = []
        for row, card in checked:
            before = self._seen.setdefault(row.source_id, row.row)
            if before != row.row:
                self._refuse(
                    Refusal(row.row, "id", N_("The identifier “{value}” already stands in row {row}."),
                            (("value", row.source_id), ("row", before)))
                )  # fmt: skip
                continue
            there = known.get(row.source_id)
            if there is not None:
                if there.digest == digest_of_values(card.values):
                    self._count(row, card, RowFate.SAME)
                else:
                    changed.append((row, card, there))
            elif (double := self._double(card)) is not None and not self._keep_duplicates:
                self._count(row, card, RowFate.DUPLICATE, of=f"{REF}{double}")
            else:
                self._add(row, card)
        self._change(changed)

    def _checked(self, row: ListedRow) -> CheckedCard | None:
        if row.refusal is not None or row.values is None:
            self._refuse(row.refusal or Refusal(row.row, "", N_("This row cannot be used.")))
            return None
        try:
            card = check_card(row.values, self._rules, keep_doubtful_hours=self._keep_hours)
        except InvalidInput as error:
            self._refuse(Refusal.of(row.row, error))
            return None
        except DeskError as error:
            self._refuse(Refusal.of(row.row, error))
            return None
        if card.warnings:
            self.plan.warned += 1
            for one in card.warnings:
                if len(self.plan.warnings) < WARNINGS_KEPT:
                    self.plan.warnings.append(Refusal(row.row, one.field, one.sentence, one.values))
        return card

    def _known(self, identities: Sequence[str]) -> dict[str, _Known]:
        """The providers that these lines have made, or that they name by the desk's own number."""
        columns = (
            Provider.source_id,
            Provider.id,
            Provider.source_digest,
            Provider.own_fields,
            Provider.version,
        )
        found: dict[str, _Known] = {}
        ours = {
            int(one.removeprefix(REF)): one
            for one in identities
            if one.startswith(REF) and one.removeprefix(REF).isdigit() and len(one) < 14
        }
        for group in batches(ours):
            for _source, i, _digest, _own, version in self._session.exec(
                pick(*columns).where(col(Provider.id).in_(group))
            ):
                # A line of the desk's own export: whoever edited it meant every field of it.
                found[ours[i]] = _Known(i, "", frozenset(), version)
        for start in range(0, len(identities), 500):
            query = pick(*columns).where(
                Provider.source == self.plan.listing.source,
                col(Provider.source_id).in_(identities[start : start + 500]),
            )
            for source_id, i, digest, own, version in self._session.exec(query):
                found.setdefault(source_id, _Known(i, digest, frozenset(own.split()), version))
        return found

    def _double(self, card: CheckedCard) -> int | None:
        values = card.values
        there = self._others.get(same_place_key(values.name, values.commune)) if self._others else None
        if there is None:
            return None
        i, address, latitude, longitude = there
        if not address or not values.address or address == fold(values.address):
            return i
        if None in (latitude, longitude, values.latitude, values.longitude):
            return None
        assert latitude is not None and longitude is not None
        assert values.latitude is not None and values.longitude is not None
        east = (values.longitude - longitude) * cos(radians(latitude))
        return i if hypot(values.latitude - latitude, east) * _KM_PER_DEGREE <= _NEAR_KM else None

    def _add(self, row: ListedRow, card: CheckedCard) -> None:
        self._count(row, card, RowFate.ADDED)
        numbers = [number_values(0, place, number) for place, number in enumerate(card.numbers)]
        self._spool({"op": "add", "row": row.row, "values": self._stored(row, card), "numbers": numbers})

    def _stored(self, row: ListedRow, card: CheckedCard) -> dict[str, Any]:
        return stored_values(card) | {
            "source": self.plan.listing.source,
            "source_id": row.source_id,
            "source_digest": digest_of_values(card.values),
        }

    def _change(self, changed: Sequence[tuple[ListedRow, CheckedCard, _Known]]) -> None:
        if not changed:
            return
        stored = self._stored_now([there.id for _row, _card, there in changed])
        numbers = self._numbers_now([there.id for _row, _card, there in changed])
        for row, card, there in changed:
            now = stored[there.id]
            given = (row.given | {"region"}) - there.own - {"phones"}
            fresh = {
                name: value
                for name, value in stored_values(card).items()
                if name in given and now[name] != value
            }
            if (
                card.values.status != "suspended"
                and "status" in fresh
                and now["status"] in ("suspended", "closed")
            ):
                # A listing does not lift what the team has decided about somebody.
                fresh.pop("status")
                fresh.pop("status_reason", None)
            lines: list[dict[str, Any]] | None = None
            if "phones" in row.given and "phones" not in there.own:
                wanted = [(number.e164 or "", number.typed) for number in card.numbers]
                if [one[0] or one[1] for one in wanted] != [
                    one[0] or one[1] for one in numbers.get(there.id, [])
                ]:
                    lines = [number_values(there.id, place, one) for place, one in enumerate(card.numbers)]
            fields = [name for name in fresh if name != "region"] + (["phones"] if lines is not None else [])
            if not fields:
                self._count(row, card, RowFate.SAME)
                continue
            self._count(row, card, RowFate.CHANGED, fields=tuple(fields))
            if there.digest:
                fresh["source_digest"] = digest_of_values(card.values)
            self._spool(
                {"op": "change", "row": row.row, "id": there.id, "version": there.version, "values": fresh,
                 "numbers": lines}
            )  # fmt: skip

    def _stored_now(self, ids: Sequence[int]) -> dict[int, Mapping[str, Any]]:
        found: dict[int, Mapping[str, Any]] = {}
        columns = Provider.__table__.columns  # type: ignore[attr-defined]
        connection = self._session.connection()
        for group in batches(ids):
            for values in connection.execute(select(*columns).where(columns.id.in_(group))).mappings():
                found[int(values["id"])] = dict(values)
        return found

    def _numbers_now(self, ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
        found: dict[int, list[tuple[str, str]]] = {}
        for group in batches(ids):
            query = (
                pick(ProviderPhone.provider_id, ProviderPhone.e164, ProviderPhone.typed)
                .where(col(ProviderPhone.provider_id).in_(group))
                .order_by(col(ProviderPhone.position), col(ProviderPhone.id))
            )
            for owner, e164, typed in self._session.exec(query):
                found.setdefault(owner, []).append((e164, typed))
        return found

    def _spool(self, line: Mapping[str, Any]) -> None:
        self.plan.spool.write(json.dumps(line, ensure_ascii=False) + "\n")

    def _refuse(self, refusal: Refusal) -> None:
        self.plan.counts[RowFate.REFUSED] += 1
        if len(self.plan.refusals) < REFUSALS_KEPT:
            self.plan.refusals.append(refusal)

    def _count(
        self, row: ListedRow, card: CheckedCard, fate: RowFate, *, fields: tuple[str, ...] = (), of: str = ""
    ) -> None:
        self.plan.counts[fate] += 1
        if len(self.plan.examples[fate]) < EXAMPLES:
            self.plan.examples[fate].append(Example(row.row, card.values.name, fate, fields, of))


def plan_import(
    session: Session,
    listing: Listing,
    rules: CardRules,
    *,
    keep_doubtful_hours: bool = False,
    keep_duplicates: bool = False,
    progress: Progress = no_progress,
    stopped: Stopped = never,
) -> ImportPlan:
    """Dry run: what importing ``listing`` would do. Nothing is written.

    Raises:
        InvalidFile: the file cannot be read.
        RuleRefused: it was stopped.
    """
    planner = Planner(
        session, listing, rules, keep_doubtful_hours=keep_doubtful_hours, keep_duplicates=keep_duplicates
    )
    return planner.run(progress, stopped)
