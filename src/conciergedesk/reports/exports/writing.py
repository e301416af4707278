"""One report in several formats, and the digests that are due."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from conciergedesk.core.actor import SYSTEM
from conciergedesk.core.desk import Desk
from conciergedesk.core.errors import DeskError, InvalidInput
from conciergedesk.core.i18n import translate
from conciergedesk.core.paths import desk_home, knowledge_base
from conciergedesk.handover.turns import load_handover_house
from conciergedesk.reports.exports.pdf import write_pdf
from conciergedesk.reports.exports.safety import file_name, whole_file
from conciergedesk.reports.exports.tables import figure_rows, write_csv, write_xlsx
from conciergedesk.reports.mailing import MailServer, mail_server, message_of, send
from conciergedesk.reports.periods import Period, PeriodKind, period_of
from conciergedesk.reports.reporting import Report, make_report
from conciergedesk.reports.service import (
    PERIOD_WORDS,
    SavedCard,
    claim_due_digests,
    note_digest_problem,
    period_kind,
)
from conciergedesk.reports.shifts import ended_shift
from conciergedesk.reports.words import text_page
from conciergedesk.requests.rulebook import Rulebook


def write_report(
    report: Report, formats: Sequence[str], folder: Path, language: str, *, name: str = ""
) -> list[Path]:
    """Write the report in each format; answers the files."""
    day = report.period.first_day.isoformat()
    kind = translate(PERIOD_WORDS.get(report.period.kind, ""), language)
    made = []
    for one in formats:
        target = folder / file_name(name or report.agency, kind, day, suffix=one)
        if one == "txt":
            with whole_file(target) as file:
                file.write(text_page(report, language).encode())
        elif one == "csv":
            write_csv(figure_rows(report, language), target)
        elif one == "xlsx":
            write_xlsx(report, target, language)
        else:
            write_pdf(report, target, language)
        made.append(target)
    return made


def write_due_digests(desk: Desk, book: Rulebook) -> list[Path]:
    """Write the digests that are due: the last whole period of each, once over all desks."""
    made: list[Path] = []
    try:
        server = mail_server(desk.settings.mail)
    except InvalidInput:  # the setting itself is wrong: who saves a report with addresses is told so
        server = None
    for card in desk.act(SYSTEM, claim_due_digests, book, can_mail=server is not None):
        try:
            paths = write_saved(desk, book, card)
            made += paths
            if card.mail_to and server is not None:
                send_saved(server, card, paths)
        except DeskError as problem:
            desk.act(SYSTEM, note_digest_problem, card.id, str(problem))
    return made


def send_saved(server: MailServer, card: SavedCard, paths: Sequence[Path]) -> None:
    """Send the files of a saved report; a plain text among them is the mail itself."""
    plain = [path for path in paths if path.suffix == ".txt"]
    body = plain[0].read_text("utf-8") if plain else f"{card.name}\n"
    files = [path for path in paths if path not in plain]
    send(server, message_of(server.sender, card.mail_to.split(), f"ConciergeDesk · {card.name}", body, files))


def write_saved(desk: Desk, book: Rulebook, card: SavedCard) -> list[Path]:
    """Write a saved report over its last whole period."""
    now = desk.clock.now()
    period: Period | None = None
    if card.period == PeriodKind.SHIFT:
        team = card.filters.team or "concierge"
        period = ended_shift(load_handover_house(knowledge_base() / "handover"), team, now, card.language)
    if period is None:
        kind = period_kind(card.period if card.period != PeriodKind.SHIFT else PeriodKind.DAY)
        period = period_of(kind, now, book.zone).previous()
    report = desk.ask(make_report, book, period, now, filters=card.filters, codes=card.figures)
    folder = Path(card.folder) if card.folder else desk_home() / "reports"
    return write_report(report, card.formats, folder, card.language, name=card.name)
