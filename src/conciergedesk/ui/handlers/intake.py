"""Noting requests: the capture line, the form, the caller, finding anything, parked drafts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conciergedesk.board.rules import PromiseKind
from conciergedesk.core.i18n import N_, _, active_language, local, show_moment
from conciergedesk.ui.capturing import LineReader
from conciergedesk.ui.cells import clock, safe
from conciergedesk.ui.desk_screen import Ask, DeskScreen
from conciergedesk.ui.drafts import Drafts, Slip
from conciergedesk.ui.form_words import (
    language_hint,
    language_word,
    moment_hint,
    read_language,
    read_moment,
    stored_moment,
)
from conciergedesk.ui.handlers.request_form import form_fields, save_form
from conciergedesk.ui.modals.capture import CaptureAnswer, CaptureSheet
from conciergedesk.ui.modals.choice import Choice, Option
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.modals.search import Found, SearchAnswer, SearchSheet
from conciergedesk.ui.screens.board import BoardScreen
from conciergedesk.ui.second_saver import SecondSaver

if TYPE_CHECKING:
    from conciergedesk.requests.queries import RequestCard
    from conciergedesk.ui.app import DeskApp
    from conciergedesk.ui.session import DeskSession

REQUEST, PERSON = "request", "person"
FILLED_IN = "form:"
"""Before the names of fields in a parked form, beside the line it began with."""


class IntakeHandlers:
    """Wires ``n``, ``f``, ``r``, ``b`` and the correcting of requests."""

    def __init__(self, app: DeskApp, session: DeskSession, drafts: Drafts) -> None:
        self.app = app
        self.session = session
        self.drafts = drafts
        app.on_act("desk.new", self.new)
        app.on_act("desk.drafts", self.take_up)
        app.on_act("board.qualify", self.correct)
        app.on_act("board.link", self.follow_up)
        app.on_act("board.kept", self.kept)
        app.on_act("board.save_view", self.save_view)

    # --- the capture line ---

    def new(self, ask: Ask) -> None:
        self.capture(ask.screen)

    def capture(
        self,
        screen: DeskScreen,
        *,
        line: str = "",
        person_id: int | None = None,
        channel: str = "phone",
        slip: Slip | None = None,
    ) -> None:
        """Open the capture sheet, for somebody known when ``person_id`` is given."""
        reader = LineReader(self.session, person_id=person_id, channel=channel)
        context = clock(self.session.now())
        sheet = CaptureSheet(self.session, reader, self.drafts, line=line, slip=slip, context=context)
        self.app.push_screen(sheet, lambda answer: self._captured(screen, reader, answer))

    def _captured(self, screen: DeskScreen, reader: LineReader, answer: CaptureAnswer | None) -> None:
        if answer is None:
            if self.drafts.find("capture") is not None:
                screen.say(_("Your text is kept: Ctrl+B takes it up again."))
        elif answer.created is not None:
            self._created(screen, answer.created)
        elif answer.call_promised is not None:
            moment, number = answer.call_promised
            self.show(screen, PromiseKind.CALLBACK, number)
            screen.say(_("Call promised for {when}", when=show_moment(moment)), "desk.undo")
        elif answer.continue_id is not None:
            self.show(screen, PromiseKind.REQUEST, answer.continue_id)
        else:
            self._open_form(screen, reader, answer)

    def _created(self, screen: DeskScreen, request_id: int) -> None:
        from conciergedesk.requests.queries import ref

        self.show(screen, PromiseKind.REQUEST, request_id)
        screen.say(_("{ref} noted", ref=ref(request_id)), "desk.undo")

    def show(self, screen: DeskScreen, kind: PromiseKind, promise_id: int) -> None:
        """Put the board's cursor on a promise."""
        if isinstance(screen, BoardScreen):
            screen.reload(select=(kind, promise_id))
        else:
            self.app.go("board")

    def open_request(self, screen: DeskScreen, request_id: int) -> None:
        """Put the cursor on an open request; of one that is over, say how it ended and what can follow."""

        def read() -> RequestCard:
            from conciergedesk.requests.queries import request_card

            return self.session.ask(request_card, request_id)

        def show(card: RequestCard) -> None:
            if card.is_open:
                self.show(screen, PromiseKind.REQUEST, card.id)
            else:
                self._past(screen, card)

        screen.run_service(read, show, group="find")

    def _past(self, screen: DeskScreen, card: RequestCard) -> None:
        from conciergedesk.requests.lifecycle import STATE_LABELS, State

        what = self.what(card.type_code, card.title)
        ended = (
            card.closed_at or card.resolved_at or max((one.at for one in card.lines), default=card.opened_at)
        )
        said = [f"{what} · {_(STATE_LABELS[State(card.state)])}, {show_moment(ended)}"]
        said += [f"{one.author} : {one.text}" for one in card.notes[-2:]]
        options = [Option("follow", _("a new request that follows it"), letter="n")]
        if card.state == State.DONE:
            options.insert(0, Option("reopen", _("reopen it…"), letter="r"))

        def chosen(answer: str | None) -> None:
            if answer == "reopen":
                found = Found(REQUEST, card.id, what, card.holder, card.ref)
                self._reopen_offer(screen, SearchAnswer(found))
            elif answer == "follow":
                self._follow_up(screen, card.id, card.ref)

        sheet = Choice(
            card.ref, options, safe(", ".join(one.name for one in card.people[:1]), 40), "\n".join(said)
        )
        self.app.push_screen(sheet, chosen)

    # --- the form ---

    def _open_form(self, screen: DeskScreen, reader: LineReader, answer: CaptureAnswer) -> None:
        line, slip = answer.form_line, answer.slip or Slip(self.drafts, "capture")

        def read() -> list[Field]:
            return form_fields(self.session, reader, line)

        def show(said: list[Field]) -> None:
            # What was filled in before the form was interrupted goes over what the line says.
            typed = slip.values if slip.values.get("line") == line else {}
            fields = [replace(one, value=typed.get(FILLED_IN + one.name, one.value)) for one in said]

            def park(values: Mapping[str, str]) -> None:
                filled = {FILLED_IN + name: value for name, value in values.items()}
                slip.keep({"line": line} | filled)

            form = FormSheet(
                _("New request"),
                fields,
                save_form(self.session, reader, slip, line, {one.name: one.value for one in said}),
                left=lambda values: self._park(screen, lambda: park(values)),
                park=park,
                context=safe(line, 40),
            )
            self.app.push_screen(form, lambda made: self._created(screen, made) if made is not None else None)

        screen.run_service(read, show, group="form")

    def _park(self, screen: DeskScreen, keep: Callable[[], None]) -> None:
        screen.run_service(keep, lambda _none: None, group="park")

    # --- correcting and linking ---

    def correct(self, ask: Ask) -> None:
        promise = next((one for one in ask.promises if one.kind is PromiseKind.REQUEST), None)
        if promise is None:
            return

        def read() -> RequestCard:
            from conciergedesk.requests.queries import request_card

            return self.session.ask(request_card, promise.id)

        def show(card: RequestCard) -> None:
            saver = SecondSaver(card, read, self._correction, self._correct(card.id))
            form = FormSheet(_("Correct"), saver.fields, saver.save, context=card.ref)
            self.app.push_screen(form, lambda saved: self._corrected(ask.screen, card) if saved else None)

        ask.screen.run_service(read, show, group="form")

    def _correction(self, card: RequestCard) -> list[Field]:
        kind = self.session.book().catalogue.get(card.type_code)
        wanted = stored_moment(card.wanted_from, card.wanted_to, card.wanted_day_only, self.session.now())
        return [
            Field("type", _("Type"), kind.label.in_language(active_language())),
            Field("title", _("Title"), card.title),
            Field("wanted", _("When"), wanted, moment_hint()),
            Field("place", _("Where"), card.place),
            Field("language", _("Language"), language_word(card.language), language_hint()),
        ]

    def _corrected(self, screen: DeskScreen, card: RequestCard) -> None:
        self.show(screen, PromiseKind.REQUEST, card.id)
        screen.say(_("{ref} corrected", ref=card.ref), "desk.undo")

    def _correct(self, request_id: int) -> Callable[[Mapping[str, str], Mapping[str, str], int], None]:
        def write(values: Mapping[str, str], before: Mapping[str, str], seen: int) -> None:
            from conciergedesk.core.errors import InvalidInput
            from conciergedesk.requests import service as requests

            session = self.session
            changed: dict[str, Any] = {}
            if values["type"] != before["type"]:
                found = session.book().catalogue.match(values["type"])
                if not found:
                    raise InvalidInput(N_("Say what it is about: keys, taxi, basket, dentist…"), field="type")
                changed["type_code"] = found[0].type.code
            if values["wanted"] != before["wanted"]:
                moment = read_moment(values["wanted"], session.now())
                if moment is not None:
                    changed |= {
                        "wanted_from": moment.start,
                        "wanted_to": moment.end,
                        "day_only": moment.date_only,
                    }
            changed |= {name: values[name] for name in ("title", "place") if values[name] != before[name]}
            if values["language"] != before["language"]:
                changed["language"] = read_language(values["language"])
            session.act(requests.correct, session.book(), request_id, seen=seen, **changed)

        return write

    def follow_up(self, ask: Ask) -> None:
        promise = next((one for one in ask.promises if one.kind is PromiseKind.REQUEST), None)
        if promise is not None:
            self._follow_up(ask.screen, promise.id, promise.ref)

    def _follow_up(self, screen: DeskScreen, request_id: int, ref: str) -> None:
        def save(values: Mapping[str, str]) -> int:
            from conciergedesk.core.errors import InvalidInput
            from conciergedesk.requests import service as requests
            from conciergedesk.requests.service import NewRequest

            session = self.session
            found = session.book().catalogue.match(values["type"]) if values["type"].strip() else ()
            if not found:
                raise InvalidInput(N_("Say what it is about: keys, taxi, basket, dentist…"), field="type")
            moment = read_moment(values["wanted"], session.now())
            new = NewRequest(
                found[0].type.code,
                title=values["title"],
                wanted_from=moment.start if moment is not None else None,
                wanted_to=moment.end if moment is not None else None,
                day_only=bool(moment is not None and moment.date_only),
                take=True,
            )
            return session.act(requests.follow_up, session.book(), request_id, new)

        fields = [
            Field("type", _("Type"), "", _("keys, taxi, basket, dentist…")),
            Field("wanted", _("When"), "", moment_hint()),
            Field("title", _("Title")),
        ]
        self.app.push_screen(
            FormSheet(_("Follow-up"), fields, save, context=ref),
            lambda made: self._created(screen, made) if made is not None else None,
        )

    def what(self, code: str, title: str) -> str:
        kind = self.session.book().catalogue.by_code.get(code)
        label = kind.label.in_language(active_language()) if kind is not None else code
        return f"{label} {title}".strip()

    def save_view(self, ask: Ask) -> None:
        screen = ask.screen
        if not isinstance(screen, BoardScreen) or not screen.filter_in_use:
            ask.screen.refuse(_("Filter first (/), then give the view a name."))
            return

        def save(values: Mapping[str, str]) -> bool:
            self.session.save_view(values["name"], screen.filter_in_use)
            return True

        form = FormSheet(
            _("Name this view"), [Field("name", _("Name"))], save, context=f"/{screen.filter_in_use}"
        )
        self.app.push_screen(form, lambda saved: screen.say(_("View kept: v opens it")) if saved else None)

    # --- drafts and what was kept ---

    def take_up(self, ask: Ask) -> None:
        def show(found: Sequence[Any]) -> None:
            if not found:
                ask.screen.refuse(_("No interrupted form."))
                return
            names = {"capture": _("New request"), "note": _("Note")}
            names |= {kind: _(offer.label) for kind, offer in self.drafts.offers.items()}
            options = [
                Option(
                    str(place), names.get(one.kind, one.kind), safe(next(iter(one.values.values()), ""), 40)
                )
                for place, one in enumerate(found)
            ]

            def chosen(answer: str | None) -> None:
                if answer is None:
                    return
                one = found[int(answer)]
                if one.kind == "capture":
                    slip = Slip(self.drafts, "capture", parked=one)
                    self.capture(ask.screen, line=one.values.get("line", ""), slip=slip)
                elif one.kind in self.drafts.offers:
                    self.drafts.offers[one.kind].take_up(ask, one)
                elif one.subject_id is not None:
                    self.show(ask.screen, PromiseKind.REQUEST, one.subject_id)

            self.app.push_screen(Choice(_("Interrupted forms"), options), chosen)

        ask.screen.run_service(self.drafts.load, show, group="drafts")

    def kept(self, ask: Ask) -> None:
        def read() -> list[Found]:
            from conciergedesk.requests.queries import kept_today, ref

            now = local(self.session.now())
            midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
            return [
                Found(REQUEST, one.id, self.what(one.type_code, one.title), one.holder, ref(one.id))
                for one in self.session.ask(kept_today, midnight)
            ]

        def show(found: list[Found]) -> None:
            sheet = SearchSheet(
                _("Kept today"), lambda text: [one for one in found if text.lower() in one.label.lower()],
                hint=_("filter"),
            )  # fmt: skip
            self.app.push_screen(sheet, lambda answer: self._reopen_offer(ask.screen, answer))

        ask.screen.run_service(read, show, group="kept")

    def _reopen_offer(self, screen: DeskScreen, answer: SearchAnswer | None) -> None:
        found = answer.found if answer is not None else None
        if found is None:
            return

        def save(values: Mapping[str, str]) -> bool:
            from conciergedesk.requests import service as requests

            self.session.act(requests.reopen, self.session.book(), found.id, reason=values["reason"])
            return True

        form = FormSheet(
            _("Reopen"), [Field("reason", _("Reason"))], save, context=safe(f"{found.end} {found.label}", 40)
        )
        self.app.push_screen(form, lambda saved: self._reopened(screen, found) if saved else None)

    def _reopened(self, screen: DeskScreen, found: Found) -> None:
        self.show(screen, PromiseKind.REQUEST, found.id)
        screen.say(_("{ref} reopened", ref=found.end), "desk.undo")
