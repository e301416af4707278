"""What is true right now, for the third pane of a wide screen: who works, who holds what is due today, keys outside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col

from conciergedesk.board.detail import Line, Section, Tone
from conciergedesk.board.rules import Promise, PromiseKind
from conciergedesk.core.db.read import pick
from conciergedesk.core.i18n import _, local, plural, show_clock
from conciergedesk.rota.queries import ShiftSpan, next_on, who_is_on
from conciergedesk.staff.tables import Agent

SOON_ON = timedelta(hours=16)
"""Shifts that begin later are not news."""
MOST = 6


def now_sections(session: Session, now: datetime, in_order: Sequence[Promise]) -> tuple[Section, ...]:
    """The sections of the pane.

    Args:
        in_order: what is owed, soonest first.
    """
    due = list(_due_today(in_order, now))
    found = (_on_shift(session, now), _holders(due, now), _keys(due, now))
    return tuple(section for section in found if section.lines)


def _due_today(in_order: Iterable[Promise], now: datetime) -> Iterable[Promise]:
    today = local(now).date()
    for promise in in_order:
        if promise.due_at is None or local(promise.due_at).date() > today:
            return
        if promise.kind is not PromiseKind.ROTA:  # an empty post is nobody’s to hold
            yield promise


def _on_shift(session: Session, now: datetime) -> Section:
    on = who_is_on(session, now)
    then = [one for one in next_on(session, now, MOST) if one.starts_at - now <= SOON_ON]
    ids = {one.agent_id for one in (*on, *then)}
    names = dict(session.exec(pick(Agent.id, Agent.first_name).where(col(Agent.id).in_(ids - {None}))).all())

    def line(span: ShiftSpan, end: str, tone: Tone) -> Line:
        return Line(str(names.get(span.agent_id, span.person)), right=end, tone=tone)

    lines = [line(one, _("until {clock}", clock=show_clock(one.ends_at)), Tone.TEXT) for one in on[:MOST]] + [
        line(one, _("from {clock}", clock=show_clock(one.starts_at)), Tone.MUTED) for one in then[:3]
    ]
    return Section(_("On shift"), str(len(on)) if on else _("nobody"), tuple(lines))


def _holders(due: Sequence[Promise], now: datetime) -> Section:
    """Who holds what is due today; what nobody holds first."""
    held: dict[str, list[Promise]] = {}
    for promise in due:
        held.setdefault(promise.holder, []).append(promise)
    lines = []
    for holder, mine in sorted(held.items(), key=lambda one: (one[0] != "", -len(one[1]), one[0]))[:MOST]:
        late = sum(promise.due_at is not None and promise.due_at < now for promise in mine)
        lines.append(
            Line(
                holder or _("not taken yet"),
                left=str(len(mine)),
                right=plural("{count} late", "{count} late", late) if late else "",
                right_tone=Tone.LATE,
                tone=Tone.TEXT if holder else Tone.BRIGHT,
            )
        )
    return Section(_("Due today"), str(len(due)), tuple(lines))


def _keys(due: Sequence[Promise], now: datetime) -> Section:
    keys = [promise for promise in due if promise.kind is PromiseKind.KEY and promise.due_at is not None]
    lines = [
        Line(
            one.for_whom or one.what,
            left=one.ref,
            right=show_clock(one.due_at),
            right_tone=Tone.LATE if one.due_at < now else Tone.MUTED,
        )
        for one in keys[:MOST]
        if one.due_at is not None
    ]
    return Section(_("Keys due back"), str(len(keys)), tuple(lines))
