"""The register of sites, equipment and rounds for one desk: every method is called in a worker thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_, active_zone
from conciergedesk.ui.form_words import read_language

if TYPE_CHECKING:
    from conciergedesk.core.db.unit import Unit
    from conciergedesk.hotline.cards import AssetLine, DormantProvider, RoundCard, SiteCard, SiteRow
    from conciergedesk.hotline.house import HotlineHouse
    from conciergedesk.ui.session import DeskSession


class SiteRoom:
    """Sites, what stands there, and the rounds on which it is looked after."""

    def __init__(self, session: DeskSession) -> None:
        self.session = session

    @property
    def house(self) -> HotlineHouse:
        from conciergedesk.hotline.house import hotline_house

        return hotline_house(self.session.book())

    # --- sites, rounds, agreements ---

    def sites(self, text: str) -> list[SiteRow]:
        from conciergedesk.hotline.register import sites

        rows = self.session.ask(sites, self.session.now(), self.house.rules, text=text)
        return sorted(rows, key=lambda one: (-(one.troubled + one.unseen), -one.open_tickets, one.name))

    def site(self, site_id: int) -> SiteCard:
        from conciergedesk.hotline.register import site_card

        return self.session.ask(site_card, site_id, self.session.now(), self.house.rules)

    def dormant(self) -> list[DormantProvider]:
        from conciergedesk.hotline.register import dormant_providers

        return self.session.ask(dormant_providers, self.session.now(), self.house.rules)

    def round(self, round_id: int) -> RoundCard:
        from conciergedesk.core.errors import NotFound
        from conciergedesk.core.i18n import N_
        from conciergedesk.hotline.register import rounds

        found = self.session.ask(rounds, [round_id], open_only=False)
        if not found:
            raise NotFound(N_("This record is no longer there. Go back and refresh the list."))
        return found[0]

    def arrive(self, stop_id: int) -> None:
        from conciergedesk.hotline import service as hotline

        self.session.act(hotline.arrive, stop_id)

    def leave_site(self, stop_id: int, signed_by: str, outcomes: Sequence[tuple[int, str]]) -> None:
        from conciergedesk.hotline import service as hotline

        self.session.act(hotline.leave_site, self.house, stop_id, signed_by=signed_by, outcomes=outcomes)

    def skip(self, stop_id: int, reason: str) -> None:
        from conciergedesk.hotline import service as hotline

        self.session.act(hotline.skip_stop, stop_id, reason=reason)

    def renewal_done(self, step_id: int, outcome: str) -> None:
        from conciergedesk.hotline import service as hotline

        self.session.act(hotline.renewal_done, step_id, outcome)

    # --- writing into the register ---

    def add_site(self, values: Mapping[str, str]) -> int:
        """A site with whoever calls from there, in one unit."""
        from conciergedesk.hotline import service as hotline
        from conciergedesk.hotline.meant import meant_provider

        def make(unit: Unit) -> int:
            provider = meant_provider(unit.session, values["provider"])
            site = hotline.add_site(
                unit, provider, values["name"], commune=values["commune"], note=values["note"]
            )
            if values["phone"].strip() or values["first_name"].strip():
                self._contact(unit, site, values)
            return site

        return self.session.act(make)

    @staticmethod
    def _contact(unit: Unit, site_id: int, values: Mapping[str, str], *, agreed: bool = False) -> int:
        from conciergedesk.hotline import service as hotline

        return hotline.add_contact(
            unit,
            site_id,
            values["first_name"],
            values["phone"],
            role=values.get("role", ""),
            language=read_language(values["language"]) or "fr",
            on_agreement=agreed,
        )

    def add_contact(self, site_id: int, values: Mapping[str, str]) -> int:
        """Somebody who calls from a site."""
        agreed = values.get("on_agreement", "").strip().lower()[:1] in {"o", "y", "j"}
        return self.session.act(self._contact, site_id, values, agreed=agreed)

    def add_device(self, site_id: int, values: Mapping[str, str]) -> str:
        """A device at a site; answers its label."""
        from conciergedesk.hotline import service as hotline
        from conciergedesk.hotline.meant import read_device_kind

        made = self.session.act(
            hotline.add_asset,
            site_id,
            read_device_kind(values["kind"]),
            label=values["label"],
            model=values["model"],
            installed_on=self.day(values["installed_on"], "installed_on"),
            battery_on=self.day(values["battery_on"], "battery_on"),
            warranty_until=self.day(values["warranty_until"], "warranty_until"),
            clause=values["clause"],
        )
        return next(one.label for one in self.site(site_id).assets if one.id == made)

    def device_is(self, device: AssetLine, state: str) -> None:
        """A device was seen in that state; a stored or lost one was not seen."""
        from conciergedesk.hotline import service as hotline
        from conciergedesk.hotline.rules import AssetState

        if state in (AssetState.STORED, AssetState.LOST):
            self.session.act(hotline.change_asset, device.id, state=AssetState(state), seen=device.version)
        else:
            self.session.act(hotline.asset_seen, device.id, state=AssetState(state))

    def plan_work(self, card: SiteCard, task: str, label: str) -> int:
        from conciergedesk.core.text import fold
        from conciergedesk.hotline import service as hotline

        wanted = fold(label)
        device = next((one.id for one in card.assets if wanted and fold(one.label) == wanted), None)
        if wanted and device is None:
            raise InvalidInput(
                N_("No device here is called “{name}”. Type its label, or nothing."),
                field="label",
                name=label.strip()[:20],
            )
        return self.session.act(hotline.plan_work, self.house, card.row.id, task, asset_id=device)

    def to_visit(self) -> list[SiteRow]:
        """The sites that call for a visit, town by town."""
        from conciergedesk.hotline.meant import sites_to_visit

        return self.session.ask(sites_to_visit, self.session.now(), self.house.rules)

    def plan_round(self, values: Mapping[str, str]) -> RoundCard:
        """A round from the lines of its form."""
        from conciergedesk.hotline import service as hotline
        from conciergedesk.hotline.meant import meant_sites

        starts_at = self.moment(values["starts_at"], "starts_at")
        agent = self.agent_id(values["agent"])
        sites = self.session.ask(meant_sites, values["sites"])
        made = self.session.act(
            hotline.plan_round, self.house, starts_at, sites, vehicle=values["vehicle"], agent_id=agent
        )
        return self.round(made)

    def agent_id(self, typed: str) -> int | None:
        """Who drives, by first name or code; whoever is signed in when nothing is typed.

        Raises:
            InvalidInput: nobody of that name.
        """
        from conciergedesk.core.text import fold

        wanted = fold(typed)
        if not wanted:
            return None
        for one in self.session.staff():
            if wanted in (fold(one.first_name), fold(one.code), fold(one.name)):
                return one.id
        raise InvalidInput(N_("Nobody here is called “{name}”."), field="agent", name=typed.strip()[:40])

    def moment(self, typed: str, field: str) -> datetime:
        """A day with its hour, still to come.

        Raises:
            InvalidInput: no hour, or a moment that is over.
        """
        from conciergedesk.core.moments import parse_moment

        moment = parse_moment(typed, self.session.now(), active_zone()) if typed.strip() else None
        if moment is None or moment.date_only:
            raise InvalidInput(N_("Write a day and an hour, such as “tomorrow 15h”."), field=field)
        if moment.start <= self.session.now():
            raise InvalidInput(N_("That moment is over. Give one that is still to come."), field=field)
        return moment.start

    def day(self, typed: str, field: str) -> date | None:
        """A day in loose words; None when nothing is typed.

        Raises:
            InvalidInput: nothing that is a day.
        """
        from conciergedesk.core.moments import parse_moment

        if not typed.strip():
            return None
        moment = parse_moment(
            typed, self.session.now(), active_zone(), prefer_future=field == "warranty_until"
        )
        if moment is None:
            raise InvalidInput(N_("Write a day such as 31/12/2027."), field=field)
        return moment.start.astimezone(active_zone()).date()
