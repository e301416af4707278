"""``conciergedesk request``: the queue from the shell, for scripts and other tools."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import typer

from conciergedesk.cli.output import opened, say, say_json, say_table, signed_in, spoken
from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_, _, active_language, active_zone, show_moment

app = typer.Typer(help="Note, list and work requests.", no_args_is_help=True)

_JSON = typer.Option(False, "--json", help="Print JSON.")
_AGENT = typer.Option("", "--agent", help="Code of who acts, such as INE (or CONCIERGEDESK_AGENT).")
_SAMPLE = typer.Option(False, "--sample", help="Work on the sample desk.")


def _label(session: Any, code: str, title: str) -> str:
    kind = session.book().catalogue.by_code.get(code)
    label = kind.label.in_language(active_language()) if kind is not None else code
    return f"{label} {title}".strip()


def _when(moment: datetime | None) -> str:
    return show_moment(moment) if moment is not None else ""


@app.command()
def add(
    line: str = typer.Argument(..., help="As in the desk: “taxi tomorrow 6h30 station weber”."),
    note: str = typer.Option("", "--note", help="A first note."),
    free: bool = typer.Option(False, "--free", help="Leave it to the queue instead of taking it."),
    agent: str = _AGENT,
    sample: bool = _SAMPLE,
    as_json: bool = _JSON,
) -> None:
    """Note a request from one line."""
    with spoken():
        from dataclasses import replace

        from conciergedesk.requests import service as requests
        from conciergedesk.requests.queries import open_call_backs, request_card
        from conciergedesk.ui.capturing import LineReader

        session = signed_in(agent=agent, sample=sample)
        reader = LineReader(session)
        reading = reader.read(line)
        if (call := reader.promised_call(reading)) is not None:
            number = session.act(
                requests.promise_call_back,
                due_at=call.due_at,
                person_id=call.person_id,
                number=call.number,
                about=call.about,
            )
            [promised] = session.ask(open_call_backs, [number])
            session.close()
            if as_json:
                say_json(promised)
            else:
                about = " ".join(
                    part for part in (promised.person or promised.number, promised.about) if part
                )
                say(f"R-{promised.id}  {_('Promised call')} {about}  {_when(promised.due_at)}")
            return
        new = reader.new_request(reading, take=not free)
        if new is None:
            raise InvalidInput(N_("Say what it is about: keys, taxi, basket, dentist…"), field="type")
        made = session.act(requests.capture, session.book(), replace(new, note=note))
        card = session.ask(request_card, made)
        session.close()
    if as_json:
        say_json(card)
    else:
        say(f"{card.ref}  {_label(session, card.type_code, card.title)}  {_when(card.board_at)}")


@app.command("list")
def list_requests(
    text: str = typer.Argument("", help="Filter as on the board: “late”, “mine”, “!waiting”, words."),
    limit: int = typer.Option(50, "--limit"),
    agent: str = _AGENT,
    sample: bool = _SAMPLE,
    as_json: bool = _JSON,
) -> None:
    """List what is owed, soonest first."""
    with spoken():
        from conciergedesk.board.offers import make_reader
        from conciergedesk.board.rules import Shelf, Viewer, parse_filter

        session = signed_in(agent=agent, sample=sample)
        actor = session.actor
        reader = make_reader(session.desk(), session.book(), lambda: actor)
        viewer = Viewer(session.now(), active_zone(), actor.id, actor.team)
        promises = Shelf.of(reader.load().promises).select(parse_filter(text), viewer)[:limit]
        reader.close()
        session.close()
    if as_json:
        say_json(list(promises))
    else:
        say_table(
            [_("No."), _("Due"), _("What"), _("For"), _("Held by"), _("Waits for")],
            [
                [one.ref, _when(one.due_at), one.what, one.for_whom, one.holder, one.waits_for]
                for one in promises
            ],
        )


@app.command()
def show(
    number: str = typer.Argument(..., help="Such as D-2417."), sample: bool = _SAMPLE, as_json: bool = _JSON
) -> None:
    """Show one request."""
    with spoken():
        from conciergedesk.requests.lifecycle import State
        from conciergedesk.requests.queries import read_ref, request_card

        session = opened(sample=sample)
        card = session.ask(request_card, read_ref(number))
        session.close()
    if card.health:
        card = _without_text(card)
    if as_json:
        say_json(card)
        return
    say(
        f"{card.ref}  {_label(session, card.type_code, card.title)}  {card.priority}  {State(card.state).label}"
    )
    for label, value in (
        (_("For"), ", ".join(one.name for one in card.people)),
        (_("Where"), card.place or card.lodging),
        (_("Wanted"), _when(card.wanted_from)),
        (_("Due"), _when(card.due_at)),
        (_("Held by"), card.holder),
        (_("Waits for"), card.waits_for),
    ):
        if value:
            say(f"  {label}: {value}")
    for line in card.notes:
        say(f"  {_when(line.at)}  {line.author}  {line.text}")


def _without_text(card: Any) -> Any:
    from dataclasses import replace

    return replace(card, notes=(), steps=(), fields={})


def _act(
    number: str, verb: str, said: str, *, agent: str, sample: bool, as_json: bool, **values: Any
) -> None:
    with spoken():
        from conciergedesk.requests import service as requests
        from conciergedesk.requests.queries import read_ref, request_card

        session = signed_in(agent=agent, sample=sample)
        request_id = read_ref(number)
        session.act(getattr(requests, verb), session.book(), request_id, **values)
        card = session.ask(request_card, request_id)
        session.close()
    if as_json:
        say_json(card)
    else:
        say(f"{card.ref}  {said}")


@app.command()
def claim(
    number: str,
    agent: str = _AGENT,
    sample: bool = _SAMPLE,
    as_json: bool = _JSON,
    take_over: bool = typer.Option(
        False, "--take-over", help="Take it from a colleague; the act is written down."
    ),
) -> None:
    """Take a request."""
    _act(number, "claim", _("taken"), agent=agent, sample=sample, as_json=as_json, take_over=take_over)


@app.command()
def release(number: str, agent: str = _AGENT, sample: bool = _SAMPLE, as_json: bool = _JSON) -> None:
    """Give a request back to the queue."""
    _act(number, "release", _("given back"), agent=agent, sample=sample, as_json=as_json)


@app.command()
def note(
    number: str,
    text: str,
    agent: str = _AGENT,
    sample: bool = _SAMPLE,
    as_json: bool = _JSON,
    kind: str = typer.Option("note", "--kind", help="note, call, message, visit."),
    reason: str = typer.Option("", "--reason", help="Why a warned word stays."),
) -> None:
    """Add a note."""
    _act(number, "note", _("Note kept"), agent=agent, sample=sample, as_json=as_json, text=text, kind=kind,
         override_reason=reason)  # fmt: skip


@app.command("tick")
def tick_step(
    number: str,
    step: str,
    agent: str = _AGENT,
    sample: bool = _SAMPLE,
    as_json: bool = _JSON,
    proof: str = typer.Option("", "--proof"),
) -> None:
    """Tick a step of the checklist, by its code."""
    _act(number, "tick", _("step done"), agent=agent, sample=sample, as_json=as_json, code=step, proof=proof)


@app.command()
def wait(
    number: str,
    agent: str = _AGENT,
    sample: bool = _SAMPLE,
    as_json: bool = _JSON,
    provider: bool = typer.Option(False, "--provider", help="For a provider instead of the client."),
    whom: str = typer.Option("", "--whom"),
) -> None:
    """Wait for the client (the clock stops) or for a provider (it runs on)."""
    verb = "wait_provider" if provider else "wait_client"
    said = _("waits for the provider") if provider else _("waits for the client")
    _act(number, verb, said, agent=agent, sample=sample, as_json=as_json, whom=whom)


@app.command()
def resume(number: str, agent: str = _AGENT, sample: bool = _SAMPLE, as_json: bool = _JSON) -> None:
    """Whoever was awaited has answered."""
    _act(number, "resume", _("work goes on"), agent=agent, sample=sample, as_json=as_json)


@app.command()
def confirm(number: str, agent: str = _AGENT, sample: bool = _SAMPLE, as_json: bool = _JSON) -> None:
    """The service is booked and the client knows."""
    _act(number, "confirm", _("confirmed"), agent=agent, sample=sample, as_json=as_json)


@app.command()
def done(number: str, agent: str = _AGENT, sample: bool = _SAMPLE, as_json: bool = _JSON) -> None:
    """Mark as done; refused while a required step or its proof is missing."""
    _act(number, "finish", _("done"), agent=agent, sample=sample, as_json=as_json)


@app.command()
def reopen(
    number: str, reason: str, agent: str = _AGENT, sample: bool = _SAMPLE, as_json: bool = _JSON
) -> None:
    """Take a done request up again."""
    _act(number, "reopen", _("reopened"), agent=agent, sample=sample, as_json=as_json, reason=reason)


@app.command()
def cancel(
    number: str,
    reason: str = typer.Argument(..., help="Key of the reason, such as plans_changed."),
    agent: str = _AGENT,
    sample: bool = _SAMPLE,
    as_json: bool = _JSON,
    party: str = typer.Option("", "--party", help="client, provider, agency or transport."),
) -> None:
    """Cancel a request."""
    _act(
        number,
        "cancel",
        _("cancelled"),
        agent=agent,
        sample=sample,
        as_json=as_json,
        reason=reason,
        party=party,
    )


@app.command()
def types(as_json: bool = _JSON) -> None:
    """List the request types and the words that find them."""
    with spoken():
        from conciergedesk.core.paths import knowledge_base
        from conciergedesk.requests.catalogue_files import load_catalogue

        catalogue = load_catalogue(knowledge_base() / "services")
    if as_json:
        say_json(
            [{"code": one.code, "number": one.number, "aliases": one.aliases} for one in catalogue.types]
        )
    else:
        language = active_language()
        say_table(
            [_("No."), _("Type"), _("Words")],
            [
                [one.number, one.name.in_language(language), ", ".join(one.aliases[:4])]
                for one in catalogue.types
            ],
        )
