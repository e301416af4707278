"""People, shifts, what is needed, rotations and the place: one kind at a time, each entry opens in a form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import ClassVar

from textual import events
from textual.containers import VerticalScroll
from textual.widget import Widget

from conciergedesk.core.errors import DeskError
from conciergedesk.core.i18n import N_, _, plural, show_date
from conciergedesk.rota.dump import clock_text
from conciergedesk.rota.law.wording import hours
from conciergedesk.rota.shift_files import Entry, Kind
from conciergedesk.rota.values import Agent, Demand, Rotation, ShiftType, Site
from conciergedesk.ui.acts import Scope
from conciergedesk.ui.cells import Row, safe, word
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.modals.rota_list import STYLES, Block, CursorRows, RotaSheet, paragraph, text_block
from conciergedesk.ui.rota_fields import KIND_WORDS, REGION_WORDS, say_classes
from conciergedesk.ui.rota_house import TeamReading

KINDS = (
    (Kind.AGENT, N_("kind|people")),
    (Kind.SHIFT, N_("kind|shifts")),
    (Kind.DEMAND, N_("kind|what is needed")),
    (Kind.ROTATION, N_("kind|rotations")),
    (Kind.SITE, N_("kind|the place")),
)
NEW_TITLES = {
    Kind.AGENT: N_("Somebody new in the team"), Kind.SHIFT: N_("A new shift"),
    Kind.DEMAND: N_("Something new that is needed"), Kind.ROTATION: N_("A new rotation"),
    Kind.SITE: N_("The place"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TeamAct:
    """What was chosen: an entry to change (a new one has number 0), or to take out."""

    entry: Entry
    remove: bool = False


class TeamRows(CursorRows):
    """The entries of one kind."""

    def __init__(self, reading: TeamReading, kind: Kind, cursor: int = 0) -> None:
        super().__init__()
        self.reading = reading
        self.kind = kind
        self.cursor = cursor

    def show(self, kind: Kind) -> None:
        """Another kind, from its first entry."""
        self.kind, self.cursor = kind, 0
        self.repaint()
        self.scroll_to(y=0, animate=False)

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self.reading.files.of_kind(self.kind)

    def blocks(self, width: int) -> list[Block]:
        tabs = Row().gap(1)
        for kind, said in KINDS:
            here = kind is self.kind
            tabs.say(word(said), "accent bold underline" if here else "muted").gap(2 if width < 90 else 3)
        blocks = [text_block([tabs, Row()])]
        entries = self.entries
        if not entries:
            blocks.append(text_block([Row().gap(1).say(_("None yet. n adds one."), "muted")]))
        blocks += [
            Block(self._maker(entry, thing, width), entry)
            for entry, thing in zip(entries, self._things(), strict=False)
        ]
        trouble = self.reading.folder.trouble
        if trouble is not None:
            blocks.append(text_block([Row(), *paragraph(str(trouble), width, "soon")]))
        else:
            where = _("Written to {folder}", folder=safe(str(self.reading.files.folder), 200))
            if self.reading.play:
                where = _("The sample desk writes to a copy of its own: nobody's files change.")
            blocks.append(text_block([Row(), *paragraph(where, width, "muted")]))
        return blocks

    def _things(self) -> Sequence[object]:
        rota = self.reading.rota
        return {
            Kind.AGENT: rota.agents, Kind.SHIFT: rota.shifts, Kind.DEMAND: rota.demands,
            Kind.ROTATION: rota.rotations, Kind.SITE: (rota.site,),
        }[self.kind]  # fmt: skip

    def _maker(self, entry: Entry, thing: object, width: int) -> Callable[[bool], list[Row]]:
        def make(here: bool) -> list[Row]:
            row = Row(ground="select" if here else "").say(glyphs().cursor if here else " ", "accent").gap(1)
            columns = self._columns(entry, thing, width)
            start = 2
            for place, (said, cells) in enumerate(columns):
                ink = "text" if place else "bright bold" if here else "bright"
                room = width - start if place == len(columns) - 1 else cells
                row.to(start).data(said, ink, max(room - 1, 4))
                start += cells
            return [row.to(width)]

        return make

    def _columns(self, entry: Entry, thing: object, width: int) -> list[tuple[str, int]]:
        """(text, cells) from left to right; the last one takes the rest."""
        wide = width > 90
        match thing:
            case Agent():
                skills = ", ".join(f"{one.id}{':backup' if one.backup else ''}" for one in thing.skills)
                left = show_date(thing.until, pattern="d MMM yyyy") if thing.until else ""
                return [
                    (thing.id, 7), (thing.name, 16), (hours(thing.contract_minutes), 8),
                    (skills, 40 if wide else 30), (left or " ".join(thing.languages), 14),
                ]  # fmt: skip
            case ShiftType():
                kinds = ", ".join(word(KIND_WORDS[one]) for one in thing.kinds)
                times = f"{clock_text(thing.start)}{glyphs().dash}{clock_text(thing.end)}"
                return [
                    (thing.id, 5), (thing.label, 26), (times, 16), (kinds, 14), (", ".join(thing.needs), 20)
                ]  # fmt: skip
            case Demand():
                what = ", ".join(self._label(one) for one in thing.shifts)
                if thing.between is not None:
                    what = f"{clock_text(thing.between[0])}{glyphs().dash}{clock_text(thing.between[1])} {thing.needs}"
                when = say_classes(entry.values.get("days")) or ", ".join(
                    show_date(one) for one in thing.dates
                )
                return [
                    (what, 30),
                    (f"{when} {thing.language}".strip(), 30 if wide else 24),
                    (_counts(thing), 20),
                ]
            case Rotation():
                weeks = plural("{count} week", "{count} weeks", len(thing.weeks))
                return [
                    (thing.id, 14), (" ".join(thing.members), 26), (weeks, 12),
                    (_("from {day}", day=show_date(thing.start, pattern="d MMM yyyy")), 22),
                ]  # fmt: skip
            case Site():
                return [
                    (thing.name, 28), (word(REGION_WORDS.get(thing.region, thing.region)), 16),
                    (", ".join(thing.packs), 40),
                ]  # fmt: skip
        return []

    def _label(self, shift: str) -> str:
        known = self.reading.rota.shift_by_id.get(shift)
        return f"{shift} {known.label}" if known is not None and known.label else shift


def _counts(demand: Demand) -> str:
    said = _("{least} to {most}", least=demand.min, most=_("many") if demand.max is None else demand.max)
    if demand.target > demand.min:
        said = _("{counts}, {wished} wished", counts=said, wished=demand.target)
    return said


class TeamSheet(RotaSheet[TeamAct]):
    """Answers which entry is to be changed, added or taken out."""

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.TEAM,)
    rows: TeamRows

    def __init__(self, reading: TeamReading, kind: Kind = Kind.AGENT, cursor: int = 0) -> None:
        super().__init__(_("Team and shifts"), "", TeamRows(reading, kind, cursor))

    def action_side(self, by: int) -> None:
        kinds = [kind for kind, _said in KINDS]
        self.rows.show(kinds[(kinds.index(self.rows.kind) + by) % len(kinds)])
        self._give_room(self.app.size.height)

    def _give_room(self, height: int) -> None:
        # The sheet comes back after each change: what was written is said under it.
        self.rows.styles.max_height = max(height - 10, 4)

    def _chosen(self) -> Entry | None:
        chosen = self.rows.chosen
        return chosen if isinstance(chosen, Entry) else None

    def action_open(self) -> None:
        chosen = self._chosen()
        if chosen is not None:
            self.dismiss(TeamAct(chosen))
        else:
            self.action_new()

    def action_new(self) -> None:
        if self.rows.kind is Kind.SITE and self.rows.entries:
            self.error_line.show(_("There is one place. Enter changes it."))
        else:
            self.dismiss(TeamAct(self.rows.reading.files.new(self.rows.kind)))

    def action_remove(self) -> None:
        chosen = self._chosen()
        if chosen is None:
            return
        if chosen.kind is Kind.SITE:
            self.error_line.show(_("There is one place. Enter changes it."))
        else:
            self.dismiss(TeamAct(chosen, remove=True))


class EntryForm(FormSheet[bool]):
    """The lines of one entry; more than a small terminal holds scroll with the cursor."""

    CSS_PATH: ClassVar[list[str | PurePath] | None] = [STYLES]

    def __init__(
        self, title: str, fields: Sequence[Field], save: Callable[[Mapping[str, str]], bool],
        left: Callable[[Mapping[str, str]], None], context: str, note: str = "",
    ) -> None:  # fmt: skip
        super().__init__(title, fields, save, left=left, context=context)
        self._note = note

        self._scroll = VerticalScroll(classes="entry-lines", can_focus=False)

    def compose_sheet(self) -> Iterable[Widget]:
        with self._scroll:
            yield from super().compose_sheet()

    def on_mount(self) -> None:
        super().on_mount()
        self.error_line.show(self._note)
        self._give_room(self.app.size.height)

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self._give_room(event.size.height)

    def show_error(self, error: DeskError) -> None:
        super().show_error(error)
        self._give_room(self.app.size.height)

    def action_save(self) -> None:
        super().action_save()
        self._give_room(self.app.size.height)

    def _give_room(self, height: int) -> None:
        said = 5 if self.error_line.display else 0
        self._scroll.styles.max_height = max(height - 8 - said, 3)
