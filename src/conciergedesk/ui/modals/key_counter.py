"""The counter: hand a key over and take one back, with Enter going to the next line that is still needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import ClassVar, TypeVar

from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input, Static

from conciergedesk.core.errors import DeskError, InvalidInput
from conciergedesk.core.i18n import N_, _, active_zone, plural, show_moment
from conciergedesk.core.moments import parse_moment
from conciergedesk.keys.cards import Proposal
from conciergedesk.keys.custody import HolderKind, Identity
from conciergedesk.keys.rules import Check, Met
from conciergedesk.ui.acts import Scope
from conciergedesk.ui.cells import Row, duration, safe, text, when, word
from conciergedesk.ui.glyphs import glyphs
from conciergedesk.ui.key_room import Outgoing, TypedHandOver
from conciergedesk.ui.key_words import (
    HOLDER_LETTERS,
    HOLDER_WORDS,
    IDENTITY_LETTERS,
    IDENTITY_WORDS,
    NEED_WORDS,
    place_word,
)
from conciergedesk.ui.modals.sheet import Sheet
from conciergedesk.ui.widgets.inputs import DeskInput
from conciergedesk.ui.widgets.painted import Painted

ResultT = TypeVar("ResultT")


class CheckRows(Painted):
    """What the handover needs, ticked while it is typed."""

    GROUND = "raised"

    def __init__(self) -> None:
        super().__init__()
        self._checks: tuple[Check, ...] = ()

    def show(self, checks: Sequence[Check]) -> None:
        self._checks = tuple(checks)
        self.repaint(layout=True)

    def paint(self, width: int) -> list[Row]:
        signs = glyphs()
        looks = {
            Met.YES: (signs.done, "done", "muted"),
            Met.OPEN: (signs.on_time, "soon bold", "text"),
            Met.NO: (signs.refused, "late bold", "late"),
        }
        half = max(width // 2, 20)
        rows: list[Row] = []
        for place, check in enumerate(self._checks):
            sign, sign_ink, ink = looks[check.met]
            if place % 2 == 0:
                rows.append(Row())
            rows[-1].to(half * (place % 2)).say(f"{sign} ", sign_ink).data(
                _(NEED_WORDS[check.need]), ink, half - 3
            )
        return rows


class CounterSheet(Sheet[ResultT]):
    """Labelled lines with an echo at right; Enter goes to the next one that is still needed, then saves."""

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.FORM,)
    NEEDED: ClassVar[tuple[str, ...]] = ()

    def __init__(self, title: str, fields: Sequence[tuple[str, str, str, str]], context: str = "") -> None:
        super().__init__(title, context)
        self._order = [name for name, _label, _value, _hint in fields]
        self._labels = {name: label for name, label, _value, _hint in fields}
        self.boxes = {name: DeskInput(value, placeholder=hint) for name, _label, value, hint in fields}
        self._echoes = {name: Static("", markup=False, classes="key-echo") for name in self._order}
        self._saving = False

    def compose_sheet(self) -> Iterable[Widget]:
        for name in self._order:
            label = Static(text(self._labels[name], "muted", 12), markup=False, classes="field-label")
            self._echoes[name].display = False
            self.boxes[name].add_class("-alone")
            yield Horizontal(label, self.boxes[name], self._echoes[name], classes="field-line key-line")
        yield from self.compose_below()

    def compose_below(self) -> Iterable[Widget]:
        return ()

    def echo(self, name: str, said: str, ink: str = "calm") -> None:
        """Say beside a line how it was understood."""
        self._echoes[name].update(text(said, ink, 60))
        self._echoes[name].display = bool(said)
        self.boxes[name].set_class(not said, "-alone")

    def is_given(self, name: str) -> bool:
        return bool(self.boxes[name].value.strip())

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.go_on(event.input)

    def go_on(self, box: Input) -> None:
        """To the next line that is needed, or save when nothing is."""
        missing = [name for name in self.NEEDED if not self.is_given(name)]
        if missing:
            self.boxes[missing[0]].focus()
        else:
            self.action_save()

    def action_save(self) -> None:
        raise NotImplementedError

    def refused(self, error: DeskError) -> None:
        """Say what was refused; nothing typed is lost."""
        self._saving = False
        self.show_error(error)
        if isinstance(error, InvalidInput) and error.field in self.boxes:
            self.boxes[error.field].focus()

    def count_of(self, name: str) -> int | None:
        """The number of pieces typed in a line; None while nothing is.

        Raises:
            InvalidInput: something else was typed.
        """
        value = self.boxes[name].value.strip()
        if not value:
            return None
        if not (value.isascii() and value.isdigit() and len(value) <= 2):
            raise InvalidInput(N_("“{text}” is not a number of pieces."), field=name, text=value[:20])
        return int(value)

    def action_next_field(self) -> None:
        self.focus_next(DeskInput)

    def action_previous_field(self) -> None:
        self.focus_previous(DeskInput)


HandedT = TypeVar("HandedT")


class HandOverSheet(CounterSheet[HandedT]):
    """Tag, who, until when, identity or code, pieces: what the stay knows is filled in.

    Args:
        find: The set behind a typed tag, with its likely handover; called in a worker.
        save: Writes the handover; called in a worker.
        checks: What the handover needs as typed.
        first: The set the cursor was on, if there was one.
    """

    NEEDED = ("holder", "due_at", "identity", "pieces")

    def __init__(
        self,
        find: Callable[[str], Outgoing],
        save: Callable[[TypedHandOver], HandedT],
        checks: Callable[[Outgoing, TypedHandOver], tuple[Check, ...]],
        *,
        now: datetime,
        first: Outgoing | None,
        may_excuse: bool,
    ) -> None:
        fields = [
            ("tag", _("Key"), first.card.row.tag if first is not None else "", "204-3"),
            ("holder", _("For"), "", _("first name")),
            ("kind", _("Who is that"), "", _("v guest · p owner · s provider")),
            ("request", _("Request"), "", "D-2417"),
            ("due_at", _("Due back"), "", _("sun 11h · tomorrow 18h")),
            ("identity", _("Identity"), "", _("c card, p passport, t title, x known")),
            ("pieces", _("Pieces"), "", ""),
            ("signed_by", _("Signed by"), "", _("name, or number of the slip")),
            ("deposit", _("Deposit"), "", _("none")),
        ]
        if may_excuse:
            fields.append(("reason", _("If late"), "", _("why this late borrower may have another key")))
        super().__init__(_("Hand over a key"), fields)
        self._find, self._save_order, self._checks = find, save, checks
        self._now = now
        self._out = first
        self.rows = CheckRows()

    def compose_below(self) -> Iterable[Widget]:
        yield self.rows

    def on_mount(self) -> None:
        super().on_mount()
        box = self.boxes["tag"]
        box.focus()
        if self._out is not None:
            box.select_all()
            self._fill(self._out)

    # --- the tag and what it proposes ---

    def go_on(self, box: Input) -> None:
        if box is self.boxes["tag"]:
            # The next keys belong to the next line, even while the register is still answering.
            self.boxes["identity"].focus()
            self._look_up()
        else:
            super().go_on(box)

    def _look_up(self) -> None:
        typed = self.boxes["tag"].value
        if self._out is not None and typed == self._out.card.row.tag:
            return
        self._out = None
        self.error_line.show("")
        self.run_service(
            lambda: self._find(typed), self._fill, group="key-find", exclusive=True, failed=self._unknown
        )

    def _unknown(self, error: DeskError) -> None:
        self.show_error(error)
        self.boxes["tag"].focus()

    def _fill(self, out: Outgoing) -> None:
        self._out = out
        card, proposal = out.card, out.proposal
        where = place_word(card.row.place) or safe(card.row.position.holder.name)
        pieces = plural("{count} piece", "{count} pieces", card.row.position.expected)
        self.echo("tag", f"{card.row.tag} {glyphs().dot} {where} {glyphs().dot} {pieces}")
        self.change_context(_("mandate {owner}", owner=safe(card.owner)) if card.owner else "")
        for name, value in (
            ("holder", proposal.holder),
            ("request", f"D-{proposal.request_id}" if proposal.request_id else ""),
            ("signed_by", proposal.holder),
        ):
            if not self.boxes[name].value:
                self.boxes[name].value = value
        self.boxes["pieces"].placeholder = _("to be counted: {count}", count=proposal.expected)
        if proposal.due_at is not None:
            self.boxes["due_at"].placeholder = show_moment(proposal.due_at)
        self._echo_all()

    # --- what is typed ---

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input is not self.boxes["tag"]:
            self._echo_all()

    def is_given(self, name: str) -> bool:
        if name == "due_at" and self._proposal.due_at is not None:
            return True
        return super().is_given(name)

    @property
    def _proposal(self) -> Proposal:
        if self._out is not None:
            return self._out.proposal
        return Proposal(HolderKind.GUEST, None, "", "", "", None, None, None, 0)

    @property
    def to(self) -> HolderKind:
        letter = self.boxes["kind"].value.strip().lower()[:1]
        return HOLDER_LETTERS.get(letter, self._proposal.to)

    @property
    def due_at(self) -> datetime | None:
        typed = self.boxes["due_at"].value.strip()
        if not typed:
            return self._proposal.due_at
        moment = parse_moment(typed, self._now, active_zone())
        return None if moment is None or moment.date_only else moment.start

    @property
    def identity(self) -> tuple[Identity, str]:
        """The kind of document, or the code that was said."""
        typed = self.boxes["identity"].value.strip()
        digits = "".join(char for char in typed if char.isdigit())
        if len(digits) >= 4:
            return Identity.NONE, digits
        return IDENTITY_LETTERS.get(typed.lower()[:1], Identity.NONE), ""

    def _echo_all(self) -> None:
        proposal, signs = self._proposal, glyphs()
        same = self.boxes["holder"].value.strip() == proposal.holder
        about = [proposal.phone, proposal.language] if same and proposal.holder else []
        self.echo("holder", f" {signs.dot} ".join(part for part in about if part))
        self.echo("kind", _(HOLDER_WORDS[self.to]))
        due = self.due_at
        self.echo(
            "due_at",
            f"{show_moment(due)} {signs.dot} {_('in {span}', span=duration(due - self._now))}" if due else "",
        )
        identity, code = self.identity
        if code:
            self.echo("identity", _("one-time code"), "done")
        elif identity is not Identity.NONE:
            self.echo("identity", _(IDENTITY_WORDS[identity]), "done")
        else:
            self.echo("identity", _("or the code said"), "muted")
        if self._out is not None:
            self.rows.show(self._checks(self._out, self._typed(lenient=True)))

    def _typed(self, *, lenient: bool = False) -> TypedHandOver:
        out = self._out
        assert out is not None
        identity, code = self.identity
        try:
            counted = self.count_of("pieces")
        except InvalidInput:
            if not lenient:
                raise
            counted = None
        shown_identity = Identity.CODE if lenient and code else identity
        values: Mapping[str, str] = {name: box.value for name, box in self.boxes.items()}
        return TypedHandOver(
            out.card.row.id,
            out.card.row.position.seq,
            self.to,
            values["holder"],
            out.proposal,
            values["request"],
            self.due_at,
            shown_identity,
            code,
            counted,
            values["signed_by"],
            values["deposit"],
            values.get("reason", ""),
        )

    def action_save(self) -> None:
        if self._saving:
            return
        self.error_line.show("")
        if self._out is None:
            self._look_up()
            return
        try:
            typed = self._typed()
        except InvalidInput as error:
            self.refused(error)
            return
        self._saving = True
        self.run_service(lambda: self._save_order(typed), self.dismiss, group="write", failed=self.refused)


TakenT = TypeVar("TakenT")


class TakeBackSheet(CounterSheet[TakenT]):
    """Tag and pieces; the rest only when there is something to say."""

    NEEDED = ("tag", "pieces")

    def __init__(
        self,
        find: Callable[[str], Outgoing],
        save: Callable[[Outgoing, int, Mapping[str, str]], TakenT],
        *,
        now: datetime,
        first: Outgoing | None,
    ) -> None:
        fields = [
            ("tag", _("Key"), first.card.row.tag if first is not None else "", "204-3"),
            ("pieces", _("Pieces"), "", ""),
            ("condition", _("Condition"), "", _("only what is not as it was")),
            ("witness", _("Second"), "", _("who counted too, when a piece is missing")),
            ("place", _("Hook"), "", _("its own")),
            ("identity", _("Code"), "", _("drop-off code, if there is one")),
        ]
        super().__init__(_("Take a key back"), fields)
        self._find, self._save_order, self._now = find, save, now
        self._out = first

    def on_mount(self) -> None:
        super().on_mount()
        box = self.boxes["tag"]
        box.focus()
        if self._out is not None:
            box.select_all()
            self._fill(self._out)

    def go_on(self, box: Input) -> None:
        if box is self.boxes["tag"]:
            self.boxes["pieces"].focus()
            self._look_up(save=False)
        else:
            super().go_on(box)

    def _look_up(self, *, save: bool) -> None:
        typed = self.boxes["tag"].value
        if self._out is not None and typed == self._out.card.row.tag:
            return
        self._out = None
        self.error_line.show("")

        def found(out: Outgoing) -> None:
            self._fill(out)
            if save:
                self.action_save()

        self.run_service(
            lambda: self._find(typed), found, group="key-find", exclusive=True, failed=self._unknown
        )

    def _unknown(self, error: DeskError) -> None:
        self.show_error(error)
        self.boxes["tag"].focus()

    def _fill(self, out: Outgoing) -> None:
        self._out = out
        row = out.card.row
        signs = glyphs()
        if row.position.due_at is None:
            self.echo("tag", place_word(row.place) or safe(row.position.holder.name), "soon")
        else:
            late = self._now - row.position.due_at
            said = (
                _("{span} late", span=duration(late))
                if late.total_seconds() > 0
                else word(N_("line|in time"))
            )
            due = when(row.position.due_at, self._now)
            ink = "late" if late.total_seconds() > 0 else "done"
            self.echo("tag", f"{safe(row.position.holder.name)} {signs.dot} {due} {signs.dot} {said}", ink)
        self.boxes["pieces"].placeholder = _("to be counted: {count}", count=row.position.expected)
        self.boxes["place"].placeholder = place_word(out.card.home) or _("its own")

    def action_save(self) -> None:
        if self._saving:
            return
        self.error_line.show("")
        if self._out is None:
            self._look_up(save=True)
            return
        out = self._out
        try:
            counted = self.count_of("pieces")
        except InvalidInput as error:
            self.refused(error)
            return
        if counted is None:
            wanted = out.card.row.position.expected
            self.refused(
                InvalidInput(
                    N_("Count the pieces and type how many; {count} went out."), field="pieces", count=wanted
                )
            )
            return
        values = {name: box.value for name, box in self.boxes.items()}
        self._saving = True
        self.run_service(
            lambda: self._save_order(out, counted, values), self.dismiss, group="write", failed=self.refused
        )

    def refused(self, error: DeskError) -> None:
        super().refused(error)
        try:
            counted = self.count_of("pieces")
        except InvalidInput:
            return
        short = (
            self._out is not None and counted is not None and counted < self._out.card.row.position.expected
        )
        if short and not isinstance(error, InvalidInput) and not self.boxes["witness"].value.strip():
            self.boxes["witness"].focus()
