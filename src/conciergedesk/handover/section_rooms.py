"""What the rooms of keys, hotlines and rota say at the change of shift; importing this module connects them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session

from conciergedesk.core.i18n import N_
from conciergedesk.handover.rules import Colour, Section, colour_of
from conciergedesk.handover.sections import (
    NOTHING,
    LineDraft,
    SectionDraft,
    ShiftView,
    line_order,
    register,
    register_requests,
)
from conciergedesk.hotline.cards import IncidentCard, OpenTicket
from conciergedesk.hotline.triage import PARTY_LABELS, Party
from conciergedesk.requests.lifecycle import State

LINES = ("technical", "commercial")
LOUD = ("S1", "S2")
"""Severities that every shift hears of; milder tickets are the business of their own line."""
ROSTER_AHEAD = timedelta(hours=24)


# --- keys ---


def _keys(session: Session, view: ShiftView) -> SectionDraft:
    from conciergedesk.keys.custody import OUTSIDE_DESK
    from conciergedesk.keys.figures import last_count
    from conciergedesk.keys.house import key_house
    from conciergedesk.keys.queries import set_rows
    from conciergedesk.keys.rules import Rung

    rows = set_rows(session, view.now, key_house().ladder, view.zone)
    lines, steady = [], 0
    for row in rows:
        if row.has_incident:
            action, colour = view.say(N_("open incident: go on with the list")), Colour.RED
        elif row.position.holder.kind in OUTSIDE_DESK:
            late = row.rung is not Rung.ON_TIME
            action = view.say(N_("late: chase")) if late else view.say(N_("must come back"))
            due = row.position.due_at
            colour = Colour.RED if row.rung >= Rung.RED else _key_colour(due, late, view)
        elif row.due_at is not None and row.due_at < view.until:
            action, colour = view.say(N_("hand over")), Colour.AMBER
        else:
            continue
        if colour is Colour.GREEN:
            steady += 1
        lines.append(
            LineDraft(
                colour,
                " · ".join(part for part in (row.tag, _holder(row)) if part),
                action,
                due_at=row.due_at,
                source_kind="key_set",
                source_id=row.id,
            )
        )
    count = last_count(session)
    if count is None or count.finished_at is None or count.finished_at < view.since:
        figure, tone = (
            (view.say(N_("not counted this shift")), "soon") if rows else (view.say(NOTHING), "muted")
        )
        return SectionDraft(figure, tone, tuple(sorted(lines, key=line_order)))
    right = count.counted == count.expected and not count.differences
    figure = view.say(
        N_("counted {at}: {counted} of {expected}, right")
        if right
        else N_("counted {at}: {counted} of {expected}, a difference"),
        at=view.clock(count.finished_at),
        counted=count.counted,
        expected=count.expected,
    )
    return SectionDraft(
        figure,
        "done" if right else "late",
        tuple(sorted(lines, key=line_order)),
        count.counted,
        count.expected,
    )


def _holder(row: object) -> str:
    from conciergedesk.keys.cards import SetRow

    assert isinstance(row, SetRow)
    if row.reservation is not None and row.position.is_in:
        return row.reservation.holder_name
    return row.position.holder.name


def _key_colour(due: datetime | None, late: bool, view: ShiftView) -> Colour:
    if late or (due is not None and due < view.until):
        return Colour.AMBER
    return Colour.GREEN


# --- the hotlines ---


def _hotline(session: Session, view: ShiftView) -> SectionDraft:
    """Mass incidents and severe tickets, those of an open incident behind it."""
    from conciergedesk.hotline.queries import incidents, open_tickets

    found = incidents(session)
    behind = {ticket.id for one in found if one.state == "open" for ticket in one.tickets}
    tickets = [row for row in open_tickets(session) if row.severity in LOUD and row.id not in behind]
    if not found and not tickets:
        return SectionDraft(view.say(N_("no S1, no S2")))
    lines = [*(_incident_line(one, view) for one in found), *(_ticket_line(row, view) for row in tickets)]
    urgent = sum(row.severity == "S1" for row in tickets)
    parts = (
        [view.many(N_("{count} mass incident"), N_("{count} mass incidents"), len(found))] if found else []
    )
    if tickets:
        parts.append(view.say(N_("{first} S1, {second} S2"), first=urgent, second=len(tickets) - urgent))
    tone = "late" if urgent or found else "soon"
    return SectionDraft(", ".join(parts), tone, tuple(sorted(lines, key=line_order)))


def _mild_tickets(session: Session, view: ShiftView) -> list[LineDraft]:
    """What else a line has open, for the line's own shifts."""
    from conciergedesk.hotline.queries import open_tickets

    if view.team not in LINES:
        return []
    return [
        _ticket_line(row, view) for row in open_tickets(session, line=view.team) if row.severity not in LOUD
    ]


def _incident_line(card: IncidentCard, view: ShiftView) -> LineDraft:
    sites = view.many(N_("{count} site"), N_("{count} sites"), len({one.site for one in card.tickets}))
    proposed = card.state == "proposed"
    action = (
        view.say(N_("open the incident or dismiss it"))
        if proposed
        else view.say(N_("follow it, tell the sites"))
    )
    return LineDraft(
        Colour.RED,
        f"{card.ref} {_category(card.category, view)} · {sites}",
        action,
        card.owner_id,
        card.owner,
        card.due_at,
        "mass_incident",
        card.id,
    )


def _ticket_line(row: OpenTicket, view: ShiftView) -> LineDraft:
    broken = row.due_at is not None and row.due_at < view.now
    what = f"{row.ref} {_category(row.category, view)} {row.title}".strip()
    whom = row.caller or row.provider
    return LineDraft(
        colour_of(row.board_at, row.severity, broken=broken, now=view.now, next_shift_ends=view.until),
        " · ".join(part for part in (what, whom, row.severity) if part),
        _ticket_action(row, view),
        row.owner_id,
        row.owner,
        row.board_at,
        "ticket",
        row.id,
    )


def _ticket_action(row: OpenTicket, view: ShiftView) -> str:
    if row.state == State.WAITING_CLIENT:
        return view.say(N_("ask the caller again"))
    if row.state == State.WAITING_PROVIDER:
        whom = view.say(PARTY_LABELS[Party(row.waits_for)]) if row.waits_for in set(Party) else row.waits_for
        return view.say(N_("chase {whom}"), whom=whom) if whom else view.say(N_("chase"))
    return view.say(N_("carry on")) if row.owner_id is not None else view.say(N_("take it"))


def _category(code: str, view: ShiftView) -> str:
    from conciergedesk.hotline.house import hotline_house

    return hotline_house(view.book).category_name(code, view.language)


# --- the team to come ---


def _shift_label(code: str) -> str:
    from conciergedesk.rota.house import rota_house

    shift = rota_house().rota.shift_by_id.get(code)
    return f"{code} {shift.label}" if shift is not None else code


def _roster(session: Session, view: ShiftView) -> SectionDraft:
    """Who comes in the next 24 hours, and posts that nobody holds."""
    from conciergedesk.rota.house import rota_house
    from conciergedesk.rota.queries import gaps, next_on, published_until

    if published_until(session) is None:
        return SectionDraft(view.say(NOTHING))
    house, day = rota_house(), view.now.astimezone(view.zone).date()
    lines = tuple(
        LineDraft(
            Colour.RED if hole.day == day else Colour.AMBER,
            "/".join(_shift_label(one) for one in hole.shifts),
            view.say(N_("{staffed} of {needed}: find somebody"), staffed=hole.staffed, needed=hole.needed),
            due_at=datetime(hole.day.year, hole.day.month, hole.day.day, tzinfo=view.zone),
            source_kind="rota_gap",
            source_id=hole.day.toordinal() * 100 + number,
        )
        for number, hole in enumerate(gaps(session, house, day, day + timedelta(days=2)))
    )
    coming = [one for one in next_on(session, view.now, 8) if one.starts_at - view.now <= ROSTER_AHEAD]
    names = ", ".join(f"{house.name_of(one.person)} {view.clock(one.starts_at)}" for one in coming[:4])
    if lines:
        figure = view.many(N_("{count} empty post"), N_("{count} empty posts"), len(lines))
        return SectionDraft(f"{figure} · {names}" if names else figure, "late", lines)
    return SectionDraft(names or view.say(NOTHING))


register(Section.KEYS, _keys)
register(Section.HOTLINE, _hotline)
register(Section.ROSTER, _roster)
register_requests(_mild_tickets)
