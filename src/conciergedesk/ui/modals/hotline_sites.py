"""The register of sites and equipment: the list one types in, and one site in full."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import ClassVar

from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Input

from conciergedesk.core.i18n import _, plural
from conciergedesk.core.phone import show_phone
from conciergedesk.core.text import fit
from conciergedesk.hotline.cards import DormantProvider, SiteCard, SiteRow
from conciergedesk.ui.acts import Action, Scope
from conciergedesk.ui.cells import Row, when, word
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.keys import keymap
from conciergedesk.ui.modals.hotline_call import ASSET_STATES, ASSET_WORDS, HOTLINE_STYLES
from conciergedesk.ui.modals.key_sheets import ShownRows
from conciergedesk.ui.modals.sheet import Sheet
from conciergedesk.ui.widgets.inputs import DeskInput
from conciergedesk.ui.widgets.painted import Painted

MOST = 16


@dataclass(frozen=True, slots=True)
class SiteAnswer:
    """The site to open; None asks for a new one, with what was typed."""

    site_id: int | None
    text: str = ""


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


class SitesSheet(Sheet[SiteAnswer]):
    """The register: type to narrow, Enter opens a site, another key asks for a new one."""

    CSS_PATH: ClassVar[list[str | PurePath] | None] = [HOTLINE_STYLES]
    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.SITES,)

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
            self.dismiss(SiteAnswer(current.id))

    def action_add(self) -> None:
        self.dismiss(SiteAnswer(None, self.line.value))

    def action_down(self) -> None:
        self.rows.move(1)

    def action_up(self) -> None:
        self.rows.move(-1)


class SiteSheet(Sheet[str]):
    """One site in full; answers what is to be done with it: device, contact, work or seen."""

    CSS_PATH: ClassVar[list[str | PurePath] | None] = [HOTLINE_STYLES]
    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.SITE,)

    def __init__(self, card: SiteCard, now: datetime) -> None:
        self._has_devices = bool(card.assets)
        super().__init__(card.row.name, card.row.provider)
        self._lines = site_lines(card, now)

    def compose_sheet(self) -> Iterable[Widget]:
        yield VerticalScroll(ShownRows(self._lines), id="site")

    def shown_acts(self) -> Sequence[Action]:
        acts = keymap().footer(Scope.SITE, Scope.SHEET)
        return [one for one in acts if one.id != "site.seen" or self._has_devices]

    def action_device(self) -> None:
        self.dismiss("device")

    def action_contact(self) -> None:
        self.dismiss("contact")

    def action_work(self) -> None:
        self.dismiss("work")

    def action_seen(self) -> None:
        if self._has_devices:
            self.dismiss("seen")

    def action_down(self) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=3, animate=False)

    def action_up(self) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=-3, animate=False)


def site_lines(card: SiteCard, now: datetime) -> list[tuple[str, str]]:
    """A site in full, line by line with the ink of each."""
    lines = [(" · ".join(one for one in (card.row.provider, card.row.commune) if one), "muted")]
    if card.note:
        lines.append((card.note, "text"))
    for contact in card.contacts:
        agreed = f"· {_('in the agreement')}" if contact.on_agreement else ""
        parts = (show_phone(contact.number), contact.first_name, contact.role, agreed)
        said = " ".join(part for part in parts if part)
        lines.append((said, "bright" if contact.on_agreement else "text"))
    lines.append(("", "text"))
    if not card.assets:
        lines.append((_("No device here yet."), "muted"))
    for one in card.assets:
        seen = when(one.last_seen_at, now) if one.last_seen_at is not None else glyphs().dash
        kind, state = word(ASSET_WORDS[one.kind]), word(ASSET_STATES[one.state])
        told = (fit(one.label, 9), fit(kind, 10), fit(state, 10), _("seen {at}", at=seen), one.model)
        said = " ".join(part for part in told if part)
        bad = one.state in ("down", "degraded", "lost")
        lines.append((said, "late" if bad else "soon" if one.unseen_days is not None else "text"))
    if card.tickets or card.work:
        lines.append(("", "text"))
    lines += [(f"{one.ref}  {one.severity}  {one.title or one.category}", "text") for one in card.tickets]
    lines += [(f"{glyphs().next} {one.task}", "muted") for one in card.work if one.state == "open"]
    return lines
