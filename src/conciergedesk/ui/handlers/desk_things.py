"""Acts about what lies at the desk: parcels, luggage, found objects, the float, the vehicles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_, _
from conciergedesk.core.text import fold
from conciergedesk.handover.cards import ItemCard
from conciergedesk.handover.rules import VEHICLE_WORDS, State
from conciergedesk.ui.cells import safe, word
from conciergedesk.ui.desk_screen import Ask, DeskScreen
from conciergedesk.ui.handlers.parking import ParkedForms
from conciergedesk.ui.handover_room import HandoverRoom
from conciergedesk.ui.modals.choice import Choice, Option
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.screens.handover import HandoverScreen

if TYPE_CHECKING:
    from conciergedesk.ui.app import DeskApp
    from conciergedesk.ui.session import DeskSession

DESK_ACTS = (
    ("parcel", "p", N_("take in a parcel")),
    ("luggage", "b", N_("take in luggage")),
    ("found", "o", N_("take in a found object")),
    ("give_out", "r", N_("give something out")),
    ("cash_in", "e", N_("money came in")),
    ("cash_out", "s", N_("money went out")),
    ("cash_count", "c", N_("count the float")),
    ("vehicle", "v", N_("note a vehicle")),
)


class DeskThingHandlers:
    """Wires what lies at the desk to its verbs."""

    def __init__(self, app: DeskApp, session: DeskSession, room: HandoverRoom, forms: ParkedForms) -> None:
        self.app = app
        self.session = session
        self.room = room
        self.forms = forms
        app.on_act("handover.desk", self.at_the_desk)

    def at_the_desk(self, ask: Ask) -> None:
        """Parcels, the float, the vehicles: choose, then one short form."""
        options = [Option(key, _(label), letter=letter) for key, letter, label in DESK_ACTS]

        def chosen(answer: str | None) -> None:
            if answer == "give_out":
                self._give_out(ask.screen)
            elif answer is not None:
                self._desk_form(ask.screen, answer)

        self.app.push_screen(Choice(_("At the desk"), options), chosen)

    def _desk_form(self, screen: DeskScreen, kind: str) -> None:
        if kind == "vehicle":
            fields = [
                Field("name", _("Vehicle")),
                Field("charge", _("Charge"), "", "0 – 100 %"),
                Field("state", _("State"), word(VEHICLE_WORDS["ready"]), _vehicle_words()),
            ]
        elif kind.startswith("cash"):
            fields = [Field("amount", _("Amount"), "", "46,00"), Field("note", _("Note"))]
        else:
            fields = [Field("what", _("What")), Field("for_whom", _("For")), Field("place", _("Where"))]

        def save(values: Mapping[str, str]) -> int:
            from conciergedesk.core.money import read_money
            from conciergedesk.handover import service

            act = self.session.act
            if kind == "vehicle":
                charge = values["charge"].strip(" %")
                if charge and not (charge.isascii() and charge.isdigit()):
                    raise InvalidInput(N_("A charge lies between 0 and 100 %."), field="charge")
                return act(
                    service.note_vehicle,
                    values["name"],
                    charge=int(charge[:4]) if charge else None,
                    state=_vehicle_state(values["state"]),
                )
            if kind.startswith("cash"):
                cents = read_money(values["amount"]).cents
                return act(service.cash, kind.removeprefix("cash_"), cents, note=values["note"])
            return act(
                service.take_in,
                kind=kind,
                what=values["what"],
                for_whom=values["for_whom"],
                place=values["place"],
            )

        label = next(label for key, _letter, label in DESK_ACTS if key == kind)
        self.forms.open(
            screen, _(label), fields, save, lambda _made: self._desk_done(screen), kind=f"desk_{kind}"
        )

    def _give_out(self, screen: DeskScreen) -> None:
        from conciergedesk.handover import queries, service

        def show(cards: list[ItemCard]) -> None:
            if not cards:
                screen.refuse(_("Nothing lies at the desk."))
                return
            options = [
                Option(str(item.id), safe(f"{item.what} · {item.for_whom}", 50), safe(item.place, 20))
                for item in cards
            ]

            def chosen(answer: str | None) -> None:
                if answer is None:
                    return

                def save(values: Mapping[str, str]) -> bool:
                    self.session.act(service.give_out, int(answer), to=values["to"])
                    return True

                form = FormSheet(_("Give out"), [Field("to", _("To"))], save)
                self.app.push_screen(form, lambda done: self._desk_done(screen) if done else None)

            self.app.push_screen(Choice(_("Give out"), options), chosen)

        screen.run_service(lambda: self.session.ask(queries.items_here), show, group="items")

    def _desk_done(self, screen: DeskScreen) -> None:
        screen.say(_("Written down"), "desk.undo")
        if not isinstance(screen, HandoverScreen):
            return
        card, actor = screen.card, self.session.actor
        mine = card is not None and actor is not None and card.row.from_id == actor.id
        if mine and card is not None and card.row.state == State.DRAFT:
            screen.run_service(self.room.draft, screen.show, group="write")
        else:
            screen.reload()


def _vehicle_words() -> str:
    return " · ".join(word(one) for one in VEHICLE_WORDS.values())


def _vehicle_state(typed: str) -> str:
    """The state that a word, its beginning or its code means."""
    said = fold(typed)
    found = [
        code
        for code, label in VEHICLE_WORDS.items()
        if said and (code == said or fold(word(label)).startswith(said))
    ]
    if len(found) != 1:
        raise InvalidInput(N_("Choose one of: {allowed}."), field="state", allowed=_vehicle_words())
    return found[0]
