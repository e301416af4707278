"""Acts of the reports: by what, about whom, saved reports and the digest that is written by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import LANGUAGES, N_, _, active_language
from conciergedesk.reports.service import FORMATS, PERIOD_WORDS, minute_of
from conciergedesk.reports.words import dimension_name
from conciergedesk.ui.cells import safe
from conciergedesk.ui.desk_screen import Ask
from conciergedesk.ui.drafts import Drafts
from conciergedesk.ui.handlers.parking import ParkedForms
from conciergedesk.ui.handlers.register import RegisterHandlers
from conciergedesk.ui.modals.choice import Choice, Option
from conciergedesk.ui.modals.form import Field
from conciergedesk.ui.register_room import RegisterRoom
from conciergedesk.ui.report_room import ReportRoom
from conciergedesk.ui.screens.reports import ReportsScreen

if TYPE_CHECKING:
    from conciergedesk.reports.service import SavedCard
    from conciergedesk.ui.app import DeskApp
    from conciergedesk.ui.session import DeskSession

ALL, NEW = "*", "+"
SAVED_DRAFT = "saved_report"


class ReportHandlers:
    """Wires the acts of the reports to their verbs."""

    def __init__(self, app: DeskApp, session: DeskSession, drafts: Drafts | None = None) -> None:
        self.app = app
        self.session = session
        self.room = ReportRoom(session)
        self.forms = ParkedForms(app, drafts or Drafts(session))
        app.on_act("reports.filter", self.filter)
        app.on_act("reports.by", self.by)
        app.on_act("reports.saved", self.saved)
        self.register = RegisterHandlers(app, RegisterRoom(self.room), self.forms)

    @staticmethod
    def _screen(ask: Ask) -> ReportsScreen | None:
        return ask.screen if isinstance(ask.screen, ReportsScreen) else None

    # --- by what, about whom ---

    def by(self, ask: Ask) -> None:
        """Break the commitments down by another dimension."""
        from conciergedesk.reports.reporting import DIMENSIONS

        screen = self._screen(ask)
        if screen is None:
            return
        options = [Option(name, dimension_name(name)) for name in DIMENSIONS]

        def chosen(name: str | None) -> None:
            if name is not None:
                screen.show_by(name)

        self.app.push_screen(Choice(_("Commitments kept by"), options), chosen)

    def filter(self, ask: Ask) -> None:
        """Choose what the report is about: a team, a person, a type, a company …"""
        screen = self._screen(ask)
        if screen is None:
            return
        period = screen.period_shown()
        options = [Option(name, dimension_name(name)) for name in self.room.FILTERED]
        if screen.filters.used:
            options.insert(0, Option(ALL, _("everything"), "", "x"))

        def values(name: str) -> None:
            def show(found: list[tuple[str, str, int]]) -> None:
                if not found:
                    screen.refuse(_("Nothing to choose from in this period."))
                    return
                choices = [Option(value, said, str(count)) for value, said, count in found]
                self.app.push_screen(
                    Choice(dimension_name(name), choices),
                    lambda value: screen.filter_by(name, value) if value is not None else None,
                )

            screen.run_service(lambda: self.room.values(period, name), show, group="values")

        def chosen(name: str | None) -> None:
            if name == ALL:
                screen.filter_by("", "")
            elif name is not None:
                values(name)

        self.app.push_screen(Choice(_("Only"), options), chosen)

    # --- saved reports ---

    def saved(self, ask: Ask) -> None:
        """Open a saved report, or keep the one on show."""
        screen = self._screen(ask)
        if screen is None:
            return

        def show(cards: list[SavedCard]) -> None:
            options = [Option(str(one.id), safe(one.name, 40), safe(_plan_text(one), 44)) for one in cards]
            options.append(Option(NEW, _("keep this report…"), "", "g"))

            def chosen(answer: str | None) -> None:
                if answer == NEW:
                    self._form(screen, None)
                elif answer is not None:
                    self._one(screen, next(one for one in cards if str(one.id) == answer))

            self.app.push_screen(Choice(_("Saved reports"), options), chosen)

        screen.run_service(self.room.saved, show, group="saved")

    def _one(self, screen: ReportsScreen, card: SavedCard) -> None:
        options = [
            Option("open", _("open"), letter="o"),
            Option("write", _("write it now"), letter="i"),
            Option("change", _("change, give it an hour…"), letter="c"),
            Option("drop", _("forget it"), letter="x"),
        ]

        def chosen(answer: str | None) -> None:
            if answer == "open":
                screen.show_saved(card)
            elif answer == "write":
                screen.say(_("Writing the report…"))
                screen.run_service(lambda: self.room.write_saved(card), screen.written, group="print")
            elif answer == "change":
                self._form(screen, card)
            elif answer == "drop":
                screen.run_service(
                    lambda: self.room.drop_saved(card.id),
                    lambda _none: screen.say(_("Forgotten"), "desk.undo"),
                    group="write",
                )

        title = " · ".join(part for part in (card.name, card.last_problem) if part)
        self.app.push_screen(Choice(_("Saved report"), options, safe(title, 60)), chosen)

    def _form(self, screen: ReportsScreen, card: SavedCard | None) -> None:
        kinds = {kind: _(PERIOD_WORDS[kind]) for kind in ("shift", "day", "week", "month")}
        period = card.period if card is not None else screen.kind_shown()
        at = (
            ""
            if card is None or card.at_minute is None
            else f"{card.at_minute // 60}:{card.at_minute % 60:02}"
        )
        fields = [
            Field("name", _("Name"), card.name if card is not None else ""),
            Field("period", _("Period"), kinds[period], " · ".join(kinds.values())),
            Field("at", _("Every day at"), at, _("06:30; empty: only when asked for")),
            Field(
                "formats", _("Formats"), " ".join(card.formats) if card is not None else "pdf txt", " · ".join(FORMATS)
            ),
            Field("mail_to", _("Mail to"), card.mail_to if card is not None else "", _("addresses, or empty")),
            Field("folder", _("Folder"), card.folder if card is not None else "", _("empty: the desk's own")),
            Field(
                "language", _("Language"), card.language if card is not None else active_language(),
                " · ".join(LANGUAGES),
            ),
        ]  # fmt: skip
        filters = card.filters if card is not None else screen.filters

        def save(values: Mapping[str, str]) -> int:
            return self.room.save(
                name=values["name"], period=_period(values["period"], kinds), at_minute=minute_of(values["at"]),
                formats=tuple(values["formats"].replace(",", " ").split()), mail_to=values["mail_to"],
                folder=values["folder"], language=values["language"].strip(), filters=filters,
                report_id=card.id if card is not None else None, seen=card.version if card is not None else None,
                figures=card.figures if card is not None else (),
            )  # fmt: skip

        self.forms.open(
            screen, _("Saved report"), fields, save, lambda _made: screen.say(_("Report kept: v opens it")),
            kind=SAVED_DRAFT, subject_id=card.id if card is not None else None,
        )  # fmt: skip


def _plan_text(card: SavedCard) -> str:
    """When it is written and where it goes; what went wrong comes first."""
    if card.last_problem:
        return card.last_problem
    if card.at_minute is None:
        return _(PERIOD_WORDS[card.period])
    at = f"{card.at_minute // 60}:{card.at_minute % 60:02}"
    return _("{period}, every day at {at}", period=_(PERIOD_WORDS[card.period]), at=at)


def _period(typed: str, kinds: Mapping[str, str]) -> str:
    from conciergedesk.core.text import fold

    said = fold(typed)
    found = [kind for kind, label in kinds.items() if said and (kind == said or fold(label).startswith(said))]
    if len(found) != 1:
        raise InvalidInput(
            N_("Choose one of: {allowed}."), field="period", allowed=" · ".join(kinds.values())
        )
    return found[0]
