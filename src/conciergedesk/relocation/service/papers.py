"""Documents that were seen, with their expiry ladder, and days of telework as people say them."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session, select

from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput, RuleRefused
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_line
from conciergedesk.relocation.due import next_rung
from conciergedesk.relocation.house import RelocationHouse
from conciergedesk.relocation.plans import WorkCountry
from conciergedesk.relocation.rules import (
    TeleworkCount,
    ThresholdKind,
    count_telework,
)
from conciergedesk.relocation.service.writing import (
    checked_text,
    given,
    open_row,
)
from conciergedesk.relocation.tables import (
    RelocationDocument,
    RelocationFile,
    TeleworkDay,
)
from conciergedesk.staff.rules import Right

# --- documents ---


def see_document(
    unit: Unit,
    house: RelocationHouse,
    file_id: int,
    kind: str,
    *,
    holder: str = "",
    expires_on: date | None = None,
    issued_on: date | None = None,
    seen_on: date | None = None,
    kept_by: str = "",
    document_id: int | None = None,
) -> int:
    """Note that a document was seen: its kind, whose it is, until when. Seen anew, its ladder begins again.

    Raises:
        InvalidInput: no kind, a number that looks like a document's own, or days that cannot be.
    """
    unit.require(Right.COACH_FILES)
    open_row(unit, file_id)
    kind = given(kind, "kind", N_("Say which document it is."), 120)
    holder, kept_by = clean_line(holder, 80), clean_line(kept_by, 80)
    for field, text in (("kind", kind), ("holder", holder), ("kept_by", kept_by)):
        if sum(char.isdigit() for char in text) > 4:
            raise InvalidInput(
                N_("Only the kind of a document is kept, never its number. Take the number out."), field=field
            )
    checked_text(house, kind)
    today = house.today(unit.now)
    day = seen_on or today
    if day > today:
        raise InvalidInput(N_("This day has not come yet. Give the day it was seen."), field="seen_on")
    if issued_on is not None and expires_on is not None and expires_on < issued_on:
        raise InvalidInput(N_("The document would expire before it was issued."), field="expires_on")
    row = (
        unit.load(RelocationDocument, document_id)
        if document_id is not None
        else unit.add(RelocationDocument(file_id=file_id))
    )
    assert row.id is not None
    if row.file_id != file_id:
        raise InvalidInput(N_("This document belongs to another file."), field="document")
    row.kind, row.holder, row.kept_by = kind, holder, kept_by
    row.seen_on, row.seen_by_id = day, unit.actor.id
    row.issued_on, row.expires_on = issued_on, expires_on
    _set_rung(row, today, None)
    unit.record(
        "relocation.document_seen", "relocation_document", row.id, expires_on=expires_on, file=file_id
    )
    return row.id


def _set_rung(row: RelocationDocument, today: date, handled: int | None) -> None:
    rung = next_rung(row.expires_on, today, handled)
    row.rung, row.alert_on = (rung.days, rung.on) if rung is not None else (None, None)
    row.is_open = rung is not None


def handle_expiry(unit: Unit, house: RelocationHouse, document_id: int) -> None:
    """The holder was told: the document comes up again at the next rung of its ladder."""
    unit.require(Right.COACH_FILES)
    row = unit.load(RelocationDocument, document_id)
    open_row(unit, row.file_id)
    if row.rung is None:
        raise RuleRefused(N_("This document has no expiry to watch."))
    _set_rung(row, house.today(unit.now), row.rung)
    unit.record("relocation.expiry_told", "relocation_document", document_id, next=row.rung, file=row.file_id)


def drop_document(unit: Unit, document_id: int) -> None:
    """Take a document off the list; it was noted by mistake."""
    unit.require(Right.COACH_FILES)
    row = unit.load(RelocationDocument, document_id)
    open_row(unit, row.file_id)
    unit.session.delete(row)
    unit.record("relocation.document_dropped", "relocation_document", document_id, file=row.file_id)


# --- telework ---


def thresholds(house: RelocationHouse, row: RelocationFile) -> tuple[str, ...]:
    country = row.facts.get("work_country")
    if not isinstance(country, str):
        return ()
    return tuple(
        one.id
        for one in house.border.thresholds_for(WorkCountry(country))
        if one.kind is ThresholdKind.DAYS_PER_YEAR
    )


def telework_counts(
    session: Session, house: RelocationHouse, row: RelocationFile, today: date
) -> tuple[TeleworkCount, ...]:
    """This year's days against each threshold in days; shares of time are not counted from days."""
    names = thresholds(house, row)
    if not names:
        return ()
    found = session.exec(select(TeleworkDay).where(TeleworkDay.file_id == row.id)).all()
    by_person: dict[str, list[date]] = {}
    for one in found:
        by_person.setdefault(one.who, []).append(one.day)
    most = max(by_person.values(), key=len, default=[])
    return tuple(
        count_telework(
            most, today.year, name, house.border.thresholds[name].limit, house.border.amber_percent
        )
        for name in names
    )
