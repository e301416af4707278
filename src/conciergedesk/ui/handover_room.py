"""What the screen of handovers reads and writes; everything here is called in worker threads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from conciergedesk.core.i18n import active_language
from conciergedesk.handover.cards import HandoverCard, LogCard
from conciergedesk.handover.rules import Colour, EditionLine, Missing, State, missing_to_accept

if TYPE_CHECKING:
    from conciergedesk.handover.turns import HandoverHouse
    from conciergedesk.ui.session import DeskSession

FRESH = timedelta(minutes=1)
"""A draft older than this is brought up to date when it is opened."""


@dataclass(frozen=True, slots=True)
class HandoverReading:
    """One document with what stands beside it; ``ids`` are all documents of the team, newest first."""

    card: HandoverCard | None = None
    ids: tuple[int, ...] = ()
    labels: tuple[str, str] = ("", "")
    missing: tuple[Missing, ...] = ()


class HandoverRoom:
    """The room of handovers as one desk uses it."""

    def __init__(self, session: DeskSession) -> None:
        self.session = session

    def house(self) -> HandoverHouse:
        return self.session.handover_house()

    def load(self, wanted: int | None = None) -> HandoverReading:
        """The wanted document, else the one that concerns who sits here."""
        from conciergedesk.handover import queries

        session = self.session
        actor = session.actor
        if actor is None:
            return HandoverReading()
        ids = tuple(row.id for row in session.ask(queries.handovers, team=actor.team, limit=60))
        number = wanted
        if number is None:
            number = session.ask(queries.current_handover, actor.team, actor.id, session.now())
        if number is None:
            return HandoverReading(ids=ids)
        card = session.ask(queries.handover_card, number)
        return HandoverReading(card, ids, self._labels(card), _missing(card))

    def _labels(self, card: HandoverCard) -> tuple[str, str]:
        names = {
            turn.code: turn.label.in_language(active_language())
            for turn in self.house().turns.get(card.row.team, ())
        }
        shifts = (card.row.from_shift, card.row.to_shift)
        return (names.get(shifts[0], shifts[0]), names.get(shifts[1], shifts[1]))

    def token(self) -> str:
        return self.session.token()

    # --- writing ---

    def draft(self) -> int:
        from conciergedesk.handover import service

        return self.session.act(service.draft, self.session.book(), self.house())

    def refresh(self, card: HandoverCard) -> None:
        """Bring one's own draft up to date when it has become old."""
        actor, at = self.session.actor, card.row.drafted_at
        mine = actor is not None and card.row.from_id == actor.id and card.row.state == State.DRAFT
        if mine and (at is None or self.session.now() - at >= FRESH):
            self.draft()

    def sign(self, card: HandoverCard, reason: str = "") -> None:
        from conciergedesk.handover import service

        self.session.act(service.sign, card.row.id, reason=reason)

    def read(self, handover_id: int) -> None:
        from conciergedesk.handover import service

        self.session.act(service.read, handover_id)

    def take(self, line_id: int, version: int) -> None:
        from conciergedesk.handover import service

        self.session.act(service.acknowledge, line_id, seen=version)

    def take_steady(self, handover_id: int, section: str) -> None:
        from conciergedesk.handover import service

        self.session.act(service.acknowledge_steady, handover_id, section)

    def ask(self, handover_id: int, text: str, line_id: int | None) -> None:
        from conciergedesk.handover import service

        self.session.act(service.ask, self.session.book(), handover_id, text, line_id=line_id)

    def answer(self, question_id: int, text: str) -> None:
        from conciergedesk.handover import service

        self.session.act(service.answer, self.session.book(), question_id, text)

    def keep_synthesis(self, handover_id: int, text: str) -> None:
        from conciergedesk.handover import service

        self.session.act(service.write_synthesis, self.session.book(), handover_id, text)

    def accept(self, card: HandoverCard, synthesis: str, reason: str = "") -> bool:
        from conciergedesk.handover import service

        return self.session.act(
            service.accept,
            self.session.book(),
            card.row.id,
            synthesis=synthesis,
            reason=reason,
            seen_edition=card.row.edition,
        )

    def editions(self, handover_id: int) -> dict[int, tuple[EditionLine, ...]]:
        from conciergedesk.handover import queries

        return self.session.ask(queries.editions, handover_id)

    def log_lines(self, search: str = "", limit: int = 200) -> list[LogCard]:
        from conciergedesk.handover import queries
        from conciergedesk.staff.rules import Right

        actor = self.session.actor
        return self.session.ask(
            queries.log_lines,
            search=search,
            limit=limit,
            reader_team=actor.team if actor is not None else "",
            supervisor=actor is not None and Right.MANAGE_STAFF in actor.rights,
        )

    def about(self, kind: str, subject_id: int | None) -> HandoverCard | None:
        """The document that a parked form is about; the one that concerns who sits here when it names none."""
        from conciergedesk.handover import queries

        if subject_id is None:
            return self.load().card
        number: int | None = subject_id
        if kind == "handover_answer":
            number = self.session.ask(queries.handover_of_question, subject_id)
        elif kind != "handover_add":
            number = self.session.ask(queries.handover_of_line, subject_id)
        return self.session.ask(queries.handover_card, number) if number is not None else None

    def agent_named(self, name: str) -> int | None:
        """The agent a typed first name or code means; None when there is none."""
        from conciergedesk.core.text import fold

        wanted = fold(name)
        found: Mapping[str, int] = {
            key: one.id for one in self.session.staff() for key in (fold(one.code), fold(one.first_name))
        }
        return found.get(wanted) if wanted else None


def _missing(card: HandoverCard) -> tuple[Missing, ...]:
    return missing_to_accept(
        State(card.row.state),
        red_open=card.red_open,
        questions_open=len(card.open_questions),
        synthesis=card.synthesis,
        items=sum(line.colour != Colour.GREEN for line in card.lines),
    )
