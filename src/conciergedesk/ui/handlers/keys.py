"""Acts on keys: hand over, take back, codes, count, chase, address, loss and everything after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from conciergedesk.board.rules import PromiseKind
from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_, _, active_zone, plural, show_moment
from conciergedesk.core.moments import Moment, parse_moment
from conciergedesk.keys.cards import CountCard, IncidentCard, SetCard, SetRow
from conciergedesk.keys.custody import HELD_BY_DESK, HolderKind, Identity, KeyState
from conciergedesk.keys.rules import Clash, Rung
from conciergedesk.ui.cells import duration, safe, word
from conciergedesk.ui.desk_screen import Ask, DeskScreen
from conciergedesk.ui.key_room import CountState, KeyRoom, Outgoing
from conciergedesk.ui.key_words import IDENTITY_LETTERS, SEAL_WORDS
from conciergedesk.ui.modals.choice import Choice, Option
from conciergedesk.ui.modals.confirm import Confirm
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.modals.key_sheets import (
    CountSheet,
    HandOverSheet,
    IncidentSheet,
    ShownSheet,
    TakeBackSheet,
    count_words,
)
from conciergedesk.ui.modals.moment import MomentSheet
from conciergedesk.ui.screens.board import BoardScreen
from conciergedesk.ui.screens.keys import KeysScreen

if TYPE_CHECKING:
    from conciergedesk.keys.service import HandedOver, MadeCode, Reserved, TakenBack
    from conciergedesk.ui.app import DeskApp
    from conciergedesk.ui.session import DeskSession

CLASH_WORDS = {
    Clash.RESERVED: N_("reserved for {who} until {until}"),
    Clash.STILL_OUT: N_("still out with {who} until {until}"),
    Clash.MANDATE: N_("the mandate has ended by then"),
    Clash.FROZEN: N_("it is frozen"),
    Clash.NOT_HERE: N_("it is not in custody"),
}


class KeyHandlers:
    """Wires the acts of the screen of keys to the verbs of the register."""

    def __init__(self, app: DeskApp, session: DeskSession) -> None:
        self.app = app
        self.session = session
        self.room = KeyRoom(session)
        for act, handler in (
            ("keys.handover", self.hand_over),
            ("keys.takeback", self.take_back),
            ("keys.acts", self.acts),
            ("keys.code", self.code),
            ("keys.count", self.count),
            ("keys.chase", self.chase),
            ("keys.address", self.address),
            ("keys.incident", self.incident),
            ("keys.lost", self.lost),
            ("board.key", self.from_board),
        ):
            app.on_act(act, handler)

    # --- running ---

    @staticmethod
    def _row(ask: Ask) -> SetRow | None:
        return ask.screen.current if isinstance(ask.screen, KeysScreen) else None

    def _read(self, ask: Ask, then: Callable[[Outgoing | None], None]) -> None:
        """Read the set under the cursor in full, then go on."""
        row = self._row(ask)
        if row is None:
            then(None)
        else:
            ask.screen.run_service(lambda: self.room.outgoing(row.id), then, group="key-open", exclusive=True)

    def _done(self, screen: DeskScreen, said: str, select: int | None = None) -> None:
        screen.say(said)
        if isinstance(screen, KeysScreen):
            screen.reload(select)
        elif isinstance(screen, BoardScreen):
            screen.reload()

    def _write(
        self, screen: DeskScreen, call: Callable[[], object], said: str, select: int | None = None
    ) -> None:
        screen.run_service(call, lambda _result: self._done(screen, said, select), group="write")

    # --- handing over and taking back ---

    def from_board(self, ask: Ask) -> None:
        """From a promise: take back what is out, hand over what is here or what the request is about."""
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
            ask.screen.run_service(
                lambda: self.room.of_request(number), show, group="key-open", exclusive=True
            )

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
        self._done(screen, _("Key {tag} handed over", tag=done.tag), done.set_id)
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
        self._done(screen, said, done.set_id)
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
                    sheet, lambda _none: self._done(screen, _("Code made for key {tag}", tag=tag))
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
                form, lambda made: self._done(screen, _("Sealed for key {tag}", tag=tag)) if made else None
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
            sheet, lambda _none: self._done(screen, _("Seal of key {tag} opened, on record", tag=tag))
        )

    # --- counting ---

    def count(self, ask: Ask) -> None:
        def chosen(kind: str | None) -> None:
            if kind is not None:
                ask.screen.run_service(lambda: self.room.count_state(kind), opened, group="count")

        def opened(state: CountState) -> None:
            sheet = CountSheet(state, self.room.count_tag, self.room.finish_count)
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
            self._done(ask.screen, said if wrong else _("Counted: right"))

        options = [
            Option("shift", _("for the handover of the shift"), letter="i"),
            Option("weekly", _("full inventory of the week"), letter="s"),
        ]
        self.app.push_screen(Choice(_("Count the cabinet"), options), chosen)

    # --- late, address ---

    def chase(self, ask: Ask) -> None:
        row = self._row(ask)
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
        self.app.push_screen(form, lambda _answer: self._done(screen, said, row.id))

    def address(self, ask: Ask) -> None:
        row = self._row(ask)
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
        row = self._row(ask)
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
                self._done(ask.screen, _("Key {tag} declared lost and frozen", tag=row.tag), row.id)
                self._open_incident(ask.screen, row.id)

        consequence = _(
            "Key {tag} is frozen at once and its owner is told within thirty minutes. It cannot be taken back.",
            tag=row.tag,
        )
        title = _("Declare key {tag} lost?", tag=row.tag)
        self.app.push_screen(Confirm(title, consequence, "X", _("declare lost")), confirmed)

    def incident(self, ask: Ask) -> None:
        row = self._row(ask)
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
                screen.say(_("Key {tag} has no open incident.", tag=card.row.tag))
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

    # --- everything else, by a letter ---

    def acts(self, ask: Ask) -> None:
        row = self._row(ask)
        if row is None:
            return
        options = self._possible(row)

        def chosen(answer: str | None) -> None:
            if answer is not None:
                getattr(self, f"_{answer}")(ask, row)

        self.app.push_screen(Choice(_("Key {tag}", tag=row.tag), options), chosen)

    def _possible(self, row: SetRow) -> list[Option]:
        """What can be done with a set from where it is."""
        holder = row.position.holder.kind
        found: list[Option] = []
        if holder in HELD_BY_DESK:
            found.append(Option("move", _("hang it elsewhere"), letter="d"))
            if not row.position.frozen and not row.has_incident:
                found.append(Option("take_along", _("take it along on the road"), letter="e"))
            found.append(Option("give_back", _("give it back to its owner for good"), letter="g"))
        if row.position.is_out:
            found.append(Option("prolong", _("agree on a later return"), letter="p"))
        if holder is HolderKind.LOST:
            found.append(Option("found", _("it was found again"), letter="t"))
        if row.position.frozen and row.position.is_in and not row.has_incident:
            found.append(Option("decide", _("the owner has decided: set it free"), letter="o"))
        if row.state not in {KeyState.RETURNED, KeyState.RETIRED, KeyState.LOST}:
            found.append(Option("reserve", _("reserve it"), letter="r"))
        if row.reservation is not None:
            who = safe(row.reservation.holder_name, 30)
            found.append(Option("unreserve", _("cancel the reservation of {who}", who=who), letter="a"))
        found.append(Option("mandate", _("renew the mandate"), letter="m"))
        if row.rung is not Rung.ON_TIME:
            found.append(Option("again", _("write to the holder"), letter="l"))
        if not row.position.is_out and row.state is not KeyState.RETIRED:
            found.append(Option("retire", _("take it out of the register"), letter="z"))
        return found

    def _form(
        self,
        ask: Ask,
        row: SetRow,
        title: str,
        fields: list[Field],
        save: Callable[[Mapping[str, str]], object],
        said: str,
    ) -> None:
        def call(values: Mapping[str, str]) -> bool:
            save(values)
            return True

        form: FormSheet[bool] = FormSheet(title, fields, call, context=_("key {tag}", tag=row.tag))
        self.app.push_screen(form, lambda ok: self._done(ask.screen, said, row.id) if ok else None)

    def _move(self, ask: Ask, row: SetRow) -> None:
        def save(values: Mapping[str, str]) -> object:
            from conciergedesk.keys import service as keys

            place = self.room.place_id(values["place"])
            return self.session.act(keys.carry, row.id, place_id=place, seen=row.position.seq)

        fields = [Field("place", _("Hook"), hint=_("number or name; empty is its own"))]
        self._form(ask, row, _("Hang it elsewhere"), fields, save, _("Key {tag} moved", tag=row.tag))

    def _take_along(self, ask: Ask, row: SetRow) -> None:
        from conciergedesk.keys import service as keys

        actor = self.session.actor
        agent = actor.id if actor is not None else None

        def call() -> int:
            return self.session.act(keys.carry, row.id, agent_id=agent, seen=row.position.seq)

        self._write(ask.screen, call, _("Key {tag} is with you", tag=row.tag), row.id)

    def _prolong(self, ask: Ask, row: SetRow) -> None:
        def save(moment: Moment, values: Mapping[str, str]) -> bool:
            from conciergedesk.keys import service as keys

            self.session.act(
                keys.prolong, row.id, moment.start, reason=values["reason"], seen=row.position.seq
            )
            return True

        sheet: MomentSheet[bool] = MomentSheet(
            _("A later return"),
            save,
            now=self.session.now(),
            fields=[Field("reason", _("Why"))],
            context=_("key {tag}", tag=row.tag),
        )
        said = _("Later return of key {tag} noted", tag=row.tag)
        self.app.push_screen(sheet, lambda ok: self._done(ask.screen, said, row.id) if ok else None)

    def _reserve(self, ask: Ask, row: SetRow) -> None:
        def save(values: Mapping[str, str]) -> Reserved:
            from conciergedesk.keys import service as keys

            now = self.session.now()
            since = self._moment(values["since"], now, "since")
            until = self._moment(values["until"], now, "until")
            return self.session.act(keys.reserve, row.id, since, until, holder_name=values["holder"])

        def made(done: Reserved | None) -> None:
            if done is None:
                return
            if done.id is not None:
                self._done(ask.screen, _("Key {tag} reserved", tag=row.tag), row.id)
                return
            lines = [(_("Key {tag} cannot be promised for then:", tag=row.tag), "late")]
            for one in done.conflicts:
                until = show_moment(one.until) if one.until is not None else "–"
                lines.append((_(CLASH_WORDS[one.clash], who=safe(one.who), until=until), "text"))
            if done.spares:
                spares = ", ".join(tag for _id, tag in done.spares)
                lines += [("", "text"), (_("Free spare of the same door: {spares}", spares=spares), "done")]
            self.app.push_screen(ShownSheet(_("Conflict"), lines))

        fields = [
            Field("holder", _("For"), hint=_("first name")),
            Field("since", _("From"), hint=_("tomorrow 15h")),
            Field("until", _("Until"), hint=_("sun 11h")),
        ]
        form: FormSheet[Reserved] = FormSheet(_("Reserve"), fields, save, context=_("key {tag}", tag=row.tag))
        self.app.push_screen(form, made)

    @staticmethod
    def _moment(typed: str, now: datetime, field: str) -> datetime:
        moment = parse_moment(typed, now, active_zone())
        if moment is None or moment.date_only:
            raise InvalidInput(N_("Write a day and an hour, such as “tomorrow 15h”."), field=field)
        return moment.start

    def _unreserve(self, ask: Ask, row: SetRow) -> None:
        reservation = row.reservation
        if reservation is None:
            return

        def save(values: Mapping[str, str]) -> object:
            from conciergedesk.keys import service as keys

            return self.session.act(
                keys.cancel_reservation, reservation.id, reason=values["reason"], seen=reservation.version
            )

        said = _("Reservation of key {tag} cancelled", tag=row.tag)
        self._form(ask, row, _("Cancel the reservation"), [Field("reason", _("Why"))], save, said)

    def _mandate(self, ask: Ask, row: SetRow) -> None:
        def save(values: Mapping[str, str]) -> object:
            from conciergedesk.keys import service as keys

            return self.session.act(
                keys.renew_mandate,
                row.id,
                ref=values["mandate_ref"],
                since=self._day(values["mandate_since"], "mandate_since"),
                until=self._day(values["mandate_until"], "mandate_until")
                if values["mandate_until"].strip()
                else None,
            )

        today = self.session.now().astimezone(active_zone()).date()
        fields = [
            Field("mandate_ref", _("Reference")),
            Field("mandate_since", _("From"), f"{today:%d/%m/%Y}"),
            Field("mandate_until", _("Until"), hint=_("31/12/2027; empty is without end")),
        ]
        self._form(
            ask, row, _("Renew the mandate"), fields, save, _("Mandate of key {tag} renewed", tag=row.tag)
        )

    @staticmethod
    def _day(typed: str, field: str) -> date:
        parts = typed.replace("-", "/").replace(".", "/").split("/")
        try:
            day, month, year = (int(part) for part in parts)
            return date(year, month, day)
        except ValueError:
            raise InvalidInput(N_("Write a day such as 31/12/2027."), field=field) from None

    def _found(self, ask: Ask, row: SetRow) -> None:
        def save(values: Mapping[str, str]) -> object:
            from conciergedesk.keys import service as keys

            pieces = values["pieces"].strip()
            if not (pieces.isascii() and pieces.isdigit() and len(pieces) <= 2):
                raise InvalidInput(N_("Count the pieces and type their number."), field="pieces")
            place = self.room.place_id(values["place"])
            return self.session.act(keys.found_again, row.id, counted=int(pieces), place_id=place)

        fields = [Field("pieces", _("Pieces"), hint=str(row.position.expected)), Field("place", _("Hook"))]
        said = _("Key {tag} is here again and stays frozen until its owner decides", tag=row.tag)
        self._form(ask, row, _("Found again"), fields, save, said)

    def _decide(self, ask: Ask, row: SetRow) -> None:
        def save(values: Mapping[str, str]) -> object:
            from conciergedesk.keys import service as keys

            return self.session.act(
                keys.owner_decides, row.id, decision=values["decision"], seen=row.position.seq
            )

        fields = [Field("decision", _("Decision"), hint=_("who decided, when, and what"))]
        self._form(
            ask, row, _("The owner has decided"), fields, save, _("Key {tag} is free again", tag=row.tag)
        )

    def _give_back(self, ask: Ask, row: SetRow) -> None:
        def save(values: Mapping[str, str]) -> object:
            from conciergedesk.keys import service as keys

            identity = IDENTITY_LETTERS.get(values["identity"].strip().lower()[:1], Identity.NONE)
            pieces = values["pieces"].strip()
            if not (pieces.isascii() and pieces.isdigit() and len(pieces) <= 2):
                raise InvalidInput(N_("Count the pieces and type their number."), field="pieces")
            return self.session.act(
                keys.give_back_to_owner,
                row.id,
                identity=identity,
                counted=int(pieces),
                proof_ref=values["signed_by"],
                seen=row.position.seq,
            )

        fields = [
            Field("identity", _("Identity"), hint=_("c card · p passport · t title · x known")),
            Field("pieces", _("Pieces"), hint=str(row.position.expected)),
            Field("signed_by", _("Signed by")),
        ]
        said = _("Key {tag} is back with its owner", tag=row.tag)
        self._form(ask, row, _("Give back to the owner"), fields, save, said)

    def _retire(self, ask: Ask, row: SetRow) -> None:
        def save(values: Mapping[str, str]) -> object:
            from conciergedesk.keys import service as keys

            return self.session.act(keys.retire, row.id, reason=values["reason"], seen=row.position.seq)

        fields = [Field("reason", _("Why"), hint=_("lock changed, destroyed"))]
        said = _("Key {tag} is out of the register", tag=row.tag)
        self._form(ask, row, _("Take out of the register"), fields, save, said)

    def _again(self, ask: Ask, row: SetRow) -> None:
        self.chase(ask)
