"""Sheets about keys: count the cabinet, follow an incident, read a text out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import ClassVar

from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Input

from conciergedesk.core.i18n import _, active_language
from conciergedesk.keys.cards import CountCard, IncidentCard, IncidentStep
from conciergedesk.ui.acts import Scope
from conciergedesk.ui.cells import Row, duration, safe, when, wrapped
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.key_counting import CountState
from conciergedesk.ui.key_words import (
    DIFFERENCE_WORDS,
    INCIDENT_WORDS,
    RISK_WORDS,
)
from conciergedesk.ui.modals.sheet import Sheet
from conciergedesk.ui.widgets.inputs import DeskInput
from conciergedesk.ui.widgets.painted import Painted


class CountRows(Painted):
    """What has been counted so far, the newest first."""

    GROUND = "raised"

    def __init__(self) -> None:
        super().__init__()
        self.state: CountState | None = None

    def show(self, state: CountState) -> None:
        self.state = state
        self.repaint(layout=True)

    def paint(self, width: int) -> list[Row]:
        state = self.state
        if state is None:
            return []
        said = _("{seen} of {expected} seen", seen=len(state.seen), expected=state.expected)
        rows = [Row().say(said, "bright bold").rule(width)]
        per_row = max(width // 16, 1)
        for place, (_set_id, tag, pieces, expected) in enumerate(state.seen[-48:]):
            if place % per_row == 0:
                rows.append(Row())
            ink = "text" if pieces == expected else "soon bold"
            rows[-1].to(16 * (place % per_row)).say(f"{glyphs().done} ", "done").data(tag, ink, 8).gap(1)
            rows[-1].say(f"{pieces}/{expected}", "muted" if pieces == expected else "soon")
        if not state.seen:
            rows.append(Row().say(_("Type the tags one after the other, Enter after each."), "muted"))
        return rows


class CountSheet(Sheet[CountCard]):
    """Tags one after the other; each is kept at once. Leaving keeps the count for later."""

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.COUNT,)

    def __init__(
        self,
        state: CountState,
        tick: Callable[[CountState, str], CountState],
        finish: Callable[[CountState], CountCard],
    ) -> None:
        kind = _("for the week") if state.kind == "weekly" else _("for the handover of the shift")
        super().__init__(_("Count the cabinet"), kind)
        self._tick_tag, self._finish = tick, finish
        self.line = DeskInput("", placeholder=_("tag, then the pieces when some are missing: 204-3 2"))
        self.rows = CountRows()
        self.rows.state = state

    def compose_sheet(self) -> Iterable[Widget]:
        yield self.line
        yield self.rows

    def on_mount(self) -> None:
        super().on_mount()
        self.line.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        typed, state = event.value.strip(), self.rows.state
        if not typed or state is None:
            return
        self.line.value = ""
        self.error_line.show("")
        # Not exclusive: tags are typed faster than the register answers, and none may be dropped.
        self.run_service(lambda: self._tick_tag(state, typed), self._show, group="count")

    def _show(self, state: CountState) -> None:
        if self.rows.state is None or len(state.seen) >= len(self.rows.state.seen):
            self.rows.show(state)

    def action_finish(self) -> None:
        state = self.rows.state
        if state is not None:
            self.run_service(lambda: self._finish(state), self.dismiss, group="write")


def count_words(result: CountCard) -> str:
    """What a finished count says, line by line."""
    if not result.differences:
        return _("Counted {count}: right, no difference.", count=result.counted)
    lines = [_("Counted {count}, expected {expected}.", count=result.counted, expected=result.expected)]
    for tag, kind, counted, expected in result.differences:
        lines.append(f"{tag}  {counted}/{expected}  {_(DIFFERENCE_WORDS[kind])}")
    return "\n".join(lines)


class StepRows(Painted):
    """The steps of an incident with their times; the cursor stands on the first open one."""

    GROUND = "raised"

    def __init__(self, now: datetime) -> None:
        super().__init__()
        self.incident: IncidentCard | None = None
        self.cursor = 0
        self._now = now

    def show(self, incident: IncidentCard) -> None:
        self.incident = incident
        place = next((n for n, step in enumerate(incident.steps) if step.state == "open"), 0)
        self.cursor = place
        self.repaint(layout=True)

    def move(self, by: int) -> None:
        if self.incident is not None:
            self.cursor = max(0, min(self.cursor + by, len(self.incident.steps) - 1))
            self.repaint()

    @property
    def current(self) -> IncidentStep | None:
        return self.incident.steps[self.cursor] if self.incident is not None and self.incident.steps else None

    def paint(self, width: int) -> list[Row]:
        incident = self.incident
        if incident is None:
            return []
        risk = _(RISK_WORDS[incident.risk])  # type: ignore[index]
        since = when(incident.opened_at, self._now)
        who = _("last holder: {name}", name=safe(incident.holder)) if incident.holder else ""
        head = f" {glyphs().dot} ".join(part for part in (since, safe(incident.opened_by), who, risk) if part)
        rows = [Row().data(head, "late" if incident.risk == "high" else "muted", width), Row()]
        for place, step in enumerate(incident.steps):
            rows.append(self._step(step, width, here=place == self.cursor))
        return rows

    def _step(self, step: IncidentStep, width: int, *, here: bool) -> Row:
        signs = glyphs()
        row = Row(ground="select" if here else "").say(signs.cursor if here else " ", "accent")
        said = step.labels.get(active_language()) or step.labels.get("en", "")
        if step.state == "open":
            late = step.due_at is not None and step.due_at < self._now
            left = duration(step.due_at - self._now) if step.due_at is not None else ""
            row.say(f"{signs.late if late else signs.on_time} ", "late bold" if late else "soon bold")
            end = Row().data(left, "late bold" if late else "calm", 10)
            ink = "bright bold" if here else "text"
        else:
            done = step.state == "done"
            row.say(f"{signs.done if done else signs.refused} ", "done" if done else "muted")
            at = when(step.done_at, self._now) if step.done_at is not None else ""
            end = Row().data(f"{at} {safe(step.done_by, 10)}".strip(), "muted", 22)
            ink = "muted"
        if not step.required:
            said = f"{said} ({_('if needed')})"
        row.data(said, ink, max(width - row.width - end.width - 2, 8))
        return row.end(end.gap(1), width).to(width)


class IncidentSheet(Sheet[None]):
    """The guided list after an incident: tick, skip with a reason, judge the risk, close.

    Args:
        read: Reads the incident again; called in a worker, as are the others.
        ask: Asks for a text and passes it on (title, labels of the lines, what is done with them).
    """

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.INCIDENT,)

    def __init__(
        self,
        incident: IncidentCard,
        tag: str,
        *,
        now: datetime,
        read: Callable[[], IncidentCard],
        done: Callable[[int], object],
        skip: Callable[[IncidentSheet, int], None],
        risk: Callable[[IncidentSheet, int], None],
        close: Callable[[IncidentSheet, int], None],
    ) -> None:
        title = _(INCIDENT_WORDS[incident.kind])  # type: ignore[index]
        super().__init__(title, _("key {tag}", tag=tag))
        self._read, self._done, self._skip, self._risk, self._close = read, done, skip, risk, close
        self.rows = StepRows(now)
        self.rows.show(incident)

    def compose_sheet(self) -> Iterable[Widget]:
        yield self.rows

    def reread(self) -> None:
        """Show the list as it is now."""
        self.run_service(self._read, self._show, group="incident", exclusive=True)

    def _show(self, incident: IncidentCard) -> None:
        self.error_line.show("")
        self.rows.show(incident)

    def action_down(self) -> None:
        self.rows.move(1)

    def action_up(self) -> None:
        self.rows.move(-1)

    def action_done(self) -> None:
        step = self.rows.current
        if step is not None and step.state == "open":
            self.run_service(lambda: self._done(step.id), lambda _none: self.reread(), group="write")

    def action_skip(self) -> None:
        step = self.rows.current
        if step is not None and step.state == "open":
            self._skip(self, step.id)

    def action_risk(self) -> None:
        if self.rows.incident is not None:
            self._risk(self, self.rows.incident.id)

    def action_close(self) -> None:
        if self.rows.incident is not None:
            self._close(self, self.rows.incident.id)


class ShownRows(Painted):
    """A text that is shown to be read out, copied or sent."""

    GROUND = "raised"

    def __init__(self, lines: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._lines = tuple(lines)

    def paint(self, width: int) -> list[Row]:
        rows: list[Row] = []
        for said, ink in self._lines:
            for line in said.split("\n"):
                rows += [Row().say(part, ink) for part in wrapped(line, max(width, 20), 12)] or [Row()]
        return rows


class ShownSheet(Sheet[None]):
    """Shows a code, an address or a message; ``copied`` is what ``y`` copies."""

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.SHOWN,)

    def __init__(
        self, title: str, lines: Sequence[tuple[str, str]], *, copied: str = "", context: str = ""
    ) -> None:
        super().__init__(title, context)
        self._lines = lines
        self._copied = copied

    def compose_sheet(self) -> Iterable[Widget]:
        yield Vertical(ShownRows(self._lines), classes="shown-text")

    def action_copy(self) -> None:
        if self._copied:
            self.app.copy_to_clipboard(self._copied)
            self.change_context(_("copied"))
