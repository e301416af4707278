"""Acts on the items of a relocation file: done, another day, their state, one of our own, to the desk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_, _, show_date
from conciergedesk.relocation.cards import FileCard, ItemLine
from conciergedesk.ui.cells import safe
from conciergedesk.ui.desk_screen import Ask, DeskScreen
from conciergedesk.ui.handlers.relocation_desk import FileDesk
from conciergedesk.ui.modals.choice import Choice, Option
from conciergedesk.ui.modals.form import Field
from conciergedesk.ui.modals.relocation_sheets import STATES

if TYPE_CHECKING:
    pass


class ItemHandlers:
    """What the screen of relocations does with the item under its cursor."""

    def __init__(self, files: FileDesk) -> None:
        self.files = files
        for act, handler in (
            ("relocation.done", self.done),
            ("relocation.later", self.later),
            ("relocation.state", self.state),
            ("relocation.send", self.send),
        ):
            files.app.on_act(act, handler)

    def done(self, ask: Ask) -> None:
        found = self.files.item(ask)
        if found is not None:
            self.done_it(ask.screen, *found)

    def done_it(self, screen: DeskScreen, card: FileCard, item: ItemLine) -> None:
        said = _("{item}: done", item=safe(item.label, 40))
        if not item.legal:
            self.files.write(screen, lambda: self.files.room.set_state(card, item, "done"), said)
            return
        fields = [Field("evidence", _("Seen"), hint=_("what was seen, and when; nothing is copied"))]
        self.files.form(
            screen,
            _("Legal item: the evidence"),
            fields,
            lambda values: self.files.room.set_state(card, item, "done", evidence=values["evidence"]),
            lambda _none: said,
            safe(item.label, 40),
        )

    def later(self, ask: Ask) -> None:
        found = self.files.item(ask)
        if found is not None:
            self.later_it(ask.screen, *found)

    def later_it(self, screen: DeskScreen, card: FileCard, item: ItemLine) -> None:
        from conciergedesk.relocation import service as relocation

        start = item.due or self.files.room.today()

        def save(values: Mapping[str, str]) -> date:
            until = self.files.room.shifted(values["until"], max(start, self.files.room.today()), "until")
            self.files.room.act(
                relocation.put_off, item.id, until, reason=values["reason"], seen=item.version
            )
            return until

        hint = _("+3 · fri · 12 apr; before the deadline") if item.legal else _("+3 · fri · 12 apr")
        self.files.form(
            screen,
            _("Put off until"),
            [Field("until", _("Until"), hint=hint), Field("reason", _("Reason"))],
            save,
            lambda until: _("{item}: {day}", item=safe(item.label, 40), day=show_date(until)),
            safe(item.label, 40),
        )

    def state(self, ask: Ask) -> None:
        found = self.files.item(ask)
        if found is None:
            return
        card, item = found
        options = [
            Option(state, _(label), letter=letter) for state, letter, label in STATES if state != item.state
        ]
        self.files.app.push_screen(
            Choice(_("State"), options, safe(item.label, 40)),
            lambda answer: self._state_chosen(ask.screen, card, item, answer) if answer else None,
        )

    def _state_chosen(self, screen: DeskScreen, card: FileCard, item: ItemLine, answer: str) -> None:
        from conciergedesk.relocation import service as relocation

        name = safe(item.label, 40)

        def said(_result: object) -> str:
            return _("{item}: noted", item=name)

        if answer == "waiting":
            fields = [Field("waiting_for", _("For whom"), item.waiting_for)]
            self.files.form(
                screen, _("Waits for"), fields,
                lambda values: self.files.room.set_state(card, item, "waiting", waiting_for=values["waiting_for"]),
                said, name,
            )  # fmt: skip
        elif answer == "not_applicable":
            self.files.form(
                screen, _("Does not apply"), [Field("reason", _("Reason"))],
                lambda values: self.files.room.set_state(card, item, "not_applicable", reason=values["reason"]),
                said, name,
            )  # fmt: skip
        elif answer == "owner":
            fields = [
                Field("owner", _("Done by"), item.owner, hint="CO · FA · EM · PR"),
                Field("who", _("Name"), item.who),
            ]
            self.files.form(
                screen, _("Done by"), fields,
                lambda values: self.files.room.act(
                    relocation.give_item, item.id, values["owner"].strip().upper(), who=values["who"], seen=item.version
                ),
                said, name,
            )  # fmt: skip
        elif answer == "after":
            fields = [Field("blocked_by", _("After"), hint="A06 A10")]
            self.files.form(
                screen, _("After other items"), fields,
                lambda values: self.files.room.act(
                    relocation.block_item, item.id, values["blocked_by"].upper().replace(",", " ").split(),
                    seen=item.version,
                ),
                said, name,
            )  # fmt: skip
        elif answer == "add":
            self._add_item(screen, card)
        else:
            self.files.write(screen, lambda: self.files.room.set_state(card, item, answer), said(None))

    def _add_item(self, screen: DeskScreen, card: FileCard) -> None:
        from conciergedesk.relocation import service as relocation

        fields = [
            Field("label", _("What")),
            Field("due", _("Due"), hint=_("+3 · fri · 12 apr, or nothing")),
            Field("owner", _("Done by"), "CO", hint="CO · FA · EM · PR"),
        ]

        def save(values: Mapping[str, str]) -> object:
            due = (
                self.files.room.shifted(values["due"], self.files.room.today(), "due")
                if values["due"].strip()
                else None
            )
            return self.files.room.act(
                relocation.add_item,
                card.id,
                label=values["label"],
                owner=values["owner"].strip().upper(),
                due=due,
            )

        self.files.form(
            screen, _("An item of our own"), fields, save, lambda _made: _("Item added"), card.ref
        )

    def send(self, ask: Ask) -> None:
        found = self.files.item(ask)
        if found is None:
            return
        from conciergedesk.relocation import service as relocation
        from conciergedesk.requests.queries import ref

        _card, item = found

        def save(values: Mapping[str, str]) -> int:
            kind = ""
            if values["type"].strip():
                matches = self.files.session.book().catalogue.match(values["type"])
                if not matches:
                    raise InvalidInput(N_("Say what it is about: keys, taxi, basket, dentist…"), field="type")
                kind = matches[0].type.code
            wanted = None
            if values["wanted"].strip():
                from conciergedesk.core.i18n import active_zone
                from conciergedesk.core.moments import parse_moment

                moment = parse_moment(values["wanted"], self.files.session.now(), active_zone())
                if moment is None:
                    raise InvalidInput(
                        N_("Write a moment such as 20h, tomorrow 9h or mon 14h."), field="wanted"
                    )
                wanted = moment.start
            made: int = self.files.room.act(
                relocation.send_to_desk,
                item.id,
                type_code=kind,
                title=values["title"],
                wanted_from=wanted,
                overrun_reason=values["overrun_reason"],
                seen=item.version,
            )
            return made

        fields = [
            Field("title", _("Title"), item.label),
            Field("wanted", _("When"), hint=_("mon 14h, or nothing")),
            Field("type", _("Type"), hint=_("visit, mover, taxi…; nothing takes the plan's")),
            Field("overrun_reason", _("Agreed by"), hint=_("only beyond the package")),
        ]
        self.files.form(
            ask.screen, _("To the desk"), fields, save, lambda made: _("{ref} is with the desk", ref=ref(made)),
            safe(item.label, 40),
        )  # fmt: skip
