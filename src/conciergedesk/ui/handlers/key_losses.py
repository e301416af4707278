"""After a key was lost or something else went wrong: the list of what is to be done, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from conciergedesk.core.i18n import _
from conciergedesk.keys.cards import IncidentCard, SetCard
from conciergedesk.ui.desk_screen import Ask, DeskScreen
from conciergedesk.ui.handlers.key_desk import KeyDesk
from conciergedesk.ui.modals.choice import Choice, Option
from conciergedesk.ui.modals.confirm import Confirm
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.modals.key_sheets import IncidentSheet
from conciergedesk.ui.screens.keys import KeysScreen

if TYPE_CHECKING:
    pass


class KeyLosses:
    """Declares keys lost and works through incidents."""

    def __init__(self, desk: KeyDesk) -> None:
        self.desk = desk
        desk.app.on_act("keys.incident", self.incident)
        desk.app.on_act("keys.lost", self.lost)

    def lost(self, ask: Ask) -> None:
        row = self.desk.row_of(ask)
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
            self.desk.app.push_screen(form, declared)

        def save(values: Mapping[str, str]) -> int:
            from conciergedesk.keys import service as keys

            return self.desk.session.act(
                keys.declare_lost,
                self.desk.room.house,
                row.id,
                reason=values["reason"],
                seen=row.position.seq,
            )

        def declared(incident: int | None) -> None:
            if incident is not None:
                self.desk.done(ask.screen, _("Key {tag} declared lost and frozen", tag=row.tag), row.id)
                self.open(ask.screen, row.id)

        consequence = _(
            "Key {tag} is frozen at once and its owner is told within thirty minutes. It cannot be taken back.",
            tag=row.tag,
        )
        title = _("Declare key {tag} lost?", tag=row.tag)
        self.desk.app.push_screen(Confirm(title, consequence, "X", _("declare lost")), confirmed)

    def incident(self, ask: Ask) -> None:
        row = self.desk.row_of(ask)
        if row is not None:
            self.open(ask.screen, row.id)

    def open(self, screen: DeskScreen, set_id: int) -> None:
        def read() -> tuple[SetCard, IncidentCard | None]:
            card = self.desk.room.card(set_id)
            return card, next((one for one in card.incidents if one.closed_at is None), None)

        def again() -> IncidentCard:
            from conciergedesk.keys.queries import incidents

            return self.desk.session.ask(incidents, set_id=set_id)[0]

        def show(found: tuple[SetCard, IncidentCard | None]) -> None:
            card, incident = found
            if incident is None:
                screen.refuse(_("Key {tag} has no open incident.", tag=card.row.tag))
                return
            sheet = IncidentSheet(
                incident,
                card.row.tag,
                now=self.desk.session.now(),
                read=again,
                done=self._do_step,
                skip=self._skip_step,
                risk=self._judge,
                close=self._close,
            )
            self.desk.app.push_screen(sheet, lambda _none: self._reload(screen, set_id))

        screen.run_service(read, show, group="incident-open", exclusive=True)

    @staticmethod
    def _reload(screen: DeskScreen, set_id: int) -> None:
        if isinstance(screen, KeysScreen):
            screen.reload(set_id)

    def _do_step(self, step_id: int) -> bool:
        from conciergedesk.keys import service as keys

        self.desk.session.act(keys.do_step, step_id)
        return True

    def _skip_step(self, sheet: IncidentSheet, step_id: int) -> None:
        def save(values: Mapping[str, str]) -> bool:
            from conciergedesk.keys import service as keys

            self.desk.session.act(keys.skip_step, step_id, reason=values["reason"])
            return True

        form: FormSheet[bool] = FormSheet(_("Leave this step out"), [Field("reason", _("Why"))], save)
        self.desk.app.push_screen(form, lambda _saved: sheet.reread())

    def _judge(self, sheet: IncidentSheet, incident_id: int) -> None:
        def chosen(risk: str | None) -> None:
            if risk is None:
                return
            from conciergedesk.keys import service as keys

            judged = risk
            sheet.run_service(
                lambda: self.desk.session.act(keys.judge_risk, self.desk.room.house, incident_id, judged),
                lambda _none: sheet.reread(),
                group="write",
            )

        options = [
            Option("low", _("low: neutral tag, nobody can tell the door"), letter="f"),
            Option("high", _("high: a finder can tell the door"), letter="h"),
        ]
        self.desk.app.push_screen(Choice(_("Can a finder link key and address?"), options), chosen)

    def _close(self, sheet: IncidentSheet, incident_id: int) -> None:
        def save(values: Mapping[str, str]) -> bool:
            from conciergedesk.core.money import read_money
            from conciergedesk.keys import service as keys

            cost = read_money(values["cost"], "cost").cents if values["cost"].strip() else 0
            self.desk.session.act(
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

        self.desk.app.push_screen(form, closed)
