"""``conciergedesk keys``: where each set is, what is out or late, counts and whole histories, from the shell."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from conciergedesk.cli.output import opened, say, say_block, say_json, say_table, signed_in, spoken
from conciergedesk.core.errors import DeskError
from conciergedesk.core.i18n import _, show_moment

if TYPE_CHECKING:
    from conciergedesk.keys.cards import SetRow
    from conciergedesk.ui.key_room import KeyReading

app = typer.Typer(help="Key sets: where they are, who has them, counts.", no_args_is_help=True)

_JSON = typer.Option(False, "--json", help="Print JSON.")
_AGENT = typer.Option("", "--agent", help="Code of who acts, such as INE (or CONCIERGEDESK_AGENT).")
_SAMPLE = typer.Option(False, "--sample", help="Work on the sample desk.")


def _read(sample: bool) -> KeyReading:
    from conciergedesk.ui.key_room import KeyRoom

    session = opened(sample=sample)
    reading = KeyRoom(session).load()
    session.close()
    return reading


def _print(reading: KeyReading, rows: list[SetRow], as_json: bool) -> None:
    from conciergedesk.ui.key_words import holder_word, state_of

    if as_json:
        say_json([_plain(row) for row in rows])
        return
    say_table(
        [_("Tag"), _("State"), _("Pieces"), _("Where"), _("Since"), _("Due")],
        [
            [
                row.tag,
                state_of(row)[1],
                f"{row.position.counted}/{row.position.expected}",
                holder_word(row.position.holder, reading.place_of),
                show_moment(row.since) if row.since is not None else "",
                show_moment(row.due_at) if row.due_at is not None else "",
            ]
            for row in rows
        ],
    )


def _plain(row: SetRow) -> dict[str, object]:
    """A set for scripts: its tag, never its property."""
    return {
        "tag": row.tag,
        "state": row.state,
        "holder_kind": row.position.holder.kind,
        "holder": row.position.holder.name,
        "place": row.place.name if row.place is not None else "",
        "counted": row.position.counted,
        "expected": row.position.expected,
        "since": row.since,
        "due_at": row.due_at,
        "frozen": row.position.frozen,
        "rung": int(row.rung),
    }


@app.command("list")
def list_sets(
    words: str = typer.Argument("", help="Tag, holder or property."),
    sample: bool = _SAMPLE,
    as_json: bool = _JSON,
) -> None:
    """List the sets in custody, what must move first; with words, those that answer them, gone ones too."""
    with spoken():
        from conciergedesk.core.text import fold
        from conciergedesk.keys.custody import KeyState

        reading = _read(sample)
        wanted = fold(words).split()
        gone = {KeyState.RETURNED, KeyState.RETIRED}
        rows = [
            row
            for row in reading.rows
            if (all(word in row.search for word in wanted) if wanted else row.state not in gone)
        ]
        _print(reading, rows, as_json)


@app.command()
def out(sample: bool = _SAMPLE, as_json: bool = _JSON) -> None:
    """List what is out, with whom, since when and until when."""
    with spoken():
        reading = _read(sample)
        _print(reading, [row for row in reading.rows if row.position.is_out], as_json)


@app.command()
def overdue(sample: bool = _SAMPLE, as_json: bool = _JSON) -> None:
    """List what should be back, the worst first."""
    with spoken():
        from conciergedesk.keys.rules import Rung

        reading = _read(sample)
        late = [row for row in reading.rows if row.rung is not Rung.ON_TIME]
        _print(reading, sorted(late, key=lambda row: (-row.rung, str(row.due_at))), as_json)


@app.command()
def count(
    weekly: bool = typer.Option(False, "--weekly", help="The full inventory of the week."),
    last: bool = typer.Option(False, "--last", help="Only show the last count."),
    agent: str = _AGENT,
    sample: bool = _SAMPLE,
    as_json: bool = _JSON,
) -> None:
    """Count the cabinet: one tag per line on standard input (“204-3”, “204-3 2” when pieces are missing).

    An unknown tag is said and left out; the differences are printed at the end.
    """
    with spoken():
        from conciergedesk.ui.key_room import KeyRoom
        from conciergedesk.ui.modals.key_sheets import count_words

        if last:
            card = _read(sample).count
        else:
            session = signed_in(agent=agent, sample=sample)
            room = KeyRoom(session)
            state = room.counting.state("weekly" if weekly else "shift")
            for number, line in enumerate(sys.stdin, 1):
                if not line.strip():
                    continue
                try:
                    state = room.counting.tick(state, line.strip())
                except DeskError as error:
                    sys.stderr.write(f"{number}: {error}\n")
            card = room.counting.finish(state)
            session.close()
    if as_json:
        say_json(card)
    elif card is None:
        say(_("Nothing was counted yet."))
    else:
        say(f"{card.actor}  {show_moment(card.finished_at or card.started_at)}")
        say_block(count_words(card))


@app.command()
def history(
    tag: str = typer.Argument(..., help="Tag with its check digit, such as 204-3."),
    everything: bool = typer.Option(False, "--all", help="Every line; without it the latest sixty."),
    sample: bool = _SAMPLE,
    as_json: bool = _JSON,
) -> None:
    """Print the custody of one set, newest first: from whom to whom, when, on which proof, what breaks it."""
    with spoken():
        from conciergedesk.keys.lines import HISTORY
        from conciergedesk.keys.lines import history as lines_of
        from conciergedesk.keys.queries import find_tag, places
        from conciergedesk.ui.key_words import holder_word, line_words

        session = opened(sample=sample)
        set_id = session.ask(find_tag, tag)
        lines = session.ask(lines_of, set_id, limit=1_000_000 if everything else HISTORY)
        known = session.ask(places)
        session.close()
    if as_json:
        say_json(lines)
        return
    say_table(
        [_("Line"), _("Time"), _("key|From"), _("To"), _("Pieces"), _("What"), _("By")],
        [
            [
                str(line.movement.seq),
                show_moment(line.movement.at),
                holder_word(line.movement.source, known),
                holder_word(line.movement.target, known),
                f"{line.movement.counted}/{line.movement.expected}",
                line_words(line)[0],
                line.actor,
            ]
            for line in lines
        ],
    )
    broken = sum(line.broken is not None for line in lines)
    if broken:
        raise typer.Exit(1)


@app.command()
def check(sample: bool = _SAMPLE, as_json: bool = _JSON) -> None:
    """Check every chain of custody; status 1 when a line does not follow from the one before it."""
    with spoken():
        from conciergedesk.keys.custody import BREAK_SENTENCES
        from conciergedesk.keys.lines import chain_breaks
        from conciergedesk.keys.tags import show_tag

        session = opened(sample=sample)
        broken = session.ask(chain_breaks)
        session.close()
    if as_json:
        say_json(broken)
    for one in [] if as_json else broken:
        say(f"{show_tag(one.number)}  {one.seq}  {_(BREAK_SENTENCES[one.kind])}")
    if broken:
        raise typer.Exit(1)
    if not as_json:
        say(_("Every chain of custody holds."))
