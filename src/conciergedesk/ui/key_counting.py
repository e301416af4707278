"""Counting the cabinet: which sets were seen, and what is missing at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_, active_zone
from conciergedesk.keys.cards import CountCard

if TYPE_CHECKING:
    from conciergedesk.ui.key_room import KeyRoom


@dataclass(frozen=True, slots=True)
class CountState:
    """A count under way: the sets seen so far (tag and pieces), and how many should hang here."""

    id: int
    kind: str
    seen: tuple[tuple[int, str, int, int], ...]
    expected: int


class KeyCounting:
    """A count under way; every method is called in a worker thread."""

    def __init__(self, room: KeyRoom) -> None:
        self.room = room

    def state(self, kind: str) -> CountState:
        """Begin or go on with a count."""
        from conciergedesk.keys import service as keys
        from conciergedesk.keys.figures import open_count, seen_in_count
        from conciergedesk.keys.queries import set_rows

        count_id = self.room.session.act(keys.start_count, kind)
        running = self.room.session.ask(open_count)
        rows = {
            row.id: row
            for row in self.room.session.ask(
                set_rows, self.room.session.now(), self.room.house.ladder, active_zone()
            )
        }
        seen = self.room.session.ask(seen_in_count, count_id)
        shown = tuple(
            (set_id, rows[set_id].tag, pieces, rows[set_id].position.expected)
            for set_id, pieces in seen.items()
            if set_id in rows
        )
        expected = sum(row.position.is_in for row in rows.values())
        return CountState(count_id, running.kind if running else kind, shown, expected)

    def tick(self, state: CountState, typed: str) -> CountState:
        """Tick a typed tag; a number after it is the pieces counted (``204-3 2``)."""
        from conciergedesk.keys import service as keys
        from conciergedesk.keys.queries import find_tag

        tag, pieces = split_count(typed)
        set_id = self.room.session.ask(find_tag, tag)
        self.room.session.act(keys.count_set, state.id, set_id, pieces)
        return self.state(state.kind)

    def finish(self, state: CountState) -> CountCard:
        from conciergedesk.keys import service as keys

        return self.room.session.act(keys.finish_count, state.id)


def split_count(typed: str) -> tuple[str, int | None]:
    """A typed line of a count: the tag, and the pieces when they were typed.

    Raises:
        InvalidInput: nothing was typed, or the pieces are no number.
    """
    parts: Sequence[str] = typed.split()
    if not parts:
        raise InvalidInput(N_("Type a tag such as 204-3."), field="tag")
    if len(parts) == 1:
        return parts[0], None
    tag, pieces = " ".join(parts[:-1]), parts[-1]
    if len(parts) == 2 and "-" not in tag and len(tag) <= 3:
        return typed, None
    if not (pieces.isascii() and pieces.isdigit() and len(pieces) <= 2):
        raise InvalidInput(N_("“{text}” is not a number of pieces."), field="tag", text=pieces[:20])
    return tag, int(pieces)
