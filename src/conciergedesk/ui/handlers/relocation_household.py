"""Acts on whom a relocation file is about: opening it, its arrival, its household, its needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from conciergedesk.core.i18n import N_, _, active_language, plural, show_date
from conciergedesk.relocation.facts import FACT_KINDS, fact_word, fact_words
from conciergedesk.relocation.households import SPECIES, Role, read_household
from conciergedesk.relocation.reference_files import FieldKind, NeedsField
from conciergedesk.relocation.schedule import MovePreview
from conciergedesk.ui.desk_screen import Ask
from conciergedesk.ui.form_words import language_hint, language_word, read_language
from conciergedesk.ui.handlers.relocation_desk import FileDesk
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.modals.relocation_sheets import MoveSheet

if TYPE_CHECKING:
    pass


FACT_NAMES = {
    "nationality": N_("Group"),
    "comes_from": N_("Lived before"),
    "work_country": N_("Works in"),
    "car": N_("Car"),
    "licence": N_("Licence"),
    "housing": N_("Housing"),
    "lease": N_("Lease"),
    "visa": N_("Visa"),
}
EVENTS = {
    "entry": N_("event|Entry"),
    "purchase": N_("event|Car bought"),
    "contract_start": N_("event|Contract"),
    "key_day": N_("event|Key day"),
    "expiry": N_("event|Expiry"),
}
"""Events with a day of their own, by what stands before their line."""


FIRST_LANGUAGE = "fr"
"""The language of a household until another one is typed."""


class HouseholdHandlers:
    """Opens files, moves arrivals, and keeps what is known of a household."""

    def __init__(self, files: FileDesk) -> None:
        self.files = files
        for act, handler in (
            ("relocation.new", self.new),
            ("relocation.move", self.move),
            ("relocation.facts", self.facts),
            ("relocation.needs", self.needs),
        ):
            files.app.on_act(act, handler)

    def new(self, ask: Ask) -> None:
        actor = self.files.session.actor
        fields = [
            Field(
                "household", _("Household"), hint=_("Lieselotte Hartmann, Henk, Jonna 14, Tim 7, cat Pixel")
            ),
            Field("employer", _("Employer"), hint=_("name, or nothing")),
            Field("arrival", _("Arrival"), hint=_("12 apr · 12/04/2027 · +90d")),
            Field("package", _("Package"), "", hint=_("family")),
            Field("coach", _("Coach"), actor.name if actor is not None and actor.role == "coach" else ""),
            Field("language", _("Language"), language_word(FIRST_LANGUAGE), hint=language_hint()),
        ]
        screen = self.files.screen(ask)

        def save(values: Mapping[str, str]) -> int:
            if not values["household"].strip():
                read_household("")
            return self.files.room.new_file(
                household=values["household"],
                employer=values["employer"],
                arrival=values["arrival"],
                package=values["package"],
                coach=values["coach"],
                language=read_language(values["language"]),
            )

        def opened(made: int | None) -> None:
            if made is None:
                return
            ask.screen.say(_("File opened: {ref}", ref=f"I-{made:02}"), "desk.undo")
            if screen is not None:
                screen.show_file(made)

        self.files.app.push_screen(FormSheet(_("Open a file"), fields, save, context=_("six lines")), opened)

    def move(self, ask: Ask) -> None:
        card = self.files.card(ask)
        if card is None:
            return

        def moved(found: MovePreview | None) -> None:
            if found is not None:
                count = plural("{count} item moved", "{count} items moved", len(found.moves))
                said = _("Arrival {day}: {count}", day=show_date(found.new_d0), count=count)
                self.files.after(ask.screen, said)

        sheet = MoveSheet(
            card,
            lambda text: self.files.room.shifted(text, card.arrival, "arrival"),
            lambda day: self.files.room.preview(card, day),
            lambda day, cause: self.files.room.move(card, day, cause),
        )
        self.files.app.push_screen(sheet, moved)

    def facts(self, ask: Ask) -> None:
        card = self.files.card(ask)
        if card is None:
            return
        from conciergedesk.relocation import service as relocation
        from conciergedesk.relocation.dates import ANCHOR_LABELS, Anchor

        line = ", ".join(_typed(one.name, one.role, one.age, one.about) for one in card.members)
        fields = [Field("household", _("Household"), line)]
        fields += [
            Field(
                name,
                _(FACT_NAMES[name]),
                fact_word(name, card.facts.get(name)),
                hint=" · ".join(fact_words(name)),
            )
            for name in FACT_KINDS
        ]
        fields += [
            Field("from_place", _("file|From"), card.from_place),
            Field("work_place", _("Work place"), card.work_place),
        ]
        fields += [
            Field(
                f"event:{name}",
                _(EVENTS[name]),
                show_date(card.anchors[name], pattern="d MMM y") if name in card.anchors else "",
                hint=_("{event}: 12 apr, 12/04/2027", event=_(ANCHOR_LABELS[Anchor(name)])),
            )
            for name in EVENTS
        ]

        def save(values: Mapping[str, str]) -> object:
            days = {}
            for name in EVENTS:
                typed = values[f"event:{name}"].strip()
                days[name] = self.files.room.day(typed, f"event:{name}") if typed else None
            change = self.files.room.act(
                relocation.change_household,
                card.id,
                members=read_household(values["household"]),
                facts={name: values[name].strip() for name in FACT_KINDS},
                from_place=values["from_place"],
                work_place=values["work_place"],
                seen=card.version,
            )
            for name, day in days.items():
                if day != card.anchors.get(name):
                    self.files.room.act(relocation.learn_event, card.id, name, day)
            self.files.room.watch(card.id)
            return change

        self.files.form(
            ask.screen, _("Household and events"), fields, save,
            lambda change: _(
                "Plan: {added} added, {dropped} dropped", added=len(change.added), dropped=len(change.dropped)
            ),
            card.ref,
        )  # fmt: skip

    def needs(self, ask: Ask) -> None:
        card = self.files.card(ask)
        if card is None:
            return
        from conciergedesk.relocation import service as relocation

        form = self.files.room.house.needs
        if card.needs_at is None:
            ask.screen.refuse(_("The needs interview is complete."))
            return
        section = next(one for one in form.sections if any(field.id == card.needs_at for field in one.fields))
        language = active_language()
        fields = [
            Field(
                one.id,
                one.label.in_language(language),
                hint=" · ".join(option.label.in_language(language) for option in one.options)
                or needs_hint(one),
            )
            for one in section.fields
        ]

        def save(values: Mapping[str, str]) -> str:
            answers: dict[str, object] = dict(values)
            for one in section.fields:
                if one.kind is FieldKind.DATE and values[one.id].strip():
                    answers[one.id] = self.files.room.day(values[one.id], one.id)
            self.files.room.act(relocation.answer_needs, card.id, answers)
            after = self.files.room.file(card.id)
            if after.needs_answered and after.needs_at is None:
                return _("Needs: all asked")
            last = form.sections[-1].id == section.id
            if last and not form.missing({name for name, value in values.items() if value}):
                self.files.room.act(relocation.complete_needs, card.id)
            return _("Needs: {done} of {total}", done=after.needs_answered, total=after.needs_asked)

        self.files.form(
            ask.screen, section.label.in_language(language), fields, save, lambda said: str(said),
            _("needs {done} of {total}", done=card.needs_answered, total=card.needs_asked),
        )  # fmt: skip


def _typed(name: str, role: Role, age: int | None, about: str) -> str:
    """A member as it is typed."""
    if role is Role.CHILD:
        return f"{name} {age}".strip()
    if role is Role.PET:
        return f"{_(SPECIES[about]) if about in SPECIES else about} {name}".strip()
    return name


def needs_hint(field: NeedsField) -> str:
    """How a question of the interview is answered, or that it must be."""
    how = {
        FieldKind.DATE: _("12 apr · 12/04/2027"),
        FieldKind.SEVERAL: _("one, another"),
        FieldKind.YES_NO: _("yes · no"),
    }.get(field.kind, "")
    return " · ".join(part for part in (_("needed") if field.needed else "", how) if part)
