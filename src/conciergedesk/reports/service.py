"""Saved reports, scores heard by telephone, and the digest that is written by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlmodel import Session, col, select

from conciergedesk.core.calendars import instant_of
from conciergedesk.core.db.read import pick
from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import LANGUAGES, N_, translate
from conciergedesk.core.text import clean_line
from conciergedesk.reports.definitions import BY_CODE
from conciergedesk.reports.gather import Filters
from conciergedesk.reports.mailing import addresses_of
from conciergedesk.reports.periods import PeriodKind
from conciergedesk.reports.tables import SavedReport, Score
from conciergedesk.requests.rulebook import Rulebook
from conciergedesk.requests.tables import Request
from conciergedesk.staff.rules import Right

NO_MAIL = N_("waits for a desk with a mail server")
PERIOD_WORDS: Mapping[str, str] = {
    "shift": N_("shift"),
    "day": N_("day"),
    "week": N_("week"),
    "month": N_("month"),
}
FORMATS = ("txt", "csv", "xlsx", "pdf")


@dataclass(frozen=True, slots=True)
class SavedCard:
    """A saved report."""

    id: int
    name: str
    period: str
    filters: Filters
    figures: tuple[str, ...]
    language: str
    formats: tuple[str, ...]
    at_minute: int | None
    folder: str
    mail_to: str
    last_day: date | None
    last_problem: str
    version: int


def record_score(
    unit: Unit,
    score: int,
    *,
    kind: str = "csat",
    request_id: int | None = None,
    subject: tuple[str, int] | None = None,
    heard: bool = True,
    at: datetime | None = None,
) -> int:
    """Write down an answer to a survey; ``heard`` says that it was told by telephone.

    Raises:
        InvalidInput: a score outside its scale.
    """
    unit.require(Right.WORK_REQUESTS)
    low, high = (1, 5) if kind == "csat" else (0, 10)
    if kind not in ("csat", "nps") or not low <= score <= high:
        raise InvalidInput(N_("A score lies between {low} and {high}."), field="score", low=low, high=high)
    own = False
    if request_id is not None:
        request = unit.load(Request, request_id)
        own = request.holder_id is not None and heard and request.holder_id == unit.actor.id
        subject = ("request", request_id)
    if subject is None:
        raise InvalidInput(N_("Say what the score is about."), field="subject")
    row = unit.add(
        Score(
            kind=kind, subject_kind=subject[0], subject_id=subject[1], score=score, at=at or unit.now, heard=heard,
            own=own, by_id=unit.actor.id,
        )
    )  # fmt: skip
    assert row.id is not None
    unit.record("score.recorded", "score", row.id, score_kind=kind, score=score, heard=heard)
    return row.id


def save_report(
    unit: Unit,
    *,
    name: str,
    period: str,
    filters: Filters | None = None,
    figures: Sequence[str] = (),
    language: str = "fr",
    formats: Sequence[str] = ("txt",),
    at_minute: int | None = None,
    folder: str = "",
    mail_to: str = "",
    report_id: int | None = None,
    seen: int | None = None,
) -> int:
    """Keep a report under a name; with ``at_minute`` it is written by itself every day at that local minute.

    Raises:
        InvalidInput: a name that is empty, or a value outside its list.
    """
    unit.require(Right.SEE_REPORTS)
    name = clean_line(name, 60)
    if not name:
        raise InvalidInput(N_("Give the report a name."), field="name")
    if period not in ("shift", "day", "week", "month"):
        raise InvalidInput(N_("Choose day, week or month."), field="period")
    if language not in LANGUAGES:
        raise InvalidInput(N_("The language must be fr, en or de."), field="language")
    unknown = [code for code in figures if code not in BY_CODE]
    if unknown:
        raise InvalidInput(N_("There is no figure “{value}”."), field="figures", value=unknown[0][:20])
    if not formats or not set(formats) <= set(FORMATS):
        raise InvalidInput(N_("Choose among txt, csv, xlsx, pdf."), field="formats")
    if at_minute is not None and not 0 <= at_minute < 1440:
        raise InvalidInput(N_("Write a time such as 07:45."), field="at")
    values = {
        "name": name, "period": period, "filters": filters_as_json(filters or Filters()), "figures": list(figures),
        "language": language, "formats": " ".join(formats), "at_minute": at_minute,
        "folder": clean_line(folder, 200), "mail_to": clean_line(" ".join(addresses_of(mail_to)), 200),
    }  # fmt: skip
    if report_id is None:
        row = SavedReport(agent_id=unit.actor.id)
    else:
        row = unit.load(SavedReport, report_id, seen=seen)
    for field, value in values.items():
        setattr(row, field, value)
    row = unit.add(row)
    assert row.id is not None
    unit.record("report.saved", "saved_report", row.id)
    return row.id


def drop_report(unit: Unit, report_id: int) -> None:
    """Forget a saved report."""
    unit.require(Right.SEE_REPORTS)
    unit.session.delete(unit.load(SavedReport, report_id))
    unit.record("report.dropped", "saved_report", report_id)


def saved_reports(session: Session, report_id: int | None = None) -> list[SavedCard]:
    """Saved reports by name."""
    query = pick(
        SavedReport.id, SavedReport.name, SavedReport.period, SavedReport.filters, SavedReport.figures,
        SavedReport.language, SavedReport.formats, SavedReport.at_minute, SavedReport.folder, SavedReport.mail_to,
        SavedReport.last_day, SavedReport.last_problem, SavedReport.version,
    ).order_by(SavedReport.name)  # fmt: skip
    if report_id is not None:
        query = query.where(SavedReport.id == report_id)
    found = []
    for (
        i,
        name,
        period,
        filters,
        figures,
        language,
        formats,
        at,
        folder,
        mail,
        day,
        problem,
        version,
    ) in session.exec(query):
        found.append(
            SavedCard(
                i, name, period, filters_from_json(filters), tuple(figures), language, tuple(formats.split()), at,
                folder, mail, day, problem, version,
            )
        )  # fmt: skip
    return found


def claim_due_digests(unit: Unit, book: Rulebook, *, can_mail: bool = False) -> list[SavedCard]:
    """Take the digests that are due, once over all desks: each is claimed for its day before it is written.

    A digest that nobody could write at its hour is written late rather than never. One that goes by mail waits for a
    desk that ``can_mail``, and says so meanwhile.
    """
    today = unit.now.astimezone(book.zone).date()
    found: list[int] = []
    for row in unit.session.exec(
        select(SavedReport).where(col(SavedReport.at_minute).is_not(None)).with_for_update(skip_locked=True)
    ).all():
        assert row.id is not None and row.at_minute is not None
        if row.last_day is not None and row.last_day >= today:
            continue
        if unit.now < instant_of(today, row.at_minute, book.zone):
            continue
        if row.mail_to and not can_mail:
            waits = translate(NO_MAIL, row.language)
            if row.last_problem != waits:
                row.last_problem = waits
                unit.record("report.digest_waits", "saved_report", row.id, undoable=False)
            continue
        row.last_day, row.last_at, row.last_problem = today, unit.now, ""
        unit.record("report.digest_claimed", "saved_report", row.id, undoable=False, day=today)
        found.append(row.id)
    unit.session.flush()
    return [card for number in found for card in saved_reports(unit.session, number)]


def note_digest_problem(unit: Unit, report_id: int, problem: str) -> None:
    """A digest could not be written: say so, and let the next wake-up try again."""
    row = unit.load(SavedReport, report_id)
    row.last_problem = clean_line(problem, 300)
    row.last_day = (row.last_day - timedelta(days=1)) if row.last_day is not None else None
    unit.record("report.digest_failed", "saved_report", report_id, undoable=False)


def filters_as_json(filters: Filters) -> dict[str, object]:
    """The filters that say something."""
    return {
        name: value
        for name in Filters.__dataclass_fields__
        if (value := getattr(filters, name)) not in ("", None)
    }


def filters_from_json(stored: Mapping[str, object]) -> Filters:
    """Filters as they were stored; names that are no longer known are left out."""
    known = {name: value for name, value in stored.items() if name in Filters.__dataclass_fields__}
    return Filters(**known)  # type: ignore[arg-type]


def minute_of(typed: str) -> int | None:
    """The minute of the day that ``6:30``, ``06:30`` or ``6h30`` means; None for an empty line.

    Raises:
        InvalidInput: it is no time of day.
    """
    typed = typed.strip().lower().replace("h", ":").rstrip(":")
    if not typed:
        return None
    hours, _colon, minutes = typed.partition(":")
    try:
        moment = time(int(hours), int(minutes or 0))
    except ValueError:
        raise InvalidInput(N_("Write a time such as 07:45."), field="at") from None
    return moment.hour * 60 + moment.minute


def period_kind(name: str) -> PeriodKind:
    """The kind of a typed period."""
    try:
        return PeriodKind(name)
    except ValueError:
        raise InvalidInput(N_("Choose day, week or month."), field="period") from None
