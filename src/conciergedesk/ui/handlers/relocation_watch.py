"""Acts on what a coach watches in a relocation file: risks and documents that run out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from conciergedesk.core.i18n import _, active_language, show_date
from conciergedesk.core.text import fold
from conciergedesk.relocation.cards import DocumentLine, FileCard, RiskLine
from conciergedesk.ui.cells import safe
from conciergedesk.ui.desk_screen import Ask, DeskScreen
from conciergedesk.ui.handlers.relocation_desk import FileDesk
from conciergedesk.ui.modals.choice import Choice, Option
from conciergedesk.ui.modals.form import Field

if TYPE_CHECKING:
    pass


class WatchHandlers:
    """Flags, reviews and ends risks; notes documents that were seen and expiries that were told."""

    def __init__(self, files: FileDesk) -> None:
        self.files = files
        for act, handler in (
            ("relocation.risk", self.risk),
            ("relocation.document", self.document),
        ):
            files.app.on_act(act, handler)

    def risk(self, ask: Ask) -> None:
        card = self.files.card(ask)
        if card is None:
            return
        screen = ask.screen
        language = active_language()
        live = [one for one in card.risks if one.cleared_on is None]

        def show(options: list[Option]) -> None:
            self.files.app.push_screen(Choice(_("Risk"), options, card.ref), chosen)

        def read() -> list[Option]:
            flagged = {one.code for one in live}
            options = [Option(f"live:{one.id}", one.label, show_date(one.review_on)) for one in live]
            options += [
                Option(f"new:{code}", risk.label.in_language(language), _("flag"))
                for code, risk in self.files.room.plan(card).risks.items()
                if not risk.computed and code not in flagged
            ]
            return [*options, Option("own", _("another risk, in our words"), _("flag"))]

        def chosen(answer: str | None) -> None:
            if answer is None:
                return
            kind, _sep, value = answer.partition(":")
            if kind == "live":
                self.review_it(screen, next(one for one in live if one.id == int(value)))
            else:
                self._flag(screen, card, value)

        screen.run_service(read, show, group="risk")

    def _flag(self, screen: DeskScreen, card: FileCard, code: str) -> None:
        from conciergedesk.relocation import service as relocation

        fields = [] if code else [Field("label", _("Risk"))]
        fields += [
            Field("action", _("Action"), hint=_("who does what; nothing takes the plan's")),
            Field("review_on", _("Review"), hint=_("+3 · fri · 12 apr, or nothing")),
        ]

        def save(values: Mapping[str, str]) -> object:
            typed = values["review_on"].strip()
            return self.files.room.act(
                relocation.flag_risk,
                card.id,
                code,
                label=values.get("label", ""),
                action=values["action"],
                review_on=self.files.room.shifted(typed, self.files.room.today(), "review_on")
                if typed
                else None,
            )

        self.files.form(screen, _("Flag a risk"), fields, save, lambda _made: _("Risk flagged"), card.ref)

    def review_it(self, screen: DeskScreen, risk: RiskLine) -> None:
        from conciergedesk.relocation import service as relocation

        fields = [
            Field("action", _("Action"), risk.action),
            Field("review_on", _("Review"), hint=_("+3 · fri · 12 apr; or “over”")),
        ]

        def save(values: Mapping[str, str]) -> str:
            typed = values["review_on"].strip()
            if fold(typed) in ("over", "leve", "fini", "vorbei"):
                self.files.room.act(relocation.clear_risk, risk.id, outcome=values["action"])
                return _("Risk over")
            day = self.files.room.shifted(typed or "+3", self.files.room.today(), "review_on")
            self.files.room.act(relocation.review_risk, risk.id, review_on=day, action=values["action"])
            return _("Review on {day}", day=show_date(day))

        self.files.form(
            screen, _("Review a risk"), fields, save, lambda said: str(said), safe(risk.label, 40)
        )

    def document(self, ask: Ask) -> None:
        card = self.files.card(ask)
        if card is None:
            return
        screen = ask.screen
        due = [
            one
            for one in card.documents
            if one.alert_on is not None and one.alert_on <= self.files.room.today()
        ]
        if not due:
            self._see(screen, card)
            return
        options = [
            Option(str(one.id), _("{document}: the holder was told", document=_paper(one))) for one in due
        ]
        options.append(Option("new", _("note a document that was seen")))

        def chosen(answer: str | None) -> None:
            if answer == "new":
                self._see(screen, card)
            elif answer:
                self.told(screen, int(answer))

        self.files.app.push_screen(Choice(_("Documents"), options, card.ref), chosen)

    def told(self, screen: DeskScreen, document_id: int) -> None:
        from conciergedesk.relocation import service as relocation

        self.files.write(
            screen,
            lambda: self.files.room.act(relocation.handle_expiry, document_id),
            _("Told; it comes up again"),
        )

    def _see(self, screen: DeskScreen, card: FileCard) -> None:
        from conciergedesk.relocation import service as relocation

        fields = [
            Field("kind", _("Document"), hint=_("passport, licence, lease… never its number")),
            Field("holder", _("Whose"), hint=_("first name")),
            Field("expires_on", _("Valid until"), hint=_("18/06/2029, or nothing")),
            Field("kept_by", _("Kept by"), hint=_("the family")),
        ]

        def save(values: Mapping[str, str]) -> object:
            typed = values["expires_on"].strip()
            return self.files.room.act(
                relocation.see_document,
                card.id,
                values["kind"],
                holder=values["holder"],
                kept_by=values["kept_by"],
                expires_on=self.files.room.day(typed, "expires_on") if typed else None,
            )

        self.files.form(
            screen, _("Document seen today"), fields, save, lambda _made: _("Document noted"), card.ref
        )


def _paper(one: DocumentLine) -> str:
    return safe(f"{one.kind} {one.holder}".strip(), 40)
