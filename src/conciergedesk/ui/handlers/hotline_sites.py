"""Acts on sites, equipment, rounds and renewals: look, register, plan, drive."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from conciergedesk.board.rules import Promise
from conciergedesk.core.i18n import N_, _, plural, show_moment
from conciergedesk.hotline.cards import AssetLine, RoundCard, SiteCard, SiteRow
from conciergedesk.hotline.rules import AssetState
from conciergedesk.ui.cells import safe, word
from conciergedesk.ui.desk_screen import Ask, DeskScreen
from conciergedesk.ui.form_words import language_hint
from conciergedesk.ui.modals.choice import Choice, Option
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.modals.hotline_call import ASSET_STATES, ASSET_WORDS
from conciergedesk.ui.modals.hotline_sites import SiteAnswer, SiteSheet, SitesSheet
from conciergedesk.ui.site_room import SiteRoom

if TYPE_CHECKING:
    from conciergedesk.ui.drafts import Parked
    from conciergedesk.ui.handlers.hotline_desk import HotlineDesk

SITE_DRAFT = "hotline_site"
DEVICE_DRAFT = "hotline_device"
ROUND_DRAFT = "hotline_round"
STATE_LETTERS = {"ok": "o", "degraded": "d", "down": "p", "stored": "r", "lost": "l"}


class SiteHandlers:
    """Wires the register of sites and the rounds to their verbs."""

    def __init__(self, hotline: HotlineDesk) -> None:
        self.hotline = hotline
        self.app = hotline.app
        self.session = hotline.session
        self.room = SiteRoom(hotline.session)
        self.app.on_act("hotline.sites", self.sites)
        self.app.on_act("hotline.round", self.plan)
        for kind, label in (
            (SITE_DRAFT, N_("New site")),
            (DEVICE_DRAFT, N_("New device")),
            (ROUND_DRAFT, N_("Plan a round")),
        ):
            hotline.forms.drafts.offer(kind, label, self._take_up)

    def _take_up(self, ask: Ask, parked: Parked) -> None:
        """A form that was interrupted."""
        if parked.kind == SITE_DRAFT:
            self.add_site(ask.screen, "")
        elif parked.kind == ROUND_DRAFT:
            self.plan(ask)
        elif parked.subject_id is not None:
            self._open(ask.screen, parked.subject_id, self._add_device)

    # --- the register ---

    def sites(self, ask: Ask) -> None:
        self._list(ask.screen)

    def _list(self, screen: DeskScreen) -> None:
        def chosen(answer: SiteAnswer | None) -> None:
            if answer is None:
                return
            if answer.site_id is None:
                self.add_site(screen, answer.text)
            else:
                self._open(screen, answer.site_id, self._show)

        self.app.push_screen(SitesSheet(self.room.sites, self.room.dormant), chosen)

    def show(self, screen: DeskScreen, site_id: int) -> None:
        """One site over any screen."""
        self._open(screen, site_id, self._show)

    def _open(self, screen: DeskScreen, site_id: int, then: Callable[[DeskScreen, SiteCard], None]) -> None:
        screen.run_service(
            lambda: self.room.site(site_id), lambda card: then(screen, card), group="site", exclusive=True
        )

    def _show(self, screen: DeskScreen, card: SiteCard) -> None:
        acts = {
            "device": self._add_device,
            "contact": self._add_contact,
            "work": self._plan_work,
            "seen": self._seen,
        }

        def chosen(act: str | None) -> None:
            if act is not None:
                acts[act](screen, card)

        self.app.push_screen(SiteSheet(card, self.session.now()), chosen)

    def _again(self, screen: DeskScreen, said: str, site_id: int) -> None:
        """Say what was done and show the site as it is now."""
        self.hotline.done(screen, said, undo=True)
        self._open(screen, site_id, self._show)

    def add_site(self, screen: DeskScreen, typed: str) -> None:
        """A place of a provider, with whoever calls from there."""
        fields = [
            Field("provider", _("Provider"), hint=_("name, or number such as PR-12")),
            Field("name", _("Site"), safe(typed, 60), _("what it is called there: reception, shop")),
            Field("commune", _("Town")),
            Field("first_name", _("Contact"), hint=_("first name of whoever calls; may stay empty")),
            Field("phone", _("Phone"), hint=_("the number they call from")),
            Field("role", _("Role"), hint=_("manager, seasonal staff…")),
            Field("language", _("Language"), hint=language_hint()),
            Field("note", _("Note"), hint=_("how to get there, opening days")),
        ]
        self.hotline.forms.open(
            screen, _("New site"), fields, self.room.add_site,
            lambda made: self._again(screen, _("Site noted"), made), kind=SITE_DRAFT,
        )  # fmt: skip

    def _add_device(self, screen: DeskScreen, card: SiteCard) -> None:
        fields = [
            Field("kind", _("Device"), hint=_("t tablet · e screen · b beacon · l card reader · r router")),
            Field("label", _("Label"), hint=_("as it stands on the device; empty takes the next free one")),
            Field("model", _("Model")),
            Field("installed_on", _("Installed"), hint=_("12/03/2027; may stay empty")),
            Field("battery_on", _("Battery"), hint=_("day of the last new battery; may stay empty")),
            Field("warranty_until", _("Warranty"), hint=_("until when; may stay empty")),
            Field("clause", _("Clause"), hint=_("where the agreement speaks of it; may stay empty")),
        ]
        self.hotline.forms.open(
            screen, _("New device"), fields, lambda values: self.room.add_device(card.row.id, values),
            lambda label: self._again(screen, _("{device}: registered", device=safe(label, 20)), card.row.id),
            kind=DEVICE_DRAFT, subject_id=card.row.id, context=safe(card.row.name, 40),
        )  # fmt: skip

    def _add_contact(self, screen: DeskScreen, card: SiteCard) -> None:
        fields = [
            Field("first_name", _("First name")),
            Field("phone", _("Phone"), hint=_("the number they call from")),
            Field("role", _("Role"), hint=_("manager, seasonal staff…")),
            Field("language", _("Language"), hint=language_hint()),
        ]
        if self.hotline.room.may("sign_exceptions"):
            hint = _("o when this number stands in the signed agreement · n")
            fields.append(Field("on_agreement", _("Agreed"), hint=hint))
        self._form(
            screen, card, _("New contact"), fields, lambda values: self.room.add_contact(card.row.id, values),
            _("Contact noted"),
        )  # fmt: skip

    def _plan_work(self, screen: DeskScreen, card: SiteCard) -> None:
        labels = ", ".join(one.label for one in card.assets[:4])
        fields = [
            Field("task", _("To do"), hint=_("what is to be done there")),
            Field("label", _("Device"), hint=safe(labels, 50)),
        ]
        self._form(
            screen, card, _("Work for the next round"), fields,
            lambda values: self.room.plan_work(card, values["task"], values["label"]), _("Work noted"),
        )  # fmt: skip

    def _form(
        self,
        screen: DeskScreen,
        card: SiteCard,
        title: str,
        fields: Sequence[Field],
        save: Callable[[Mapping[str, str]], int],
        said: str,
    ) -> None:
        form: FormSheet[int] = FormSheet(title, fields, save, context=safe(card.row.name, 40))

        def made(answer: int | None) -> None:
            if answer is not None:
                self._again(screen, said, card.row.id)

        self.app.push_screen(form, made)

    def _seen(self, screen: DeskScreen, card: SiteCard) -> None:
        def state_of(device: AssetLine) -> None:
            options = [
                Option(state, word(ASSET_STATES[state]), letter=STATE_LETTERS[state]) for state in AssetState
            ]

            def chosen(state: str | None) -> None:
                if state is None:
                    self._show(screen, card)
                    return
                said = f"{safe(device.label, 20)} : {word(ASSET_STATES[state])}"
                screen.run_service(
                    lambda: self.room.device_is(device, state),
                    lambda _none: self._again(screen, said, card.row.id),
                    group="write",
                )

            self.app.push_screen(Choice(_("How is it now?"), options, safe(device.label, 20)), chosen)

        def chosen_device(label: str | None) -> None:
            found = next((one for one in card.assets if str(one.id) == label), None)
            if found is not None:
                state_of(found)
            else:
                self._show(screen, card)

        if len(card.assets) == 1:
            state_of(card.assets[0])
        else:
            options = [
                Option(str(one.id), safe(one.label, 20), word(ASSET_WORDS[one.kind])) for one in card.assets
            ]
            self.app.push_screen(Choice(_("Which device?"), options, safe(card.row.name, 40)), chosen_device)

    # --- rounds ---

    def plan(self, ask: Ask) -> None:
        """A round over sites in the order in which they are driven to."""
        screen = ask.screen

        def show(rows: list[SiteRow]) -> None:
            proposed = ", ".join(safe(f"{one.name} {one.commune}".strip(), 60) for one in rows)
            fields = [
                Field("starts_at", _("Starts"), hint=_("tomorrow 9h · tue 8h30")),
                Field("sites", _("Sites"), proposed, _("in the order of the road, with commas between")),
                Field("agent", _("Who"), hint=_("first name; nothing is yourself")),
                Field("vehicle", _("Vehicle")),
            ]
            context = plural("{count} site to look after", "{count} sites to look after", len(rows))
            self.hotline.forms.open(
                screen, _("Plan a round"), fields, self.room.plan_round, planned, kind=ROUND_DRAFT,
                context=context,
            )  # fmt: skip

        def planned(card: RoundCard) -> None:
            count = plural("{count} site", "{count} sites", len(card.stops))
            said = _("Round planned, {when}: {count}", when=show_moment(card.starts_at), count=count)
            self.hotline.done(screen, said, undo=True)

        screen.run_service(self.room.to_visit, show, group="round", exclusive=True)

    def drive(self, screen: DeskScreen, promise: Promise) -> None:
        def show(card: object) -> None:
            from conciergedesk.hotline.cards import RoundCard

            assert isinstance(card, RoundCard)
            stop = card.next_stop
            if stop is None:
                screen.refuse(_("This round is over."))
                return
            there = stop.arrived_at is not None
            options = [
                Option("leave", _("leave, signed by the provider"), letter="f")
                if there
                else Option("arrive", _("arrived"), letter="a"),
                Option("skip", _("not visited"), letter="x"),
            ]

            def chosen(answer: str | None) -> None:
                if answer == "arrive":
                    said = _("{site}: arrived", site=safe(stop.site, 30))
                    self.hotline.write(screen, lambda: self.room.arrive(stop.id), said, undo=True)
                elif answer == "skip":
                    self._skip(screen, stop.id, stop.site)
                elif answer == "leave":
                    self._leave(
                        screen, stop.id, stop.site, [one.id for one in stop.work if one.state == "open"]
                    )

            self.app.push_screen(
                Choice(safe(stop.site, 50), options, f"{stop.position}/{len(card.stops)}"), chosen
            )

        screen.run_service(lambda: self.room.round(promise.id), show, group="round", exclusive=True)

    def _leave(self, screen: DeskScreen, stop_id: int, site: str, work: Sequence[int]) -> None:
        def save(values: Mapping[str, str]) -> bool:
            done = values["outcome"].strip() or _("done")
            self.room.leave_site(stop_id, values["signed_by"], [(one, done) for one in work])
            return True

        fields = [
            Field("signed_by", _("Signed by")),
            Field("outcome", _("Result"), "", _("what was done; nothing means done")),
        ]
        form: FormSheet[bool] = FormSheet(_("Leave the site"), fields, save, context=safe(site, 40))
        self.app.push_screen(
            form,
            lambda made: (
                self.hotline.done(screen, _("{site}: signed", site=safe(site, 30)), undo=True)
                if made
                else None
            ),
        )

    def _skip(self, screen: DeskScreen, stop_id: int, site: str) -> None:
        def save(values: Mapping[str, str]) -> bool:
            self.room.skip(stop_id, values["reason"])
            return True

        form: FormSheet[bool] = FormSheet(
            _("Not visited"), [Field("reason", _("Reason"))], save, context=safe(site, 40)
        )
        self.app.push_screen(
            form,
            lambda made: (
                self.hotline.done(screen, f"{safe(site, 30)} : {_('not visited')}", undo=True)
                if made
                else None
            ),
        )

    def renewal(self, screen: DeskScreen, promise: Promise) -> None:
        def save(values: Mapping[str, str]) -> bool:
            self.room.renewal_done(promise.id, values["outcome"])
            return True

        form: FormSheet[bool] = FormSheet(
            safe(promise.what, 50), [Field("outcome", _("Result"), "", _("what came of the visit or the call"))], save,
            context=safe(promise.for_whom, 40),
        )  # fmt: skip
        self.app.push_screen(
            form, lambda made: self.hotline.done(screen, _("Reminder answered"), undo=True) if made else None
        )
