"""Acts on keys: hand over, take back, codes, count, chase, address, loss and everything after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from conciergedesk.board.rules import PromiseKind
from conciergedesk.core.i18n import _, plural
from conciergedesk.keys.cards import CountCard, IncidentCard, SetCard, SetRow
from conciergedesk.keys.custody import HELD_BY_DESK
from conciergedesk.ui.cells import duration, safe, word
from conciergedesk.ui.desk_screen import Ask, DeskScreen
from conciergedesk.ui.drafts import Drafts
from conciergedesk.ui.handlers.key_acts import KeyActs
from conciergedesk.ui.handlers.key_register import KeyRegister
from conciergedesk.ui.handlers.parking import ParkedForms
from conciergedesk.ui.key_counting import CountState
from conciergedesk.ui.key_room import KeyRoom, Outgoing
from conciergedesk.ui.key_words import SEAL_WORDS
from conciergedesk.ui.modals.choice import Choice, Option
from conciergedesk.ui.modals.confirm import Confirm
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.modals.key_counter import HandOverSheet, TakeBackSheet
from conciergedesk.ui.modals.key_sheets import CountSheet, IncidentSheet, ShownSheet, count_words
from conciergedesk.ui.screens.board import BoardScreen
from conciergedesk.ui.screens.keys import KeysScreen

if TYPE_CHECKING:
    from conciergedesk.keys.service import HandedOver, MadeCode, TakenBack
    from conciergedesk.ui.app import DeskApp
    from conciergedesk.ui.session import DeskSession


class KeyHandlers:
    """Wires the acts of the screen of keys to the verbs of the register."""

    def __init__(self, app: DeskApp, session: DeskSession, drafts: Drafts | None = None) -> None:
        self.app = app
        self.session = session
        self.room = KeyRoom(session)
        self.forms = ParkedForms(app, drafts or Drafts(session))
        for act, handler in (
            ("keys.handover", self.hand_over),
            ("keys.takeback", self.take_back),
            ("keys.code", self.code),
            ("keys.count", self.count),
            ("keys.chase", self.chase),
            ("keys.address", self.address),
            ("keys.incident", self.incident),
            ("keys.lost", self.lost),
            ("board.key", self.from_board),
        ):
            app.on_act(act, handler)
        self.register = KeyRegister(self)
        app.on_act("keys.acts", KeyActs(self).acts)
        app.on_act("keys.register", self.register.register)
        app.on_act("keys.place", self.register.add_place)

    # --- running ---

    @staticmethod
    def row_of(ask: Ask) -> SetRow | None:
        return ask.screen.current if isinstance(ask.screen, KeysScreen) else None

    def _read(self, ask: Ask, then: Callable[[Outgoing | None], None]) -> None:
        """Read the set under the cursor in full, then go on."""
        row = self.row_of(ask)
        if row is None:
            then(None)
        else:
            ask.screen.run_service(lambda: self.room.outgoing(row.id), then, group="key-open", exclusive=True)

    def done(self, screen: DeskScreen, said: str, select: int | None = None) -> None:
        screen.say(said)
        if isinstance(screen, KeysScreen):
            screen.reload(select)
        elif isinstance(screen, BoardScreen):
            screen.reload()

    def write(
        self, screen: DeskScreen, call: Callable[[], object], said: str, select: int | None = None
    ) -> None:
        screen.run_service(call, lambda _result: self.done(screen, said, select), group="write")

    # --- handing over and taking back ---

    def from_board(self, ask: Ask) -> None:
        """From a promise: register what an owner brings, take back what is out, hand over what is here."""
        promise = ask.promises[0] if ask.promises else None

        def show(first: Outgoing | None) -> None:
            if first is not None and first.card.row.position.is_out:
                self._show_take_back(ask.screen, first)
            else:
                self._show_hand_over(ask.screen, first)

        if promise is None:
            show(None)
        elif promise.kind is PromiseKind.KEY:
            ask.screen.run_service(
                lambda: self.room.outgoing(promise.id), show, group="key-open", exclusive=True
            )
        else:
            number = promise.id if promise.kind is PromiseKind.REQUEST else 0

            def go_on(found: tuple[bool, Outgoing | None]) -> None:
                if found[0]:
                    self.register.register_for(ask.screen, number)
                else:
                    show(found[1])

            def read() -> tuple[bool, Outgoing | None]:
                announced = bool(number) and self.room.book.is_deposit(number)
                return announced, None if announced else self.room.of_request(number)

            ask.screen.run_service(read, go_on, group="key-open", exclusive=True)

    def hand_over(self, ask: Ask) -> None:
        self._read(ask, lambda first: self._show_hand_over(ask.screen, first))

    def _show_hand_over(self, screen: DeskScreen, first: Outgoing | None) -> None:
        held = first is not None and first.card.row.position.holder.kind in HELD_BY_DESK
        sheet: HandOverSheet[HandedOver] = HandOverSheet(
            self.room.find,
            self.room.hand_over,
            self.room.checks,
            now=self.session.now(),
            first=first if held else None,
            may_excuse=self.room.may("lend_to_late"),
        )
        self.app.push_screen(sheet, lambda done: self._handed(screen, done))

    def _handed(self, screen: DeskScreen, done: HandedOver | None) -> None:
        if done is None:
            return
        self.done(screen, _("Key {tag} handed over", tag=done.tag), done.set_id)
        self._receipt(_("Receipt"), done.tag, done.receipt, done.owner_text)

    def _receipt(self, title: str, tag: str, text: str, owner_text: str) -> None:
        lines = [(text, "bright")]
        if owner_text:
            lines += [("", "text"), (_("To the owner:"), "muted"), (owner_text, "text")]
        self.app.push_screen(ShownSheet(title, lines, copied=text, context=_("key {tag}", tag=tag)))

    def take_back(self, ask: Ask) -> None:
        self._read(ask, lambda first: self._show_take_back(ask.screen, first))

    def _show_take_back(self, screen: DeskScreen, first: Outgoing | None) -> None:
        def save(out: Outgoing, counted: int, values: Mapping[str, str]) -> TakenBack:
            row = out.card.row
            return self.room.take_back(
                row.id,
                row.position.seq,
                counted=counted,
                condition=values["condition"],
                witness=values["witness"],
                place=values["place"],
                code=values["identity"],
            )

        out = first is not None and first.card.row.position.is_out
        sheet: TakeBackSheet[TakenBack] = TakeBackSheet(
            self.room.find, save, now=self.session.now(), first=first if out else None
        )
        self.app.push_screen(sheet, lambda done: self._taken(screen, done))

    def _taken(self, screen: DeskScreen, done: TakenBack | None) -> None:
        if done is None:
            return
        said = _("Key {tag} is back, complete", tag=done.tag)
        if done.missing:
            said = plural(
                "Key {tag} is back, {count} piece missing: it is frozen",
                "Key {tag} is back, {count} pieces missing: it is frozen",
                done.missing,
                tag=done.tag,
            )
        elif done.minutes_late:
            from datetime import timedelta

            late = duration(timedelta(minutes=done.minutes_late))
            said = _("Key {tag} is back, complete, {late} late", tag=done.tag, late=late)
        self.done(screen, said, done.set_id)
        if done.incident_id is not None:
            self._open_incident(screen, done.set_id)
        else:
            self._receipt(_("Receipt"), done.tag, done.receipt, done.owner_text)

    # --- codes and seals ---

    def code(self, ask: Ask) -> None:
        def show(out: Outgoing | None) -> None:
            if out is None:
                return
            card = out.card
            is_out = card.row.position.is_out
            options = [Option("in", _("drop-off code for the return"), letter="r")] if is_out else []
            if not is_out:
                options.append(Option("out", _("pick-up code for the handover"), letter="c"))
            options += [
                Option(
                    f"seal-{seal.id}",
                    _("open the seal: {what}", what=word(SEAL_WORDS[seal.kind])),
                    _("on record"),
                )
                for seal in card.seals
            ]
            options.append(Option("alarm", _("put an alarm code under seal"), letter="s"))
            options.append(Option("key_box", _("put a key-box code under seal"), letter="b"))
            choice = Choice(_("Codes"), options, _("key {tag}", tag=card.row.tag))
            self.app.push_screen(choice, lambda answer: self._code_chosen(ask.screen, out, answer))

        self._read(ask, show)

    def _code_chosen(self, screen: DeskScreen, out: Outgoing, answer: str | None) -> None:
        tag = out.card.row.tag
        if answer in {"out", "in"}:
            purpose = answer

            def made(code: MadeCode) -> None:
                said = f"{code.code[:3]} {code.code[3:]}"
                until = _("valid until {at}, five tries", at=code.valid_until)
                lines = [(said, "bright bold"), (until, "muted"), ("", "text"), (code.text, "text")]
                sheet = ShownSheet(
                    _("One-time code"), lines, copied=code.text, context=_("key {tag}", tag=tag)
                )
                self.app.push_screen(
                    sheet, lambda _none: self.done(screen, _("Code made for key {tag}", tag=tag))
                )

            screen.run_service(lambda: self.room.make_code(out, purpose), made, group="write")
        elif answer in {"alarm", "key_box"}:
            kind = answer
            form: FormSheet[int] = FormSheet(
                _("Put under seal"),
                [Field("code", _("Code"), hint=_("it is never shown without a reason"), secret=True)],
                lambda values: self.room.seal(out.card.row.id, values["code"], kind),
                context=_("key {tag}", tag=tag),
            )
            self.app.push_screen(
                form, lambda made: self.done(screen, _("Sealed for key {tag}", tag=tag)) if made else None
            )
        elif answer is not None and answer.startswith("seal-"):
            seal_id = int(answer.removeprefix("seal-"))
            fields = [Field("reason", _("Why"), hint=_("it is written with your name"))]
            if any(seal.id == seal_id and seal.needs_second for seal in out.card.seals):
                fields.append(Field("second", _("Second"), hint=_("first name of the colleague beside you")))
            opened: FormSheet[str] = FormSheet(
                _("Open the seal"),
                fields,
                lambda values: self.room.open_seal(seal_id, values["reason"], values.get("second", "")),
                context=_("key {tag}", tag=tag),
            )
            self.app.push_screen(opened, lambda clear: self._show_seal(screen, tag, clear))

    def _show_seal(self, screen: DeskScreen, tag: str, clear: str | None) -> None:
        if clear is None:
            return
        lines = [
            (safe(clear), "bright bold"),
            (_("Say it, do not write it. Have it changed afterwards."), "soon"),
        ]
        sheet = ShownSheet(_("Under the seal"), lines, context=_("key {tag}", tag=tag))
        self.app.push_screen(
            sheet, lambda _none: self.done(screen, _("Seal of key {tag} opened, on record", tag=tag))
        )

    # --- counting ---

    def count(self, ask: Ask) -> None:
        def chosen(kind: str | None) -> None:
            if kind is not None:
                ask.screen.run_service(lambda: self.room.counting.state(kind), opened, group="count")

        def opened(state: CountState) -> None:
            sheet = CountSheet(state, self.room.counting.tick, self.room.counting.finish)
            self.app.push_screen(sheet, finished)

        def finished(result: CountCard | None) -> None:
            if result is None:
                ask.screen.say(_("The count is kept: i goes on with it."))
                return
            wrong = bool(result.differences)
            lines = [(line, "soon" if wrong else "done") for line in count_words(result).split("\n")]
            self.app.push_screen(ShownSheet(_("Count of the cabinet"), lines, copied=count_words(result)))
            said = plural(
                "Counted, {count} difference", "Counted, {count} differences", len(result.differences)
            )
            self.done(ask.screen, said if wrong else _("Counted: right"))

        options = [
            Option("shift", _("for the handover of the shift"), letter="i"),
            Option("weekly", _("full inventory of the week"), letter="s"),
        ]
        self.app.push_screen(Choice(_("Count the cabinet"), options), chosen)

    # --- late, address ---

    def chase(self, ask: Ask) -> None:
        row = self.row_of(ask)
        if row is None:
            return

        def show(done: object) -> None:
            from conciergedesk.keys.service import Chased

            assert isinstance(done, Chased)
            lines = [(done.text, "bright")]
            if done.owner_text:
                lines += [("", "text"), (_("To the owner:"), "muted"), (done.owner_text, "text")]
            sheet = ShownSheet(
                _("Message to the holder"),
                lines,
                copied=done.text,
                context=_("{number}. try, {language}", number=done.number, language=done.language),
            )
            self.app.push_screen(sheet, lambda _none: self._ask_answer(ask.screen, row))

        ask.screen.run_service(lambda: self.room.chase(row.id), show, group="write")

    def _ask_answer(self, screen: DeskScreen, row: SetRow) -> None:
        def save(values: Mapping[str, str]) -> bool:
            has_it = values["has_it"].strip().lower()[:1] in {"o", "y", "j"}
            return self.room.answered(row.id, values["answer"], has_it=has_it)

        fields = [
            Field("answer", _("Answer"), hint=_("what the holder said; Escape when there is none yet")),
            Field("has_it", _("Has the key"), hint=_("o yes · n no")),
        ]
        form: FormSheet[bool] = FormSheet(_("Answer"), fields, save, context=_("key {tag}", tag=row.tag))
        said = _("Key {tag}: chased", tag=row.tag)
        self.app.push_screen(form, lambda _answer: self.done(screen, said, row.id))

    def address(self, ask: Ask) -> None:
        row = self.row_of(ask)
        if row is None:
            return

        def show(found: object) -> None:
            from conciergedesk.keys.service import Address

            assert isinstance(found, Address)
            lines = [
                (safe(found.lodging), "bright bold"),
                (safe(f"{found.address} {found.commune}"), "bright"),
                (_("Never say it together with the tag. This reading is on record."), "muted"),
            ]
            self.app.push_screen(ShownSheet(_("Address"), lines, context=_("key {tag}", tag=row.tag)))

        ask.screen.run_service(lambda: self.room.address(row.id), show, group="write")

    # --- losses ---

    def lost(self, ask: Ask) -> None:
        row = self.row_of(ask)
        if row is None:
            return

        def confirmed(sure: bool | None) -> None:
            if not sure:
                return
            form: FormSheet[int] = FormSheet(
                _("Declare lost"),
                [Field("reason", _("Known facts"), hint=_("who had it, where it was last seen"))],
                save,
                context=_("key {tag}", tag=row.tag),
            )
            self.app.push_screen(form, declared)

        def save(values: Mapping[str, str]) -> int:
            from conciergedesk.keys import service as keys

            return self.session.act(
                keys.declare_lost, self.room.house, row.id, reason=values["reason"], seen=row.position.seq
            )

        def declared(incident: int | None) -> None:
            if incident is not None:
                self.done(ask.screen, _("Key {tag} declared lost and frozen", tag=row.tag), row.id)
                self._open_incident(ask.screen, row.id)

        consequence = _(
            "Key {tag} is frozen at once and its owner is told within thirty minutes. It cannot be taken back.",
            tag=row.tag,
        )
        title = _("Declare key {tag} lost?", tag=row.tag)
        self.app.push_screen(Confirm(title, consequence, "X", _("declare lost")), confirmed)

    def incident(self, ask: Ask) -> None:
        row = self.row_of(ask)
        if row is not None:
            self._open_incident(ask.screen, row.id)

    def _open_incident(self, screen: DeskScreen, set_id: int) -> None:
        def read() -> tuple[SetCard, IncidentCard | None]:
            card = self.room.card(set_id)
            return card, next((one for one in card.incidents if one.closed_at is None), None)

        def again() -> IncidentCard:
            from conciergedesk.keys.queries import incidents

            return self.session.ask(incidents, set_id=set_id)[0]

        def show(found: tuple[SetCard, IncidentCard | None]) -> None:
            card, incident = found
            if incident is None:
                screen.refuse(_("Key {tag} has no open incident.", tag=card.row.tag))
                return
            sheet = IncidentSheet(
                incident,
                card.row.tag,
                now=self.session.now(),
                read=again,
                done=self._do_step,
                skip=self._skip_step,
                risk=self._judge,
                close=self._close,
            )
            self.app.push_screen(sheet, lambda _none: self._reload(screen, set_id))

        screen.run_service(read, show, group="incident-open", exclusive=True)

    @staticmethod
    def _reload(screen: DeskScreen, set_id: int) -> None:
        if isinstance(screen, KeysScreen):
            screen.reload(set_id)

    def _do_step(self, step_id: int) -> bool:
        from conciergedesk.keys import service as keys

        self.session.act(keys.do_step, step_id)
        return True

    def _skip_step(self, sheet: IncidentSheet, step_id: int) -> None:
        def save(values: Mapping[str, str]) -> bool:
            from conciergedesk.keys import service as keys

            self.session.act(keys.skip_step, step_id, reason=values["reason"])
            return True

        form: FormSheet[bool] = FormSheet(_("Leave this step out"), [Field("reason", _("Why"))], save)
        self.app.push_screen(form, lambda _saved: sheet.reread())

    def _judge(self, sheet: IncidentSheet, incident_id: int) -> None:
        def chosen(risk: str | None) -> None:
            if risk is None:
                return
            from conciergedesk.keys import service as keys

            judged = risk
            sheet.run_service(
                lambda: self.session.act(keys.judge_risk, self.room.house, incident_id, judged),
                lambda _none: sheet.reread(),
                group="write",
            )

        options = [
            Option("low", _("low: neutral tag, nobody can tell the door"), letter="f"),
            Option("high", _("high: a finder can tell the door"), letter="h"),
        ]
        self.app.push_screen(Choice(_("Can a finder link key and address?"), options), chosen)

    def _close(self, sheet: IncidentSheet, incident_id: int) -> None:
        def save(values: Mapping[str, str]) -> bool:
            from conciergedesk.core.money import read_money
            from conciergedesk.keys import service as keys

            cost = read_money(values["cost"], "cost").cents if values["cost"].strip() else 0
            self.session.act(
                keys.close_incident,
                incident_id,
                cause=values["cause"],
                measure=values["measure"],
                cost_cents=cost,
            )
            return True

        fields = [
            Field("cause", _("Cause")),
            Field("measure", _("Measure"), hint=_("what changes so that it does not happen again")),
            Field("cost", _("Cost"), hint=_("lock, copy; may stay empty")),
        ]
        form: FormSheet[bool] = FormSheet(_("Close the incident"), fields, save)

        def closed(done: bool | None) -> None:
            if done:
                sheet.dismiss(None)

        self.app.push_screen(form, closed)
