"""Missed calls to clear in one go, and the register of sites and equipment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import PurePath
from typing import ClassVar

from textual.widget import Widget
from textual.widgets import Input

from conciergedesk.core.i18n import _, plural
from conciergedesk.core.phone import show_phone
from conciergedesk.hotline.cards import CallRow, DormantProvider, SiteCard, SiteRow
from conciergedesk.ui.acts import Action, Scope
from conciergedesk.ui.cells import Row, when, word
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.keys import keymap
from conciergedesk.ui.modals.hotline_call import ASSET_STATES, ASSET_WORDS, HOTLINE_STYLES
from conciergedesk.ui.modals.sheet import Sheet
from conciergedesk.ui.widgets.inputs import DeskInput
from conciergedesk.ui.widgets.painted import Painted

MOST = 16


class MissedRows(Painted):
    """Missed calls, marked or not."""

    GROUND = "raised"

    def __init__(self, calls: Sequence[CallRow], now: datetime) -> None:
        super().__init__()
        self.calls = tuple(calls)
        self.now = now
        self.marked: set[int] = {one.id for one in calls}
        self.cursor = 0

    def move(self, by: int) -> None:
        self.cursor = max(0, min(self.cursor + by, len(self.calls) - 1))
        self.repaint()

    def toggle(self) -> None:
        if self.calls:
            self.marked ^= {self.calls[self.cursor].id}
            self.repaint()

    def paint(self, width: int) -> list[Row]:
        if not self.calls:
            return [Row().say(_("No missed call. Good."), "muted")]
        top = max(0, min(self.cursor - MOST // 2, len(self.calls) - MOST))
        rows = []
        for place, one in enumerate(self.calls[top : top + MOST], top):
            here = place == self.cursor
            row = Row(ground="select" if here else "").say(glyphs().cursor if here else " ", "accent")
            row.say(glyphs().marked if one.id in self.marked else " ", "accent").gap(1)
            row.say(when(one.rang_at, self.now), "calm").to(14)
            row.data(one.caller or show_phone(one.number), "bright bold" if here else "text", 22).to(38)
            row.data(one.provider or one.site, "muted", max(width - 58, 8))
            rows.append(row.end(Row().data(show_phone(one.number), "muted", 18), width).to(width))
        return rows


class MissedSheet(Sheet[tuple[str, tuple[int, ...]]]):
    """All marked at first: one key clears them; Space keeps one back."""

    CSS_PATH: ClassVar[list[str | PurePath] | None] = [HOTLINE_STYLES]
    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.MISSED,)

    def __init__(self, calls: Sequence[CallRow], now: datetime) -> None:
        super().__init__(_("Missed calls"), plural("{count} call", "{count} calls", len(calls)))
        self.rows = MissedRows(calls, now)

    def compose_sheet(self) -> Iterable[Widget]:
        yield self.rows

    def _clear(self, outcome: str) -> None:
        marked = tuple(one.id for one in self.rows.calls if one.id in self.rows.marked)
        if marked:
            self.dismiss((outcome, marked))

    def action_reached(self) -> None:
        self._clear("reached")

    def action_no_need(self) -> None:
        self._clear("no_need")

    def action_mark(self) -> None:
        self.rows.toggle()

    def action_down(self) -> None:
        self.rows.move(1)

    def action_up(self) -> None:
        self.rows.move(-1)


class SiteRows(Painted):
    """Sites with what is wrong at them, the most troubled first."""

    GROUND = "raised"

    def __init__(self) -> None:
        super().__init__()
        self.sites: tuple[SiteRow, ...] = ()
        self.dormant: tuple[DormantProvider, ...] = ()
        self.cursor = 0

    def show(self, sites: Sequence[SiteRow], dormant: Sequence[DormantProvider]) -> None:
        self.sites, self.dormant, self.cursor = tuple(sites), tuple(dormant), 0
        self.repaint(layout=True)

    def move(self, by: int) -> None:
        self.cursor = max(0, min(self.cursor + by, len(self.sites) - 1))
        self.repaint()

    @property
    def current(self) -> SiteRow | None:
        return self.sites[self.cursor] if self.sites else None

    def paint(self, width: int) -> list[Row]:
        if not self.sites:
            return [Row().say(_("No site of that name."), "muted")]
        silent = {one.provider_id for one in self.dormant}
        top = max(0, min(self.cursor - MOST // 2, len(self.sites) - MOST))
        rows = []
        for place, one in enumerate(self.sites[top : top + MOST], top):
            here = place == self.cursor
            row = Row(ground="select" if here else "").say(glyphs().cursor if here else " ", "accent").gap(1)
            row.data(one.name, "bright bold" if here else "text", 26).to(30).data(
                one.commune, "muted", 16
            ).to(48)
            devices = plural("{count} device", "{count} devices", one.assets) if one.assets else glyphs().dash
            row.say(devices, "muted").to(62)
            said, ink = "", "text"
            if one.troubled:
                said, ink = plural("{count} in trouble", "{count} in trouble", one.troubled), "late"
            elif one.unseen:
                said, ink = plural("{count} unseen", "{count} unseen", one.unseen), "soon"
            elif one.provider_id in silent:
                said, ink = _("no contact for 60 days"), "soon"
            end = Row().data(said, ink, max(width - row.width - 2, 0))
            rows.append(row.end(end, width).to(width))
        if self.dormant:
            names = ", ".join(one.provider for one in self.dormant[:3])
            more = plural(
                "{count} provider without contact for too long",
                "{count} providers without contact for too long",
                len(self.dormant),
            )
            row = Row().say(f"{glyphs().notice} ", "soon").say(more, "soon").gap(2)
            rows += [Row(), row.data(names, "muted", max(width - 50, 10))]
        return rows


class SitesSheet(Sheet[int]):
    """The register: type to narrow, Enter opens a site; answers its id."""

    CSS_PATH: ClassVar[list[str | PurePath] | None] = [HOTLINE_STYLES]
    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.SEARCH,)

    def __init__(
        self, search: Callable[[str], Sequence[SiteRow]], dormant: Callable[[], Sequence[DormantProvider]]
    ) -> None:
        super().__init__(_("Sites and equipment"))
        self._search, self._dormant = search, dormant
        self.line = DeskInput("", placeholder=_("name or town"))
        self.rows = SiteRows()

    def compose_sheet(self) -> Iterable[Widget]:
        yield self.line
        yield self.rows

    def shown_acts(self) -> Sequence[Action]:
        return [one for one in keymap().footer(Scope.SEARCH, Scope.SHEET) if one.id != "search.new"]

    def on_mount(self) -> None:
        super().on_mount()
        self.line.focus()
        self._run("")

    def on_input_changed(self, event: Input.Changed) -> None:
        self._run(event.value)

    def _run(self, text: str) -> None:
        self.run_service(
            lambda: (self._search(text), self._dormant()),
            lambda found: self.rows.show(found[0], found[1]),
            group="sites",
            exclusive=True,
        )

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_take()

    def action_take(self) -> None:
        current = self.rows.current
        if current is not None:
            self.dismiss(current.id)

    def action_new_request(self) -> None:
        """Nothing is made here."""

    def action_down(self) -> None:
        self.rows.move(1)

    def action_up(self) -> None:
        self.rows.move(-1)


def site_lines(card: SiteCard, now: datetime) -> list[tuple[str, str]]:
    """A site in full, line by line with the ink of each."""
    lines = [(f"{card.row.provider} · {card.row.commune}", "muted")]
    for contact in card.contacts:
        agreed = f"· {_('in the agreement')}" if contact.on_agreement else ""
        parts = (show_phone(contact.number), contact.first_name, contact.role, agreed)
        said = " ".join(part for part in parts if part)
        lines.append((said, "bright" if contact.on_agreement else "text"))
    lines.append(("", "text"))
    for one in card.assets:
        seen = when(one.last_seen_at, now) if one.last_seen_at is not None else glyphs().dash
        said = f"{one.label}  {word(ASSET_WORDS[one.kind])}  {word(ASSET_STATES[one.state])}  {_('seen {at}', at=seen)}"
        bad = one.state in ("down", "degraded", "lost")
        lines.append((said, "late" if bad else "soon" if one.unseen_days is not None else "text"))
    if card.tickets or card.work:
        lines.append(("", "text"))
    lines += [(f"{one.ref}  {one.severity}  {one.title or one.category}", "text") for one in card.tickets]
    lines += [(f"{glyphs().next} {one.task}", "muted") for one in card.work if one.state == "open"]
    return lines
