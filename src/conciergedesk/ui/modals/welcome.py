"""The first screen: explore the sample desk, or set up one's own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.widget import Widget

from conciergedesk.core.errors import DeskError
from conciergedesk.core.i18n import _, active_language, use_language
from conciergedesk.ui.acts import Scope
from conciergedesk.ui.cells import Row, wrapped
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.modals.sheet import Sheet
from conciergedesk.ui.widgets.painted import Painted

if TYPE_CHECKING:
    from conciergedesk.ui.start import Start


class WelcomeRows(Painted):
    """What the desk is, and the two ways in."""

    GROUND = "raised"

    def __init__(self, *, own: bool) -> None:
        super().__init__()
        self._own = own
        self.share: float | None = None

    def paint(self, width: int) -> list[Row]:
        rows = []
        intro = _(
            "One list of everything the desk owes, soonest first. No promise is lost between two shifts."
        )
        rows += [Row().say(line, "text") for line in wrapped(intro, max(width - 2, 20), 4)]
        rows.append(Row())
        if self.share is not None:
            cells = max(width - 34, 10)
            filled = round(self.share * cells)
            row = Row().say(_("Preparing the sample desk") + "  ", "muted")
            rows.append(
                row.say(glyphs().bar * filled, "accent").say(glyphs().bar_empty * (cells - filled), "faint")
            )
            return rows
        enter = _("open my desk") if self._own else _("explore the sample desk: a day in progress")
        rows.append(Row().say(_("Enter"), "accent bold").gap(2).say(enter, "bright bold"))
        if self._own:
            rows.append(
                Row()
                .say("x", "accent bold")
                .to(len(_("Enter")) + 2)
                .say(_("explore the sample desk"), "text")
            )
        else:
            rows.append(
                Row().say("m", "accent bold").to(len(_("Enter")) + 2).say(_("set up my desk"), "text")
            )
        rows.append(Row().say("l", "accent bold").to(len(_("Enter")) + 2).say(_("English"), "text"))
        return rows


class Welcome(Sheet[None]):
    """The first screen: explore the sample desk, or set up one's own."""

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.WELCOME,)

    def __init__(self, start: Start) -> None:
        super().__init__("ConciergeDesk")
        self._start = start
        self._busy = False
        self.rows = WelcomeRows(own=start.session.is_set_up())

    def compose_sheet(self) -> Iterable[Widget]:
        yield self.rows

    def action_first(self) -> None:
        if self._start.session.is_set_up():
            self._open(sample=False)
        else:
            self._open(sample=True)

    def action_sample(self) -> None:
        self._open(sample=True)

    def action_other_language(self) -> None:
        use_language("en" if active_language() == "fr" else "fr")
        self.rows.repaint(layout=True)
        self._title_frame(self.app.size.width)

    def action_own(self) -> None:
        if not self._start.session.is_set_up():
            self._start.set_up(self)

    def action_leave(self) -> None:
        self.app.exit()

    def _open(self, *, sample: bool) -> None:
        if self._busy:
            return
        self._busy = True
        session = self._start.session

        def progress(share: float) -> None:
            self.app.call_from_thread(self._show_share, share)

        def call() -> bool:
            return (session.open_sample(progress) if sample else session.open_own()) is not None

        self.run_service(call, lambda known: self._opened(known), group="open", failed=self._refused)

    def _show_share(self, share: float) -> None:
        self.rows.share = share
        self.rows.repaint(layout=True)

    def _opened(self, known: bool) -> None:
        if known:
            self.dismiss(None)
            self._start.choose_agent()
        else:
            self._busy = False
            self._start.set_up(self)

    def _refused(self, error: DeskError) -> None:
        self._busy = False
        self.rows.share = None
        self.rows.repaint(layout=True)
        self.show_error(error)
