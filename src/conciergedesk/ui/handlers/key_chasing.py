"""Where keys are: counting the cabinet, chasing who is late, the address behind a tag."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from conciergedesk.core.i18n import _, plural
from conciergedesk.keys.cards import CountCard, SetRow
from conciergedesk.ui.cells import safe
from conciergedesk.ui.desk_screen import Ask, DeskScreen
from conciergedesk.ui.handlers.key_desk import KeyDesk
from conciergedesk.ui.key_counting import CountState
from conciergedesk.ui.modals.choice import Choice, Option
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.modals.key_sheets import CountSheet, ShownSheet, count_words

if TYPE_CHECKING:
    pass


class KeyChasing:
    """Counts, chases and reads addresses."""

    def __init__(self, desk: KeyDesk) -> None:
        self.desk = desk
        for act, handler in (
            ("keys.count", self.count),
            ("keys.chase", self.chase),
            ("keys.address", self.address),
        ):
            desk.app.on_act(act, handler)

    def count(self, ask: Ask) -> None:
        def chosen(kind: str | None) -> None:
            if kind is not None:
                ask.screen.run_service(lambda: self.desk.room.counting.state(kind), opened, group="count")

        def opened(state: CountState) -> None:
            sheet = CountSheet(state, self.desk.room.counting.tick, self.desk.room.counting.finish)
            self.desk.app.push_screen(sheet, finished)

        def finished(result: CountCard | None) -> None:
            if result is None:
                ask.screen.say(_("The count is kept: i goes on with it."))
                return
            wrong = bool(result.differences)
            lines = [(line, "soon" if wrong else "done") for line in count_words(result).split("\n")]
            self.desk.app.push_screen(
                ShownSheet(_("Count of the cabinet"), lines, copied=count_words(result))
            )
            said = plural(
                "Counted, {count} difference", "Counted, {count} differences", len(result.differences)
            )
            self.desk.done(ask.screen, said if wrong else _("Counted: right"))

        options = [
            Option("shift", _("for the handover of the shift"), letter="i"),
            Option("weekly", _("full inventory of the week"), letter="s"),
        ]
        self.desk.app.push_screen(Choice(_("Count the cabinet"), options), chosen)

    def chase(self, ask: Ask) -> None:
        row = self.desk.row_of(ask)
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
            self.desk.app.push_screen(sheet, lambda _none: self._ask_answer(ask.screen, row))

        ask.screen.run_service(lambda: self.desk.room.chase(row.id), show, group="write")

    def _ask_answer(self, screen: DeskScreen, row: SetRow) -> None:
        def save(values: Mapping[str, str]) -> bool:
            has_it = values["has_it"].strip().lower()[:1] in {"o", "y", "j"}
            return self.desk.room.answered(row.id, values["answer"], has_it=has_it)

        fields = [
            Field("answer", _("Answer"), hint=_("what the holder said; Escape when there is none yet")),
            Field("has_it", _("Has the key"), hint=_("o yes · n no")),
        ]
        form: FormSheet[bool] = FormSheet(_("Answer"), fields, save, context=_("key {tag}", tag=row.tag))
        said = _("Key {tag}: chased", tag=row.tag)
        self.desk.app.push_screen(form, lambda _answer: self.desk.done(screen, said, row.id))

    def address(self, ask: Ask) -> None:
        row = self.desk.row_of(ask)
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
            self.desk.app.push_screen(ShownSheet(_("Address"), lines, context=_("key {tag}", tag=row.tag)))

        ask.screen.run_service(lambda: self.desk.room.address(row.id), show, group="write")
