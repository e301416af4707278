"""Who can do it, and who is open: a search line, the providers found, and the selected one in full."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Protocol

from textual.containers import Horizontal, Vertical
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from conciergedesk.core.errors import DeskError
from conciergedesk.core.i18n import _, plural
from conciergedesk.core.text import clean_line
from conciergedesk.ui.acts import Scope
from conciergedesk.ui.cells import clock, safe, weekday_short, words
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.keys import action, bind, keymap, unbind
from conciergedesk.ui.modals.choice import Choice, Option
from conciergedesk.ui.provider_room import ForRequest, ProviderDetail
from conciergedesk.ui.watched_screen import WatchedScreen
from conciergedesk.ui.widgets.inputs import EchoInput, Understood
from conciergedesk.ui.widgets.provider_list import ProviderHeading, ProviderList, SearchTail, described
from conciergedesk.ui.widgets.provider_pane import ProviderPane, ProviderStrip
from conciergedesk.ui.widgets.provider_rows import CHIP_INKS, chip_said

if TYPE_CHECKING:
    from conciergedesk.providers.finder import Finder
    from conciergedesk.providers.found import Found, FoundProvider

DETAIL_FROM = 116
SEARCH_DEBOUNCE = 0.04
DETAIL_DEBOUNCE = 0.06
POLL_SECONDS = 2.0
NEARBY_KM = 10.0
WIDEST_KM = 160.0


class ProviderSource(Protocol):
    """Where the screen reads. All of it is called in worker threads."""

    @property
    def finder(self) -> Finder: ...

    def find(self, query: str, removed: Collection[tuple[str, str]], nearby_km: float) -> Found: ...

    def detail(
        self, provider_id: int, moment: datetime, distance_km: float | None = None
    ) -> ProviderDetail: ...

    def for_request(self, request_id: int) -> ForRequest: ...

    def token(self) -> str: ...

    def take_wanted(self) -> int | None: ...


class SearchLine(EchoInput):
    """The search line: letters type, Enter or Down goes to the results."""

    def __init__(self) -> None:
        super().__init__(id="provider-search")
        unbind(self, "enter", "down", "escape")
        bind(self, Scope.PROVIDER_SEARCH)


class ProvidersScreen(WatchedScreen):
    """Finds providers while somebody types, and shows why each is there."""

    MODE = "providers"
    READ_ON_RESUME = False  # coming back may mean to look for something else
    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.PROVIDERS,)

    def __init__(self, source: ProviderSource, *, poll_seconds: float = POLL_SECONDS) -> None:
        super().__init__(source, poll_seconds)
        self._source = source
        self._query = ""
        self._removed: set[tuple[str, str]] = set()
        self._nearby = NEARBY_KM
        self._search_timer: Timer | None = None
        self._detail_timer: Timer | None = None
        self._full_detail = False
        self._failing = False
        self._anew = True
        self.request: ForRequest | None = None
        self.search = SearchLine()
        self.search_tail = SearchTail()
        self.heading = ProviderHeading(id="provider-heading")
        self.list = ProviderList(id="provider-list")
        self.pane = ProviderPane(id="provider-pane")
        self.strip = ProviderStrip(id="provider-strip")

    def compose_body(self) -> Iterable[Widget]:
        mark = Static(words((f" {glyphs().next} ", "accent bold")), id="provider-mark", markup=False)
        line = Horizontal(mark, self.search, self.search_tail, id="provider-line")
        left = Vertical(line, self.heading, self.list, self.strip, id="left")
        yield Horizontal(left, self.pane, id="board")

    def on_mount(self) -> None:
        self.search.focus()

    def on_screen_resume(self) -> None:
        wanted = self._source.take_wanted()
        if wanted is not None:
            self.call_after_refresh(self.look_for, wanted)
        else:
            self.reload()

    # --- for a request ---

    def look_for(self, request_id: int) -> None:
        """Look for providers of a request: its trade, town and moment stand in the search line."""

        def show(request: ForRequest) -> None:
            self.request = request
            self._removed.clear()
            self._nearby = NEARBY_KM
            with self.search.prevent(Input.Changed):
                self.search.value = f"{request.query} "
            self.search.cursor_position = len(self.search.value)
            self._query = self.search.value
            self.list.focus()
            self._find()

        self.run_service(lambda: self._source.for_request(request_id), show, group="provider-request")

    @property
    def about(self) -> str:
        """The request providers are looked for, in one line."""
        request = self.request
        if request is None:
            return ""
        card = request.card
        parts = [card.ref, card.title or request.kind, request.client, card.place]
        if card.wanted_from is not None:
            from conciergedesk.core.i18n import local

            parts.insert(3, f"{weekday_short(local(card.wanted_from).date())} {clock(card.wanted_from)}")
        return f" {glyphs().dot} ".join(safe(part, 40) for part in parts if part)

    # --- searching ---

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._query = event.value
        self._removed.clear()
        if self._search_timer is not None:
            self._search_timer.stop()
        self._search_timer = self.set_timer(SEARCH_DEBOUNCE, self._find)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_results()

    def reload(self, *, keep: bool = True) -> None:
        """Ask again, and read the request's thread again."""
        if self.request is not None:
            request_id = self.request.card.id

            self._anew = self._anew or not keep

            def show(request: ForRequest) -> None:
                self.request = request
                self._find(keep=keep)

            self.run_service(lambda: self._source.for_request(request_id), show, group="provider-request")
        else:
            self._find(keep=keep)

    def _find(self, *, keep: bool = False) -> None:
        query, removed, nearby = self._query, frozenset(self._removed), self._nearby
        # A refresh may overtake a new search: the cursor starts over all the same.
        self._anew = self._anew or not keep

        def read() -> tuple[str, Found]:
            return self._source.token(), self._source.find(query, removed, nearby)

        def show(answer: tuple[str, Found]) -> None:
            if query == self._query and removed == self._removed and nearby == self._nearby:
                self._token, found = answer
                if self._failing:
                    self._failing = False
                    self.toasts.put_away()
                self._show(found, keep=not self._anew)
                self._anew = False

        self.run_service(read, show, group="provider-find", exclusive=True, failed=self._find_failed)

    def _find_failed(self, error: DeskError) -> None:
        self._failing = True
        self.show_error(error)

    def _show(self, found: Found, *, keep: bool) -> None:
        lexicon = self._source.finder.lexicon
        asks = self.request.asked if self.request is not None else {}
        self.search.show_understood(
            [Understood(chip.start, chip.end, CHIP_INKS[chip.kind]) for chip in found.understanding.chips]
        )
        self.search_tail.show(found)
        self.heading.show(found, self._nearby, self.about)
        self.list.show(found, lexicon, self.desk.clock.now(), asks, nearby=self._nearby, keep=keep)
        self.refresh_footer()

    # --- the selected provider ---

    @property
    def current(self) -> FoundProvider | None:
        return self.list.current

    @property
    def targets(self) -> tuple[FoundProvider, ...]:
        return self.list.targets

    def on_provider_list_highlighted(self, message: ProviderList.Highlighted) -> None:
        if self._detail_timer is not None:
            self._detail_timer.stop()
        if message.provider_id is None:
            self._show_detail(None)
            return
        self._detail_timer = self.set_timer(DETAIL_DEBOUNCE, self._read_detail)

    def on_provider_list_left(self) -> None:
        self.search.focus()

    def on_provider_list_marks_changed(self) -> None:
        self.refresh_footer()

    def _read_detail(self) -> None:
        one, found = self.list.current, self.list.found
        if one is None or found is None:
            return
        moment, distance = found.moment, one.distance_km

        def show(detail: ProviderDetail) -> None:
            current = self.list.current
            if current is not None and current.id == detail.card.id:
                self._show_detail(detail)

        self.run_service(
            lambda: self._source.detail(one.id, moment, distance),
            show,
            group="provider-detail",
            exclusive=True,
        )

    def _show_detail(self, detail: ProviderDetail | None) -> None:
        found = self.list.found
        lexicon = self._source.finder.lexicon if found is not None else None
        asked = found is not None and found.asked_moment
        self.pane.show(detail, lexicon, self.desk.clock.now(), asked=asked, request=self.request)
        self.strip.show(detail, lexicon)

    # --- room ---

    def fit(self, width: int, height: int) -> None:
        """Give the list and the selected provider their places for this size."""
        side = width >= DETAIL_FROM
        full = self._full_detail and not side
        self.pane.display = side or full
        self.query_one("#left").display = not full
        self.pane.styles.width = "1fr" if full else 50 if width >= 160 else 44
        self.strip.display = not side and height >= 20
        self.search_tail.styles.width = 36 if width >= 100 else 28 if width >= 72 else 12

    # --- acts ---

    def action_ask(self, act_id: str) -> None:
        if act_id == "desk.find":
            self.search.focus()
            return
        if act_id == "desk.note":
            act_id = "providers.note"
        super().action_ask(act_id)

    def can_do(self, name: str, argument: str) -> bool:
        if name == "ask" and argument == "desk.find":
            return True
        if name == "ask" and argument == "desk.note":
            argument = "providers.note"
        return super().can_do(name, argument)

    def action_results(self) -> None:
        """From the search line to the results."""
        if self.list.providers:
            self.list.focus()

    def action_clear(self) -> None:
        """Escape in the search line: empty it, then leave the request."""
        if self.toasts.put_away():
            return
        if self.search.value:
            self.search.value = ""
        elif self.request is not None:
            self.request = None
            self._find()

    def action_back(self) -> None:
        """One step back: the error, the whole detail, the marks, the search line, the request."""
        if self.toasts.put_away():
            return
        if self._full_detail or self.pane.has_focus:
            self.action_list()
        elif self.list.clear_marks():
            pass
        elif self.request is not None:
            self.request = None
            self._find(keep=True)
        else:
            self.search.focus()

    def action_mark(self) -> None:
        self.list.toggle_mark()

    def action_detail(self) -> None:
        if self.app.size.width < DETAIL_FROM:
            self._full_detail = True
            self.give_room(self.app.size.width, self.app.size.height)
        self.pane.focus()

    def action_list(self) -> None:
        if self._full_detail:
            self._full_detail = False
            self.give_room(self.app.size.width, self.app.size.height)
        self.list.focus()

    def action_drop(self) -> None:
        """Take the last chip off; its words are then looked for in names, or leave with it."""
        found = self.list.found
        chips = found.understanding.chips if found is not None else ()
        if not chips:
            self.search.focus()
            return
        last = chips[-1]
        self._cut((last.start, last.end))

    def action_hour(self) -> None:
        """Any hour: take the moment off."""
        found = self.list.found
        if found is None:
            return
        spans = [(chip.start, chip.end) for chip in found.understanding.chips if chip.kind == "moment"]
        if spans:
            self._cut(*spans)

    def action_chips(self) -> None:
        """Any chip: take it off, or look for its words in names."""
        found = self.list.found
        chips = found.understanding.chips if found is not None else ()
        if found is None or not chips:
            self.search.focus()
            return
        options = [
            Option(f"cut {place}", _("without “{chip}”", chip=chip_said(chip, found, self._nearby)))
            for place, chip in enumerate(chips)
        ]
        options += [
            Option(f"name {place}", _("“{words}” in names", words=safe(chip.label, 30)))
            for place, chip in enumerate(chips)
            if chip.kind not in ("moment", "distance", "phone")
        ]

        def chosen(answer: str | None) -> None:
            if answer is None:
                return
            what, place = answer.split()
            chip = chips[int(place)]
            if what == "cut":
                self._cut(*((one.start, one.end) for one in chips if one.kind is chip.kind))
            else:
                self._removed.add((chip.kind.value, chip.value))
                self._find()

        self.app.push_screen(Choice(_("Chips"), options, safe(found.understanding.query, 40)), chosen)

    def _cut(self, *spans: tuple[int, int]) -> None:
        text = self._query
        for start, end in sorted(spans, reverse=True):
            text = text[:start] + " " + text[end:]
        text = clean_line(text)
        with self.search.prevent(Input.Changed):
            self.search.value = f"{text} " if text else ""
        self._query = self.search.value
        self._find()

    def action_wider(self) -> None:
        """Neighbours: twice as far around, or beyond the distance that was typed."""
        found = self.list.found
        chip = (
            next((one for one in found.understanding.chips if one.kind == "distance"), None)
            if found
            else None
        )
        if chip is not None:
            wider = round(min(float(chip.value) * 2, WIDEST_KM))
            text = f"{self._query[: chip.start]}{wider} km{self._query[chip.end :]}"
            with self.search.prevent(Input.Changed):
                self.search.value = text
            self._query = text
        self._nearby = min(self._nearby * 2, WIDEST_KM)
        self._find()

    def action_copy(self) -> None:
        one = self.list.current
        if one is not None:
            line = safe(described(one, self._source.finder.lexicon))
            self.app.copy_to_clipboard(line)
            self.say(_("Copied: {line}", line=line))

    def on_descendant_focus(self) -> None:
        self.call_next(self.refresh_footer)

    def on_descendant_blur(self) -> None:
        self.call_next(self.refresh_footer)

    def refresh_footer(self) -> None:
        """In the search line letters type: only the keys that work there are shown."""
        if self.search.has_focus:
            self.footer.show((), keymap().footer(Scope.PROVIDER_SEARCH), [action("desk.acts")])
        else:
            super().refresh_footer()

    def footer_lead(self) -> str:
        marked = len(self.list.marked)
        return plural("{count} marked", "{count} marked", marked) if marked else ""

    def tick(self) -> None:
        super().tick()
        if self._token is not None:
            self._find(keep=True)

    def words_changed(self) -> None:
        super().words_changed()
        if self._token is not None:
            self._find(keep=True)
