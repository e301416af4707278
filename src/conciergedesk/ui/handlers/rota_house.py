"""Acts on the house's own rota files: people, shifts, what is needed, rotations, the place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from conciergedesk.core.i18n import _
from conciergedesk.rota.shift_files import Entry, Kind
from conciergedesk.ui.cells import safe, word
from conciergedesk.ui.desk_screen import Ask
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.handlers.rota_desk import RotaDesk
from conciergedesk.ui.modals.confirm import Confirm
from conciergedesk.ui.modals.rota_team import KINDS, NEW_TITLES, EntryForm, TeamAct, TeamSheet
from conciergedesk.ui.rota_fields import fields_of
from conciergedesk.ui.rota_house import RotaHouseRoom
from conciergedesk.ui.screens.rota import RotaScreen

if TYPE_CHECKING:
    from conciergedesk.ui.rota_house import TeamReading


class RotaTeamFiles:
    """Opens the sheet of team and shifts, its forms, and the sheet again where it was left."""

    def __init__(self, desk: RotaDesk) -> None:
        self.desk = desk
        self.files = RotaHouseRoom(desk.room)
        self._left: dict[tuple[Kind, str, str], Mapping[str, str]] = {}
        """What was typed in a form and not saved, while the desk is open."""
        desk.app.on_act("rota.team", self.team)

    def team(self, ask: Ask) -> None:
        screen = self.desk.screen(ask)
        if screen is not None:
            self._open(screen, Kind.AGENT, 0)

    def _open(self, screen: RotaScreen, kind: Kind, cursor: int) -> None:
        def show(reading: TeamReading) -> None:
            self.desk.app.push_screen(
                TeamSheet(reading, kind, cursor), lambda chosen: self._chosen(screen, reading, chosen)
            )

        screen.run_service(self.files.read, show, group="rota-open")

    def _chosen(self, screen: RotaScreen, reading: TeamReading, chosen: TeamAct | None) -> None:
        if chosen is None:
            return
        entry = chosen.entry
        entries = reading.files.of_kind(entry.kind)
        cursor = entries.index(entry) if entry in entries else len(entries)
        if chosen.remove:
            self._remove(screen, entry, cursor)
        else:
            self._form(screen, entry, cursor)

    def _form(self, screen: RotaScreen, entry: Entry, cursor: int) -> None:
        kept = self._left.get(_key(entry), {})
        now = fields_of(entry)
        fields = [replace(field, value=kept.get(field.name, field.value)) for field in now]
        apart = [one for one in now if kept.get(one.name, one.value) != one.value]
        note = ""
        if apart:
            said = ", ".join(f"{one.label} {safe(one.value, 40) or glyphs().dash}" for one in apart)
            note = _("What you typed before stands here. The file says: {what}", what=said)

        def left(typed: Mapping[str, str]) -> None:
            self._left[_key(entry)] = {
                one.name: typed[one.name] for one in now if typed[one.name] != one.value
            }

        named: list[str] = []

        def save(typed: Mapping[str, str]) -> bool:
            named[:] = [typed[one] for one in ("id", "name", "label") if typed.get(one)]
            return self.files.save(entry, typed)

        form = EntryForm(
            _title(entry), fields, save, left,
            entry.file if entry.number else "", note,
        )  # fmt: skip

        def then(saved: bool | None) -> None:
            if saved is not None:
                self._left.pop(_key(entry), None)
            if saved:
                what = _title(entry) if entry.number or not named else " · ".join(named)
                screen.say(_("Written to {file}: {what}", file=safe(entry.file, 60), what=safe(what, 60)))
                screen.reload()
            self._open(screen, entry.kind, cursor)

        self.desk.app.push_screen(form, then)

    def _remove(self, screen: RotaScreen, entry: Entry, cursor: int) -> None:
        def then(yes: bool | None) -> None:
            if not yes:
                self._open(screen, entry.kind, cursor)
                return

            def done(_none: None) -> None:
                screen.say(_("Taken out: {what}", what=safe(_title(entry), 60)))
                screen.reload()
                self._open(screen, entry.kind, max(cursor - 1, 0))

            screen.run_service(lambda: self.files.remove(entry), done, group="write")

        said = _(
            "It is taken out of {file}; what was worked and published stays as it is.",
            file=safe(entry.file, 60),
        )
        title = _("Take out {what}?", what=safe(_title(entry), 60))
        self.desk.app.push_screen(Confirm(title, said, "X", _("take out")), then)


def _key(entry: Entry) -> tuple[Kind, str, str]:
    return entry.kind, entry.file, entry.id or str(entry.number)


def _title(entry: Entry) -> str:
    if not entry.number:
        return _(NEW_TITLES[entry.kind])
    values = entry.values
    if entry.kind is Kind.DEMAND:
        found = values.get("shift") or " ".join(values.get("shifts") or ()) or f"{values.get('from')}"
        return f"{word(dict(KINDS)[Kind.DEMAND])} · {found}"
    name = values.get("name") or values.get("label") or ""
    return " · ".join(str(part) for part in (values.get("id", ""), name) if part)
