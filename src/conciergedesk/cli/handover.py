"""``conciergedesk handover``: the shift log and the state of handovers from the shell."""

from __future__ import annotations

import typer

from conciergedesk.cli.output import say, say_json, say_table, signed_in, spoken
from conciergedesk.core.i18n import _, active_language, show_moment

app = typer.Typer(help="The shift log, and what one shift passes to the next.", no_args_is_help=True)

_JSON = typer.Option(False, "--json", help="Print JSON.")
_AGENT = typer.Option("", "--agent", help="Code of who acts, such as INE (or CONCIERGEDESK_AGENT).")
_SAMPLE = typer.Option(False, "--sample", help="Work on the sample desk.")


@app.command()
def log(
    line: str = typer.Argument(
        ..., help="As in the desk: “incident: … D-2417 #tag”, “promise … 18h50 >maelle”."
    ),
    reason: str = typer.Option("", "--reason", help="Why words that are warned about stay."),
    agent: str = _AGENT,
    sample: bool = _SAMPLE,
) -> None:
    """Write a line into the shift log."""
    with spoken():
        from conciergedesk.handover import service

        session = signed_in(agent=agent, sample=sample)
        say(str(session.act(service.log, session.book(), line, override_reason=reason)))


@app.command()
def lines(
    search: str = typer.Argument("", help="Words that must stand in the line."),
    limit: int = typer.Option(50, "--limit"),
    agent: str = _AGENT,
    sample: bool = _SAMPLE,
    as_json: bool = _JSON,
) -> None:
    """Read the shift log, newest first."""
    with spoken():
        from conciergedesk.handover import queries
        from conciergedesk.handover.rules import LOG_LABELS, LogKind
        from conciergedesk.staff.rules import Right

        session = signed_in(agent=agent, sample=sample)
        actor = session.actor
        found = session.ask(
            queries.log_lines,
            search=search,
            limit=limit,
            reader_team=actor.team if actor is not None else "",
            supervisor=actor is not None and Right.MANAGE_STAFF in actor.rights,
        )
    if as_json:
        say_json(found)
    else:
        rows = [
            (show_moment(one.at), one.author, _(LOG_LABELS[LogKind(one.kind)]), one.text) for one in found
        ]
        say_table((_("When"), _("Who"), _("Kind"), _("Line")), rows)


@app.command("list")
def list_handovers(
    limit: int = typer.Option(20, "--limit"),
    agent: str = _AGENT,
    sample: bool = _SAMPLE,
    as_json: bool = _JSON,
) -> None:
    """List handovers, newest first."""
    with spoken():
        from conciergedesk.handover import queries
        from conciergedesk.handover.rules import STATE_WORDS, State

        session = signed_in(agent=agent, sample=sample)
        teams = session.book().service.teams
        found = session.ask(queries.handovers, limit=limit)
    if as_json:
        say_json(found)
    else:
        rows = [
            (
                f"H-{one.id}",
                show_moment(one.starts_at),
                teams[one.team].label.in_language(active_language()) if one.team in teams else one.team,
                f"{one.from_name} > {one.to_name}",
                _(STATE_WORDS[State(one.state)]),
            )
            for one in found
        ]
        say_table((_("Number"), _("When"), _("team"), _("From"), _("State")), rows)
