"""What the screen of the hotlines reads and does: every method is called in a worker thread, heavy imports inside."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from conciergedesk.board.detail import Detail, Snapshot
from conciergedesk.board.rules import Promise, PromiseKind

if TYPE_CHECKING:
    from conciergedesk.core.db.unit import Unit
    from conciergedesk.hotline.articles import Article
    from conciergedesk.hotline.cards import (
        CallerCard,
        CallRow,
        ContactLine,
        IncidentCard,
        TicketCard,
    )
    from conciergedesk.hotline.house import HotlineHouse
    from conciergedesk.hotline.queries import Ringing
    from conciergedesk.hotline.rules import Impact, ResolutionCode, Urgency
    from conciergedesk.hotline.search import Hit
    from conciergedesk.hotline.service import OpenedTicket, Told
    from conciergedesk.hotline.triage import Party, Walk
    from conciergedesk.ui.session import DeskSession

KINDS = frozenset({PromiseKind.TICKET, PromiseKind.INCIDENT, PromiseKind.ROUND, PromiseKind.AGREEMENT})
LINES = ("technical", "commercial")
REASON_OF = {
    "booking_on_behalf": "booking", "double_booking": "booking", "cancellation": "booking",
    "price_availability": "price", "commission": "commission", "renewal": "agreement", "ambassador_card": "card",
    "training": "training",
}  # fmt: skip
"""Why they called, by category; everything technical is a breakdown."""


@dataclass(frozen=True, slots=True)
class TicketView:
    """A ticket on the screen: its card, the way through the tree, and the numbers of the agreement."""

    card: TicketCard
    walk: Walk | None
    agreed: tuple[ContactLine, ...]
    began: datetime


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a ticket that was concluded."""

    ref: str
    what: str
    first_contact: bool = False
    holder: str = ""


class HotlineRoom:
    """Both hotlines for one desk; also what their screen reads from."""

    def __init__(self, session: DeskSession) -> None:
        self.session = session

    @property
    def house(self) -> HotlineHouse:
        from conciergedesk.hotline.house import hotline_house

        return hotline_house(self.session.book())

    @property
    def line(self) -> str:
        """The line of whoever sits here; empty for both."""
        actor = self.session.actor
        return actor.team if actor is not None and actor.team in LINES else ""

    def may(self, right: str) -> bool:
        actor = self.session.actor
        return actor is not None and (right in actor.rights or "*" in actor.rights)

    @property
    def rings_here(self) -> bool:
        """Whether calls of a line ring at this desk."""
        return self.may("answer_hotline")

    # --- the list ---

    def load(self) -> Snapshot:
        return self.session.load()

    def detail(self, kind: PromiseKind, promise_id: int) -> Detail | None:
        return self.session.detail(kind, promise_id)

    def token(self) -> str:
        return self.session.token()

    def shown(self, promises: Collection[Promise], *, everything: bool) -> list[Promise]:
        """What stands on the screen of the hotlines: of my line, or of both."""
        mine = self.line
        found = [
            one
            for one in promises
            if one.kind in KINDS or (one.kind is PromiseKind.CALLBACK and one.team in LINES)
        ]
        return found if everything or not mine else [one for one in found if one.team == mine]

    # --- calls ---

    def calls(self) -> tuple[CallerCard, ...]:
        """Cards of the calls that ring for this desk, the longest first; then the one that its agent is in."""
        from conciergedesk.hotline.queries import my_call, ringing

        calls = self.session.ask(ringing, self.line)
        actor = self.session.actor
        mine = self.session.ask(my_call, actor.id) if actor is not None and actor.id is not None else None
        return tuple(self.card(call) for call in [*calls, *([mine] if mine is not None else [])])

    def look(self, shown: int | None) -> Ringing:
        """What rings now, what became of the call ``shown``, and what everybody must see."""
        from conciergedesk.hotline.queries import ringing_now

        return self.session.ask(
            ringing_now,
            self.session.now(),
            self.house.rules,
            line=self.line,
            answers=self.rings_here,
            shown=shown,
        )

    def card(self, call_id: int) -> CallerCard:
        from conciergedesk.hotline.queries import caller_card

        return self.session.ask(caller_card, call_id, self.session.now(), self.house.rules)

    def take(self, call_id: int) -> CallerCard:
        from conciergedesk.hotline import service as hotline

        self.session.act(hotline.take_call, call_id)
        return self.card(call_id)

    def ring_in(self, number: str) -> CallerCard:
        """A call that reached this desk without the telephone telling it."""
        from conciergedesk.hotline import service as hotline

        return self.card(self.session.act(hotline.ring_in, number, line=self.line))

    def wrap_up(self, call_id: int, reason: str, outcome: str) -> None:
        from conciergedesk.hotline import service as hotline

        self.session.act(hotline.wrap_up, call_id, reason, outcome)

    def missed(self) -> list[CallRow]:
        from conciergedesk.hotline.queries import missed_calls

        return self.session.ask(missed_calls, self.line)

    def clear(self, calls: Sequence[int], outcome: str) -> int:
        from conciergedesk.hotline import service as hotline

        return self.session.act(hotline.clear_missed, calls, outcome)

    # --- tickets ---

    def trees(self, line: str) -> list[tuple[str, str]]:
        """(id, title) of the trees of a line, or of both."""
        from conciergedesk.core.i18n import active_language
        from conciergedesk.hotline.rules import Line

        lines = [Line(line)] if line in LINES else list(Line)
        return [
            (tree.id, tree.title.in_language(active_language()))
            for one in lines
            for tree in self.house.triage.of_line(one)
        ]

    def open(self, tree: str, card: CallerCard | None, began: datetime) -> tuple[TicketView, OpenedTicket]:
        """Open a ticket with everything the call tells filled in."""
        from conciergedesk.hotline import service as hotline
        from conciergedesk.hotline.service import NewTicket

        new = NewTicket(tree)
        if card is not None:
            devices = [one for one in card.assets if one.kind == tree_kind(tree)]
            new = NewTicket(
                tree,
                site_id=card.site_id,
                provider_id=card.provider_id,
                asset_id=devices[0].id if len(devices) == 1 else None,
                caller=card.name,
                caller_role=card.role,
                number=card.number,
                language=card.language,
                call_id=card.call_id,
            )
        opened = self.session.act(hotline.open_ticket, self.house, new, began=began)
        return self.view(opened.id), opened

    def view(self, ticket_id: int) -> TicketView:
        from conciergedesk.hotline.queries import ticket_card
        from conciergedesk.hotline.register import contacts_of
        from conciergedesk.hotline.service.opening import walk_of
        from conciergedesk.hotline.tables import Ticket

        card = self.session.ask(ticket_card, ticket_id)

        def walk(session: object) -> Walk | None:
            ticket = session.get(Ticket, ticket_id)  # type: ignore[attr-defined]
            return walk_of(self.house, ticket)

        agreed: list[ContactLine] = []
        if card.provider_id is not None:
            contacts = self.session.ask(contacts_of, provider_id=card.provider_id)
            agreed = [one for one in contacts if one.on_agreement]
        return TicketView(card, self.session.ask(walk), tuple(agreed), self.session.now())

    def keep(self, view: TicketView, walk: Walk) -> None:
        """Keep the answers of a triage that is left."""
        from conciergedesk.hotline import service as hotline

        self.session.act(
            hotline.triage, self.house, view.card.row.id, [one.key for one in walk.given], began=view.began
        )

    def note_fields(self, view: TicketView, walk: Walk, noted: Mapping[str, str]) -> TicketView:
        from conciergedesk.hotline import service as hotline

        keys = [one.key for one in walk.given]
        self.session.act(hotline.triage, self.house, view.card.row.id, keys, noted=noted)
        return replace(self.view(view.card.row.id), began=view.began)

    def prove(self, view: TicketView, contact_id: int) -> TicketView:
        from conciergedesk.hotline import service as hotline

        self.session.act(hotline.prove_identity, self.house, view.card.row.id, contact_id)
        return replace(self.view(view.card.row.id), began=view.began)

    def price(self, view: TicketView, what: str, old: str, new: str) -> bool:
        """Note a price change; answers whether a second person must confirm it."""
        from conciergedesk.core.money import read_money
        from conciergedesk.hotline import service as hotline

        before, after = read_money(old, "old").cents, read_money(new, "new").cents
        _number, waits = self.session.act(
            hotline.ask_price_change, self.house, view.card.row.id, what, before, after
        )
        return waits

    def conclude(self, view: TicketView, walk: Walk) -> Ended:
        """Do what the end of the tree says, in one unit: keep the answers, solve or pass on, wrap the call up."""
        from conciergedesk.core.i18n import _
        from conciergedesk.hotline import service as hotline
        from conciergedesk.hotline.rules import ResolutionCode
        from conciergedesk.hotline.triage import OUTCOME_LABELS, PARTY_LABELS, OutcomeKind, Party

        outcome = walk.outcome
        assert outcome is not None
        house, row, began = self.house, view.card.row, view.began
        kind = outcome.kind

        def conclude(unit: Unit) -> tuple[bool, int | None]:
            hotline.triage(unit, house, row.id, [one.key for one in walk.given])
            first, holder = False, None
            if kind in (OutcomeKind.SOLVED, OutcomeKind.REFUSED):
                default = (
                    ResolutionCode.SOLVED_REMOTE if kind is OutcomeKind.SOLVED else ResolutionCode.WONT_FIX
                )
                first = hotline.solve(
                    unit, house, row.id, outcome.code or default, article=walk.article, began=began
                )
            elif kind is OutcomeKind.FIELD_VISIT:
                task = f"{house.category_name(row.category, 'fr')} {row.title}".strip()
                hotline.send_to_field(unit, house, row.id, task, began=began)
            elif kind is OutcomeKind.CALL_BACK:
                self._promise(unit, view, outcome.call_back_after or timedelta(minutes=30))
                hotline.wait_caller(unit, house, row.id)
            else:
                holder = hotline.escalate(
                    unit, house, row.id, outcome.to or Party.LEVEL_2, away=self._away(), began=began
                )
            self._wrap_up(unit, view, kind)
            return first, holder

        first, holder = self.session.act(conclude)
        name = next((one.name for one in self.session.staff() if one.id == holder), "")
        what = _(OUTCOME_LABELS[kind])
        if kind is OutcomeKind.ESCALATE and outcome.to is not None:
            what = f"{what} : {_(PARTY_LABELS[outcome.to])}"
        return Ended(row.ref, what, first, name)

    def _promise(self, unit: Unit, view: TicketView, after: timedelta) -> None:
        from conciergedesk.requests import service as requests

        requests.promise_call_back(
            unit,
            due_at=unit.now + after,
            number=view.card.number or "?",
            about=f"{view.card.row.ref} {view.card.row.caller}".strip(),
        )

    def _wrap_up(self, unit: Unit, view: TicketView, kind: str) -> None:
        """The call that opened the ticket ends with it; reason and outcome follow from the ticket."""
        from conciergedesk.hotline import service as hotline
        from conciergedesk.hotline.tables import HotlineCall

        call = unit.session.get(HotlineCall, view.card.call_id) if view.card.call_id is not None else None
        if call is None or call.state != "answered" or call.id is None:
            return
        technical = view.card.row.line == "technical"
        reason = REASON_OF.get(view.card.row.category, "breakdown" if technical else "question")
        outcome = {"solved": "solved", "refused": "nothing", "call_back": "call_back"}.get(kind, "passed_on")
        hotline.wrap_up(unit, call.id, reason, outcome)

    def _away(self) -> list[int]:
        """Agents who sit at no desk now; nobody is away when only this desk is open."""
        from conciergedesk.staff.queries import present
        from conciergedesk.staff.service import PRESENT_FOR

        now = self.session.now()
        here = {one.agent_id for one in self.session.ask(present, now - PRESENT_FOR)}
        if len(here) <= 1:
            return []
        return [one.id for one in self.session.staff() if one.id not in here]

    def claim(self, ids: Collection[int]) -> None:
        from conciergedesk.hotline import service as hotline

        def each(unit: Unit) -> None:
            for number in ids:
                hotline.take(unit, self.house, number)

        self.session.act(each)

    def solve(self, ids: Collection[int], code: ResolutionCode, cause: str, began: datetime) -> int:
        """Solve tickets in one unit, sharing the time; answers how many were solved at the first contact."""
        from conciergedesk.hotline import service as hotline

        def each(unit: Unit) -> int:
            return sum(
                hotline.solve(unit, self.house, one, code, root_cause=cause, began=began, among=len(ids))
                for one in ids
            )

        return self.session.act(each)

    def escalate(self, ids: Collection[int], to: Party, began: datetime) -> None:
        from conciergedesk.hotline import service as hotline

        away = self._away()

        def each(unit: Unit) -> None:
            for one in ids:
                hotline.escalate(unit, self.house, one, to, away=away, began=began)

        self.session.act(each)

    def to_field(self, ticket_id: int, task: str, began: datetime) -> None:
        from conciergedesk.hotline import service as hotline

        self.session.act(hotline.send_to_field, self.house, ticket_id, task, away=self._away(), began=began)

    def wait(self, ids: Collection[int], whom: str) -> None:
        from conciergedesk.hotline import service as hotline

        def each(unit: Unit) -> None:
            for one in ids:
                if whom:
                    hotline.wait_third(unit, self.house, one, whom=whom)
                else:
                    hotline.wait_caller(unit, self.house, one)

        self.session.act(each)

    def resume(self, ids: Collection[int]) -> None:
        from conciergedesk.hotline import service as hotline

        def each(unit: Unit) -> None:
            for one in ids:
                hotline.resume(unit, self.house, one)

        self.session.act(each)

    def severity(self, ticket_id: int, impact: Impact, urgency: Urgency, reason: str) -> str:
        from conciergedesk.hotline import service as hotline

        return self.session.act(
            hotline.change_severity, self.house, ticket_id, impact, urgency, reason=reason
        )

    def note(self, ticket_id: int, text: str, reason: str, began: datetime) -> int:
        from conciergedesk.hotline import service as hotline

        return self.session.act(
            hotline.note, self.house, ticket_id, text, override_reason=reason, began=began
        )

    def approve(self, ticket_id: int) -> None:
        from conciergedesk.hotline import service as hotline

        waiting = [one.id for one in self.view(ticket_id).card.prices if one.state == "waiting"]
        for price in waiting:
            self.session.act(hotline.decide_price, price, agreed=True)
        if not waiting:
            self.session.act(hotline.approve, ticket_id)

    # --- incidents ---

    def incident(self, incident_id: int) -> IncidentCard:
        from conciergedesk.hotline.queries import incident_card

        return self.session.ask(incident_card, incident_id)

    def group(self, ids: Collection[int], began: datetime) -> int:
        from conciergedesk.hotline import service as hotline

        return self.session.act(hotline.group, self.house, ids, began=began)

    def open_incident(self, incident_id: int, began: datetime) -> tuple[Told, ...]:
        """Open the incident and write to everybody, in one unit."""
        from conciergedesk.hotline import service as hotline

        def both(unit: Unit) -> tuple[Told, ...]:
            hotline.open_incident(unit, self.house, incident_id, began=began)
            return hotline.tell_all(unit, self.house, incident_id)

        return self.session.act(both)

    def tell(self, incident_id: int) -> tuple[Told, ...]:
        from conciergedesk.hotline import service as hotline

        return self.session.act(hotline.tell_all, self.house, incident_id)

    def dismiss(self, incident_id: int, reason: str) -> None:
        from conciergedesk.hotline import service as hotline

        self.session.act(hotline.dismiss, incident_id, reason=reason)

    def close_incident(
        self, incident_id: int, code: ResolutionCode, cause: str, began: datetime
    ) -> tuple[Told, ...]:
        """Close the incident with its tickets and write to everybody that it is over."""
        from conciergedesk.hotline import service as hotline

        def both(unit: Unit) -> tuple[Told, ...]:
            hotline.close_incident(unit, self.house, incident_id, code, root_cause=cause, began=began)
            return hotline.tell_all(unit, self.house, incident_id)

        return self.session.act(both)

    # --- articles ---

    def search(self, text: str, language: str) -> list[Hit]:
        return list(self.house.index(language).search(text, limit=9))

    def article(self, article_id: str, language: str, ticket_id: int | None) -> Article:
        """The article, counted as looked at."""
        from conciergedesk.hotline import service as hotline

        return self.session.act(
            hotline.use_article, self.house, article_id, "view", ticket_id=ticket_id, language=language
        )

    def send_article(self, ticket_id: int, article_id: str) -> str:
        from conciergedesk.hotline import service as hotline

        return self.session.act(hotline.send_article, self.house, ticket_id, article_id)

    def searched_in_vain(self, text: str) -> None:
        from conciergedesk.hotline import service as hotline

        self.session.act(hotline.searched_in_vain, text)


_KIND_OF_TREE = {"T1": "tablet", "T2": "screen", "T3": "beacon", "T4": "router", "T10": "card_reader"}


def tree_kind(tree: str) -> str:
    """The kind of device a technical tree is about; empty for the others."""
    return _KIND_OF_TREE.get(tree, "")
