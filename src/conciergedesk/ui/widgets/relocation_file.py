"""The head of one relocation file on the screen: who settles, where, when, with whom."""

from __future__ import annotations

from datetime import date

from conciergedesk.core.i18n import N_, _, plural, show_date
from conciergedesk.core.phone import show_phone
from conciergedesk.relocation.cards import FileCard
from conciergedesk.relocation.households import show_members
from conciergedesk.ui.cells import Row, safe
from conciergedesk.ui.cells import word as said
from conciergedesk.ui.form_words import language_word
from conciergedesk.ui.widgets.painted import Painted
from conciergedesk.ui.widgets.relocation_time import COLUMNS_FROM


class FileHead(Painted):
    """Who settles, from where to where, when, with whom."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._card: FileCard | None = None
        self._today = date.min
        self._me: int | None = None

    def show(self, card: FileCard | None, today: date, me: int | None) -> None:
        self._card, self._today, self._me = card, today, me
        self.repaint(layout=True)

    def paint(self, width: int) -> list[Row]:
        card = self._card
        if card is None:
            return [Row(), Row()]
        package = Row()
        if card.state == "open" and not card.plan_is_current:
            package.say(_("newer plan"), "soon").gap(2)
        elif card.state != "open":
            package.say(_("file|closed"), "waiting").gap(2)
        package.data(card.package_label, "muted", 24)
        first = Row().gap(1).say(card.ref, "muted").gap(2)
        room = width - first.width - package.width - 3
        people = show_members(card.members) or card.household
        first.data(people, "bright bold", room)
        way = _("from {origin}, works in {work}", origin=card.from_place, work=card.work_place)
        if card.from_place and card.work_place and first.width + len(way) + 3 < width - package.width - 2:
            first.gap(3).data(way, "muted")
        days = (card.arrival - self._today).days
        second = (
            Row().gap(1).say(_("Arrival") + " ", "muted").say(show_date(card.arrival), "bright bold").gap()
        )
        second.say(self._away(days), "soon" if 0 <= days <= 30 else "muted")
        mine = card.coach_id == self._me
        facts = [
            (_("Employer"), safe(card.employer, 18 if width < 140 else 40), "text"),
            (_("Tel."), show_phone(card.phone) if card.phone else "", "bright"),
            (said(N_("file|Language")), language_word(card.language), "text"),
            (_("Coach"), _("me") if mine else card.coach, "mine bold" if mine else "text"),
        ]
        if width < COLUMNS_FROM:
            # Where not all fits, the number to ring comes first.
            facts = [facts[1], facts[0], facts[3], facts[2]]
        for label, value, ink in facts:
            piece = Row().gap(3).say(f"{label} ", "muted").data(value, ink, 26)
            if value and second.width + piece.width < width:
                second.add(piece)
        return [first.end(package, width - 1), second]

    def _away(self, days: int) -> str:
        if days > 0:
            return plural("in {count} day", "in {count} days", days)
        if days == 0:
            return _("today")
        return plural("{count} day ago", "{count} days ago", -days)
