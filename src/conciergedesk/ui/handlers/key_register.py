"""Putting sets and places into the register, and correcting what it says of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from conciergedesk.core.i18n import N_, _, active_zone
from conciergedesk.keys.cards import SetCard, SetRow
from conciergedesk.keys.deposits import Deposit
from conciergedesk.ui.cells import safe, word
from conciergedesk.ui.desk_screen import Ask, DeskScreen
from conciergedesk.ui.key_words import PIECE_WORDS, place_word
from conciergedesk.ui.modals.form import Field, FormSheet
from conciergedesk.ui.modals.key_sheets import ShownSheet

if TYPE_CHECKING:
    from conciergedesk.keys.service import Registered
    from conciergedesk.ui.handlers.key_desk import KeyDesk

DRAFT = "key_set"


class KeyRegister:
    """Forms of the register: a new set, a new place, another description."""

    def __init__(self, handlers: KeyDesk) -> None:
        self.keys = handlers
        self.app = handlers.app
        self.session = handlers.session
        self.room = handlers.room
        handlers.forms.drafts.offer(
            DRAFT,
            N_("Register a key set"),
            lambda ask, parked: self.register_for(ask.screen, parked.subject_id),
        )

    def register(self, ask: Ask) -> None:
        """A set that its owner entrusts to the desk."""
        self.register_for(ask.screen, None)

    def register_for(self, screen: DeskScreen, request_id: int | None) -> None:
        """The same, filled in from the request by which it was announced."""
        screen.run_service(
            lambda: self.room.book.deposit(request_id),
            lambda deposit: self._show(screen, deposit),
            group="key-deposit",
            exclusive=True,
        )

    def _show(self, screen: DeskScreen, deposit: Deposit) -> None:
        today = self.session.now().astimezone(active_zone()).date()
        hook = safe(deposit.hook.name, 20) if deposit.hook is not None else ""
        fields = [
            Field("owner", _("Owner"), deposit.owner, _("name and number: Karim Benali 06 39 98 17 02")),
            Field("identity", _("Identity"), hint=_("c card · p passport · t title · x known")),
            Field("lodging", _("Property"), deposit.lodging, _("code or name; or name, address, town")),
            Field("pieces", _("Pieces"), deposit.pieces, _("door 1, building 1, badge 2, letter box 1")),
            Field("mandate_ref", _("Mandate"), hint=_("reference of what was signed")),
            Field("mandate_since", _("From"), f"{today:%d/%m/%Y}"),
            Field("mandate_until", _("Until"), deposit.until, _("31/12/2027; empty is without end")),
            Field("place", _("Hook"), hook, _("number of the hook; coffre 1 for another place")),
            Field("tag", _("Tag"), hint=_("empty is {tag}, the next free one", tag=deposit.tag)),
            Field("photo", _("Photo"), hint=_("where the photo lies; empty is none")),
            Field("has_address", _("Address on it"), hint=_("o when the ring shows an address · n")),
            Field("note", _("Note"), hint=_("never the address, never a code")),
        ]
        context = ""
        if deposit.request_id is not None:
            from conciergedesk.requests.queries import ref

            context = ref(deposit.request_id)
        self.keys.forms.open(
            screen,
            _("Register a key set"),
            fields,
            lambda values: self.room.book.register(values, deposit.request_id),
            lambda made: self._registered(screen, made),
            kind=DRAFT,
            subject_id=deposit.request_id,
            context=context or _("next tag {tag}", tag=deposit.tag),
        )

    def _registered(self, screen: DeskScreen, made: Registered) -> None:
        lines = [
            (made.tag, "bright bold"),
            (_("Write this on the ring: the tag alone, never a name, never an address."), "text"),
        ]
        self.keys.done(screen, _("Key {tag} is in custody", tag=made.tag), made.id)
        self.app.push_screen(ShownSheet(_("New tag"), lines, copied=made.tag))

    def add_place(self, ask: Ask) -> None:
        """A hook, a cabinet, a safe or a vehicle that sets can hang in."""

        def made(name: str | None) -> None:
            if name is not None:
                self.keys.done(ask.screen, _("{place}: there to hang keys on", place=name))

        form: FormSheet[str] = FormSheet(
            _("Add a place"),
            [Field("place", _("Place"), hint=_("hook 14 · cabinet B · safe 2 · vehicle Zoé"))],
            lambda values: self.room.book.add_place(values["place"]),
        )
        self.app.push_screen(form, made)

    # --- one set ---

    def describe(self, ask: Ask, row: SetRow) -> None:
        """Correct what the register says of a set: photo, note, own hook, property, address on the ring."""

        def show(card: SetCard) -> None:
            fields = [
                Field("photo", _("Photo"), card.photo),
                Field("place", _("Own hook"), place_word(card.home)),
                Field("lodging", _("Property"), hint=_("code or name; empty leaves it as it is")),
                Field(
                    "has_address",
                    _("Address on it"),
                    hint=_("o yes · n no; now: {answer}", answer=_("yes") if card.has_address else _("no")),
                ),
                Field("note", _("Note"), card.note, _("never the address, never a code")),
            ]

            def save(values: Mapping[str, str]) -> bool:
                self.room.book.describe(card, values)
                return True

            form: FormSheet[bool] = FormSheet(
                _("Correct the description"), fields, save, context=_("key {tag}", tag=row.tag)
            )
            said = _("Key {tag} described anew", tag=row.tag)
            self.app.push_screen(form, lambda ok: self.keys.done(ask.screen, said, row.id) if ok else None)

        ask.screen.run_service(lambda: self.room.card(row.id), show, group="key-open", exclusive=True)

    def pieces(self, ask: Ask, row: SetRow) -> None:
        """What hangs on the ring changes, as its owner wants it."""

        def show(card: SetCard) -> None:
            now = ", ".join(f"{word(PIECE_WORDS[one.kind])} {one.count}" for one in card.pieces)

            def save(values: Mapping[str, str]) -> bool:
                self.room.book.change_pieces(row.id, values["pieces"], values["reason"])
                return True

            fields = [
                Field("pieces", _("Pieces"), now, _("door 1, building 1, badge 2, letter box 1")),
                Field("reason", _("Why"), hint=_("who decided, when, and what")),
            ]
            form: FormSheet[bool] = FormSheet(
                _("Change the pieces"), fields, save, context=_("key {tag}", tag=row.tag)
            )
            said = _("Pieces of key {tag} counted and noted", tag=row.tag)
            self.app.push_screen(form, lambda ok: self.keys.done(ask.screen, said, row.id) if ok else None)

        ask.screen.run_service(lambda: self.room.card(row.id), show, group="key-open", exclusive=True)

    def retag(self, ask: Ask, row: SetRow) -> None:
        """Another tag, once the old one was heard together with the address."""

        def made(tag: str | None) -> None:
            if tag is not None:
                self.keys.done(ask.screen, _("Key {old} is now {new}", old=row.tag, new=tag), row.id)

        form: FormSheet[str] = FormSheet(
            _("Give it another tag"),
            [Field("reason", _("Why"), hint=_("the old tag was heard together with the address"))],
            lambda values: self.room.book.retag(row.id, values["reason"]),
            context=_("key {tag}", tag=row.tag),
        )
        self.app.push_screen(form, made)
