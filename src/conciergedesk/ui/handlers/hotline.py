"""Acts of the hotlines: the call that rings, the ticket, the triage, articles, incidents, sites and rounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from conciergedesk.board.hotline import waits_word
from conciergedesk.board.rules import Promise, PromiseKind
from conciergedesk.core.i18n import _, active_language, local, plural
from conciergedesk.hotline.articles import Article
from conciergedesk.hotline.cards import CallerCard
from conciergedesk.hotline.rules import (
    IMPACT_LABELS,
    RESOLUTION_LABELS,
    URGENCY_LABELS,
    Impact,
    ResolutionCode,
    Urgency,
)
from conciergedesk.hotline.triage import PARTY_LABELS, Party
from conciergedesk.ui.cells import safe
from conciergedesk.ui.desk_screen import Ask, DeskScreen
from conciergedesk.ui.drafts import Drafts
from conciergedesk.ui.handlers.hotline_sites import SiteHandlers
from conciergedesk.ui.handlers.parking import ParkedForms
from conciergedesk.ui.hotline_room import KINDS, Ended, HotlineRoom, TicketView
from conciergedesk.ui.modals.choice import Choice, Option
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.modals.hotline_articles import ArticleSearch, ArticleSheet
from conciergedesk.ui.modals.hotline_call import CallSheet
from conciergedesk.ui.modals.hotline_lists import MissedSheet
from conciergedesk.ui.modals.hotline_triage import TriageSheet, ended_words
from conciergedesk.ui.modals.key_sheets import ShownSheet
from conciergedesk.ui.ring_watch import RingWatch
from conciergedesk.ui.screens.board import BoardScreen
from conciergedesk.ui.screens.hotline import HotlineScreen

if TYPE_CHECKING:
    from datetime import datetime

    from conciergedesk.hotline.cards import OpenTicket
    from conciergedesk.hotline.service import Told
    from conciergedesk.ui.app import DeskApp, Handler
    from conciergedesk.ui.session import DeskSession

OFFER_SECONDS = 0.4
"""How often a call that waits behind an open sheet is offered again."""
ESCALATION = (
    Party.LEVEL_2, Party.MAINTENANCE, Party.TELECOM, Party.VENDOR, Party.BANK, Party.CONTENT_OWNER, Party.REFERENT,
    Party.FIELD_SALES, Party.ACCOUNTING, Party.SUPERVISOR, Party.DATA_PROTECTION,
)  # fmt: skip


class HotlineHandlers:
    """Wires the acts of the hotlines to their verbs, and lets calls ring on this desk."""

    def __init__(self, app: DeskApp, session: DeskSession, drafts: Drafts | None = None) -> None:
        self.app = app
        self.session = session
        self.room = HotlineRoom(session)
        self.forms = ParkedForms(app, drafts or Drafts(session))
        self._searched = ""
        self._ringing: tuple[CallerCard, ...] = ()
        self._seen_calls: set[int] = set()
        self._seen_banners: set[int] = set()
        self._sheet: CallSheet | None = None
        self._watch: RingWatch | None = None
        for act, handler in (
            ("hotline.open", self.open),
            ("hotline.take", self.claim),
            ("hotline.status", self.status),
            ("hotline.article", self.articles),
            ("hotline.missed", self.missed),
            ("hotline.incident", self.incident),
        ):
            app.on_act(act, handler)
        self.places = SiteHandlers(self)
        for act, handler in (
            ("board.open", self.open),
            ("board.claim", self.claim),
            ("board.status", self.status),
            ("desk.note", self.note),
        ):
            self._take_over(act, handler)
        self._before_new = app.handler_of("desk.new")
        self._before_call = app.handler_of("desk.call")
        app.on_act("desk.new", self.new)
        app.on_act("desk.call", self.call)

    def _take_over(self, act: str, handler: Handler) -> None:
        """Do the act for what the hotlines owe; everything else goes to whoever did it before."""
        before = self.app.handler_of(act)

        def routed(ask: Ask) -> None:
            if ask.promises and ask.promises[0].kind in KINDS:
                handler(ask)
            elif before is not None:
                before(ask)

        self.app.on_act(act, routed)

    # --- running ---

    def done(self, screen: DeskScreen, said: str, *, undo: bool = False) -> None:
        screen.say(said, "desk.undo" if undo else "")
        if isinstance(screen, BoardScreen):
            screen.reload()

    def write(self, screen: DeskScreen, call: Callable[[], object], said: str, *, undo: bool = False) -> None:
        screen.run_service(call, lambda _result: self.done(screen, said, undo=undo), group="write")

    @property
    def screen(self) -> DeskScreen | None:
        """The desk screen in front or under the sheets."""
        found = [one for one in self.app.screen_stack if isinstance(one, DeskScreen)]
        return found[-1] if found else None

    @staticmethod
    def tickets(ask: Ask) -> list[Promise]:
        return [one for one in ask.promises if one.kind is PromiseKind.TICKET]

    @staticmethod
    def named(promises: Sequence[Promise]) -> str:
        if len(promises) == 1:
            return promises[0].ref
        return plural("{count} ticket", "{count} tickets", len(promises))

    # --- calls that ring ---

    def listen(self) -> None:
        """Let calls ring on this desk from now on; called once somebody has signed in."""
        if self._watch is not None:
            return
        desk = self.session.desk()
        self._watch = RingWatch(desk.watch, self._look)
        self._watch.start()
        self.app.set_interval(OFFER_SECONDS, self._offer)

    def stop(self) -> None:
        """Stop listening; called when the desk closes."""
        if self._watch is not None:
            self._watch.stop()
            self._watch = None

    def _look(self) -> None:
        """In the watching thread: what rings, and what everybody must see."""
        if self.session.actor is None or not self.app.is_running:
            return
        found = self.room.look(self._sheet.card.call_id if self._sheet is not None else None)
        screen = self.screen
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
                if self.screen is not None and changed.taken_by:
                    self.screen.say(_("{who} has taken this call.", who=safe(changed.taken_by, 30)))
            else:
                self._sheet.show(changed)
        self._show_banners(banners)
        self._offer()

    @property
    def _my_id(self) -> int | None:
        return self.session.actor.id if self.session.actor is not None else None

    def _offer(self) -> None:
        """Pop up the longest ringing call unless somebody is typing in a sheet."""
        waiting = [one for one in self._ringing if one.call_id not in self._seen_calls]
        if waiting and self._sheet is None and isinstance(self.app.screen, DeskScreen):
            self._seen_calls.add(waiting[0].call_id)
            self._show_call(self.app.screen, waiting[0])

    def _show_banners(self, banners: Sequence[OpenTicket]) -> None:
        screen = self.screen
        fresh = [one for one in banners if one.id not in self._seen_banners and one.owner_id != self._my_id]
        self._seen_banners |= {one.id for one in banners}
        if fresh and screen is not None:
            one = fresh[0]
            category = self.room.house.category_name(one.category, active_language())
            where = safe(one.site or one.provider, 30)
            screen.toasts.fail(f"S1 · {one.ref} {category} · {where}")

    def _show_call(self, screen: DeskScreen, card: CallerCard) -> None:
        sheet = CallSheet(card, self.room.take, self.session.now)
        self._sheet = sheet

        def left(answer: str | None) -> None:
            self._sheet = None
            if answer == "ticket":
                self._choose_tree(screen, sheet.card)
            elif answer == "wrap":
                self._wrap_up(screen, sheet.card)
            elif answer == "article":
                self._search(screen, None, "", lambda: self._show_call(screen, sheet.card))

        self.app.push_screen(sheet, left)

    def call(self, ask: Ask) -> None:
        """The call that rings comes up again; without one, the caller is looked for as everywhere."""

        def show(cards: tuple[CallerCard, ...]) -> None:
            if cards:
                self._show_call(ask.screen, cards[0])
            elif self._before_call is not None:
                self._before_call(ask)

        if self.room.rings_here:
            ask.screen.run_service(self.room.ringing, show, group="call", exclusive=True)
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
                    self.write(
                        screen, lambda: self.room.wrap_up(card.call_id, reason, outcome), _("Call ended.")
                    )

            options = [Option(code, label) for code, label in outcomes.items()]
            self.app.push_screen(Choice(_("What came of it?"), options, safe(card.who, 40)), ended)

        options = [Option(code, label) for code, label in reasons.items()]
        self.app.push_screen(Choice(_("Why did they call?"), options, safe(card.who, 40)), because)

    def missed(self, ask: Ask) -> None:
        def show(calls: list) -> None:  # type: ignore[type-arg]
            self.app.push_screen(MissedSheet(calls, self.session.now()), cleared)

        def cleared(answer: tuple[str, tuple[int, ...]] | None) -> None:
            if answer is not None:
                outcome, calls = answer
                said = plural("{count} missed call cleared", "{count} missed calls cleared", len(calls))
                self.write(ask.screen, lambda: self.room.clear(calls, outcome), said)

        ask.screen.run_service(self.room.missed, show, group="missed", exclusive=True)

    # --- tickets ---

    def new(self, ask: Ask) -> None:
        """On the screen of the hotlines a ticket, everywhere else a request."""
        if isinstance(ask.screen, HotlineScreen) and self.room.rings_here:
            self._choose_tree(ask.screen, None)
        elif self._before_new is not None:
            self._before_new(ask)

    def _choose_tree(self, screen: DeskScreen, card: CallerCard | None) -> None:
        began = self.session.now()
        line = card.line if card is not None and card.line else self.room.line

        def show(trees: list[tuple[str, str]]) -> None:
            options = [Option(code, title, code) for code, title in trees]
            title = _("What is it about?")
            self.app.push_screen(
                Choice(title, options, safe(card.who, 40) if card is not None else ""), chosen
            )

        def chosen(tree: str | None) -> None:
            if tree is None:
                if card is not None:
                    self._show_call(screen, card)
                return
            at = card.answered_at if card is not None and card.answered_at is not None else began
            screen.run_service(
                lambda: self.room.open(tree, card, at), lambda made: opened(*made), group="write"
            )

        def opened(view: TicketView, made: object) -> None:
            incident = getattr(made, "incident_id", None)
            if incident is not None and not getattr(made, "incident_open", False):
                screen.say(_("The same on several sites: incident M-{number} is proposed.", number=incident))
            self._triage(screen, view)

        screen.run_service(lambda: self.room.trees(line), show, group="trees", exclusive=True)

    def _triage(self, screen: DeskScreen, view: TicketView) -> None:
        if view.walk is None:
            self._status_of(screen, [view.card.row.id], view.card.row.ref)
            return
        sheet = TriageSheet(self.room, view, lambda article, shown: self._from_triage(screen, article, shown))

        def ended(answer: Ended | None) -> None:
            if answer is not None:
                self.done(screen, ended_words(answer), undo=True)
            elif isinstance(screen, BoardScreen):
                screen.reload()

        self.app.push_screen(sheet, ended)

    def _from_triage(self, screen: DeskScreen, article: str, view: TicketView) -> None:
        """The article of the step over the triage; none, and one is searched."""
        if article:
            self._read_article(screen, article, view)
        else:
            self._search(screen, view, view.card.row.title, lambda: None)

    def open(self, ask: Ask) -> None:
        """Enter: the triage of a ticket, the incident, the round, the renewal, the call-back."""
        promise = ask.promises[0] if ask.promises else None
        if promise is None:
            return
        if promise.kind is PromiseKind.TICKET:
            ask.screen.run_service(
                lambda: self.room.view(promise.id),
                lambda view: self._triage(ask.screen, view),
                group="ticket",
                exclusive=True,
            )
        elif promise.kind is PromiseKind.INCIDENT:
            self._incident(ask.screen, promise)
        elif promise.kind is PromiseKind.ROUND:
            self.places.drive(ask.screen, promise)
        elif promise.kind is PromiseKind.AGREEMENT:
            self.places.renewal(ask.screen, promise)
        else:
            self._elsewhere("board.status", ask)

    def _elsewhere(self, act: str, ask: Ask) -> None:
        """An act on a promise of another room, done by that room."""
        handler = self.app.handler_of(act)
        if handler is not None:
            handler(Ask(act, ask.screen, ask.promises, ask.detail))

    def claim(self, ask: Ask) -> None:
        tickets = self.tickets(ask)
        if tickets:
            ids = [one.id for one in tickets]
            said = _("{name}: yours", name=self.named(tickets))
            self.write(ask.screen, lambda: self.room.claim(ids), said, undo=True)

    def status(self, ask: Ask) -> None:
        tickets = self.tickets(ask)
        if tickets:
            self._status_of(ask.screen, [one.id for one in tickets], self.named(tickets), tickets[0])
        else:
            self.open(ask)

    def _status_of(
        self, screen: DeskScreen, ids: Sequence[int], name: str, first: Promise | None = None
    ) -> None:
        began = self.session.now()
        waiting = first is not None and bool(first.waits_for)
        options = [
            Option("solve", _("solved"), letter="f"),
            Option("escalate", _("pass on"), letter="e"),
            Option("field", _("send to the field"), letter="v"),
            Option("caller", _("waits for the caller"), letter="a"),
            Option("third", _("waits for somebody else"), letter="t"),
            Option("severity", _("another severity"), letter="g"),
            Option("approve", _("approve as the second person"), letter="p"),
        ]
        if waiting:
            options.insert(0, Option("resume", _("they have answered: go on"), letter="r"))
        acts = {
            "solve": self._solve, "escalate": self._escalate, "field": self._field, "third": self._third,
            "severity": self._severity,
        }  # fmt: skip

        def chosen(answer: str | None) -> None:
            if answer in acts:
                acts[answer](screen, list(ids), name, began)
            elif answer == "caller":
                self.write(
                    screen,
                    lambda: self.room.wait(ids, ""),
                    _("{name}: waits for the caller", name=name),
                    undo=True,
                )
            elif answer == "resume":
                self.write(
                    screen, lambda: self.room.resume(ids), _("{name}: work goes on", name=name), undo=True
                )
            elif answer == "approve":
                self.write(screen, lambda: self.room.approve(ids[0]), _("{name}: approved", name=name))

        self.app.push_screen(Choice(_("Ticket"), options, name), chosen)

    def _solve(self, screen: DeskScreen, ids: list[int], name: str, began: datetime) -> None:
        codes = [code for code in ResolutionCode if code is not ResolutionCode.DUPLICATE]

        def chosen(code: str | None) -> None:
            if code is None:
                return

            def save(values: Mapping[str, str]) -> int:
                return self.room.solve(ids, ResolutionCode(code), values["cause"], began) + 1

            form: FormSheet[int] = FormSheet(
                _("Solved"), [Field("cause", _("Cause"), "", _("in a few words"))], save, context=name
            )
            self.app.push_screen(
                form,
                lambda made: self.done(screen, _("{name}: solved", name=name), undo=True) if made else None,
            )

        options = [Option(code, _(RESOLUTION_LABELS[code])) for code in codes]
        self.app.push_screen(Choice(_("How was it solved?"), options, name), chosen)

    def _escalate(self, screen: DeskScreen, ids: list[int], name: str, began: datetime) -> None:
        def chosen(to: str | None) -> None:
            if to is not None:
                said = _("{name}: passed on to {party}", name=name, party=waits_word(to))
                self.write(screen, lambda: self.room.escalate(ids, Party(to), began), said, undo=True)

        options = [Option(one, _(PARTY_LABELS[one])) for one in ESCALATION]
        self.app.push_screen(Choice(_("Pass on to"), options, name), chosen)

    def _field(self, screen: DeskScreen, ids: list[int], name: str, began: datetime) -> None:
        def save(values: Mapping[str, str]) -> bool:
            self.room.to_field(ids[0], values["task"], began)
            return True

        form: FormSheet[bool] = FormSheet(
            _("Send to the field"),
            [Field("task", _("To do"), "", _("what is to be done there"))],
            save,
            context=name,
        )
        self.app.push_screen(
            form,
            lambda made: (
                self.done(screen, _("{name}: visit asked for", name=name), undo=True) if made else None
            ),
        )

    def _third(self, screen: DeskScreen, ids: list[int], name: str, began: datetime) -> None:
        def save(values: Mapping[str, str]) -> bool:
            self.room.wait(ids, values["whom"] or "?")
            return True

        form: FormSheet[bool] = FormSheet(_("Waits for"), [Field("whom", _("Whom"))], save, context=name)
        self.app.push_screen(
            form, lambda made: self.done(screen, _("{name}: waits", name=name), undo=True) if made else None
        )

    def _severity(self, screen: DeskScreen, ids: list[int], name: str, began: datetime) -> None:
        def impact(chosen: str | None) -> None:
            if chosen is None:
                return

            def urgency(when: str | None) -> None:
                if when is None:
                    return

                def save(values: Mapping[str, str]) -> str:
                    return self.room.severity(ids[0], Impact(chosen), Urgency(when), values["reason"])

                form: FormSheet[str] = FormSheet(
                    _("Severity"), [Field("reason", _("Reason"))], save, context=name
                )
                self.app.push_screen(
                    form, lambda made: self.done(screen, f"{name} : {made}", undo=True) if made else None
                )

            options = [Option(one, _(URGENCY_LABELS[one])) for one in Urgency]
            self.app.push_screen(Choice(_("When does it hurt?"), options, name), urgency)

        options = [Option(one, _(IMPACT_LABELS[one])) for one in Impact]
        self.app.push_screen(Choice(_("What is hit?"), options, name), impact)

    def note(self, ask: Ask) -> None:
        tickets = self.tickets(ask)
        if not tickets:
            return
        promise, began = tickets[0], self.session.now()

        def save(values: Mapping[str, str]) -> int:
            return self.room.note(promise.id, values["note"], values["reason"], began)

        fields = [
            Field("note", _("Note"), "", _("facts; never a card number or a password")),
            Field("reason", _("Reason"), hint=_("only when a word is warned about")),
        ]
        form: FormSheet[int] = FormSheet(_("Note"), fields, save, context=promise.ref)
        self.app.push_screen(form, lambda made: self.done(ask.screen, _("Note kept")) if made else None)

    # --- incidents ---

    def incident(self, ask: Ask) -> None:
        """On an incident: open, tell, close. On marked tickets: group them."""
        first = ask.promises[0] if ask.promises else None
        tickets = self.tickets(ask)
        if first is not None and first.kind is PromiseKind.INCIDENT:
            self._incident(ask.screen, first)
        elif len(tickets) > 1:
            ids, began = [one.id for one in tickets], self.session.now()

            def grouped(number: int) -> None:
                self.done(
                    ask.screen, _("Incident M-{number}: {name}", number=number, name=self.named(tickets))
                )

            ask.screen.run_service(lambda: self.room.group(ids, began), grouped, group="write")
        else:
            ask.screen.refuse(
                _("Mark the tickets that belong together with Space, then press this key again.")
            )

    def _incident(self, screen: DeskScreen, promise: Promise) -> None:
        began, number = self.session.now(), promise.id
        if promise.state == "proposed":
            options = [
                Option("open", _("open it, and write to everybody"), letter="o"),
                Option("dismiss", _("it is none"), letter="n"),
            ]
        else:
            options = [
                Option("close", _("close it with its tickets, and write to everybody"), letter="f"),
                Option("tell", _("write to everybody again"), letter="m"),
            ]

        def chosen(answer: str | None) -> None:
            if answer == "open":
                screen.run_service(
                    lambda: self.room.open_incident(number, began),
                    lambda told: self._told(screen, told),
                    group="write",
                )
            elif answer == "tell":
                screen.run_service(
                    lambda: self.room.tell(number), lambda told: self._told(screen, told), group="write"
                )
            elif answer == "dismiss":
                self._dismiss(screen, number, promise.ref)
            elif answer == "close":
                self._close_incident(screen, number, promise.ref, began)

        self.app.push_screen(Choice(safe(promise.what, 60), options, promise.ref), chosen)

    def _told(self, screen: DeskScreen, told: Sequence[Told]) -> None:
        """The messages, ready to be sent: who, and in which words."""
        self.done(screen, plural("{count} caller told", "{count} callers told", len(told)))
        lines: list[tuple[str, str]] = []
        for one in told:
            lines += [
                (f"{one.caller} {one.number} · {one.language}".strip(), "muted"),
                (one.text, "text"),
                ("", "text"),
            ]
        texts = "\n\n".join(dict.fromkeys(one.text for one in told))
        self.app.push_screen(ShownSheet(_("To everybody"), lines, copied=texts))

    def _dismiss(self, screen: DeskScreen, number: int, name: str) -> None:
        def save(values: Mapping[str, str]) -> bool:
            self.room.dismiss(number, values["reason"])
            return True

        form: FormSheet[bool] = FormSheet(
            _("No incident"), [Field("reason", _("Reason"))], save, context=name
        )
        self.app.push_screen(
            form,
            lambda made: self.done(screen, _("{name}: no incident", name=name), undo=True) if made else None,
        )

    def _close_incident(self, screen: DeskScreen, number: int, name: str, began: datetime) -> None:
        def chosen(code: str | None) -> None:
            if code is None:
                return

            def save(values: Mapping[str, str]) -> tuple[Told, ...]:
                return self.room.close_incident(number, ResolutionCode(code), values["root_cause"], began)

            form: FormSheet[tuple[Told, ...]] = FormSheet(
                _("Close the incident"),
                [Field("root_cause", _("Cause"), "", _("in a few words"))],
                save,
                context=name,
            )
            self.app.push_screen(form, lambda told: self._told(screen, told) if told is not None else None)

        codes = (
            ResolutionCode.THIRD_PARTY, ResolutionCode.SOLVED_REMOTE, ResolutionCode.CONFIG_CHANGE,
            ResolutionCode.FIELD_VISIT, ResolutionCode.NOT_REPRODUCIBLE,
        )  # fmt: skip
        options = [Option(one, _(RESOLUTION_LABELS[one])) for one in codes]
        self.app.push_screen(Choice(_("How was it solved?"), options, name), chosen)

    # --- articles ---

    def articles(self, ask: Ask) -> None:
        tickets = self.tickets(ask)
        if not tickets:
            self._search(ask.screen, None, self._searched, lambda: None)
            return
        ask.screen.run_service(
            lambda: self.room.view(tickets[0].id),
            lambda view: self._search(ask.screen, view, self._words_of(view), lambda: None),
            group="ticket",
            exclusive=True,
        )

    def _words_of(self, view: TicketView) -> str:
        """The ticket's own words, to search with."""
        row = view.card.row
        return row.title or self.room.house.category_name(row.category, active_language())

    def _search(
        self, screen: DeskScreen, view: TicketView | None, text: str, after: Callable[[], None]
    ) -> None:
        language = active_language()
        today = local(self.session.now()).date()
        sheet = ArticleSearch(
            lambda typed: self.room.search(typed, language),
            self.room.searched_in_vain,
            today=today,
            text=text,
        )

        def chosen(article: Article | None) -> None:
            self._searched = sheet.line.value
            if article is None:
                after()
            else:
                self._read_article(screen, article.id, view, after)

        self.app.push_screen(sheet, chosen)

    def _read_article(
        self,
        screen: DeskScreen,
        article_id: str,
        view: TicketView | None,
        after: Callable[[], None] = lambda: None,
    ) -> None:
        ticket_id = view.card.row.id if view is not None else None

        def show(article: Article) -> None:
            today = local(self.session.now()).date()
            self.app.push_screen(ArticleSheet(article, today=today, can_send=ticket_id is not None), left)

        def sent(text: str) -> None:
            lines = [(line, "text") for line in text.split("\n")]
            self.app.push_screen(ShownSheet(_("Message to the caller"), lines, copied=text))

        def left(answer: str | None) -> None:
            if answer == "send" and ticket_id is not None:
                number = ticket_id
                screen.run_service(lambda: self.room.send_article(number, article_id), sent, group="write")
            else:
                after()

        screen.run_service(
            lambda: self.room.article(article_id, active_language(), ticket_id),
            show,
            group="article",
            exclusive=True,
        )
