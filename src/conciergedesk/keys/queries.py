"""Reads about keys: the list, one set in full, and everything owed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from conciergedesk.core.db.read import pick
from conciergedesk.core.errors import NotFound
from conciergedesk.core.i18n import N_
from conciergedesk.core.phone import show_phone
from conciergedesk.core.text import fold
from conciergedesk.customers.tables import Lodging, Person, Phone
from conciergedesk.keys.cards import (
    ChaseLine,
    DueKey,
    DueKind,
    IncidentCard,
    IncidentStep,
    Piece,
    PlaceCard,
    Reservation,
    SealCard,
    SetCard,
    SetRow,
)
from conciergedesk.keys.custody import (
    OUTSIDE_DESK,
    Holder,
    HolderKind,
    Identity,
    KeyState,
    Position,
    Proof,
    state_at,
)
from conciergedesk.keys.lines import history
from conciergedesk.keys.rules import (
    READY_DAYS,
    Ladder,
    PieceKind,
    Rung,
    mandate_ends_soon,
    rung_at,
)
from conciergedesk.keys.tables import (
    KeyChase,
    KeyIncident,
    KeyIncidentStep,
    KeyMovement,
    KeyPlace,
    KeyReservation,
    KeySeal,
    KeySet,
)
from conciergedesk.keys.tags import read_tag, show_tag

_Moved = aliased(KeyMovement)
Inner = aliased(KeyMovement)


def latest_line(only_moves: bool) -> Any:
    # Joined from the sets by an outer join: a planner that begins with the movements reads all of them.
    query = select(col(Inner.seq)).where(col(Inner.set_id) == KeySet.id)
    if only_moves:
        query = query.where(col(Inner.moves))
    return query.order_by(col(Inner.seq).desc()).limit(1).correlate(KeySet).scalar_subquery()


def places(session: Session) -> dict[int, PlaceCard]:
    """All places by id."""
    rows = session.exec(
        pick(KeyPlace.id, KeyPlace.kind, KeyPlace.name).order_by(KeyPlace.kind, KeyPlace.name)
    )
    return {i: PlaceCard(i, kind, name) for i, kind, name in rows}


def find_tag(session: Session, text: str) -> int:
    """The set behind a typed tag.

    Raises:
        InvalidInput: not a tag, or its check digit does not fit.
        NotFound: no set carries that number.
    """
    number = read_tag(text)
    found = session.exec(pick(KeySet.id).where(KeySet.number == number)).first()
    if found is None:
        raise NotFound(N_("No key set carries the tag {tag}. Read it once more."), tag=show_tag(number))
    return int(found[0])


def set_rows(
    session: Session,
    now: datetime,
    ladder: Ladder,
    zone: tzinfo,
    *,
    only: Collection[int] | None = None,
    known: dict[int, PlaceCard] | None = None,
    planned: Sequence[Reservation] | None = None,
) -> list[SetRow]:
    """Every set in custody or with a story still open, most pressing first.

    Args:
        only: These sets alone.
        known: All places, when the caller has them already.
        planned: The reservations of these sets, soonest first, when the caller has them already.
    """
    last_line = and_(col(KeyMovement.set_id) == KeySet.id, col(KeyMovement.seq) == latest_line(False))
    query = (
        pick(
            KeySet.id, KeySet.number, KeySet.mandate_until, KeySet.lodging_id, Lodging.search,
            KeyMovement.seq, KeyMovement.at, KeyMovement.target_kind, KeyMovement.target_id, KeyMovement.target_name,
            KeyMovement.counted, KeyMovement.expected, KeyMovement.due_at, KeyMovement.frozen,
            _Moved.at, _Moved.identity, _Moved.proof, _Moved.proof_ref, _Moved.request_id,
        )
        .select_from(KeySet)
        .join(KeyMovement, last_line, isouter=True)
        .join(_Moved, and_(col(_Moved.set_id) == KeySet.id, col(_Moved.seq) == latest_line(True)), isouter=True)
        .join(Lodging, col(Lodging.id) == KeySet.lodging_id, isouter=True)
    )  # fmt: skip
    if only is not None:
        query = query.where(col(KeySet.id).in_(only))
    known = places(session) if known is None else known
    reserved = _soonest(reservations(session, only=only) if planned is None else planned)
    incidents = _open_incident_sets(session, only)
    confirmed = _confirmed_loans(session, only)
    found: list[SetRow] = []
    for (i, number, mandate, lodging_id, lodging, seq, at, kind, holder_id, name, counted, expected, due, frozen,
         moved_at, identity, proof, proof_ref, request_id) in session.exec(query):  # fmt: skip
        if seq is None:
            continue
        holder = Holder(HolderKind(kind), holder_id, name)
        position = Position(holder, seq, at, counted, expected, due, frozen)
        reservation = reserved.get(i)
        near = reservation is not None and reservation.since <= now + timedelta(days=READY_DAYS)
        is_confirmed = i in confirmed
        tag = show_tag(number)
        promised_to = reservation.holder_name if reservation is not None else ""
        words = " ".join((tag, tag.replace("-", ""), name, promised_to, lodging or ""))
        found.append(
            SetRow(
                i, number, tag, state_at(position, now, is_reserved=near), position, moved_at,
                Identity(identity or "none"), Proof(proof or "none"), proof_ref or "", request_id,
                known.get(holder_id) if holder.kind is HolderKind.PLACE else None,
                i in incidents, is_confirmed, reservation, mandate, lodging_id,
                fold(words),
                rung_at(due, now, ladder, zone, holder=holder.kind, is_confirmed=is_confirmed),
            )
        )  # fmt: skip
    return sorted(found, key=_pressing)


def sets_named(
    session: Session, text: str, now: datetime, ladder: Ladder, zone: tzinfo, limit: int = 5
) -> list[SetRow]:
    """Sets by tag, or by who has or awaits them. The property is no way in here: a tag never stands beside it."""
    words = fold(text).split()
    found = []
    for row in set_rows(session, now, ladder, zone) if words else []:
        promised = row.reservation.holder_name if row.reservation is not None else ""
        known = fold(f"{row.tag} {row.tag.replace('-', '')} {row.position.holder.name} {promised}")
        if all(word in known for word in words):
            found.append(row)
    return found[:limit]


def _pressing(row: SetRow) -> tuple[int, float, int]:
    """What must move first comes first; what hangs quietly comes last, by number."""
    due = row.due_at
    if due is not None:
        return (0, due.timestamp(), row.number)
    quiet = {KeyState.TRANSIT: 1, KeyState.OUT: 1, KeyState.MISSING: 2, KeyState.LOST: 2}
    rank = 2 if row.has_incident or row.position.frozen else quiet.get(row.state, 3)
    if row.state in {KeyState.RETURNED, KeyState.RETIRED}:
        rank = 4
    return (rank, 0.0, row.number)


_RESERVATION = (
    KeyReservation.id, KeyReservation.set_id, KeyReservation.holder_kind, KeyReservation.holder_id,
    KeyReservation.holder_name, KeyReservation.since, KeyReservation.until, KeyReservation.request_id,
    KeyReservation.version,
)  # fmt: skip


def reservations(
    session: Session, *, set_id: int | None = None, only: Collection[int] | None = None
) -> list[Reservation]:
    """Planned reservations, soonest first."""
    query = pick(*_RESERVATION).where(KeyReservation.state == "planned").order_by(col(KeyReservation.since))
    if set_id is not None:
        query = query.where(KeyReservation.set_id == set_id)
    if only is not None:
        query = query.where(col(KeyReservation.set_id).in_(only))
    return [
        Reservation(i, of, HolderKind(kind), holder, name, since, until, request, version)
        for i, of, kind, holder, name, since, until, request, version in session.exec(query)
    ]


def _soonest(planned: Iterable[Reservation]) -> dict[int, Reservation]:
    found: dict[int, Reservation] = {}
    for one in planned:
        found.setdefault(one.set_id, one)
    return found


def _open_incident_sets(session: Session, only: Collection[int] | None) -> set[int]:
    query = pick(KeyIncident.set_id).where(col(KeyIncident.closed_at).is_(None))
    if only is not None:
        query = query.where(col(KeyIncident.set_id).in_(only))
    return {row[0] for row in session.exec(query)}


def _confirmed_loans(session: Session, only: Collection[int] | None) -> set[int]:
    """Sets whose present holder has answered that they have it."""
    last = (
        select(func.max(col(Inner.seq))).where(col(Inner.set_id) == KeyChase.set_id, col(Inner.moves))
    ).scalar_subquery()
    query = pick(KeyChase.set_id).where(col(KeyChase.is_confirmed), col(KeyChase.loan_seq) == last)
    if only is not None:
        query = query.where(col(KeyChase.set_id).in_(only))
    return {row[0] for row in session.exec(query)}


def incidents(session: Session, *, set_id: int | None = None, open_only: bool = False) -> list[IncidentCard]:
    """Incidents with their lists, newest first."""
    query = pick(
        KeyIncident.id, KeyIncident.set_id, KeyIncident.kind, KeyIncident.opened_at, KeyIncident.opened_by,
        KeyIncident.holder, KeyIncident.risk, KeyIncident.cost_cents, KeyIncident.cause, KeyIncident.measure,
        KeyIncident.closed_at, KeyIncident.version,
    ).order_by(col(KeyIncident.id).desc())  # fmt: skip
    if set_id is not None:
        query = query.where(KeyIncident.set_id == set_id)
    if open_only:
        query = query.where(col(KeyIncident.closed_at).is_(None))
    rows = list(session.exec(query))
    steps: dict[int, list[IncidentStep]] = {row[0]: [] for row in rows}
    if steps:
        wanted = (
            pick(
                KeyIncidentStep.incident_id, KeyIncidentStep.id, KeyIncidentStep.code, KeyIncidentStep.labels,
                KeyIncidentStep.required, KeyIncidentStep.due_at, KeyIncidentStep.state, KeyIncidentStep.done_at,
                KeyIncidentStep.done_by, KeyIncidentStep.note,
            )
            .where(col(KeyIncidentStep.incident_id).in_(steps))
            .order_by(col(KeyIncidentStep.incident_id), col(KeyIncidentStep.position))
        )  # fmt: skip
        for incident_id, *rest in session.exec(wanted):
            steps[incident_id].append(IncidentStep(*rest))
    return [
        IncidentCard(
            i, of, kind, at, by, holder, risk, cost, cause, measure, closed, tuple(steps[i]), version
        )
        for i, of, kind, at, by, holder, risk, cost, cause, measure, closed, version in rows
    ]


def set_card(session: Session, set_id: int, now: datetime, ladder: Ladder, zone: tzinfo) -> SetCard:
    """One set in full.

    Raises:
        NotFound: there is no such set.
    """
    key_set = session.get(KeySet, set_id)
    known, planned = places(session), reservations(session, set_id=set_id)
    rows = []
    if key_set is not None:
        rows = set_rows(session, now, ladder, zone, only=[set_id], known=known, planned=planned)
    if key_set is None or not rows:
        raise NotFound(N_("This record is no longer there. Go back and refresh the list."))
    row = rows[0]
    owner = session.get(Person, key_set.owner_id) if key_set.owner_id else None
    holder = row.position.holder
    about = row.reservation if row.state is KeyState.READY else None
    who_kind, who = (about.holder_kind, about.holder_id) if about else (holder.kind, holder.id)
    phone, language = contact_of(session, who_kind, who)
    seals = session.exec(
        pick(
            KeySeal.id,
            KeySeal.kind,
            KeySeal.made_at,
            KeySeal.openings,
            KeySeal.opened_at,
            KeySeal.needs_second,
        )
        .where(KeySeal.set_id == set_id, col(KeySeal.replaced_at).is_(None))
        .order_by(col(KeySeal.id))
    )
    chases = session.exec(
        pick(KeyChase.at, KeyChase.actor, KeyChase.channel, KeyChase.answer, KeyChase.is_confirmed)
        .where(KeyChase.set_id == set_id)
        .order_by(col(KeyChase.id).desc())
        .limit(20)
    )
    return SetCard(
        row=row,
        pieces=tuple(Piece(PieceKind(one["kind"]), int(one["count"])) for one in key_set.pieces),
        photo=key_set.photo,
        owner_id=key_set.owner_id,
        owner=f"{owner.first_name} {owner.last_name}".strip() if owner else "",
        mandate_ref=key_set.mandate_ref,
        mandate_since=key_set.mandate_since,
        mandate_until=key_set.mandate_until,
        has_address=key_set.has_address,
        note=key_set.note,
        home=known.get(key_set.home_place_id or 0),
        holder_phone=phone,
        holder_language=language,
        lines=tuple(history(session, set_id)),
        line_count=row.position.seq,
        seals=tuple(SealCard(*one) for one in seals),
        reservations=tuple(planned),
        incidents=tuple(incidents(session, set_id=set_id)),
        chases=tuple(ChaseLine(*one) for one in chases),
        spares=tuple(spare_sets(session, set_id, now, ladder, zone)),
        version=key_set.version,
    )


def contact_of(session: Session, kind: HolderKind, who: int | None) -> tuple[str, str]:
    """Phone and language of a guest or an owner."""
    if kind not in {HolderKind.GUEST, HolderKind.OWNER, HolderKind.WITH_OWNER} or who is None:
        return "", ""
    person = session.get(Person, who)
    phone = session.exec(
        pick(Phone.e164, Phone.typed).where(Phone.person_id == who).order_by(col(Phone.position)).limit(1)
    ).first()
    return (show_phone(phone[0]) or phone[1] if phone else ""), (person.language if person else "")


def spare_sets(session: Session, set_id: int, now: datetime, ladder: Ladder, zone: tzinfo) -> list[SetRow]:
    """Other sets of the same property that hang here complete, free and unreserved."""
    lodging = session.exec(pick(KeySet.lodging_id).where(KeySet.id == set_id)).first()
    if lodging is None or lodging[0] is None:
        return []
    ids = [
        row[0]
        for row in session.exec(
            pick(KeySet.id).where(KeySet.lodging_id == lodging[0], col(KeySet.id) != set_id)
        )
    ]
    if not ids:
        return []
    return [
        row
        for row in set_rows(session, now, ladder, zone, only=ids)
        if row.state is KeyState.IN
        and row.position.is_complete
        and not row.position.frozen
        and not row.has_incident
    ]


def due_keys(
    session: Session, now: datetime, ladder: Ladder, zone: tzinfo, *, only: Collection[int] | None = None
) -> list[DueKey]:
    """Everything owed about keys: returns, planned handovers, steps after an incident, ending mandates.

    Args:
        only: Only what concerns these sets.
    """
    rows = {row.id: row for row in set_rows(session, now, ladder, zone, only=only)}
    found: list[DueKey] = []
    for row in rows.values():
        position, holder = row.position, row.position.holder
        if position.due_at is not None:
            found.append(_due(DueKind.RETURN, row.id, row, position.due_at, holder, row.rung, row.request_id))
        elif row.reservation is not None and position.holder.kind in {HolderKind.PLACE, HolderKind.AGENT}:
            one = row.reservation
            to = Holder(one.holder_kind, one.holder_id, one.holder_name)
            found.append(_due(DueKind.HANDOVER, one.id, row, one.since, to, Rung.ON_TIME, one.request_id))
        in_custody = holder.kind in OUTSIDE_DESK | {HolderKind.PLACE, HolderKind.AGENT}
        if in_custody and mandate_ends_soon(row.mandate_until, now.astimezone(zone).date()):
            assert row.mandate_until is not None
            ends = datetime.combine(row.mandate_until + timedelta(days=1), datetime.min.time(), zone)
            found.append(
                _due(DueKind.MANDATE, row.id, row, ends.astimezone(now.tzinfo), holder, Rung.ON_TIME, None)
            )
    for incident in incidents(session, open_only=True):
        step = next((one for one in incident.open_steps if one.due_at is not None), None)
        row_of = rows.get(incident.set_id)
        if step is not None and step.due_at is not None and row_of is not None:
            due = _due(
                DueKind.INCIDENT, incident.id, row_of, step.due_at, row_of.position.holder, Rung.RED, None
            )
            found.append(replace(due, step=step.code, labels=tuple(step.labels.items())))
    return sorted(found, key=lambda one: (one.due_at, one.tag))


def _due(
    kind: DueKind, of: int, row: SetRow, due_at: datetime, holder: Holder, rung: Rung, request_id: int | None
) -> DueKey:
    return DueKey(
        kind, of, row.id, row.tag, due_at, holder.kind, holder.id, holder.name, rung,
        row.position.counted, row.position.expected, request_id,
    )  # fmt: skip
