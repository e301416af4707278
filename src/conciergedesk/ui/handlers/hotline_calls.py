"""Calls that ring: the card of the caller, ending a call, missed calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from conciergedesk.core.i18n import _, active_language, plural
from conciergedesk.hotline.cards import CallerCard
from conciergedesk.ui.cells import safe
from conciergedesk.ui.desk_screen import Ask, DeskScreen
from conciergedesk.ui.handlers.hotline_articles import ArticleHandlers
from conciergedesk.ui.handlers.hotline_desk import HotlineDesk
from conciergedesk.ui.handlers.hotline_triage import TriageHandlers
from conciergedesk.ui.keys import keymap
from conciergedesk.ui.modals.choice import Choice, Option
from conciergedesk.ui.modals.hotline_call import CallSheet
from conciergedesk.ui.modals.hotline_lists import MissedSheet
from conciergedesk.ui.ring_watch import RingWatch

if TYPE_CHECKING:
    from conciergedesk.hotline.cards import OpenTicket

OFFER_SECONDS = 0.4
"""How often a call that waits behind an open sheet is offered again."""


class CallHandlers:
    """Lets calls ring on this desk, and does what is owed for them."""

    def __init__(self, desk: HotlineDesk, triage: TriageHandlers, articles: ArticleHandlers) -> None:
        self.desk = desk
        self.triage = triage
        self.articles = articles
        self._ringing: tuple[CallerCard, ...] = ()
        self._seen_calls: set[int] = set()
        self._seen_banners: set[int] = set()
        self._sheet: CallSheet | None = None
        self._watch: RingWatch | None = None
        desk.app.on_act("hotline.missed", self.missed)
        self._before_call = desk.app.handler_of("desk.call")
        desk.app.on_act("desk.call", self.call)

    def listen(self) -> None:
        """Let calls ring on this desk from now on; called once somebody has signed in."""
        if self._watch is not None:
            return
        self._watch = RingWatch(self.desk.session.desk().watch, self._look)
        self._watch.start()
        self.desk.app.set_interval(OFFER_SECONDS, self.offer)

    def stop(self) -> None:
        """Stop listening; called when the desk closes."""
        if self._watch is not None:
            self._watch.stop()
            self._watch = None

    def _look(self) -> None:
        """In the watching thread: what rings, and what everybody must see."""
        if self.desk.session.actor is None or not self.desk.app.is_running:
            return
        found = self.desk.room.look(self._sheet.card.call_id if self._sheet is not None else None)
        screen = self.desk.screen
        if screen is not None:
            # Posted, not waited for: the loop may end meanwhile, and this thread would hold the process.
            screen.post_message(
                DeskScreen.Answered(lambda: self.show_ringing(found.cards, found.changed, found.banners))
            )

    def show_ringing(
        self,
        cards: Sequence[CallerCard],
        changed: CallerCard | None = None,
        banners: Sequence[OpenTicket] = (),
    ) -> None:
        """Show what rings now, and on the open card what has become of its call."""
        self._ringing = tuple(cards)
        if self._sheet is not None and changed is not None and changed.call_id == self._sheet.card.call_id:
            taken_elsewhere = changed.state != "ringing" and changed.taken_by_id != self._my_id
            if taken_elsewhere:
                self._sheet.dismiss(None)
                if self.desk.screen is not None and changed.taken_by:
                    self.desk.screen.say(_("{who} has taken this call.", who=safe(changed.taken_by, 30)))
            else:
                self._sheet.show(changed)
        self._show_banners(banners)
        self.offer()

    @property
    def _my_id(self) -> int | None:
        return self.desk.session.actor.id if self.desk.session.actor is not None else None

    def offer(self) -> None:
        """Pop up the longest ringing call unless somebody is typing in a sheet."""
        waiting = [one for one in self._ringing if one.call_id not in self._seen_calls]
        if waiting and self._sheet is None and isinstance(self.desk.app.screen, DeskScreen):
            self._seen_calls.add(waiting[0].call_id)
            self._show_call(self.desk.app.screen, waiting[0])

    def _show_banners(self, banners: Sequence[OpenTicket]) -> None:
        screen = self.desk.screen
        fresh = [one for one in banners if one.id not in self._seen_banners and one.owner_id != self._my_id]
        self._seen_banners |= {one.id for one in banners}
        if fresh and screen is not None:
            one = fresh[0]
            category = self.desk.room.house.category_name(one.category, active_language())
            where = safe(one.site or one.provider, 30)
            screen.toasts.fail(f"S1 · {one.ref} {category} · {where}")

    def _show_call(self, screen: DeskScreen, card: CallerCard) -> None:
        sheet = CallSheet(card, self.desk.room.take, self.desk.session.now)
        self._sheet = sheet

        def left(answer: str | None) -> None:
            self._sheet = None
            if answer == "ticket":
                self.triage.choose_tree(screen, sheet.card, lambda: self._show_call(screen, sheet.card))
            elif answer == "wrap":
                self._wrap_up(screen, sheet.card)
            elif answer == "article":
                self.articles.search(screen, None, "", lambda: self._show_call(screen, sheet.card))
            elif sheet.card.state == "answered" and sheet.card.taken_by_id == self._my_id:
                screen.say(_("The call goes on: {key} brings it back.", key=keymap().shown("desk.call")))

        self.desk.app.push_screen(sheet, left)

    def call(self, ask: Ask) -> None:
        """The call that rings, or that one is in, comes up again; else the caller is looked for as everywhere."""

        def show(cards: tuple[CallerCard, ...]) -> None:
            if cards:
                self._show_call(ask.screen, cards[0])
            elif self._before_call is not None:
                self._before_call(ask)

        if self.desk.room.rings_here:
            ask.screen.run_service(self.desk.room.calls, show, group="call", exclusive=True)
        elif self._before_call is not None:
            self._before_call(ask)

    def _wrap_up(self, screen: DeskScreen, card: CallerCard) -> None:
        reasons = {
            "breakdown": _("breakdown"), "question": _("question"), "booking": _("booking"), "price": _("price"),
            "commission": _("commission"), "agreement": _("agreement"), "card": _("ambassador card"),
            "training": _("training"), "follow_up": _("follow-up of a ticket"), "wrong_number": _("wrong number"),
        }  # fmt: skip
        outcomes = {
            "solved": _("answered"), "passed_on": _("passed on"), "call_back": _("to call back"),
            "nothing": _("nothing to do"),
        }  # fmt: skip

        def because(reason: str | None) -> None:
            if reason is None:
                self._show_call(screen, card)
                return

            def ended(outcome: str | None) -> None:
                if outcome is not None:
                    self.desk.write(
                        screen,
                        lambda: self.desk.room.wrap_up(card.call_id, reason, outcome),
                        _("Call ended."),
                    )

            options = [Option(code, label) for code, label in outcomes.items()]
            self.desk.app.push_screen(Choice(_("What came of it?"), options, safe(card.who, 40)), ended)

        options = [Option(code, label) for code, label in reasons.items()]
        self.desk.app.push_screen(Choice(_("Why did they call?"), options, safe(card.who, 40)), because)

    def missed(self, ask: Ask) -> None:
        def show(calls: list) -> None:  # type: ignore[type-arg]
            self.desk.app.push_screen(MissedSheet(calls, self.desk.session.now()), cleared)

        def cleared(answer: tuple[str, tuple[int, ...]] | None) -> None:
            if answer is not None:
                outcome, calls = answer
                said = plural("{count} missed call cleared", "{count} missed calls cleared", len(calls))
                self.desk.write(ask.screen, lambda: self.desk.room.clear(calls, outcome), said)

        ask.screen.run_service(self.desk.room.missed, show, group="missed", exclusive=True)
