"""``conciergedesk desk``: look after the desk itself: check, copy, restore, staff, language."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import typer

from conciergedesk.cli.output import opened, say, say_json, say_table, signed_in, spoken
from conciergedesk.core.errors import InvalidInput, Unavailable
from conciergedesk.core.i18n import N_, _

app = typer.Typer(help="Check, copy and restore the desk; staff and roles.", no_args_is_help=True)

_SAMPLE = typer.Option(False, "--sample", help="The sample desk.")
_AGENT = typer.Option("", "--agent", help="Code of who acts (or CONCIERGEDESK_AGENT).")
SAFE_SQLITE = (3, 51, 3)
"""SQLite before this can, very rarely, damage a log that two processes reset at once."""


@app.command()
def check(sample: bool = _SAMPLE, as_json: bool = typer.Option(False, "--json")) -> None:
    """Check the database, the journal's chain, the key file and the libraries."""
    with spoken():
        from sqlalchemy import text

        from conciergedesk.core.journal import verify
        from conciergedesk.core.settings import secret_path

        session = opened(sample=sample)
        desk = session.desk()
        sqlite = desk.engine.dialect.name == "sqlite"
        found: dict[str, str] = {"database": desk.engine.url.render_as_string(hide_password=True)}
        with desk.read() as database:
            if sqlite:
                found["integrity"] = str(
                    database.connection().execute(text("PRAGMA integrity_check")).scalar()
                )
                broken = database.connection().execute(text("PRAGMA foreign_key_check")).first()
                found["links"] = "ok" if broken is None else str(tuple(broken))
            line = verify(database, desk.key)
            found["journal"] = "ok" if line is None else _("altered at line {line}", line=line)
        found["sqlite"] = sqlite3.sqlite_version
        if sqlite and sqlite3.sqlite_version_info < SAFE_SQLITE:
            found["sqlite"] += " " + _("(older than 3.51.3: keep copies)")
        key = secret_path(session.settings)
        if key.exists() and key.stat().st_mode & 0o077:
            found["key file"] = _("readable by others: chmod 600 {file}", file=str(key))
        session.close()
    if as_json:
        say_json(found)
    else:
        for name, value in found.items():
            say(f"{name}: {value}")
    bad = [name for name in ("integrity", "links", "journal") if found.get(name, "ok") != "ok"]
    raise typer.Exit(1 if bad else 0)


@app.command()
def copy(
    folder: Path = typer.Argument(None, help="Where to keep it; beside the database by default."),
    sample: bool = _SAMPLE,
) -> None:
    """Keep a verified copy of the database while the desks go on working."""
    with spoken():
        from conciergedesk.bootstrap import keep_copy

        session = opened(sample=sample)
        kept = keep_copy(session.desk().engine, folder)
        session.close()
        if kept is None:
            raise Unavailable(
                N_("This database lives on a server: copy it with the server's own means (pg_dump).")
            )
    say(_("kept: {file}", file=str(kept)))


@app.command()
def restore(file: Path, yes: bool = typer.Option(False, "--yes", help="Do it without asking.")) -> None:
    """Put a copy back in place; what was there is kept beside it."""
    with spoken():
        from conciergedesk.bootstrap import restore_copy
        from conciergedesk.core.settings import load_settings

        settings = load_settings()
        if not yes and not typer.confirm(_("Replace the desk's database by this copy?")):
            raise typer.Exit(1)
        before = restore_copy(settings.database_url(), file)
    say(_("restored from {file}", file=str(file)))
    if before is not None:
        say(_("what was there: {file}", file=str(before)))


@app.command()
def staff(sample: bool = _SAMPLE, as_json: bool = typer.Option(False, "--json")) -> None:
    """List the staff."""
    with spoken():
        session = opened(sample=sample)
        found = session.staff()
        session.close()
    if as_json:
        say_json(found)
    else:
        say_table(
            [_("Code"), _("Name"), _("Role"), _("Team")],
            [[one.code, one.name, one.role, one.team] for one in found],
        )


@app.command()
def hire(
    first_name: str,
    last_name: str = typer.Argument(""),
    role: str = typer.Option("assistant", help="assistant, coach, hotline or supervisor."),
    team: str = typer.Option("concierge", help="concierge, coach, technical or commercial."),
    languages: str = typer.Option("fr", help="Such as “fr de”."),
    code: str = typer.Option(""),
    agent: str = _AGENT,
    sample: bool = _SAMPLE,
) -> None:
    """Add a member of staff; they choose their PIN with ``desk pin``."""
    with spoken():
        from conciergedesk.staff import service

        session = signed_in(agent=agent, sample=sample)
        session.act(
            service.hire, code=code, first_name=first_name, last_name=last_name, role=role, team=team,
            languages=languages.split(),
        )  # fmt: skip
        session.close()
    say(_("{name} works here now.", name=first_name))


@app.command()
def pin(agent: str = _AGENT, sample: bool = _SAMPLE) -> None:
    """Choose one's own PIN."""
    with spoken():
        from conciergedesk.staff import service

        session = signed_in(agent=agent, sample=sample)
        chosen = typer.prompt(_("New PIN"), hide_input=True, confirmation_prompt=True)
        hashed = service.hash_password(chosen, session.desk().key)
        session.act(service.change_agent, session.actor.id, password_hash=hashed)
        session.close()
    say(_("The PIN is changed."))


@app.command()
def unlock(code: str, agent: str = _AGENT, sample: bool = _SAMPLE) -> None:
    """Forgive the wrong tries of an agent."""
    with spoken():
        from conciergedesk.staff import service

        session = signed_in(agent=agent, sample=sample)
        found = next((one for one in session.staff() if one.code == code.upper()), None)
        if found is None:
            raise InvalidInput(N_("Nobody has the code {code}."), field="code", code=code)
        session.act(service.unlock, found.id)
        session.close()
    say(_("{name} may sign in again.", name=found.name))
