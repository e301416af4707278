"""The list of providers found: two lines each, a line below which the doubtful ones stand, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.message import Message

from conciergedesk.core.i18n import _, active_language, plural
from conciergedesk.core.text import fold
from conciergedesk.ui.acts import Scope
from conciergedesk.ui.cells import Row
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.keys import bind, keymap, unbind
from conciergedesk.ui.widgets.frame import key_and_label
from conciergedesk.ui.widgets.painted import Painted, PaintedScroll
from conciergedesk.ui.widgets.provider_rows import (
    chip_row,
    first_line,
    heading_row,
    moment_words,
    nobody_words,
    second_line,
    trade_words,
)
from conciergedesk.ui.widgets.section import title_row

if TYPE_CHECKING:
    from conciergedesk.providers.found import Found, FoundProvider
    from conciergedesk.providers.search.lexicon import Lexicon
    from conciergedesk.requests.ask_reading import AskLine


class ProviderHeading(Painted):
    """How the query was read, and the column titles."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._found: Found | None = None
        self._nearby = 0.0
        self._about = ""

    def show(self, found: Found | None, nearby: float, about: str) -> None:
        """Show what was understood; ``about`` names the request providers are looked for."""
        self._found, self._nearby, self._about = found, nearby, about
        self.repaint(layout=True)

    def paint(self, width: int) -> list[Row]:
        found = self._found
        rows: list[Row] = []
        if self._about:
            rows.append(
                Row().gap(1).say(f"{glyphs().next} ", "accent bold").data(self._about, "bright", width - 5)
            )
        chips = Row()
        if found is not None:
            chips = chip_row(found.understanding.chips, found, self._nearby, width - 1)
        rows.append(chips)
        rows.append(Row().gap(1).rule(width))
        when = moment_words(found.moment, found) if found is not None and found.asked_moment else _("Now")
        rows.append(heading_row(width - 1, when))
        return rows


class SearchTail(Painted):
    """At the right of the search line: how many, how quickly, and the key that leads back to it."""

    GROUND: ClassVar[str] = "bg"

    def __init__(self) -> None:
        super().__init__()
        self._found: Found | None = None

    def show(self, found: Found | None) -> None:
        self._found = found
        self.repaint()

    def paint(self, width: int) -> list[Row]:
        edit = key_and_label(keymap().shown("desk.find"), _("edit"))
        said = Row()
        if self._found is not None and self._found.understanding.query.strip():
            total = max(self._found.total, len(self._found.everybody))
            spent = max(1, round(self._found.seconds * 1000))
            said.say(plural("{count} found in {ms} ms", "{count} found in {ms} ms", total, ms=spent), "muted")
        whole = Row().add(said).gap(2 if said.width else 0).add(edit)
        row = whole if whole.width < width else said if said.width < width else Row()
        return [Row().to(max(width - row.width - 1, 0)).add(row)]


@dataclass(frozen=True, slots=True)
class _Line:
    """One painted line: of a provider (by place), or of something else."""

    place: int | None
    row: Row


class ProviderList(PaintedScroll, can_focus=True):
    """The providers found. The cursor stays on the same provider over refreshes."""

    @dataclass
    class Highlighted(Message):
        """The cursor is on another provider, or on none."""

        provider_id: int | None

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, ProviderList.Highlighted)

    @dataclass
    class MarksChanged(Message):
        """Providers were marked or unmarked."""

        count: int

    class Left(Message):
        """The cursor went up from the first provider: back to the search line."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        unbind(self)
        bind(self, Scope.LIST)
        self._found: Found | None = None
        self._lexicon: Lexicon | None = None
        self._asks: Mapping[int, AskLine] = {}
        self._now: datetime | None = None
        self._cursor = 0
        self._nearby = 10.0
        self._marked: set[int] = set()

    # --- what it shows ---

    @property
    def found(self) -> Found | None:
        return self._found

    @property
    def providers(self) -> tuple[FoundProvider, ...]:
        return self._found.everybody if self._found is not None else ()

    @property
    def current(self) -> FoundProvider | None:
        rows = self.providers
        return rows[self._cursor] if 0 <= self._cursor < len(rows) else None

    @property
    def marked(self) -> tuple[FoundProvider, ...]:
        return tuple(one for one in self.providers if one.id in self._marked)

    @property
    def targets(self) -> tuple[FoundProvider, ...]:
        """What an act is for: the marked providers, else the one under the cursor."""
        return self.marked or ((self.current,) if self.current is not None else ())

    def show(
        self,
        found: Found | None,
        lexicon: Lexicon | None,
        now: datetime,
        asks: Mapping[int, AskLine],
        *,
        nearby: float,
        keep: bool,
    ) -> None:
        """Show an answer; ``keep`` leaves the cursor on its provider, else it goes to the first not asked yet."""
        before = self.current.id if self.current is not None else None
        self._found, self._lexicon, self._now, self._asks, self._nearby = found, lexicon, now, asks, nearby
        ids = [one.id for one in self.providers]
        fresh = next(
            (place for place, one in enumerate(found.rows if found else ()) if one.id not in asks), 0
        )
        self._cursor = ids.index(before) if keep and before in ids else fresh
        self._marked &= set(ids) | (self._marked if keep else set())
        self.repaint()
        if not keep:
            self.scroll_to(y=0, animate=False, force=True)
            if self._cursor:
                self._follow()
        self.post_message(self.Highlighted(self.current.id if self.current is not None else None))

    def clear_marks(self) -> bool:
        had = bool(self._marked)
        self._marked.clear()
        self.repaint()
        self.post_message(self.MarksChanged(0))
        return had

    def toggle_mark(self) -> None:
        current = self.current
        if current is not None:
            self._marked ^= {current.id}
            self.move(1)
            self.post_message(self.MarksChanged(len(self.marked)))

    # --- painting ---

    def paint(self, width: int) -> list[Row]:
        return [line.row for line in self._lines(width)]

    def _lines(self, width: int) -> list[_Line]:
        found, lexicon, now = self._found, self._lexicon, self._now
        if found is None or lexicon is None or now is None:
            return []
        width = max(width - 1, 20)
        lines = [_Line(None, row) for row in self._first(found, width, now)]
        for place, one in enumerate(found.everybody):
            if place == len(found.rows):
                closed = any(other.below == "shut" for other in found.below)
                title = _("less sure, or closed at that hour") if closed else _("less sure")
                lines.append(_Line(None, Row().gap(1).say(title, "muted").rule(width)))
            here, marked = place == self._cursor, one.id in self._marked
            lines.append(
                _Line(place, first_line(one, width, here=here, marked=marked, focused=self.has_focus))
            )
            ask = self._asks.get(one.id)
            lines.append(_Line(place, second_line(one, found, lexicon, width, now, ask, here=here)))
        lines += [_Line(None, row) for row in self._after(found, lexicon, width, now)]
        return lines

    def _first(self, found: Found, width: int, now: datetime) -> list[Row]:
        """What is said above everybody when nobody fits as asked; the house's numbers then stand here as well."""
        words = nobody_words(found, self._nearby)
        rows = [
            Row().gap(1 if not place else 3).data(said, "soon" if not place else "text", width - 4)
            for place, said in enumerate(words)
        ]
        if words and not found.rows and found.fallbacks:
            rows += self._numbers(found, width, now)
        return [*rows, Row()] if rows else []

    @staticmethod
    def _numbers(found: Found, width: int, now: datetime) -> list[Row]:
        rows = [Row(), title_row(_("If nobody answers"), _("order set by the agency"), width, margin=1)]
        for line in found.fallbacks:
            row = (
                Row()
                .gap(2)
                .data(line.name.in_language(active_language()), "late" if line.urgent else "text", 30)
            )
            row.to(min(34, width // 2)).say(line.number, "bright bold").gap(2)
            note = line.note.in_language(active_language())
            if line.overdue(now.date()):
                note = f"{_('to be checked again')} {glyphs().dot} {note}"
            rows.append(row.to(min(44, width // 2 + 10)).data(note, "muted", width - row.width - 1))
        return rows

    def _after(self, found: Found, lexicon: Lexicon, width: int, now: datetime) -> list[Row]:
        rows: list[Row] = []
        if found.fallbacks and found.rows:
            rows += self._numbers(found, width, now)
        chips = found.understanding.chips
        if chips:
            rows += [Row(), self._widen(found, width)]
        if found.trade is not None:
            trade = found.trade
            label = next((chip.label for chip in chips if chip.kind == "trade"), "")
            meant = trade.label.in_language(active_language())
            if fold(meant) != fold(label):
                row = (
                    Row()
                    .gap(1)
                    .say(_("Read as"), "muted")
                    .to(11)
                    .data(label, "accent", 24)
                    .say(" = ", "muted")
                )
                rows += [Row(), row.data(meant.lower(), "muted", max(width - row.width, 4))]
        elif not found.understanding.query.strip():
            rows += [
                Row(),
                Row()
                .gap(1)
                .data(_("Type a trade, a name, a town, an hour, a language, a number…"), "muted", width - 2),
                Row()
                .gap(1)
                .data(_("such as: kiné metz 20h · porte claquée · spa allemand 10km"), "muted", width - 2),
            ]
        return rows

    def _widen(self, found: Found, width: int) -> Row:
        """The keys that let more providers in, the most used first; what does not fit is left out."""
        acts = [("providers.drop", _("take a chip off"))]
        if found.asked_moment:
            acts.append(("providers.hour", _("any hour")))
        acts.append(("providers.wider", _("neighbours, {km} km", km=round(self._nearby * 2))))
        if len(found.understanding.chips) > 1:
            acts.append(("providers.chips", _("any chip")))
        row = Row().gap(1).say(_("Widen"), "muted").to(11)
        for place, (act, label) in enumerate(acts):
            pair = key_and_label(keymap().shown(act), label)
            if row.width + pair.width + 3 > width:
                break
            row.gap(3 if place else 0).add(pair)
        return row

    # --- moving ---

    def move(self, by: int) -> None:
        """Move the cursor; up from the first provider leads back to the search line."""
        if by < 0 and self._cursor == 0:
            self.post_message(self.Left())
            return
        self._go(self._cursor + by)

    def _go(self, place: int) -> None:
        place = max(0, min(place, len(self.providers) - 1))
        if place != self._cursor:
            self._cursor = place
            self.repaint()
        self._follow()
        self.post_message(self.Highlighted(self.current.id if self.current is not None else None))

    def _follow(self) -> None:
        lines = self._lines(self.scrollable_content_region.width)
        own = [number for number, line in enumerate(lines) if line.place == self._cursor]
        if not own:
            return
        top, height = self.scroll_offset.y, max(self.size.height, 2)
        if own[0] < top:
            self.scroll_to(y=0 if self._cursor == 0 else own[0], animate=False, force=True)
        elif own[-1] >= top + height:
            self.scroll_to(y=own[-1] - height + 1, animate=False, force=True)

    def action_cursor(self, by: int) -> None:
        self.move(by)

    def action_page(self, direction: int) -> None:
        self._go(self._cursor + direction * max(self.size.height // 2 - 1, 1))

    def action_edge(self, direction: int) -> None:
        self._go(0 if direction < 0 else len(self.providers) - 1)

    def on_focus(self) -> None:
        self.call_next(self.repaint)  # the widget learns of its focus after this

    def on_blur(self) -> None:
        self.call_next(self.repaint)

    def on_click(self, event: events.Click) -> None:
        lines = self._lines(self.scrollable_content_region.width)
        number = event.y + self.scroll_offset.y
        if number < len(lines) and lines[number].place is not None:
            self._go(lines[number].place or 0)
        self.focus()


def described(one: FoundProvider, lexicon: Lexicon) -> str:
    """A provider in one line, to be copied."""
    brief = one.brief
    parts = (brief.ref, brief.name, trade_words(brief.trades, lexicon), brief.commune, brief.phone)
    return " · ".join(part for part in parts if part)
