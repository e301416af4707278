"""``conciergedesk relocation``: relocation files from the shell."""

from __future__ import annotations

from pathlib import Path

import typer

from conciergedesk.cli.output import say, say_json, say_table, signed_in, spoken
from conciergedesk.core.i18n import _, show_date

app = typer.Typer(help="List, open and move relocation files; write a family's plan.", no_args_is_help=True)

_JSON = typer.Option(False, "--json", help="Print JSON.")
_AGENT = typer.Option("", "--agent", help="Code of who acts, such as CLE (or CONCIERGEDESK_AGENT).")
_SAMPLE = typer.Option(False, "--sample", help="Work on the sample desk.")


@app.command("list")
def list_files(
    everybody: bool = typer.Option(False, "--all", help="Files of all coaches, for supervisors."),
    agent: str = _AGENT,
    sample: bool = _SAMPLE,
    as_json: bool = _JSON,
) -> None:
    """List open files, those whose next thing is soonest first."""
    with spoken():
        from conciergedesk.ui.relocation_room import RelocationRoom

        session = signed_in(agent=agent, sample=sample)
        found = RelocationRoom(session).portfolio(everybody=everybody)
        session.close()
    if as_json:
        say_json(found)
        return
    say_table(
        (_("column|File"), _("Household"), _("Stage"), _("Arrival"), _("Due"), _("What"), _("Coach")),
        [
            (
                one.ref,
                one.household,
                one.stage,
                show_date(one.arrival),
                show_date(one.next_due) if one.next_due is not None else "",
                one.next_item,
                one.coach,
            )
            for one in found.lines
        ],
    )


@app.command("open")
def open_file(
    household: str = typer.Argument(..., help="“Lieselotte Hartmann, Henk, Jonna 14, Tim 7, cat Pixel”."),
    arrival: str = typer.Argument(..., help="Arrival: 2027-04-12 or +90d."),
    employer: str = typer.Option("", "--employer", help="Name of the company."),
    package: str = typer.Option("family", "--package", help="Package bought."),
    coach: str = typer.Option("", "--coach", help="First name or code; nothing is whoever acts."),
    language: str = typer.Option("fr", "--language", help="fr, en or de."),
    agent: str = _AGENT,
    sample: bool = _SAMPLE,
) -> None:
    """Open a file with its dated plan."""
    with spoken():
        from conciergedesk.ui.relocation_room import RelocationRoom

        session = signed_in(agent=agent, sample=sample)
        room = RelocationRoom(session)
        made = room.new_file(
            household=household,
            employer=employer,
            arrival=arrival,
            package=package,
            coach=coach,
            language=language,
        )
        card = room.file(made)
        session.close()
    say(f"{card.ref}  {card.household}  {show_date(card.arrival)}  {len(card.items)}")


@app.command()
def show(
    file: int = typer.Argument(..., help="Number of the file."),
    agent: str = _AGENT,
    sample: bool = _SAMPLE,
    as_json: bool = _JSON,
) -> None:
    """Show one file with its items."""
    with spoken():
        from conciergedesk.ui.relocation_room import RelocationRoom

        session = signed_in(agent=agent, sample=sample)
        card = RelocationRoom(session).open_file(file)
        session.close()
    if as_json:
        say_json(card)
        return
    say(f"{card.ref}  {card.household}  {show_date(card.arrival)}  {card.coach}")
    say_table(
        (_("Item"), _("Due"), _("Done by"), _("State"), _("What")),
        [
            (
                one.code,
                show_date(one.due) if one.due is not None else "",
                one.owner,
                str(one.state),
                one.label,
            )
            for one in card.items
        ],
    )


@app.command()
def move(
    file: int = typer.Argument(..., help="Number of the file."),
    arrival: str = typer.Argument(..., help="+12, -3 or 2027-04-24."),
    cause: str = typer.Option("", "--cause", help="Why, for the file."),
    apply: bool = typer.Option(False, "--apply", help="Move; without it only the preview is shown."),
    agent: str = _AGENT,
    sample: bool = _SAMPLE,
) -> None:
    """Preview another arrival, or move it."""
    with spoken():
        from conciergedesk.ui.relocation_room import RelocationRoom

        session = signed_in(agent=agent, sample=sample)
        room = RelocationRoom(session)
        card = room.open_file(file)
        day = room.shifted(arrival, card.arrival, "arrival")
        preview = room.move(card, day, cause) if apply else room.preview(card, day)
        labels = {one.code: one.label for one in card.items}
        session.close()
    say(f"{card.ref}  {show_date(preview.old_d0)} → {show_date(preview.new_d0)}")
    say_table(
        (_("Item"), _("Before"), _("After"), _("What")),
        [(one.id, show_date(one.old_due), show_date(one.new_due), labels[one.id]) for one in preview.moves],
    )
    for code in preview.becomes_overdue:
        say(f"{code}  {_('becomes late')}  {labels[code]}")


@app.command()
def plan(
    file: int = typer.Argument(..., help="Number of the file."),
    folder: Path = typer.Argument(..., help="Where the PDF and the calendar are written."),
    agent: str = _AGENT,
    sample: bool = _SAMPLE,
) -> None:
    """Write the family's plan, without anything internal."""
    with spoken():
        from conciergedesk.relocation.family_plan import family_plan, write_calendar, write_pdf
        from conciergedesk.ui.relocation_room import RelocationRoom

        session = signed_in(agent=agent, sample=sample)
        room = RelocationRoom(session)
        card = room.open_file(file)
        handed = family_plan(card, room.plan(card), room.house, card.language, room.agency())
        folder.mkdir(parents=True, exist_ok=True)
        stem = folder / f"{card.ref}-{card.language}"
        stem.with_suffix(".pdf").write_bytes(write_pdf(handed))
        stem.with_suffix(".ics").write_bytes(write_calendar(handed, session.now()))
        session.close()
    say(str(stem.with_suffix(".pdf")))
    say(str(stem.with_suffix(".ics")))
