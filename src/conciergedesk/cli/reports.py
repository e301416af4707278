"""``conciergedesk reports``: figures, lists and files from the shell, saved reports and the digest, the call log."""

from __future__ import annotations

from datetime import datetime, time
from pathlib import Path
from typing import Any

import typer

from conciergedesk.cli.output import say, say_block, say_json, say_table, signed_in, spoken
from conciergedesk.core.errors import InvalidInput, NotAllowed
from conciergedesk.core.i18n import N_, _, active_language

app = typer.Typer(help="Figures with their definitions, lists behind them, files.", no_args_is_help=True)

_JSON = typer.Option(False, "--json", help="Print JSON.")
_AGENT = typer.Option("", "--agent", help="Code of who asks, such as HEL (or CONCIERGEDESK_AGENT).")
_SAMPLE = typer.Option(False, "--sample", help="Work on the sample desk.")
_PERIOD = typer.Argument("month", help="shift, day, week or month.")
_ON = typer.Option("", "--on", help="A day of the period, such as 2027-03-24; today by default.")
_TEAM = typer.Option("", "--team", help="Only one team or line.")


def _made(session: Any, period: str, on: str, **filters: Any) -> Any:
    from conciergedesk.reports.gather import Filters
    from conciergedesk.reports.periods import PeriodKind, period_of
    from conciergedesk.reports.reporting import make_report
    from conciergedesk.reports.service import period_kind
    from conciergedesk.reports.shifts import shift_at
    from conciergedesk.staff.rules import Right

    if Right.SEE_REPORTS not in session.actor.rights:
        raise NotAllowed(N_("Reports are for supervisors. Ask one for the figure you need."))
    book, now = session.book(), session.now()
    moment = now
    if on:
        try:
            moment = datetime.combine(datetime.fromisoformat(on).date(), time(12), book.zone)
        except ValueError:
            raise InvalidInput(
                N_("“{text}” is not a day such as 2027-03-24."), field="on", text=on[:40]
            ) from None
    kind = period_kind(period)
    if kind == PeriodKind.SHIFT:
        made = shift_at(session.handover_house(), session.actor.team, moment, active_language())
        if made is None:
            raise InvalidInput(
                N_("No team has shifts that hand over. Add them to handover/turns.toml."), field="period"
            )
    else:
        made = period_of(kind, moment, book.zone)
    return session.ask(
        make_report, book, made, now, filters=Filters(**filters), dimensions=("family", "team")
    )


@app.command()
def show(
    period: str = _PERIOD,
    on: str = _ON,
    team: str = _TEAM,
    agent: str = _AGENT,
    sample: bool = _SAMPLE,
    as_json: bool = _JSON,
) -> None:
    """Print a report as plain text, definitions under each figure."""
    with spoken():
        from conciergedesk.reports.words import text_page

        session = signed_in(agent=agent, sample=sample)
        report = _made(session, period, on, team=team)
        if as_json:
            say_json(
                [
                    {
                        "code": figure.code,
                        "available": figure.available,
                        "values": {
                            one.key: {
                                "value": one.value,
                                "unit": one.unit,
                                "met": one.met,
                                "count": one.count,
                            }
                            for one in figure.measures
                        },
                    }
                    for figure in report.figures
                ]
            )
        else:
            say_block(text_page(report, active_language()))


@app.command("list")
def list_behind(
    code: str = typer.Argument(..., help="Figure, such as K3."),
    period: str = _PERIOD,
    key: str = typer.Option("", "--value", help="Which value of the figure; the main one by default."),
    on: str = _ON,
    team: str = _TEAM,
    agent: str = _AGENT,
    sample: bool = _SAMPLE,
) -> None:
    """Print the list behind a figure as CSV: it adds up to the figure."""
    with spoken():
        from conciergedesk.reports.definitions import BY_CODE
        from conciergedesk.reports.exports.tables import csv_text, list_rows

        if code.upper() not in BY_CODE:
            raise InvalidInput(N_("There is no figure “{value}”."), field="code", value=code[:20])
        session = signed_in(agent=agent, sample=sample)
        say_block(csv_text(list_rows(_made(session, period, on, team=team), code.upper(), key)))


@app.command()
def write(
    folder: Path = typer.Argument(..., help="Where to write."),
    period: str = typer.Option("month", "--period", help="shift, day, week or month."),
    on: str = _ON,
    team: str = _TEAM,
    formats: str = typer.Option("pdf,xlsx,csv,txt", "--formats", help="Among pdf, xlsx, csv, txt."),
    agent: str = _AGENT,
    sample: bool = _SAMPLE,
) -> None:
    """Write a report as files."""
    with spoken():
        from conciergedesk.reports.exports.writing import write_report
        from conciergedesk.reports.service import FORMATS

        wanted = tuple(one.strip() for one in formats.split(",") if one.strip())
        if not wanted or not set(wanted) <= set(FORMATS):
            raise InvalidInput(N_("Choose among txt, csv, xlsx, pdf."), field="formats")
        session = signed_in(agent=agent, sample=sample)
        report = _made(session, period, on, team=team)
        for path in write_report(report, wanted, folder, active_language()):
            say(str(path))


@app.command()
def digest(agent: str = _AGENT, sample: bool = _SAMPLE) -> None:
    """Write the saved reports whose hour has come; safe to run from a timer, any number of times."""
    with spoken():
        from conciergedesk.reports.exports.writing import write_due_digests

        session = signed_in(agent=agent, sample=sample)
        for path in write_due_digests(session.desk(), session.book()):
            say(str(path))


@app.command()
def save(
    name: str = typer.Argument(..., help="A name for the report."),
    period: str = typer.Option("day", "--period"),
    at: str = typer.Option(
        "", "--at", help="Write it by itself every day at this local time, such as 06:30."
    ),
    folder: str = typer.Option("", "--folder", help="Where; the desk's own folder by default."),
    formats: str = typer.Option("txt", "--formats"),
    mail: str = typer.Option("", "--mail", help="Addresses it is sent to, where a mail server is set up."),
    team: str = _TEAM,
    agent: str = _AGENT,
    sample: bool = _SAMPLE,
) -> None:
    """Keep a report under a name, with an hour at which it is written by itself."""
    with spoken():
        from conciergedesk.reports import service
        from conciergedesk.reports.gather import Filters
        from conciergedesk.reports.mailing import require_mail

        minute = service.minute_of(at)
        session = signed_in(agent=agent, sample=sample)
        if mail.strip():
            require_mail(session.settings.mail)
        session.act(
            service.save_report,
            name=name,
            period=period,
            filters=Filters(team=team),
            formats=tuple(formats.split(",")),
            at_minute=minute,
            folder=folder,
            mail_to=mail,
        )
        _say_saved(session)


@app.command()
def saved(agent: str = _AGENT, sample: bool = _SAMPLE) -> None:
    """List the saved reports, when each is written and what went wrong."""
    with spoken():
        _say_saved(signed_in(agent=agent, sample=sample))


def _say_saved(session: Any) -> None:
    from conciergedesk.reports.service import PERIOD_WORDS, saved_reports

    rows = [
        (
            one.name, _(PERIOD_WORDS[one.period]), " ".join(one.formats),
            f"{one.at_minute // 60:02}:{one.at_minute % 60:02}" if one.at_minute is not None else "",
            one.mail_to or one.folder, one.last_problem,
        )
        for one in session.ask(saved_reports)
    ]  # fmt: skip
    say_table((_("Name"), _("Period"), _("Formats"), _("At"), _("Where"), _("Problem")), rows)


@app.command()
def improve(agent: str = _AGENT, sample: bool = _SAMPLE) -> None:
    """Print the register of improvement: facts in their matrix, objectives, actions and reviews."""
    with spoken():
        from conciergedesk.core.shared import load_agency
        from conciergedesk.reports import improving
        from conciergedesk.reports.exports.register import Register, register_page
        from conciergedesk.staff.rules import Right

        session = signed_in(agent=agent, sample=sample)
        if Right.IMPROVE not in session.actor.rights:
            raise NotAllowed(N_("The register of improvement is for supervisors."))
        agency = session.ask(load_agency)
        register = Register(
            agency.name if agency is not None else "ConciergeDesk",
            tuple(session.ask(improving.mandates)),
            tuple(session.ask(improving.facts)),
            tuple(session.ask(improving.objectives)),
        )
        say_block(register_page(register, active_language()))


@app.command()
def calls(
    file: Path = typer.Argument(..., help="CSV file of the telephone system."),
    skip_bad: bool = typer.Option(
        False, "--skip-bad", help="Take the good rows of a file that also has bad ones."
    ),
    dry_run: bool = typer.Option(False, "--dry-run", help="Only look at it."),
    agent: str = _AGENT,
    sample: bool = _SAMPLE,
) -> None:
    """Take a call log: service level, abandoned calls and speed of answer are counted from it."""
    with spoken():
        from conciergedesk.reports.calls import import_calls, read_call_file

        try:
            data = file.read_bytes()
        except OSError as error:
            raise InvalidInput(
                N_("{file} cannot be read: {why}."), field="file", file=str(file), why=error.strerror or "?"
            ) from None
        session = signed_in(agent=agent, sample=sample)
        read = read_call_file(file.name, data, session.book().zone)
        for problem in read.problems[:20]:
            say(f"{problem.line}: {problem.field} {problem.reason}")
        if dry_run:
            say(_("{good} rows are good, {bad} are not.", good=len(read.rows), bad=len(read.problems)))
        else:
            say(_("{count} calls taken.", count=session.act(import_calls, read, skip_bad=skip_bad)))
