"""What frames every screen: the status line, the modes, the keys that work now, and what just happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from textual.timer import Timer

from conciergedesk.core.i18n import N_, _, local, plural
from conciergedesk.ui.acts import Action
from conciergedesk.ui.cells import Row, clock, day_short, duration, late_chip, safe, word, wrapped
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.keys import keymap
from conciergedesk.ui.widgets.painted import Painted

TOAST_SECONDS = 5.0
WIDE = 100
"""Width from which labels are written in full."""


@dataclass(frozen=True, slots=True)
class Status:
    """What the status line says. Times are aware; ``others`` are names of who else is at a desk."""

    now: datetime
    who: str = ""
    shift: str = ""
    shift_ends_at: datetime | None = None
    late: int = 0
    soon: int = 0
    waiting: int = 0
    others: tuple[str, ...] = ()
    trouble: str = ""
    """A lasting trouble such as a database out of reach; empty when all is well."""


class StatusLine(Painted):
    """Row 1 of every screen, also over a sheet; never more than one row."""

    GROUND: ClassVar[str] = "surface"

    def __init__(self, status: Status) -> None:
        super().__init__()
        self._status = status

    def show(self, status: Status) -> None:
        """Show ``status``."""
        if status != self._status:
            self._status = status
            self.repaint()

    def paint(self, width: int) -> list[Row]:
        least = Row().say(clock(self._status.now), "bright bold")
        for room in range(4):
            row = self._left(width, spare=3 - room)
            if row.width + least.width + 3 <= width:
                break
        right = next((end for end in self._ends(width) if row.width + end.width + 3 <= width), least)
        return [row.end(right.gap(1), width)]

    def _left(self, width: int, *, spare: int) -> Row:
        """Who, shift and counts; with less ``spare`` room fewer words."""
        status, signs = self._status, glyphs()
        row = Row().say(signs.cursor, "mine")
        if status.who:
            row.data(status.who, "bright bold", 20)
        if status.shift and spare > 0:
            row.say(f" {signs.dot} ", "text").data(status.shift, "text", 16)
        if status.shift_ends_at is not None and spare > 1:
            left = duration(status.shift_ends_at - status.now)
            row.say(", " + _("{left} left", left=left), "muted")
        row.gap(4 if width >= WIDE else 3)
        said = plural("{count} late", "{count} late", status.late)
        if status.late:
            row.add(late_chip(said))
        else:
            row.say(f"{signs.late} {said}", "muted")
        waiting = word(N_("state|waiting")) if width >= WIDE else word(N_("state|waits"))
        for sign, count, label, ink in (
            (signs.soon, status.soon, word(N_("state|soon")), "soon"),
            (signs.waiting, status.waiting, waiting, "waiting"),
        ):
            row.gap(2).say(f"{sign} ", ink if count else "muted")
            row.say(str(count), f"{ink} bold" if count else "muted")
            if spare > 2:
                row.gap(1).say(label, ink if count else "muted")
        return row

    def _ends(self, width: int) -> list[Row]:
        """What stands at right, the fullest first."""
        status = self._status
        time = Row().say(clock(status.now), "bright bold")
        date = Row().say(day_short(local(status.now).date()), "muted")
        others = [safe(name, 24) for name in status.others]
        companies: list[Row] = []
        if status.trouble:
            companies = [Row().data(status.trouble, "late bold", cells) for cells in (48, 28, 16)]
        elif others:
            if width >= 160:
                companies.append(Row().say(_("with {names}", names=", ".join(others)), "muted"))
            others = [name.partition(" (")[0] for name in others]
            rest = f" +{len(others) - 1}" if len(others) > 1 else ""
            companies.append(Row().say(_("with {names}", names=others[0] + rest), "muted"))
            companies.append(Row().say(f"+{len(others)}", "muted"))
        dated = Row().add(date).gap(1).add(time)
        ends = [Row().add(company).gap(3).add(dated) for company in companies]
        ends += [Row().add(company).gap(2).add(time) for company in companies]
        return [*ends, dated, time]


@dataclass(frozen=True, slots=True)
class ModeLabel:
    """One entry of the second row; labels are English sources, ``act`` the act that goes there."""

    id: str
    act: str
    label: str
    short: str


class ModeBar(Painted):
    """Row 2: where one is, and the keys to the other places."""

    def __init__(self, modes: Sequence[ModeLabel], current: str) -> None:
        super().__init__()
        self._modes = tuple(modes)
        self._current = current

    def paint(self, width: int) -> list[Row]:
        for short, gap, bare in (
            (False, 3, False),
            (False, 2, False),
            (True, 2, False),
            (True, 1, False),
            (True, 2, True),
        ):
            row = self._row(short=short, gap=gap, bare=bare)
            if row.width <= width:
                break
        return [row]

    def _row(self, *, short: bool, gap: int, bare: bool) -> Row:
        row = Row().gap(1)
        for mode in self._modes:
            here = mode.id == self._current
            if row.width > 1:
                row.gap(gap)
            row.say(keymap().shown(mode.act), "accent bold" if here else "muted")
            if bare and not here:
                continue
            row.gap(1)
            row.say(word(mode.short if short else mode.label), "bright bold underline" if here else "muted")
        return row


class KeyRow(Painted):
    """A row of keys: key in accent, label muted; what does not fit is dropped from the end, never cut."""

    GROUND: ClassVar[str] = "raised"

    def __init__(self, acts: Sequence[Action] = (), pairs: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__()
        self._acts = tuple(acts)
        self._pairs = tuple(pairs)

    def show(self, acts: Sequence[Action]) -> None:
        self._acts = tuple(acts)
        self.repaint()

    def paint(self, width: int) -> list[Row]:
        pairs = [key_and_label(key, label) for key, label in self._pairs]
        pairs += [key_and_label(keymap().shown(act.id), word(act.label)) for act in self._acts]
        whole = sum(pair.width for pair in pairs)
        between = next((gap for gap in (3, 2) if whole + gap * (len(pairs) - 1) <= width), 1)
        row = Row()
        for pair in pairs:
            gap = between if row.width else 0
            if row.width + gap + pair.width > width:
                break
            row.gap(gap).add(pair)
        return [row]


def key_and_label(key: str, label: str) -> Row:
    """``a appeler``."""
    row = Row()
    if key:
        row.say(key, "accent bold").gap(1)
    return row.data(label, "muted", 40)


class DeskFooter(Painted):
    """The last row: two or three acts of everywhere, a hairline, then what works here, most used first."""

    GROUND: ClassVar[str] = "surface"

    def __init__(self) -> None:
        super().__init__()
        self._everywhere: tuple[Action, ...] = ()
        self._here: tuple[Action, ...] = ()
        self._last: tuple[Action, ...] = ()
        self._lead = ""

    def show(
        self,
        everywhere: Sequence[Action],
        here: Sequence[Action],
        last: Sequence[Action],
        lead: str = "",
    ) -> None:
        """Show these acts; ``lead`` stands first, such as ``3 cochées``."""
        shown = (tuple(everywhere), tuple(here), tuple(last), lead)
        if shown != (self._everywhere, self._here, self._last, self._lead):
            self._everywhere, self._here, self._last, self._lead = shown
            self.repaint()

    def paint(self, width: int) -> list[Row]:
        row = Row().gap(1)
        most = 7 if width < 100 else 11 if width < 160 else 18
        ends = [self._end(self._last), self._end(self._last[-1:])]
        end = ends[0] if width >= 160 else ends[1]
        room = width - end.width - 3
        if self._lead:
            row.say(self._lead, "bright bold")
        shown = 0
        for group, acts in enumerate((self._everywhere, self._here)):
            for place, act in enumerate(acts):
                pair = key_and_label(keymap().shown(act.id), word(act.label))
                rail = group == 1 and place == 0 and row.width > 1 and width >= WIDE
                gap = 0 if row.width == 1 else 2
                if row.width + gap + pair.width + (2 if rail else 0) > room or shown >= most - 1:
                    break
                row.gap(gap)
                if rail:
                    row.say(glyphs().rail, "rule").gap(1)
                row.add(pair)
                shown += 1
        return [row.end(end.gap(1), width)]

    def _end(self, acts: Sequence[Action]) -> Row:
        row = Row()
        for act in acts:
            row.gap(2 if row.width else 0).add(key_and_label(keymap().shown(act.id), word(act.label)))
        return row


class Toasts(Painted):
    """What just happened, in one line over the footer. At most two; errors stay until they are put away."""

    GROUND: ClassVar[str] = "raised"

    def __init__(self) -> None:
        super().__init__()
        self._said: list[tuple[str, str, bool]] = []
        self._error: tuple[str, str] | None = None
        self._timer: Timer | None = None
        self.display = False

    @property
    def said(self) -> tuple[str, ...]:
        """The texts on show, the error last."""
        texts = [text for text, _key, _refused in self._said]
        return (*texts, self._error[0]) if self._error else tuple(texts)

    @property
    def has_error(self) -> bool:
        return self._error is not None

    def say(self, text: str, act: str = "") -> None:
        """Say that something was done; ``act`` is the id of the act to offer after it, such as undo."""
        self._add(text, act, refused=False)

    def refuse(self, text: str) -> None:
        """Say that nothing was done, and why or what to do instead."""
        self._add(text, "", refused=True)

    def _add(self, text: str, act: str, *, refused: bool) -> None:
        self._said = [*self._said, (text, act, refused)][-2:]
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(TOAST_SECONDS, self._fade)
        self._show()

    def fail(self, text: str, act: str = "") -> None:
        """Say what went wrong and what to do; it stays until it is put away."""
        self._error = (text, act)
        self._show()

    def put_away(self) -> bool:
        """Put the error away. Returns whether there was one."""
        had = self._error is not None
        self._error = None
        self._show()
        return had

    def _fade(self) -> None:
        self._said = []
        self._show()

    def _show(self) -> None:
        self.display = bool(self._said or self._error)
        self.set_class(self._error is not None, "-error")
        self.repaint(layout=True)

    def paint(self, width: int) -> list[Row]:
        signs = glyphs()
        rows = []
        for text, act, refused in self._said:
            if refused:
                # What to do instead is at the end of the sentence: it is never cut.
                for place, line in enumerate(wrapped(text, max(width - 6, 20), 3)):
                    row = Row().gap(1).say("  " if place else f"{signs.refused} ", "late")
                    rows.append(row.say(line, "text").gap(1))
                continue
            row = Row().gap(1).say(f"{signs.done} ", "done").data(text, "text", max(width - 18, 10))
            if act:
                row.say(f" {signs.dot} ", "muted").add(key_and_label(keymap().shown(act), word(_label(act))))
            rows.append(row.gap(1))
        if self._error:
            text, act = self._error
            end = Row()
            if act:
                end.add(key_and_label(keymap().shown(act), word(_label(act)))).gap(2)
            end.add(key_and_label(keymap().shown("desk.back"), word(N_("act|put away")))).gap(1)
            lines = wrapped(text, max(width - end.width - 4, 20), 4)
            for place, line in enumerate(lines):
                row = Row().say(f"{signs.cursor} ", "late").say(line, "bright")
                rows.append(row.end(end, width) if place == len(lines) - 1 else row)
        return rows

    def get_content_width(self, *_args: object) -> int:
        if self._error:
            return self.screen.size.width
        return max((row.width for row in self.paint(self.screen.size.width)), default=0)


def _label(act_id: str) -> str:
    from conciergedesk.ui.keys import action

    return action(act_id).label
