"""What the screen of keys reads and does: every method is called in a worker thread, heavy imports inside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.i18n import N_, active_zone
from conciergedesk.keys.cards import CountCard, PlaceCard, Proposal, SetCard, SetRow
from conciergedesk.keys.custody import HolderKind, Identity, Proof
from conciergedesk.keys.rules import Check, Outing, PlaceKind, checks_before_outing
from conciergedesk.ui.key_book import KeyBook
from conciergedesk.ui.key_counting import KeyCounting

if TYPE_CHECKING:
    from conciergedesk.keys.house import KeyHouse
    from conciergedesk.keys.service import (
        Address,
        Chased,
        CodeCheck,
        HandedOver,
        MadeCode,
        TakenBack,
    )
    from conciergedesk.ui.session import DeskSession


@dataclass(frozen=True, slots=True)
class KeyReading:
    """One reading of the register."""

    rows: tuple[SetRow, ...] = ()
    places: tuple[PlaceCard, ...] = ()
    count: CountCard | None = None

    @property
    def place_of(self) -> dict[int, PlaceCard]:
        return {place.id: place for place in self.places}


@dataclass(frozen=True, slots=True)
class KeyDetail:
    """One set in full, with what it needs before it goes out."""

    card: SetCard
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What a handover is likely to be: the set and who takes it, by the stay."""

    card: SetCard
    proposal: Proposal


@dataclass(frozen=True, slots=True)
class TypedHandOver:
    """A handover as it stands in the sheet."""

    set_id: int
    seen: int
    to: HolderKind
    holder: str
    proposal: Proposal
    request: str
    due_at: datetime | None
    identity: Identity
    code: str
    counted: int | None
    signed_by: str
    deposit: str = ""
    late_reason: str = ""


class KeyRoom:
    """The register of keys for one desk."""

    def __init__(self, session: DeskSession) -> None:
        self.session = session
        self.book = KeyBook(self)
        self.counting = KeyCounting(self)

    @property
    def house(self) -> KeyHouse:
        from conciergedesk.keys.house import key_house

        return key_house()

    @property
    def secret(self) -> bytes:
        return self.session.desk().key

    def may(self, right: str) -> bool:
        actor = self.session.actor
        return actor is not None and (right in actor.rights or "*" in actor.rights)

    # --- reading ---

    def load(self) -> KeyReading:
        from conciergedesk.keys.figures import last_count
        from conciergedesk.keys.queries import places, set_rows

        now = self.session.now()
        return KeyReading(
            tuple(self.session.ask(set_rows, now, self.house.ladder, active_zone())),
            tuple(self.session.ask(places).values()),
            self.session.ask(last_count),
        )

    def token(self) -> str:
        """Changes whenever somebody has written."""
        from conciergedesk.core.journal import last_id

        return str(self.session.ask(last_id))

    def card(self, set_id: int) -> SetCard:
        from conciergedesk.keys.queries import set_card

        return self.session.ask(set_card, set_id, self.session.now(), self.house.ladder, active_zone())

    def detail(self, set_id: int) -> KeyDetail:
        """A set in full, checked against the handover that the stay proposes."""
        out = self.outgoing(set_id)
        return KeyDetail(out.card, self.checks(out))

    def whole(self, set_id: int) -> KeyDetail:
        """The same with every line it ever had."""
        from dataclasses import replace

        from conciergedesk.keys.lines import history

        detail = self.detail(set_id)
        lines = self.session.ask(history, set_id, limit=detail.card.line_count)
        return KeyDetail(replace(detail.card, lines=tuple(lines)), detail.checks)

    def outgoing(self, set_id: int) -> Outgoing:
        from conciergedesk.keys.outings import propose_outing

        return Outgoing(self.card(set_id), self.session.ask(propose_outing, set_id))

    def of_request(self, request_id: int) -> Outgoing | None:
        """The set a request is about: reserved for it, out for it, or named in it."""
        from conciergedesk.keys.outings import set_of_request

        set_id = self.session.ask(set_of_request, request_id) if request_id else None
        return self.outgoing(set_id) if set_id is not None else None

    def find(self, tag: str) -> Outgoing:
        """The set behind a typed tag, with its likely handover."""
        from conciergedesk.keys.queries import find_tag

        return self.outgoing(self.session.ask(find_tag, tag))

    def checks(self, out: Outgoing, typed: TypedHandOver | None = None) -> tuple[Check, ...]:
        """What the handover needs, as far as it is known."""
        card, proposal = out.card, out.proposal
        has_request = proposal.request_id is not None if typed is None else bool(typed.request.strip())
        return checks_before_outing(
            Outing(
                tag=card.row.tag,
                to=typed.to if typed is not None else proposal.to,
                position=card.row.position,
                now=self.session.now(),
                zone=active_zone(),
                due_at=typed.due_at if typed is not None else proposal.due_at,
                mandate_since=card.mandate_since,
                mandate_until=card.mandate_until,
                has_open_request=has_request,
                identity=typed.identity if typed is not None else Identity.NONE,
                counted=typed.counted if typed is not None else None,
                has_incident=card.row.has_incident,
            )
        )

    # --- handing over and taking back ---

    def hand_over(self, typed: TypedHandOver) -> HandedOver:
        """Check the code if one was said, then write the handover."""
        from conciergedesk.core.money import read_money
        from conciergedesk.keys import service as keys
        from conciergedesk.keys.service import HandOver
        from conciergedesk.requests.queries import read_ref

        code_id = self.check_code(typed.set_id, typed.code, "out") if typed.code else None
        request_id = read_ref(typed.request) if typed.request.strip() else None
        deposit = read_money(typed.deposit, "deposit").cents if typed.deposit.strip() else 0
        same = typed.holder.strip() == typed.proposal.holder
        signed = typed.signed_by.strip()
        order = HandOver(
            typed.set_id,
            typed.to,
            typed.due_at,
            typed.counted,
            holder_id=typed.proposal.holder_id if same else self._person(typed),
            holder_name=typed.holder,
            identity=typed.identity,
            code_id=code_id,
            proof=Proof.SIGNATURE if signed else Proof.NONE,
            proof_ref=signed,
            request_id=request_id,
            reservation_id=typed.proposal.reservation_id if same else None,
            deposit_cents=deposit,
            late_reason=typed.late_reason,
            seen=typed.seen,
        )
        return self.session.act(keys.hand_over, self.session.book(), self.house, order)

    def _person(self, typed: TypedHandOver) -> int | None:
        """A person of exactly that name, when the holder is another one than proposed."""
        from conciergedesk.core.text import fold
        from conciergedesk.customers.queries import find_people

        if typed.to is HolderKind.PROVIDER or len(typed.holder.strip()) < 2:
            return None
        hits = self.session.ask(find_people, typed.holder, self.session.now())
        return next((hit.id for hit in hits if fold(hit.name) == fold(typed.holder)), None)

    def check_code(self, set_id: int, typed: str, purpose: str) -> int:
        """The id of a code that was said right.

        Raises:
            InvalidInput: it was wrong, blocked or out of its time; the try is kept.
        """
        from conciergedesk.keys import service as keys
        from conciergedesk.keys.codes import Verdict
        from conciergedesk.keys.service.proofs import Purpose

        check: CodeCheck = self.session.act(
            keys.check_code, set_id, typed, secret=self.secret, purpose=Purpose(purpose)
        )
        if check.code_id is not None:
            return check.code_id
        sentence = {
            Verdict.WRONG: N_("This code is wrong. Tries left: {left}."),
            Verdict.BLOCKED: N_(
                "Wrong five times: the code is blocked. Look at a document, or make a new code."
            ),
            Verdict.EXPIRED: N_("This code has expired. Look at an identity document, or make a new code."),
            Verdict.TOO_EARLY: N_("This code is not valid yet. Look at an identity document."),
            Verdict.USED: N_("This code was used already. Look at an identity document."),
        }[check.verdict]
        raise InvalidInput(sentence, field="identity", left=check.tries_left)

    def take_back(
        self, set_id: int, seen: int, *, counted: int, condition: str, witness: str, place: str, code: str
    ) -> TakenBack:
        from conciergedesk.keys import service as keys
        from conciergedesk.keys.service import TakeBack

        code_id = self.check_code(set_id, code, "in") if code.strip() else None
        order = TakeBack(
            set_id,
            counted,
            place_id=self.place_id(place),
            code_id=code_id,
            condition=condition,
            witness=witness,
            seen=seen,
        )
        return self.session.act(keys.take_back, self.session.book(), self.house, order)

    def place_id(self, typed: str) -> int | None:
        """The place that was typed by number or name; None when nothing was typed.

        Raises:
            InvalidInput: no such place.
        """
        from conciergedesk.core.text import fold
        from conciergedesk.keys.queries import places
        from conciergedesk.ui.key_words import place_word

        wanted = fold(typed)
        if not wanted:
            return None
        found = list(self.session.ask(places).values())
        # Hooks first: a bare number is a hook even when a safe has the same one.
        for place in sorted(found, key=lambda one: one.kind != PlaceKind.HOOK):
            if wanted in {fold(place.name), fold(place_word(place))}:
                return place.id
        raise InvalidInput(
            N_("There is no place “{name}”. Type the number of the hook."),
            field="place",
            name=typed.strip()[:40],
        )

    def day(self, typed: str, field: str) -> date:
        """A day as 31/12/2027, 2027-12-31 or in loose words.

        Raises:
            InvalidInput: nothing that is a day was typed.
        """
        from conciergedesk.core.moments import parse_moment

        moment = parse_moment(typed, self.session.now(), active_zone())
        if moment is None:
            raise InvalidInput(N_("Write a day such as 31/12/2027."), field=field)
        return moment.start.astimezone(active_zone()).date()

    # --- codes, address, chase ---

    def make_code(self, out: Outgoing, purpose: str) -> MadeCode:
        from conciergedesk.keys import service as keys
        from conciergedesk.keys.service.proofs import Purpose

        proposal, row = out.proposal, out.card.row
        going = purpose == "out"
        until = row.position.due_at if not going else None
        now = self.session.now()
        return self.session.act(
            keys.make_code,
            self.house,
            row.id,
            secret=self.secret,
            purpose=Purpose(purpose),
            since=row.reservation.since
            if going and row.reservation and row.reservation.since > now
            else None,
            until=until if until is not None and until > now else None,
            client=(proposal.holder if going else row.position.holder.name).split(" ")[0],
            language=proposal.language if going else out.card.holder_language,
        )

    def seal(self, set_id: int, text: str, kind: str) -> int:
        from conciergedesk.keys import service as keys

        return self.session.act(keys.put_under_seal, set_id, text, secret=self.secret, kind=kind)

    def open_seal(self, seal_id: int, reason: str, second: str) -> str:
        from conciergedesk.core.text import fold
        from conciergedesk.keys import service as keys

        wanted = fold(second)
        agent = next(
            (one.id for one in self.session.staff() if wanted and fold(one.first_name) == wanted), None
        )
        return self.session.act(keys.open_seal, seal_id, reason=reason, secret=self.secret, second_id=agent)

    def address(self, set_id: int) -> Address:
        from conciergedesk.keys import service as keys

        return self.session.act(keys.see_address, set_id)

    def chase(self, set_id: int) -> Chased:
        from conciergedesk.keys import service as keys

        return self.session.act(keys.chase_holder, self.house, set_id)

    def answered(self, set_id: int, answer: str, *, has_it: bool) -> bool:
        from conciergedesk.keys import service as keys

        self.session.act(keys.holder_answered, set_id, answer, has_it=has_it)
        return True
