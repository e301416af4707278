"""The rarer acts on a key: move, prolong, reserve, renew, find again, decide, give back, retire."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_, _, active_zone, show_moment
from conciergedesk.core.moments import Moment, parse_moment
from conciergedesk.keys.cards import SetRow
from conciergedesk.keys.clashes import Clash
from conciergedesk.keys.custody import HELD_BY_DESK, HolderKind, Identity, KeyState
from conciergedesk.keys.rules import Rung
from conciergedesk.ui.cells import safe
from conciergedesk.ui.desk_screen import Ask
from conciergedesk.ui.key_words import IDENTITY_LETTERS
from conciergedesk.ui.modals.choice import Choice, Option
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.modals.key_sheets import ShownSheet
from conciergedesk.ui.modals.moment import MomentSheet

if TYPE_CHECKING:
    from conciergedesk.keys.service import Reserved
    from conciergedesk.ui.handlers.key_chasing import KeyChasing
    from conciergedesk.ui.handlers.key_desk import KeyDesk
    from conciergedesk.ui.handlers.key_register import KeyRegister

CLASH_WORDS = {
    Clash.RESERVED: N_("reserved for {who} until {until}"),
    Clash.STILL_OUT: N_("still out with {who} until {until}"),
    Clash.MANDATE: N_("the mandate has ended by then"),
    Clash.FROZEN: N_("it is frozen"),
    Clash.NOT_HERE: N_("it is not in custody"),
}


class KeyActs:
    """The rarer acts on one key, each behind a letter of a list that shows only what is possible now."""

    def __init__(self, desk: KeyDesk, register: KeyRegister, chasing: KeyChasing) -> None:
        self.keys = desk
        self.register = register
        self.chasing = chasing
        self.app = desk.app
        self.session = desk.session
        self.room = desk.room

    def acts(self, ask: Ask) -> None:
        row = self.keys.row_of(ask)
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
        found.append(Option("describe", _("correct the description"), letter="c"))
        if holder in HELD_BY_DESK:
            found.append(Option("pieces", _("change the pieces, with its owner"), letter="n"))
        if row.state is not KeyState.RETIRED:
            found.append(Option("retag", _("give it another tag"), letter="k"))
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
        self.app.push_screen(form, lambda ok: self.keys.done(ask.screen, said, row.id) if ok else None)

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

        self.keys.write(ask.screen, call, _("Key {tag} is with you", tag=row.tag), row.id)

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
        self.app.push_screen(sheet, lambda ok: self.keys.done(ask.screen, said, row.id) if ok else None)

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
                self.keys.done(ask.screen, _("Key {tag} reserved", tag=row.tag), row.id)
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
                since=self.room.day(values["mandate_since"], "mandate_since"),
                until=self.room.day(values["mandate_until"], "mandate_until")
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

    def _describe(self, ask: Ask, row: SetRow) -> None:
        self.register.describe(ask, row)

    def _pieces(self, ask: Ask, row: SetRow) -> None:
        self.register.pieces(ask, row)

    def _retag(self, ask: Ask, row: SetRow) -> None:
        self.register.retag(ask, row)

    def _again(self, ask: Ask, row: SetRow) -> None:
        self.chasing.chase(ask)
