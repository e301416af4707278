"""Sites, the people there, their equipment, and the rounds on which it is looked after."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import col, select

from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput, RuleRefused
from conciergedesk.core.i18n import LANGUAGES, N_
from conciergedesk.core.phone import match_key, read_phones
from conciergedesk.core.text import clean_line, fold
from conciergedesk.hotline.house import HotlineHouse
from conciergedesk.hotline.rules import AssetState
from conciergedesk.hotline.service.opening import checked
from conciergedesk.hotline.tables import Asset, Intervention, Round, RoundStop, Site, SiteContact
from conciergedesk.providers.tables import Provider
from conciergedesk.staff.rules import Right
from conciergedesk.staff.tables import Agent

ASSET_KINDS = ("tablet", "screen", "beacon", "card_reader", "router")
_PREFIX = {"tablet": "TAB", "screen": "ECR", "beacon": "BAL", "card_reader": "LEC", "router": "BOX"}


def add_site(
    unit: Unit,
    provider_id: int,
    name: str,
    *,
    commune: str = "",
    note: str = "",
    latitude: float | None = None,
    longitude: float | None = None,
) -> int:
    """Note a place of a provider.

    Raises:
        InvalidInput: no name.
    """
    unit.require(Right.EDIT_PROVIDERS)
    unit.load(Provider, provider_id)
    name = clean_line(name, 120)
    if not name:
        raise InvalidInput(N_("Give the site a name."), field="name")
    commune = clean_line(commune, 80)
    row = unit.add(
        Site(
            provider_id=provider_id, name=name, commune=commune, search=fold(f"{name} {commune}")[:250],
            note=clean_line(note, 300), latitude=latitude, longitude=longitude,
        )
    )  # fmt: skip
    assert row.id is not None
    unit.record("site.added", "site", row.id, provider=provider_id)
    return row.id


def add_contact(
    unit: Unit,
    site_id: int,
    first_name: str,
    phone: str,
    *,
    role: str = "",
    language: str = "fr",
    on_agreement: bool = False,
) -> int:
    """Note who calls from a site. Only a supervisor may say that a number stands in the agreement.

    Raises:
        InvalidInput: no number in it, or an unknown language.
    """
    unit.require(Right.EDIT_PROVIDERS)
    unit.load(Site, site_id)
    if on_agreement:
        unit.require(Right.SIGN_EXCEPTIONS)
    numbers = read_phones(clean_line(phone, 80))
    if not numbers or not any(char.isdigit() for char in numbers[0].typed):
        raise InvalidInput(N_("There is no number in “{text}”."), field="phone", text=clean_line(phone, 40))
    if language not in LANGUAGES:
        raise InvalidInput(N_("The language must be fr, en or de."), field="language")
    e164 = numbers[0].e164 or ""
    row = unit.add(
        SiteContact(
            site_id=site_id, first_name=clean_line(first_name, 80), role=clean_line(role, 60), language=language,
            typed=clean_line(numbers[0].typed, 80), e164=e164, tail=match_key(e164 or numbers[0].typed)[-4:],
            on_agreement=on_agreement and bool(e164),
        )
    )  # fmt: skip
    assert row.id is not None
    unit.record("site.contact_added", "site", site_id, on_agreement=row.on_agreement)
    return row.id


def add_asset(
    unit: Unit,
    site_id: int,
    kind: str,
    *,
    label: str = "",
    model: str = "",
    installed_on: date | None = None,
    battery_on: date | None = None,
    warranty_until: date | None = None,
    clause: str = "",
) -> int:
    """Register a device under its label; a free one is proposed when none is given.

    Raises:
        InvalidInput: unknown kind, or a label that is taken.
    """
    unit.require(Right.EDIT_PROVIDERS)
    unit.load(Site, site_id)
    if kind not in ASSET_KINDS:
        raise InvalidInput(
            N_("“{value}” is not possible here. Use one of: {known}."), field="kind",
            value=clean_line(kind, 20), known=", ".join(ASSET_KINDS),
        )  # fmt: skip
    label = clean_line(label, 20).upper()
    taken = set(unit.session.exec(select(Asset.label)))
    if not label:
        label = next(c for n in range(1, 100_000) if (c := f"{_PREFIX[kind]}-{n:03}") not in taken)
    if label in taken:
        raise InvalidInput(
            N_("The label {value} is on another device. Read it again."), field="label", value=label
        )
    row = unit.add(
        Asset(
            label=label, kind=kind, site_id=site_id, model=clean_line(model, 80), installed_on=installed_on,
            battery_on=battery_on, warranty_until=warranty_until, clause=clean_line(clause, 120),
            last_seen_at=unit.now,
        )
    )  # fmt: skip
    assert row.id is not None
    unit.record("asset.added", "asset", row.id, device=kind, site=site_id)
    return row.id


def asset_seen(
    unit: Unit, asset_id: int, *, state: AssetState | None = None, at: datetime | None = None
) -> None:
    """The device was seen, in the given state; a later sighting is never overwritten by an earlier one."""
    unit.require(Right.EDIT_PROVIDERS)
    row = unit.load(Asset, asset_id)
    seen = min(at or unit.now, unit.now)
    if row.last_seen_at is None or row.last_seen_at < seen:
        row.last_seen_at = seen
    before, row.state = row.state, state or row.state
    unit.record("asset.seen", "asset", asset_id, before=before, after=row.state)


def change_asset(
    unit: Unit,
    asset_id: int,
    *,
    seen: int | None = None,
    state: AssetState | None = None,
    site_id: int | None = None,
    battery_on: date | None = None,
    model: str | None = None,
) -> None:
    """Change what is given: another state, another site, a new battery."""
    unit.require(Right.EDIT_PROVIDERS)
    row = unit.load(Asset, asset_id, seen=seen)
    before = row.state
    if site_id is not None:
        unit.load(Site, site_id)
        row.site_id = site_id
    row.state = state or row.state
    row.battery_on = battery_on or row.battery_on
    if model is not None:
        row.model = clean_line(model, 80)
    unit.record("asset.changed", "asset", asset_id, before=before, after=row.state, site=site_id)


def plan_work(
    unit: Unit, house: HotlineHouse, site_id: int, task: str, *, asset_id: int | None = None
) -> int:
    """Note work to do at a site, for the next round."""
    unit.require(Right.EDIT_PROVIDERS)
    unit.load(Site, site_id)
    task = checked(house, task, 200)
    if not task:
        raise InvalidInput(N_("Say what is to be done there."), field="task")
    row = unit.add(Intervention(site_id=site_id, asset_id=asset_id, task=task, made_at=unit.now))
    assert row.id is not None
    unit.record("intervention.planned", "intervention", row.id, site=site_id)
    return row.id


def plan_round(
    unit: Unit,
    house: HotlineHouse,
    starts_at: datetime,
    site_ids: Sequence[int],
    *,
    vehicle: str = "",
    agent_id: int | None = None,
) -> int:
    """Plan a round over sites in the order in which they are driven to. Their open work is put on it.

    Raises:
        InvalidInput: no site, or the same site twice.
    """
    unit.require(Right.EDIT_PROVIDERS)
    if not site_ids:
        raise InvalidInput(N_("Choose the sites of the round, in their order."), field="sites")
    if len(set(site_ids)) != len(site_ids):
        raise InvalidInput(N_("A site is on this round twice. Keep it once."), field="sites")
    if agent_id is not None:
        unit.load(Agent, agent_id)
    row = unit.add(
        Round(
            day=starts_at.astimezone(house.book.zone).date(), starts_at=starts_at, vehicle=clean_line(vehicle, 60),
            agent_id=agent_id or unit.actor.id,
        )
    )  # fmt: skip
    assert row.id is not None
    for position, site_id in enumerate(site_ids, 1):
        add_stop(unit, row.id, site_id, planned=True, position=position)
    unit.record("round.planned", "round", row.id, stops=len(site_ids))
    return row.id


def add_stop(
    unit: Unit, round_id: int, site_id: int, *, planned: bool = False, position: int | None = None
) -> int:
    """Add a site to a round, at its end unless told otherwise; an unplanned one is marked as such."""
    unit.require(Right.EDIT_PROVIDERS)
    round_ = unit.load(Round, round_id)
    if not round_.is_open:
        raise RuleRefused(N_("This round is over. Plan another one."))
    unit.load(Site, site_id)
    stops = unit.session.exec(select(RoundStop).where(RoundStop.round_id == round_id)).all()
    if any(stop.site_id == site_id for stop in stops):
        raise InvalidInput(N_("A site is on this round twice. Keep it once."), field="sites")
    row = unit.add(
        RoundStop(
            round_id=round_id, site_id=site_id, planned=planned,
            position=position or max((stop.position for stop in stops), default=0) + 1,
        )
    )  # fmt: skip
    assert row.id is not None
    for work in unit.session.exec(
        select(Intervention).where(
            Intervention.site_id == site_id,
            Intervention.state == "open",
            col(Intervention.stop_id).is_(None),
        )
    ):
        work.stop_id = row.id
    if not planned:
        unit.record("round.stop_added", "round", round_id, site=site_id)
    return row.id


def arrive(unit: Unit, stop_id: int) -> None:
    """On site: the clock of the visit starts, and so does the round."""
    unit.require(Right.EDIT_PROVIDERS)
    stop = unit.load(RoundStop, stop_id)
    round_ = unit.load(Round, stop.round_id)
    if stop.arrived_at is not None or not round_.is_open:
        raise RuleRefused(N_("This visit was begun already."))
    stop.arrived_at = unit.now
    round_.state = "under_way"
    unit.record("round.arrived", "round", stop.round_id, stop=stop.position)


def leave_site(
    unit: Unit, house: HotlineHouse, stop_id: int, *, signed_by: str, outcomes: Sequence[tuple[int, str]] = ()
) -> None:
    """The visit is over and signed by the provider; the work named in ``outcomes`` is done.

    Devices of the site that are expected to run count as seen. The last site ends the round.

    Raises:
        InvalidInput: nobody signed.
        RuleRefused: the visit was not begun, or is over.
    """
    unit.require(Right.EDIT_PROVIDERS)
    stop = unit.load(RoundStop, stop_id)
    if stop.arrived_at is None or stop.left_at is not None:
        raise RuleRefused(N_("This visit is not under way. Note the arrival first."))
    signed = clean_line(signed_by, 80)
    if not signed:
        raise InvalidInput(N_("Write who signed for the provider."), field="signed_by")
    stop.left_at, stop.signed_by = unit.now, signed
    for work_id, outcome in outcomes:
        end_work(unit, house, work_id, outcome)
    for asset in unit.session.exec(select(Asset).where(Asset.site_id == stop.site_id)):
        if asset.state not in (AssetState.STORED, AssetState.LOST):
            asset.last_seen_at = unit.now
    _end_round_after(unit, stop)
    unit.record("round.left", "round", stop.round_id, stop=stop.position)


def skip_stop(unit: Unit, stop_id: int, *, reason: str) -> None:
    """This site was not visited; says why. Its work waits for another round."""
    unit.require(Right.EDIT_PROVIDERS)
    stop = unit.load(RoundStop, stop_id)
    reason = clean_line(reason, 120)
    if not reason:
        raise InvalidInput(N_("Give a reason."), field="reason")
    if stop.left_at is not None:
        raise RuleRefused(N_("This visit is over."))
    stop.skipped = reason
    for work in unit.session.exec(
        select(Intervention).where(Intervention.stop_id == stop_id, Intervention.state == "open")
    ):
        work.stop_id = None
    _end_round_after(unit, stop)
    unit.record("round.skipped", "round", stop.round_id, reason=reason, stop=stop.position)


def end_work(unit: Unit, house: HotlineHouse, work_id: int, outcome: str, *, dropped: bool = False) -> None:
    """Work at a site is done, or no longer needed; says what came of it."""
    unit.require(Right.EDIT_PROVIDERS)
    row = unit.load(Intervention, work_id)
    outcome = checked(house, outcome, 200)
    if row.state != "open":
        raise RuleRefused(N_("This work is over."))
    if not outcome:
        raise InvalidInput(N_("Say in a few words what came of it."), field="outcome")
    row.state, row.ended_at = "dropped" if dropped else "done", unit.now
    row.outcome, row.by_id = outcome, unit.actor.id
    unit.record(
        "intervention.ended", "intervention", work_id, site=row.site_id, ticket=row.ticket_id, state=row.state
    )


def _end_round_after(unit: Unit, stop: RoundStop) -> None:
    left = unit.session.exec(
        select(RoundStop.id).where(
            RoundStop.round_id == stop.round_id,
            RoundStop.id != stop.id,
            col(RoundStop.left_at).is_(None),
            RoundStop.skipped == "",
        )
    ).first()
    if left is None:
        round_ = unit.load(Round, stop.round_id)
        round_.state, round_.is_open = "done", False
