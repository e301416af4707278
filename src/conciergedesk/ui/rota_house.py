"""What the sheet of team and shifts reads and does; called in worker threads."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from conciergedesk.core import paths
from conciergedesk.core.errors import InvalidFile
from conciergedesk.rota.shift_files import Change, Entry, ShiftFiles
from conciergedesk.rota.team import HouseFolder, change_files, copy_for_sample, house_folder, shift_files
from conciergedesk.rota.values import Rota
from conciergedesk.ui.rota_fields import field_in_form, values_of
from conciergedesk.ui.rota_room import RotaRoom


@dataclass(frozen=True, slots=True)
class TeamReading:
    """The files as they stand, and where."""

    files: ShiftFiles
    rota: Rota
    folder: HouseFolder
    play: bool = False
    """This is the sample desk, which keeps a copy of its own."""


class RotaHouseRoom:
    """The house's rota files for one desk."""

    def __init__(self, room: RotaRoom) -> None:
        self.room = room

    def read(self) -> TeamReading:
        """The files now. Raises ``InvalidFile`` when an editor has left a mistake in them."""
        folder = house_folder()
        play = self._is_play()
        if play:
            folder = HouseFolder(folder.path)  # the first change makes a copy
        files = shift_files(folder.path)
        return TeamReading(files, files.house(paths.knowledge_base() / "rota").rota, folder, play)

    def _is_play(self) -> bool:
        agency = self.room.session.agency
        return agency is not None and agency.sample and not os.environ.get("CONCIERGEDESK_SHIFTS")

    def save(self, entry: Entry, typed: Mapping[str, str]) -> bool:
        """Write what was changed in a form; answers whether anything was.

        Raises:
            InvalidInput: a line cannot be read or is refused; names it.
        """
        values = values_of(entry, typed)
        if not values:
            return False
        try:
            self._change(Change(entry, values))
        except InvalidFile as error:
            line = field_in_form(error, entry)
            if not line:
                raise
            raise InvalidFile(error.sentence, **{**error.values, "field": line}) from error
        return True

    def remove(self, entry: Entry) -> None:
        """Take an entry out."""
        self._change(Change(entry, None))

    def _change(self, change: Change) -> None:
        if self._is_play():
            paths.use_shifts(copy_for_sample(paths.desk_home()))
        folder = house_folder()
        if folder.trouble is not None:
            raise folder.trouble
        self.room.session.act(change_files, folder.path, paths.knowledge_base() / "rota", change)
