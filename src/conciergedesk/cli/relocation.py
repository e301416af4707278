"""``conciergedesk relocation``: relocation files from the shell."""

from __future__ import annotations

from pathlib import Path

import typer

from conciergedesk.cli.output import say, say_json, say_table, signed_in, spoken
from conciergedesk.core.errors import InvalidFile
from conciergedesk.core.i18n import N_, _, active_language, show_date

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


@app.command()
def close(
    file: int = typer.Argument(..., help="Number of the file."),
    outcome: str = typer.Argument(..., help="settled, left, transferred or cancelled."),
    pulse: str = typer.Option("", "--pulse", help="What the household says at the end, 0 to 10."),
    words: str = typer.Option("", "--words", help="Their words."),
    agent: str = _AGENT,
    sample: bool = _SAMPLE,
) -> None:
    """Close a file with the household's last word."""
    with spoken():
        from conciergedesk.ui.relocation_room import RelocationRoom

        session = signed_in(agent=agent, sample=sample)
        room = RelocationRoom(session)
        card = room.open_file(file)
        held = room.close(card, outcome, {"pulse": pulse}, words, "")
        session.close()
    say(f"{card.ref}  {card.household}  {outcome}  {len(held.actions)}")


@app.command()
def publish(
    plan_file: Path = typer.Argument(..., help="A plan, or a new version of one, as TOML."),
    check: bool = typer.Option(False, "--check", help="Only say whether it can be read."),
    agent: str = _AGENT,
    sample: bool = _SAMPLE,
) -> None:
    """Publish a plan: files opened from now on use it, open ones keep theirs until they are brought to it."""
    with spoken():
        from conciergedesk.relocation import service as relocation
        from conciergedesk.relocation.plan_files import parse_plan

        text = _text_of(plan_file)
        if check:
            plan = parse_plan(text, plan_file.name)
        else:
            session = signed_in(agent=agent, sample=sample)
            plan = session.act(relocation.publish_plan, text, plan_file.name)
            session.close()
    say(f"{plan.id}  {plan.version}  {len(plan.items)}")


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidFile(
            N_("This file cannot be read ({reason})."), file=file.name, where="", reason=str(error)[:120]
        ) from None


@app.command()
def border(
    file: int = typer.Argument(..., help="Number of the file."),
    days: str = typer.Option("", "--days", help="Days worked at home to note: “3/3, 15/3 au 19/3”."),
    agent: str = _AGENT,
    sample: bool = _SAMPLE,
    as_json: bool = _JSON,
) -> None:
    """Print the days told against their thresholds and the dated notes on work across the border."""
    with spoken():
        from conciergedesk.relocation.plans import CERTAINTY_LABELS
        from conciergedesk.ui.relocation_room import RelocationRoom

        session = signed_in(agent=agent, sample=sample)
        room = RelocationRoom(session)
        card = room.open_file(file)
        if days:
            room.note_telework(card, days, card.members[0].name if card.members else "")
            card = room.file(file)
        side = room.border(card)
        session.close()
    if as_json:
        say_json({"country": side.country, "counts": side.counts, "notes": side.notes})
        return
    say_table(
        (_("Threshold"), _("Days"), _("Limit")),
        [(one.threshold, str(one.used), f"{one.limit}{' !' if one.amber else ''}") for one in side.counts],
    )
    for note in side.notes:
        say(note.text.in_language(active_language()))
        say(f"    {note.source}  {show_date(note.source_date)}  {_(CERTAINTY_LABELS[note.certainty])}")
    say(side.refer_to)


@app.command()
def shorten(agent: str = _AGENT, sample: bool = _SAMPLE, as_json: bool = _JSON) -> None:
    """Take the people out of files that are over for long enough; every desk does it by itself as well."""
    with spoken():
        from conciergedesk.relocation import service as relocation

        session = signed_in(agent=agent, sample=sample)
        done = session.act(relocation.shorten, session.relocation_house())
        session.close()
    if as_json:
        say_json(done)
        return
    say_table(
        (_("Refused"), _("Settled"), _("Programmes")),
        [(str(done.refused), str(done.settled), str(done.programmes))],
    )
