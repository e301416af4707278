"""Reports on real databases: an independent recomputation, closed periods that never change, files that harm nobody."""

from __future__ import annotations

import csv
import io
import random
import zipfile
from datetime import date, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from conciergedesk.core.actor import SYSTEM, Actor
from conciergedesk.core.calendars import WorkingCalendar, every_day, parse_ranges
from conciergedesk.core.clock import FixedClock
from conciergedesk.core.db.undo import undo_last
from conciergedesk.core.desk import Desk
from conciergedesk.core.errors import InvalidFile, InvalidInput, NotAllowed, RuleRefused, Unavailable
from conciergedesk.core.paths import knowledge_base
from conciergedesk.customers import service as customers
from conciergedesk.reports import improving
from conciergedesk.reports.backlog import backlog_facts
from conciergedesk.reports.calls import import_calls, read_call_file, undo_import
from conciergedesk.reports.clockwork import Stopwatch
from conciergedesk.reports.exports.pdf import make_pdf, pdf_values
from conciergedesk.reports.exports.register import Register, register_page, register_rows
from conciergedesk.reports.exports.safety import file_name, harmless, original, whole_file
from conciergedesk.reports.exports.tables import csv_text, figure_rows, list_rows, write_csv, write_xlsx
from conciergedesk.reports.exports.writing import write_due_digests, write_report
from conciergedesk.reports.gather import Filters, Scope, request_facts
from conciergedesk.reports.improvement import (
    Cell,
    ObjectiveDraft,
    action_score,
    matrix,
    means_in,
    progress_of,
)
from conciergedesk.reports.measures import Figure
from conciergedesk.reports.periods import day_period, month_period
from conciergedesk.reports.reporting import DIMENSIONS, Report, make_report
from conciergedesk.reports.service import minute_of, record_score, save_report, saved_reports
from conciergedesk.reports.wall import wall_now, wall_slow
from conciergedesk.reports.words import text_page
from conciergedesk.requests import service as requests
from conciergedesk.requests.rulebook import Rulebook, load_rulebook
from conciergedesk.requests.service import NewRequest
from tests.conftest import hire

PARIS = ZoneInfo("Europe/Paris")
MARCH = month_period(date(2027, 3, 1), PARIS)
HOSTILE = "=HYPERLINK(1) [/] \x1b]52;c;x\x07\u202e"


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return load_rulebook(knowledge_base())


def a_month(desk: Desk, clock: FixedClock, book: Rulebook, count: int = 40) -> dict[str, Actor]:
    """A month of work by two agents, made from a seed, in March 2027."""
    chance = random.Random(7)
    clock.move_to(datetime(2027, 3, 1, 7, tzinfo=PARIS))
    people = {
        "Inès": hire(desk, "Inès"),
        "Maëlle": hire(desk, "Maëlle"),
        "Hélène": hire(desk, "Hélène", "supervisor"),
    }
    company = desk.act(SYSTEM, customers.add_organisation, HOSTILE)
    moments = sorted(
        datetime(2027, 3, chance.randint(1, 31), chance.randint(0, 23), chance.randint(0, 59), tzinfo=PARIS)
        for _number in range(count)
    )
    for moment in moments:
        clock.move_to(moment)
        who = people[chance.choice(["Inès", "Maëlle"])]
        made = desk.act(
            who,
            requests.capture,
            book,
            NewRequest(
                chance.choice(["taxi", "restaurant", "spa_thermal"]),
                title=HOSTILE,
                requester_name="Wanda Kowalczyk",
                priority=chance.choice(["P1", "P2", "P3"]),
                channel=chance.choice(["phone", "email", "chat"]),
                payer_organisation_id=company if chance.random() < 0.5 else None,
                take=True,
            ),
        )
        desk.act(who, requests.promise_call_back, due_at=clock.now() + timedelta(hours=2), request_id=made)
        clock.advance(timedelta(minutes=chance.randint(2, 300)))
        desk.act(who, requests.note, book, made, "rappelée", kind="call")
        if chance.random() < 0.3:
            desk.act(who, requests.wait_client, book, made)
            clock.advance(timedelta(minutes=chance.randint(10, 600)))
            desk.act(who, requests.resume, book, made)
        ending = chance.random()
        if ending < 0.1:
            desk.act(who, requests.cancel, book, made, reason=book.catalogue.reasons[0].key)
        elif ending < 0.9:
            desk.act(who, requests.confirm, book, made)
    clock.move_to(datetime(2027, 4, 1, 9, tzinfo=PARIS))
    desk.act(SYSTEM, requests.note_what_time_did, book)
    return people


def march(desk: Desk, book: Rulebook, clock: FixedClock, **values: object) -> Report:
    return desk.ask(make_report, book, MARCH, clock.now(), **values)  # type: ignore[arg-type]


def told(figure: Figure) -> list[tuple[str, float | None, int]]:
    return [(one.key, one.value, one.count) for one in figure.measures]


def test_plain_loops_over_the_tables_agree_with_the_report(
    desk: Desk, clock: FixedClock, book: Rulebook
) -> None:
    a_month(desk, clock, book)
    report = march(desk, book, clock)
    with desk.engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT id, state, opened_at, first_response_at, response_due_at, response_breached_at, "
                "first_resolved_at, breached_at, closed_at FROM request"
            )
        ).all()
        calls = connection.execute(text("SELECT due_at, state, ended_at FROM call_back")).all()

    def moment(value: object) -> datetime | None:
        if value is None or isinstance(value, datetime):
            return value
        return datetime.fromisoformat(f"{value}+00:00")

    def inside(value: object) -> bool:
        at = moment(value)
        return at is not None and MARCH.start <= at < MARCH.end

    answered = [row for row in rows if inside(row[2]) and row[3] is not None and row[1] != "duplicate"]
    within = sum(row[5] is None for row in answered)
    first = report.figure("K1").measures[0]
    assert (first.met, first.count) == (within, len(answered))
    missed = sum(inside(row[7]) for row in rows)
    met = sum(inside(row[6]) and row[7] is None for row in rows)
    kept = report.figure("K3").measures[0]
    assert (kept.met, kept.count) == (met, met + missed)
    assert missed > 0 and met > 0
    assert report.figure("K2").measure("resolved").value == sum(inside(row[6]) for row in rows)
    due = [row for row in calls if inside(row[0])]
    dropped = sum(row[1] == "dropped" and row[2] is not None and str(row[2]) <= str(row[0]) for row in due)
    assert report.figure("K14").measures[0].count == len(due) - dropped
    assert report.opened == sum(inside(row[2]) and row[1] != "duplicate" for row in rows)


def test_every_dimension_adds_up_to_the_whole(desk: Desk, clock: FixedClock, book: Rulebook) -> None:
    a_month(desk, clock, book)
    report = march(desk, book, clock, dimensions=DIMENSIONS)
    whole = report.figure("K3").measures[0]
    for dimension, groups in report.groups.items():
        parts = [group.figure.measures[0] for group in groups]
        assert sum(part.count for part in parts) == whole.count, dimension
        assert sum(part.met for part in parts) == whole.met, dimension


def test_a_filter_chooses_things_not_events(desk: Desk, clock: FixedClock, book: Rulebook) -> None:
    a_month(desk, clock, book)
    whole = march(desk, book, clock)
    parts = [march(desk, book, clock, filters=Filters(priority=one)) for one in ("P1", "P2", "P3")]
    for code in ("K1", "K2", "K3"):
        assert (
            sum(part.figure(code).measures[-1].count for part in parts)
            == whole.figure(code).measures[-1].count
        )
    nobody = march(desk, book, clock, filters=Filters(agent_id=999))
    assert nobody.figure("K1").measures[0].value is None


def test_a_closed_month_says_the_same_for_ever_also_after_an_erasure(
    desk: Desk, clock: FixedClock, book: Rulebook
) -> None:
    people = a_month(desk, clock, book)
    clock.move_to(datetime(2027, 4, 10, 9, tzinfo=PARIS))
    before = march(desk, book, clock)
    facts = desk.ask(request_facts, Scope(book, MARCH, clock.now()))
    still_open = [fact.id for fact in facts if fact.state not in ("confirmed", "done", "closed", "cancelled")]
    for number in still_open[:5]:
        desk.act(people["Inès"], requests.confirm, book, number)
    with desk.engine.execution_options(write=True).begin() as connection:
        connection.execute(text("UPDATE person SET first_name = '', last_name = '', search = '', note = ''"))
    clock.move_to(datetime(2027, 9, 1, 9, tzinfo=PARIS))
    after = march(desk, book, clock)
    for code in ("K1", "K2", "K3", "K4", "K5", "K14", "K15"):
        assert told(after.figure(code)) == told(before.figure(code)), code
    assert after.opened == before.opened


def test_the_backlog_of_a_past_instant_is_what_was_open_then(
    desk: Desk, clock: FixedClock, book: Rulebook
) -> None:
    clock.move_to(datetime(2027, 3, 10, 9, tzinfo=PARIS))
    ines = hire(desk, "Inès")
    made = desk.act(ines, requests.capture, book, NewRequest("taxi", requester_name="Weber", take=True))
    clock.advance(timedelta(hours=1))
    then = clock.now()
    clock.advance(timedelta(hours=1))
    desk.act(ines, requests.cancel, book, made, reason=book.catalogue.reasons[0].key)
    clock.advance(timedelta(hours=1))
    scope = Scope(book, day_period(date(2027, 3, 10), PARIS), clock.now())
    assert [(one.id, one.state) for one in desk.ask(backlog_facts, scope, then)] == [(made, "in_progress")]
    assert desk.ask(backlog_facts, scope, clock.now()) == []
    desk.act(ines, undo_last)
    clock.advance(timedelta(minutes=1))
    assert [one.id for one in desk.ask(backlog_facts, scope, clock.now())] == [made]


def test_health_is_an_orientation_in_every_list(desk: Desk, clock: FixedClock, book: Rulebook) -> None:
    clock.move_to(datetime(2027, 3, 10, 20, tzinfo=PARIS))
    ines = hire(desk, "Inès")
    desk.act(ines, requests.capture, book, NewRequest("dentist_late", requester_name="Josy", take=True))
    clock.move_to(datetime(2027, 4, 1, 9, tzinfo=PARIS))
    report = march(desk, book, clock, dimensions=("type_code", "family"))
    written = "\n".join(";".join(map(str, row)) for row in list_rows(report, "K1"))
    assert "orientation" in written and "dentist" not in written
    assert [group.value for group in report.groups["type_code"]] == ["orientation"]


# --- the fast stopwatch ---


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_the_stopwatch_agrees_with_the_calendar_over_both_clock_changes(data: st.DataObject) -> None:
    calendar = WorkingCalendar(every_day(parse_ranges("08:00-12:00,14:00-02:00")), PARIS)
    low, high = datetime(2027, 3, 20), datetime(2027, 11, 10)  # noqa: DTZ001
    start = data.draw(st.datetimes(low, high, timezones=st.just(PARIS)))
    end = start + data.draw(st.timedeltas(timedelta(0), timedelta(days=20)))
    watch = Stopwatch(calendar, start, end)
    assert watch.minutes(start, end) == pytest.approx(
        calendar.between(start, end).total_seconds() / 60, abs=0.01
    )


def test_the_stopwatch_leaves_pauses_out_once_even_when_they_overlap() -> None:
    calendar = WorkingCalendar(every_day(parse_ranges("08:00-21:00")), PARIS)
    start = datetime(2027, 3, 10, 9, tzinfo=PARIS)
    watch = Stopwatch(calendar, start, start + timedelta(days=1))
    pauses = [
        (start + timedelta(hours=1), start + timedelta(hours=3)),
        (start + timedelta(hours=2), start + timedelta(hours=3, minutes=30)),
    ]
    assert watch.minutes(start, start + timedelta(hours=5), pauses) == 150.0  # 5 h elapsed, 2 h 30 waiting


# --- files ---


@given(st.text(max_size=30))
@settings(max_examples=100, deadline=None)
def test_no_cell_begins_like_a_formula_and_the_original_comes_back(typed: str) -> None:
    from conciergedesk.core.text import clean_line

    cell = harmless(typed)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))
    assert original(cell) == clean_line(typed, 2_000)


def test_numbers_pass_as_numbers_and_file_names_hold_no_path() -> None:
    assert [harmless(one) for one in (-3, 1.5, 2.0, None, True)] == ["-3", "1.5", "2", "", "1"]
    assert file_name("../../etc", "a/b\\c", "x" * 300, suffix="csv").count("/") == 0
    assert file_name("..", suffix="pdf") == "report.pdf"


def test_an_export_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    target = tmp_path / "report.csv"
    target.write_text("before")
    with pytest.raises(ZeroDivisionError), whole_file(target) as file:
        file.write(b"half")
        raise ZeroDivisionError
    assert target.read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["report.csv"]
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable), whole_file(tmp_path / "file" / "x.csv"):
        pass


def test_the_csv_list_of_a_figure_adds_up_when_read_back(
    sqlite_desk: Desk, clock: FixedClock, book: Rulebook, tmp_path: Path
) -> None:
    a_month(sqlite_desk, clock, book)
    report = march(sqlite_desk, book, clock)
    for code in ("K1", "K3", "K14"):
        count = write_csv(list_rows(report, code), tmp_path / f"{code}.csv")
        with (tmp_path / f"{code}.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file, delimiter=";"))[1:]
        measure = report.figure(code).measures[0]
        assert count == len(rows) + 1 == measure.count + 1
        assert sum(row[5] == "1" for row in rows) == measure.met


def test_the_workbook_holds_text_and_numbers_never_formulas(
    sqlite_desk: Desk, clock: FixedClock, book: Rulebook, tmp_path: Path
) -> None:
    from conciergedesk.core.shared import Agency, set_up_agency

    a_month(sqlite_desk, clock, book, 10)
    sqlite_desk.act(SYSTEM, set_up_agency, Agency(name=HOSTILE))
    report = march(sqlite_desk, book, clock, dimensions=("company",))
    target = tmp_path / "report.xlsx"
    assert write_xlsx(report, target) > 40
    with zipfile.ZipFile(target) as book_file:
        sheets = [name for name in book_file.namelist() if name.startswith("xl/worksheets/sheet")]
        content = b"".join(book_file.read(name) for name in sheets)
        for name in sheets:
            ElementTree.fromstring(book_file.read(name))
    assert b"<f>" not in content and b"\x1b" not in content
    import openpyxl

    sheet = openpyxl.load_workbook(target).worksheets[0]
    assert sheet["A1"].data_type == "s" and str(sheet["A1"].value).startswith("=HYPERLINK")


def test_the_page_shows_hostile_text_as_text_and_is_a_pdf(
    sqlite_desk: Desk, clock: FixedClock, book: Rulebook
) -> None:
    from conciergedesk.core.shared import Agency, set_up_agency

    a_month(sqlite_desk, clock, book, 10)
    sqlite_desk.act(SYSTEM, set_up_agency, Agency(name='#read("/etc/passwd") *gras* $x$'))
    report = march(sqlite_desk, book, clock, dimensions=("company",))
    values = pdf_values(report, "fr")
    assert values["agency"] == '#read("/etc/passwd") *gras* $x$'
    data = make_pdf(report, "fr")
    assert data.startswith(b"%PDF") and len(data) > 10_000


def test_the_plain_page_reads_without_colour_and_says_how_each_figure_is_counted(
    sqlite_desk: Desk, clock: FixedClock, book: Rulebook
) -> None:
    a_month(sqlite_desk, clock, book, 10)
    page = text_page(march(sqlite_desk, book, clock), "fr")
    assert "mars 2027" in page and "formule" in page and "\x1b" not in page
    assert all(f"K{number} " in page for number in range(1, 21))
    assert "—" in page and "NaN" not in page
    english = text_page(march(sqlite_desk, book, clock), "en")
    assert "March 2027" in english and "fig|" not in english


def test_a_report_is_written_in_all_formats(
    sqlite_desk: Desk, clock: FixedClock, book: Rulebook, tmp_path: Path
) -> None:
    a_month(sqlite_desk, clock, book, 5)
    made = write_report(march(sqlite_desk, book, clock), ("txt", "csv", "xlsx", "pdf"), tmp_path, "fr")
    assert sorted(path.suffix for path in made) == [".csv", ".pdf", ".txt", ".xlsx"]
    assert all(path.stat().st_size > 500 for path in made)
    rows = list(csv.reader(io.StringIO(made[1].read_text("utf-8-sig")), delimiter=";"))
    assert len(rows) == len(list(figure_rows(march(sqlite_desk, book, clock), "fr")))


# --- calls, scores, saved reports ---

CALLS = (
    "Identifiant;Ligne;Date;Attente;Statut;Durée\r\n"
    "1;technical;24/03/2027 10:05;12,5;décroché;180\r\n"
    "2;technical;2027-03-24T10:06:00+01:00;0:31;Abandonné;\r\n"
)


def test_a_call_log_is_read_by_its_titles_in_french_or_english() -> None:
    file = read_call_file("appels.csv", CALLS.encode("cp1252"), PARIS)
    assert [(row.wait_s, row.answered, row.external_id) for row in file.rows] == [
        (12.5, True, "1"),
        (31.0, False, "2"),
    ]
    assert file.rows[0].at == datetime(2027, 3, 24, 10, 5, tzinfo=PARIS)
    assert file.problems == ()


def test_a_bad_row_is_named_and_the_file_is_refused_unless_bad_rows_are_skipped(desk: Desk) -> None:
    helene = hire(desk, "Hélène", role="supervisor")
    data = (
        CALLS + "3;technical;demain;4;décroché;1\r\n4;technical;24/03/2027 10:07;-1;décroché;1\r\n"
    ).encode()
    file = read_call_file("appels.csv", data, PARIS)
    assert [(one.line, one.field) for one in file.problems] == [(4, "at"), (5, "wait_s")]
    with pytest.raises(RuleRefused):
        desk.act(helene, import_calls, file)
    assert desk.act(helene, import_calls, file, skip_bad=True) == 2
    with pytest.raises(RuleRefused):
        desk.act(helene, import_calls, file, skip_bad=True)
    again = read_call_file("encore.csv", CALLS.encode(), PARIS)
    assert desk.act(helene, import_calls, again) == 0, "the same calls are not counted twice"
    assert desk.act(helene, undo_import, 1) == 2
    assert desk.act(helene, import_calls, file, skip_bad=True) == 2


@pytest.mark.parametrize("data", [b"", b"a;b\r\n1;2\r\n", b"\x00\xff\xfe" * 20])
def test_a_file_that_is_no_call_log_is_refused_by_name(data: bytes) -> None:
    with pytest.raises(InvalidFile, match=r"x\.csv"):
        read_call_file("x.csv", data, PARIS)


def test_an_assistant_may_not_import(desk: Desk, ines: Actor) -> None:
    with pytest.raises(NotAllowed):
        desk.act(ines, import_calls, read_call_file("appels.csv", CALLS.encode(), PARIS))


def test_a_score_outside_its_scale_is_refused_and_ones_own_is_marked(
    desk: Desk, ines: Actor, book: Rulebook, clock: FixedClock
) -> None:
    made = desk.act(ines, requests.capture, book, NewRequest("taxi", requester_name="Weber", take=True))
    with pytest.raises(InvalidInput):
        desk.act(ines, record_score, 6, request_id=made)
    desk.act(ines, record_score, 5, request_id=made)
    clock.move_to(datetime(2027, 4, 1, 9, tzinfo=PARIS))
    figure = march(desk, book, clock).figure("K10")
    assert figure.measures[0].count == 0
    assert figure.excluded[0].count == 1


def test_a_digest_is_written_once_over_two_desks_at_its_hour_and_late_rather_than_never(
    desk: Desk, clock: FixedClock, book: Rulebook, tmp_path: Path
) -> None:
    helene = hire(desk, "Hélène", role="supervisor")
    desk.act(
        helene,
        save_report,
        name="Matin / du jour",
        period="day",
        at_minute=390,
        folder=str(tmp_path),
        formats=("txt",),
    )
    clock.move_to(datetime(2027, 3, 25, 6, 29, tzinfo=PARIS))
    assert write_due_digests(desk, book) == []
    clock.move_to(datetime(2027, 3, 25, 11, tzinfo=PARIS))
    (path,) = write_due_digests(desk, book)
    assert "mercredi 24 mars 2027" in path.read_text("utf-8")
    assert write_due_digests(desk, book) == []
    clock.move_to(datetime(2027, 3, 26, 6, 30, tzinfo=PARIS))
    assert len(write_due_digests(desk, book)) == 1


@pytest.mark.parametrize(
    ("typed", "minute"), [("6h30", 390), ("06:30", 390), ("7h", 420), ("", None), ("0:00", 0)]
)
def test_an_hour_is_read_as_people_write_it(typed: str, minute: int | None) -> None:
    assert minute_of(typed) == minute
    with pytest.raises(InvalidInput):
        minute_of(f"{typed}25:00")


def test_a_digest_that_cannot_be_written_says_so_and_tries_again(
    desk: Desk, clock: FixedClock, book: Rulebook, tmp_path: Path
) -> None:
    helene = hire(desk, "Hélène", role="supervisor")
    blocked = tmp_path / "blocked"
    blocked.write_text("")
    desk.act(
        helene, save_report, name="x", period="day", at_minute=0, folder=str(blocked / "in"), formats=("txt",)
    )
    assert write_due_digests(desk, book) == []
    assert desk.ask(saved_reports)[0].last_problem
    blocked.unlink()
    assert len(write_due_digests(desk, book)) == 1
    assert desk.ask(saved_reports)[0].last_problem == ""


def test_the_wall_counts_what_is_open_now(desk: Desk, clock: FixedClock, book: Rulebook) -> None:
    a_month(desk, clock, book)
    now = clock.now()
    live, slow = desk.ask(wall_now, book, now), desk.ask(wall_slow, book, now)
    with desk.engine.connect() as connection:
        held = connection.execute(
            text("SELECT count(*) FROM request WHERE is_open AND holder_id IS NOT NULL")
        ).scalar()
    assert sum(load.held for load in live.loads) == held
    assert live.keys_out == 0 and live.has_cover is False
    assert slow.week_count == sum(count for _family, count in slow.week)


# --- improvement ---


def test_the_matrix_is_computed_and_the_register_follows_its_rules(desk: Desk, clock: FixedClock) -> None:
    helene = hire(desk, "Hélène", role="supervisor")
    ines = hire(desk, "Inès")
    with pytest.raises(NotAllowed):
        desk.act(ines, improving.note_fact, text="x", nature="human", favourable=True, internal=True)
    mandate = desk.act(
        helene,
        improving.open_mandate,
        title="Accueil 2027",
        asked_by="Direction",
        question="Comment répondre plus tôt ?",
    )
    for favourable in (True, False):
        for internal in (True, False):
            desk.act(
                helene, improving.note_fact, text=f"fait {favourable} {internal}", nature="human",
                favourable=favourable, internal=internal, mandate_id=mandate,
            )  # fmt: skip
    cells = matrix(desk.ask(improving.facts, mandate))
    assert {cell: len(found) for cell, found in cells.items()} == dict.fromkeys(Cell, 1)
    assert cells[Cell.THREAT][0].text == "fait False False"
    aim = ObjectiveDraft(
        "Répondre plus tôt aux courriels", "part dans le délai", 95.0, date(2027, 12, 31), ines.id, 83.3
    )
    number = desk.act(helene, improving.set_objective, aim, mandate_id=mandate, figure="K1")
    desk.act(helene, improving.decide, number)
    action = desk.act(
        helene, improving.plan_action, number, text="Former chacun au texte type", owner_id=ines.id or 0,
        due_on=date(2027, 6, 30), contribution=5, cost=1,
    )  # fmt: skip
    desk.act(helene, improving.review, action, "adjusted", reason="trop court", due_on=date(2027, 9, 30))
    desk.act(helene, improving.review, action, "dropped", reason="autre voie trouvée")
    with pytest.raises(RuleRefused):
        desk.act(helene, improving.review, action, "kept", reason="encore")
    (card,) = desk.ask(improving.objectives)
    assert (card.decided_by, card.owner, card.actions[0].state) == ("Hélène", "Inès", "dropped")
    assert [one[2] for one in card.actions[0].reviews] == ["dropped", "adjusted"]
    assert card.actions[0].due_on == date(2027, 9, 30)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"indicator": " "}, "indicator"),
        ({"target_value": None}, "target_value"),
        ({"due_on": None}, "due_on"),
        ({"due_on": date(2027, 3, 24)}, "due_on"),
        ({"owner_id": None}, "owner"),
        ({"start_value": 95.0}, "target_value"),
    ],
)
def test_an_objective_that_is_not_smart_is_refused_by_field(
    sqlite_desk: Desk, changed: dict[str, object], field: str
) -> None:
    from dataclasses import replace

    helene = hire(sqlite_desk, "Hélène", role="supervisor")
    aim = ObjectiveDraft("Répondre plus tôt", "part dans le délai", 95.0, date(2027, 12, 31), helene.id)
    with pytest.raises(InvalidInput) as refused:
        sqlite_desk.act(helene, improving.set_objective, replace(aim, **changed))  # type: ignore[arg-type]
    assert refused.value.field == field


def test_a_means_given_as_an_objective_is_warned_about_and_kept_with_a_reason(sqlite_desk: Desk) -> None:
    helene = hire(sqlite_desk, "Hélène", role="supervisor")
    aim = ObjectiveDraft("Mettre en place un groupe", "réunions", 4.0, date(2027, 12, 31), helene.id)
    with pytest.raises(RuleRefused, match="moyen"):
        sqlite_desk.act(helene, improving.set_objective, aim)
    kept = ObjectiveDraft(
        aim.text, aim.indicator, aim.target_value, aim.due_on, aim.owner_id, means_reason="demandé ainsi"
    )
    assert sqlite_desk.act(helene, improving.set_objective, kept)
    assert means_in("Créer des groupes") == "creer" and means_in("Répondre mieux") == ""


def test_facts_fill_themselves_from_the_desks_own_figures(
    desk: Desk, clock: FixedClock, book: Rulebook
) -> None:
    people = a_month(desk, clock, book)
    report = march(desk, book, clock)
    desk.act(people["Hélène"], improving.facts_from_report, report)
    found = {fact.figure: fact for fact in desk.ask(improving.facts)}
    assert {"K1", "K3", "K14"} <= set(found)
    first = report.figure("K1").measures[0].value or 0
    assert found["K1"].cell is (Cell.STRENGTH if first >= 90 else Cell.WEAKNESS)
    assert found["K1"].measured == "mars 2027"


def test_scores_and_progress() -> None:
    assert action_score(cost=1, complexity=1, duration=1, contribution=5) == 100.0
    assert action_score(cost=5, complexity=5, duration=5, contribution=1) == 20.0
    assert progress_of(80.0, 90.0, 85.0) == 0.5
    assert progress_of(None, 90.0, 85.0) is None
    with pytest.raises(InvalidInput):
        action_score(cost=0, complexity=1, duration=1, contribution=1)


def test_hostile_facts_harm_neither_the_page_nor_the_table_of_the_register(sqlite_desk: Desk) -> None:
    helene = hire(sqlite_desk, "Hélène", role="supervisor")
    for text_typed in (HOSTILE, "+1+cmd|' /C calc'!A0", "\t=1+1", "@SUM(A1)"):
        sqlite_desk.act(
            helene, improving.note_fact, text=text_typed, nature="human", favourable=False, internal=True,
            theme=HOSTILE,
        )  # fmt: skip
    register = Register("=agence", (), tuple(sqlite_desk.ask(improving.facts)), ())
    page = register_page(register, "fr")
    assert "\x1b" not in page and "\u202e" not in page and "=HYPERLINK(1) [/]" in page
    cells = [cell for row in csv.reader(io.StringIO(csv_text(register_rows(register, "fr"))), delimiter=";")
             for cell in row]  # fmt: skip
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))]
    assert sum("HYPERLINK" in cell for cell in cells) == 1
