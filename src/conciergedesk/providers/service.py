"""What is done about providers, as verbs in the operator's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select

from conciergedesk.core.calendars import parse_ranges
from conciergedesk.core.db.unit import Unit
from conciergedesk.core.errors import InvalidInput, NotFound
from conciergedesk.core.i18n import N_
from conciergedesk.core.phone import PhoneNumber
from conciergedesk.core.text import clean_block, clean_line
from conciergedesk.providers.cards import CARD_FIELDS, CardRules, CheckedCard, ProviderValues, check_card
from conciergedesk.providers.queries import provider_card
from conciergedesk.providers.rules import AgreementState, IncidentKind, Status, read_season
from conciergedesk.providers.tables import (
    Provider,
    ProviderAddress,
    ProviderException,
    ProviderIncident,
    ProviderPhone,
    ProviderRate,
    ProviderVisit,
)
from conciergedesk.staff.rules import Right
from conciergedesk.staff.tables import Agent

_STORED_APART = ("phones",)
_JOINED = ("trades", "languages")


def add_provider(unit: Unit, rules: CardRules, values: ProviderValues) -> int:
    """Note a provider; a name is enough.

    Raises:
        InvalidInput: names the field and what is wrong with it.
    """
    unit.require(Right.EDIT_PROVIDERS)
    card = check_card(values, rules)
    row = unit.add(Provider(**stored_values(card), created_at=unit.now, hours_seen_on=_seen_on(unit, card)))
    assert row.id is not None
    _keep_numbers(unit, row.id, card.numbers)
    unit.record("provider.added", "provider", row.id)
    return row.id


def change_provider(
    unit: Unit, rules: CardRules, provider_id: int, changes: Mapping[str, object], *, seen: int | None = None
) -> tuple[str, ...]:
    """Change fields of the card; answers which of them are different now.

    What is changed by hand is the team's own: no later import overwrites it.

    Raises:
        Conflict: somebody changed the card since version ``seen``.
        InvalidInput: an unknown field, or a value that cannot be.
    """
    unit.require(Right.EDIT_PROVIDERS)
    row = unit.load(Provider, provider_id, seen=seen)
    for name in changes:
        if name not in CARD_FIELDS:
            raise InvalidInput(N_("There is no field “{value}” on this card."), field=name, value=name[:40])
    if {"status", "status_reason", "season_from", "season_to"} & changes.keys():
        raise InvalidInput(N_("Change the status by its own act, with a reason."), field="status")
    before = provider_card(unit.session, provider_id).values
    # Hours that came with an import may be unreadable; they are only refused when somebody types them.
    card = check_card(replace(before, **changes), rules, keep_doubtful_hours="hours" not in changes)  # type: ignore[arg-type]
    changed = [name for name in changes if getattr(card.values, name) != getattr(before, name)]
    if not changed:
        return ()
    for name, value in stored_values(card).items():
        if getattr(row, name) != value:
            setattr(row, name, value)
    row.own_fields = " ".join(dict.fromkeys([*row.own_fields.split(), *changed]))[:400]
    if "phones" in changed:
        for old in unit.session.exec(select(ProviderPhone).where(ProviderPhone.provider_id == provider_id)):
            unit.session.delete(old)
        unit.session.flush()
        _keep_numbers(unit, provider_id, card.numbers)
    if "hours" in changed:
        row.hours_seen_on = unit.now.date()
    unit.session.flush()
    unit.record("provider.changed", "provider", provider_id, fields=changed)
    return tuple(changed)


def hours_checked(unit: Unit, provider_id: int) -> None:
    """Somebody has asked: the hours on the card hold today."""
    unit.require(Right.EDIT_PROVIDERS)
    unit.load(Provider, provider_id).hours_seen_on = unit.now.date()
    unit.record("provider.hours_checked", "provider", provider_id)


def set_status(
    unit: Unit,
    provider_id: int,
    status: str,
    *,
    reason: str = "",
    season: tuple[str, str] = ("", ""),
    seen: int | None = None,
) -> None:
    """Suspend, reopen, close for good or make seasonal. A suspension needs its reason, which is shown.

    Raises:
        InvalidInput: unknown status, or a suspension without a reason.
    """
    unit.require(Right.EDIT_PROVIDERS)
    row = unit.load(Provider, provider_id, seen=seen)
    reason = clean_line(reason, 200)
    if status not in set(Status):
        raise InvalidInput(
            N_("The status is active, seasonal, suspended or closed, not “{value}”."),
            field="status",
            value=status[:20],
        )
    if status in (Status.SUSPENDED, Status.CLOSED) and not reason:
        raise InvalidInput(N_("Give a reason."), field="reason")
    before = row.status
    row.status, row.status_reason = status, reason
    row.season_from, row.season_to = read_season(*season) if status == Status.SEASONAL else ("", "")
    row.own_fields = " ".join(dict.fromkeys([*row.own_fields.split(), "status"]))[:400]
    unit.record("provider.status_set", "provider", provider_id, reason=reason, before=before, after=status)


def add_exception(
    unit: Unit, provider_id: int, *, first: date, last: date | None = None, ranges: str = "", reason: str = ""
) -> int:
    """Other hours on some days; closed when ``ranges`` is empty. The last day is included.

    Raises:
        InvalidInput: the last day lies before the first, or the ranges cannot be read.
    """
    unit.require(Right.EDIT_PROVIDERS)
    unit.load(Provider, provider_id)
    last = last or first
    if last < first:
        raise InvalidInput(N_("The last day lies before the first."), field="last")
    shown = ",".join(str(one) for one in parse_ranges(clean_line(ranges, 120)))
    row = unit.add(
        ProviderException(
            provider_id=provider_id, first=first, last=last, ranges=shown, reason=clean_line(reason, 120)
        )
    )
    assert row.id is not None
    unit.record("provider.exception_added", "provider", provider_id, first=first, last=last, closed=not shown)
    return row.id


def remove_exception(unit: Unit, exception_id: int) -> None:
    """Take an exception back; the ordinary hours hold again."""
    unit.require(Right.EDIT_PROVIDERS)
    row = unit.load(ProviderException, exception_id)
    provider_id = row.provider_id
    unit.session.delete(row)
    unit.session.flush()
    unit.record("provider.exception_removed", "provider", provider_id)


def add_address(
    unit: Unit,
    provider_id: int,
    *,
    label: str = "",
    address: str,
    postcode: str = "",
    commune: str = "",
    country: str = "FR",
) -> int:
    """Note a further address of the provider.

    Raises:
        InvalidInput: neither street nor commune.
    """
    unit.require(Right.EDIT_PROVIDERS)
    unit.load(Provider, provider_id)
    if not (clean_line(address) or clean_line(commune)):
        raise InvalidInput(N_("Give a street or a commune."), field="address")
    row = unit.add(
        ProviderAddress(
            provider_id=provider_id,
            label=clean_line(label, 60),
            address=clean_line(address, 200),
            postcode=clean_line(postcode, 12),
            commune=clean_line(commune, 120),
            country=clean_line(country, 2).upper(),
        )
    )
    assert row.id is not None
    unit.record("provider.address_added", "provider", provider_id)
    return row.id


def remove_address(unit: Unit, address_id: int) -> None:
    """Take a further address off the card."""
    unit.require(Right.EDIT_PROVIDERS)
    row = unit.load(ProviderAddress, address_id)
    provider_id = row.provider_id
    unit.session.delete(row)
    unit.session.flush()
    unit.record("provider.address_removed", "provider", provider_id)


def set_agreement(
    unit: Unit,
    provider_id: int,
    state: str,
    *,
    reference: str = "",
    since: date | None = None,
    until: date | None = None,
    seen: int | None = None,
) -> None:
    """Say how far the agreement has come; a signed one has a first day, and a last one to be warned of.

    Raises:
        InvalidInput: unknown state, signed without its first day, or an end before the start.
    """
    unit.require(Right.EDIT_PROVIDERS)
    row = unit.load(Provider, provider_id, seen=seen)
    if state not in set(AgreementState):
        raise InvalidInput(
            N_("“{value}” is not possible here. Use one of: {known}."),
            field="agreement",
            value=state[:20],
            known=", ".join(AgreementState),
        )
    if state == AgreementState.SIGNED and since is None:
        raise InvalidInput(N_("Give the day from which the agreement holds."), field="since")
    if since is not None and until is not None and until < since:
        raise InvalidInput(N_("The last day lies before the first."), field="until")
    before = row.agreement
    row.agreement, row.agreement_ref = state, clean_line(reference, 60) or row.agreement_ref
    row.agreement_from, row.agreement_until = since or row.agreement_from, until
    row.own_fields = " ".join(dict.fromkeys([*row.own_fields.split(), "agreement"]))[:400]
    unit.record(
        "provider.agreement_set",
        "provider",
        provider_id,
        before=before,
        after=state,
        since=since,
        until=until,
    )


def agree_rate(
    unit: Unit,
    provider_id: int,
    basis_points: int,
    *,
    since: date,
    owed_to: str = "agency",
    reason: str = "",
) -> int:
    """Agree on a commission rate from a day on; earlier ones stay on record.

    Raises:
        InvalidInput: not between 0 and 10 000 basis points, or a rate of that day is there already.
    """
    unit.require(Right.EDIT_PROVIDERS)
    unit.load(Provider, provider_id)
    if not 0 <= basis_points <= 10_000:
        raise InvalidInput(N_("Write a rate such as 12 or 12,5 (in %)."), field="rate")
    if owed_to not in ("agency", "provider"):
        raise InvalidInput(
            N_("Say who receives the commission: the agency or the provider."), field="owed_to"
        )
    taken = unit.session.exec(
        select(ProviderRate.id).where(
            ProviderRate.provider_id == provider_id,
            ProviderRate.owed_to == owed_to,
            ProviderRate.since == since,
        )
    ).first()
    if taken is not None:
        raise InvalidInput(N_("A rate from that day is already agreed. Choose another day."), field="since")
    row = unit.add(
        ProviderRate(
            provider_id=provider_id,
            owed_to=owed_to,
            basis_points=basis_points,
            since=since,
            reason=clean_line(reason, 200),
            by_id=unit.actor.id,
            at=unit.now,
        )
    )
    assert row.id is not None
    unit.record(
        "provider.rate_agreed",
        "provider",
        provider_id,
        basis_points=basis_points,
        since=since,
        owed_to=owed_to,
    )
    return row.id


def set_referents(unit: Unit, provider_id: int, *, leisure_id: int | None, business_id: int | None) -> None:
    """Say who looks after the provider, for leisure and for business."""
    unit.require(Right.EDIT_PROVIDERS)
    row = unit.load(Provider, provider_id)
    for agent_id in (leisure_id, business_id):
        if agent_id is not None and unit.session.get(Agent, agent_id) is None:
            raise NotFound(N_("This record is no longer there. Go back and refresh the list."))
    row.leisure_referent_id, row.business_referent_id = leisure_id, business_id
    unit.record("provider.referents_set", "provider", provider_id, leisure=leisure_id, business=business_id)


def record_visit(
    unit: Unit,
    provider_id: int,
    *,
    day: date,
    valid_until: date,
    grade: str = "",
    criteria: Mapping[str, str] | None = None,
    note: str = "",
) -> int:
    """Write down a qualification visit; until ``valid_until`` the place may be recommended.

    Raises:
        InvalidInput: a day still to come, or an end before the visit.
    """
    unit.require(Right.EDIT_PROVIDERS)
    provider = unit.load(Provider, provider_id)
    if day > unit.now.date():
        raise InvalidInput(N_("A visit is written down once it was made."), field="day")
    if valid_until < day:
        raise InvalidInput(N_("The last day lies before the first."), field="valid_until")
    row = unit.add(
        ProviderVisit(
            provider_id=provider_id,
            day=day,
            visitor_id=unit.actor.id,
            visitor=unit.actor.name,
            grade=clean_line(grade, 20),
            criteria={clean_line(n, 40): clean_line(v, 200) for n, v in (criteria or {}).items()},
            note=clean_block(note),
            valid_until=valid_until,
        )
    )
    assert row.id is not None
    if provider.visit_valid_until is None or provider.visit_valid_until < valid_until:
        provider.visit_valid_until = valid_until
    unit.record("provider.visited", "provider", provider_id, valid_until=valid_until)
    return row.id


def note_incident(
    unit: Unit,
    provider_id: int,
    facts: str,
    *,
    day: date,
    kind: str = IncidentKind.OTHER,
    request_id: int | None = None,
) -> int:
    """Write down what went wrong: day and facts, no opinion.

    Raises:
        InvalidInput: nothing written, or an unknown kind.
    """
    unit.require(Right.EDIT_PROVIDERS)
    unit.load(Provider, provider_id)
    facts = clean_line(facts)
    if not facts:
        raise InvalidInput(N_("Write what happened: facts only."), field="facts")
    if kind not in set(IncidentKind):
        raise InvalidInput(
            N_("“{value}” is not possible here. Use one of: {known}."),
            field="kind",
            value=kind[:20],
            known=", ".join(IncidentKind),
        )
    row = unit.add(
        ProviderIncident(
            provider_id=provider_id,
            day=day,
            kind=kind,
            facts=facts,
            request_id=request_id,
            by_id=unit.actor.id,
            at=unit.now,
        )
    )
    assert row.id is not None
    unit.record("provider.incident_noted", "provider", provider_id, incident=row.id, incident_kind=kind)
    return row.id


def mark_used(unit: Unit, provider_ids: Sequence[int]) -> None:
    """Remember that the desk turned to these providers now; no card counts as edited by that."""
    unit.session.connection().execute(
        update(Provider).where(col(Provider.id).in_(provider_ids)).values(last_used_at=unit.now)
    )


def stored_values(card: CheckedCard) -> dict[str, Any]:
    """The values of a card as the row of ``provider`` holds them."""
    found: dict[str, Any] = {
        name: getattr(card.values, name)
        for name in CARD_FIELDS
        if name not in _STORED_APART and name not in _JOINED
    }
    return found | {"trades": card.trades[:200], "languages": card.languages, "region": card.region}


def _keep_numbers(unit: Unit, provider_id: int, numbers: Sequence[PhoneNumber]) -> None:
    for position, number in enumerate(numbers):
        unit.session.add(ProviderPhone(**number_values(provider_id, position, number)))
    unit.session.flush()


def number_values(provider_id: int, position: int, number: PhoneNumber) -> dict[str, Any]:
    """A number as the row of ``provider_phone`` holds it; what stood beside it is its label."""
    return {
        "provider_id": provider_id,
        "position": position,
        "typed": clean_line(number.typed, 80),
        "e164": number.e164 or "",
        "extension": number.extension[:10],
        "status": str(number.status),
        "label": clean_line(number.remark, 40),
    }


def _seen_on(unit: Unit, card: CheckedCard) -> date | None:
    return unit.now.date() if card.values.hours else None
