"""The checklist of a request type: its own steps, framed by those that every type shares."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from conciergedesk.core.housefile import Table
from conciergedesk.core.i18n import N_
from conciergedesk.requests.catalogue import Billing, OwnField, ProofKind, Step
from conciergedesk.requests.catalogue_parts import flat_wording, read_condition, read_key, refuse_twice


class _Side(StrEnum):
    BEFORE = "before"
    AFTER = "after"


class _Applies(StrEnum):
    ALL = "all"
    BILLABLE = "billable"
    PROVIDER = "provider"


class _Required(StrEnum):
    NEVER = "never"
    ALWAYS = "always"
    DATED = "dated"


@dataclass(frozen=True, slots=True)
class CommonStep:
    """A step that every type shares: on which side of the own steps, and for which types."""

    step: Step
    side: _Side
    applies: _Applies
    required: _Required
    is_proof: bool


def read_common_step(table: Table) -> CommonStep:
    table.only("key", "place", "applies", "required", "proof", "is_proof", "fr", "en", "de")
    return CommonStep(
        Step(
            read_key(table),
            flat_wording(table),
            proof=table.choice("proof", ProofKind, ProofKind.NONE),
            common=True,
        ),
        table.choice("place", _Side),
        table.choice("applies", _Applies, _Applies.ALL),
        table.choice("required", _Required, _Required.NEVER),
        table.flag("is_proof"),
    )


def read_steps(table: Table, fields: tuple[OwnField, ...], proof: ProofKind) -> tuple[tuple[Step, ...], bool]:
    """The type's own steps, and whether one of them carries the type's proof."""
    tables = table.tables("steps", needed=False)
    steps = []
    carries_proof = False
    for one in tables:
        one.only("key", "required", "proof", "is_proof", "when", "on", "offset", "asks", "fr", "en", "de")
        when = None
        if one.has("when"):
            inner = one.table("when")
            inner.only("field", "is", "in")
            when = read_condition(inner, fields)
        asks = one.text("asks", "")
        if asks not in ("", "danger"):
            raise one.refuse(
                N_("“{value}” is unknown here. Choose one of: {known}."), "asks", value=asks, known="danger"
            )
        on = one.text("on", "")
        if on not in ("", "weather"):
            raise one.refuse(
                N_("“{value}” is unknown here. Choose one of: {known}."), "on", value=on, known="weather"
            )
        is_proof = one.flag("is_proof")
        carries_proof = carries_proof or is_proof
        steps.append(
            Step(
                read_key(one),
                flat_wording(one),
                required=one.flag("required") or is_proof or bool(asks),
                proof=proof
                if is_proof
                else ProofKind.TEXT
                if asks
                else one.choice("proof", ProofKind, ProofKind.NONE),
                when=when,
                on=on,
                offset_minutes=one.integer("offset", low=-100_000, high=100_000)
                if one.has("offset")
                else None,
                asks=asks,
            )
        )
    refuse_twice(tables, [one.key for one in steps])
    return tuple(steps), carries_proof


def frame_steps(
    table: Table,
    own: tuple[tuple[Step, ...], bool],
    common: tuple[CommonStep, ...],
    proof: ProofKind,
    billing: Billing,
    *,
    dated: bool,
    providers: bool,
) -> tuple[Step, ...]:
    """The danger question, the common steps, the own steps and the common closing steps, in this order."""
    steps, carries_proof = own
    skip = table.words("skip", ())
    known = {one.step.key for one in common}
    for name in skip:
        if name not in known:
            raise table.refuse(N_("There is no “{name}” in common.toml."), "skip", name=name)
    sides: dict[_Side, list[Step]] = {_Side.BEFORE: [], _Side.AFTER: []}
    for one in common:
        left_out = (
            one.step.key in skip
            or (one.applies is _Applies.BILLABLE and not billing.billable)
            or (one.applies is _Applies.PROVIDER and not providers)
            or (one.is_proof and (carries_proof or proof is ProofKind.NONE))
        )
        if left_out:
            continue
        required = (
            one.is_proof or one.required is _Required.ALWAYS or (one.required is _Required.DATED and dated)
        )
        sides[one.side].append(
            Step(
                one.step.key,
                one.step.label,
                required=required,
                proof=proof if one.is_proof else one.step.proof,
                common=True,
            )
        )
    taken = {step.key for side in sides.values() for step in side}
    for step in steps:
        if step.key in taken:
            raise table.refuse(
                N_("“{name}” is already a common step. Choose another key."), "steps", name=step.key
            )
    questions = [step for step in steps if step.asks]
    rest = [step for step in steps if not step.asks]
    return (*questions, *sides[_Side.BEFORE], *rest, *sides[_Side.AFTER])
