"""What one shift passes to the next: the document at left, the receiver's own words and what is missing at right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import ClassVar, Protocol

from textual import events
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import TextArea

from conciergedesk.core.errors import DeskError
from conciergedesk.core.i18n import _
from conciergedesk.core.text import clean_block
from conciergedesk.handover.cards import HandoverCard
from conciergedesk.handover.rules import RISKS, Colour, Missing, State, missing_to_accept
from conciergedesk.ui.acts import Action, Scope
from conciergedesk.ui.cells import Row
from conciergedesk.ui.handover_room import HandoverReading
from conciergedesk.ui.watched_screen import WatchedScreen
from conciergedesk.ui.widgets.handover_lines import HandoverLines, Item
from conciergedesk.ui.widgets.handover_side import HandoverHeading, MissingPane, Progress
from conciergedesk.ui.widgets.painted import Painted
from conciergedesk.ui.widgets.section import title_row

SIDE_FROM = 116
POLL_SECONDS = 2.0
GIVES = frozenset({"handover.if", "handover.edit", "handover.add", "handover.answer"})
RECEIVES = frozenset({"handover.take", "handover.ask", "handover.synthesis", "handover.accept"})
KEEP_AFTER = 0.8
"""Seconds of silence after which the synthesis is kept."""


class HandoverSource(Protocol):
    """Where the screen reads. All of it is called in worker threads."""

    def load(self, wanted: int | None = None) -> HandoverReading: ...

    def refresh(self, card: HandoverCard) -> None: ...

    def token(self) -> str: ...

    def read(self, handover_id: int) -> None: ...

    def keep_synthesis(self, handover_id: int, text: str) -> None: ...


class SynthesisTitle(Painted):
    """The title over the receiver's own words."""

    GROUND = "surface"

    def paint(self, width: int) -> list[Row]:
        figure = _("{count} risks, my words", count=RISKS)
        return [Row(), title_row(_("My synthesis"), figure, width - 1, margin=1)]


class Synthesis(TextArea):
    """Where the receiver says the riskiest things in own words."""

    class Left(Message):
        """Escape was pressed."""

    def __init__(self) -> None:
        super().__init__("", id="synthesis", soft_wrap=True, tab_behavior="focus", show_line_numbers=False)
        self.cursor_blink = False

    def load_text(self, text: str) -> None:
        super().load_text(clean_block(text))

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "escape":
            event.stop()
            event.prevent_default()
            self.post_message(self.Left())
            return
        await super()._on_key(event)

    async def _on_paste(self, event: events.Paste) -> None:
        await super()._on_paste(events.Paste(clean_block(event.text, 2_000)))
        event.prevent_default()
        event.stop()


class HandoverScreen(WatchedScreen):
    """One handover; left and right go to earlier and later ones."""

    MODE = "handover"
    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.HANDOVER,)

    def __init__(self, source: HandoverSource, *, poll_seconds: float = POLL_SECONDS) -> None:
        super().__init__(source, poll_seconds)
        self._source = source
        self._wanted: int | None = None
        self._reading = HandoverReading()
        self._marking = False
        self._keep_timer: Timer | None = None
        self._kept = ""
        self._writing = False
        self.heading = HandoverHeading()
        self.lines = HandoverLines()
        self.strip = Progress(brief=True)
        self.progress = Progress()
        self.synthesis_title = SynthesisTitle()
        self.synthesis = Synthesis()
        self.missing = MissingPane()

    def compose_body(self) -> Iterable[Widget]:
        left = Vertical(self.heading, self.lines, self.strip, id="handover-left")
        side = Vertical(self.progress, self.synthesis_title, self.synthesis, self.missing, id="handover-side")
        yield Horizontal(left, side, id="board")

    def on_mount(self) -> None:
        self.lines.focus()

    # --- reading ---

    @property
    def card(self) -> HandoverCard | None:
        return self._reading.card

    @property
    def item(self) -> Item | None:
        return self.lines.current

    @property
    def receives(self) -> bool:
        """Whether who sits here may take lines of this document."""
        card = self.card
        return (
            card is not None
            and card.row.state in (State.SIGNED, State.READ, State.QUESTIONED)
            and card.row.from_id != self.desk.identity.staff_id
        )

    def show(self, handover_id: int | None) -> None:
        """Show this document; None the one that concerns who sits here."""
        self._wanted = handover_id
        self.reload()

    def reload(self) -> None:
        wanted = self._wanted

        def read() -> tuple[str, HandoverReading]:
            token = self._source.token()
            reading = self._source.load(wanted)
            if reading.card is not None and reading.card.row.state == State.DRAFT:
                self._source.refresh(reading.card)
                reading = self._source.load(reading.card.row.id)
            return token, reading

        self.run_service(read, self._show, group="handover-load", exclusive=True)

    def _show(self, answer: tuple[str, HandoverReading]) -> None:
        self._token, self._reading = answer
        card = self.card
        if card is not None:
            self._wanted = card.row.id
            if not self.synthesis.has_focus and card.synthesis != self.synthesis.text:
                self._kept = card.synthesis
                self.synthesis.text = card.synthesis
        self.lines.show(card, self.desk.clock.now(), self.desk.identity.staff_id)
        self.heading.show(card, self._reading.labels)
        self._show_missing()
        self.synthesis.read_only = not self.receives
        self.refresh_footer()

    def _show_missing(self) -> None:
        card, now = self.card, self.desk.clock.now()
        missing = self.still_missing()
        for part in (self.strip, self.progress, self.missing):
            part.show(card, missing, now)

    def still_missing(self) -> tuple[Missing, ...]:
        """What is missing, with what stands in the synthesis right now."""
        card = self.card
        if card is None or card.row.state == State.ACCEPTED:
            return ()
        return missing_to_accept(
            State(card.row.state),
            red_open=card.red_open,
            questions_open=len(card.open_questions),
            synthesis=self.synthesis.text,
            items=sum(line.colour != Colour.GREEN for line in card.lines),
        )

    def on_handover_lines_reached_end(self) -> None:
        """The receiver has seen every section."""
        card = self.card
        if card is None or card.row.state != State.SIGNED or not self.receives or self._marking:
            return
        self._marking = True

        def read() -> None:
            self._source.read(card.row.id)

        def marked(_none: None) -> None:
            self._marking = False
            self.reload()

        def failed(error: DeskError) -> None:
            self._marking = False
            self.show_error(error)

        self.run_service(read, marked, group="handover-read", failed=failed)

    # --- the synthesis ---

    def on_text_area_changed(self) -> None:
        self._show_missing()
        if self._keep_timer is not None:
            self._keep_timer.stop()
        if self.receives and self.synthesis.text != self._kept:
            self._keep_timer = self.set_timer(KEEP_AFTER, self.keep)

    def keep(self) -> None:
        """Keep what was written so far."""
        card, text = self.card, self.synthesis.text
        if card is None or not self.receives or text == self._kept:
            return
        before, self._kept = self._kept, text

        def failed(error: DeskError) -> None:
            self._kept = before  # the next pause in typing tries again
            self.show_error(error)

        self.run_service(
            lambda: self._source.keep_synthesis(card.row.id, text),
            lambda _none: None,
            group="synthesis",
            exclusive=True,
            failed=failed,
        )

    def on_synthesis_left(self) -> None:
        self.keep()
        self._write(False)

    def action_synthesis(self) -> None:
        self._write(not self.synthesis.has_focus)

    def _write(self, writing: bool) -> None:
        self._writing = writing
        self.give_room(self.app.size.width, self.app.size.height)
        (self.synthesis if writing else self.lines).focus()

    # --- acts ---

    def can(self, act: Action) -> bool:
        return super().can(act) and act.id not in self._not_mine()

    def _not_mine(self) -> frozenset[str]:
        """Acts that belong to the other one of the two: they would only take the place of one's own."""
        card = self.card
        if card is None:
            return GIVES | RECEIVES
        if self.receives:
            return GIVES
        mine = card.row.from_id == self.desk.identity.staff_id and card.row.state != State.ACCEPTED
        return RECEIVES if mine else GIVES | RECEIVES

    def action_back(self) -> None:
        if self.toasts.put_away():
            return
        if self.synthesis.has_focus:
            self.on_synthesis_left()
        elif self.lines.show_green:
            self.lines.toggle_green()
        elif self._wanted is not None:
            self.show(None)

    def action_ask(self, act_id: str) -> None:
        # Writing a note is writing into the shift log here.
        super().action_ask("handover.log" if act_id == "desk.note" else act_id)

    def action_green(self) -> None:
        self.lines.toggle_green()

    def action_older(self) -> None:
        self._step(1)

    def action_newer(self) -> None:
        self._step(-1)

    def _step(self, by: int) -> None:
        card = self.card
        ids = self._reading.ids
        if card is None or card.row.id not in ids:
            return
        place = ids.index(card.row.id) + by
        if 0 <= place < len(ids):
            self.show(ids[place])

    def action_reload(self) -> None:
        self.reload()

    # --- room ---

    def fit(self, width: int, height: int) -> None:
        """Give each pane its place for this size."""
        wide = width >= SIDE_FROM
        self.query_one("#handover-side").display = wide or self._writing
        self.query_one("#handover-side").set_class(not wide, "-whole")
        self.query_one("#handover-left").display = wide or not self._writing
        self.strip.display = not wide
        self.lines.repaint()

    def tick(self) -> None:
        super().tick()
        self._show_missing()

    def words_changed(self) -> None:
        super().words_changed()
        self.lines.repaint()

    def now(self) -> datetime:
        return self.desk.clock.now()

    def forget_writing(self) -> None:
        """The document was accepted: back to it."""
        self._writing = False
        self._reading = replace(self._reading)
        self.give_room(self.app.size.width, self.app.size.height)
        self.lines.focus()
