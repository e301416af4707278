"""Reading ``knowledge_base/services/*.toml`` into a ``Catalogue``; what is wrong is refused with its place.

``common.toml`` holds what the types share; every other file holds one family of types. A new type is a table
``[type.its_code]`` in any of them, or in a file of its own.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from pathlib import Path

from conciergedesk.core.errors import InvalidFile
from conciergedesk.core.housefile import Table, Wording, parse_house_text, read_text_of_house
from conciergedesk.core.i18n import LANGUAGES, N_
from conciergedesk.core.text import fold
from conciergedesk.requests.catalogue import (
    DEFAULT_RETENTION_DAYS,
    HEALTH_RETENTION_DAYS,
    LABEL_CELLS,
    Billing,
    BillRule,
    CancelReason,
    Catalogue,
    Certainty,
    Channel,
    Condition,
    FieldKind,
    LegalReminder,
    Named,
    OwnField,
    Party,
    Priority,
    PriorityRule,
    PromiseKind,
    PromiseRule,
    ProofKind,
    RequestType,
    Step,
    Targets,
)
from conciergedesk.requests.placeholders import unknown_placeholders

COMMON_FILE = "common.toml"
REVIEW_DAYS = 365
"""A legal reminder without ``review_by`` is looked at again a year after its check."""

_CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")
_NUMBER = re.compile(r"[A-Z]{2,5}-\d{1,4}")
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_TYPE_FIELDS = (
    "number", "label", "name", "aliases", "team", "priority", "priority_when", "targets", "promise", "dated",
    "composite", "health", "channel", "channels", "billable", "providers", "proof", "reasons", "safety",
    "fields", "steps", "skip", "legal", "retention_days", "confirmation",
)  # fmt: skip


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
class _CommonStep:
    step: Step
    side: _Side
    applies: _Applies
    required: _Required
    is_proof: bool


@dataclass(frozen=True, slots=True)
class _Common:
    """What the types share."""

    steps: tuple[_CommonStep, ...] = ()
    fields: Mapping[str, OwnField] | None = None
    reasons: tuple[CancelReason, ...] = ()


def load_catalogue(folder: Path) -> Catalogue:
    """Read every request type of ``folder``.

    Raises:
        InvalidFile: names file, table, field and reason of the first thing that is wrong.
    """
    if not folder.is_dir():
        raise InvalidFile(N_("This folder of request types is missing."), file=folder.name, where="")
    fingerprint = hashlib.sha256()
    tops: dict[str, Table] = {}
    for path in sorted(folder.glob("*.toml")):
        text = read_text_of_house(path)
        fingerprint.update(f"{path.name}\n{text}\n".encode())
        tops[path.name] = parse_house_text(text, path.name)
    top = tops.pop(COMMON_FILE, None)
    common = _read_common(top) if top is not None else _Common(fields={})
    families: dict[str, Named] = {}
    types: list[RequestType] = []
    for table in tops.values():
        family = _read_family(table)
        if families.setdefault(family.key, family) != family:
            raise table.refuse(N_("“{name}” is already used in another file."), "family", name=family.key)
        types.extend(_read_types(table, family, common))
    if not types:
        raise InvalidFile(N_("There is no request type in this folder."), file=folder.name, where="")
    types.sort(key=lambda one: (one.number.split("-")[0], int(one.number.split("-")[1])))
    _refuse_doubles(types)
    return Catalogue(tuple(types), tuple(families.values()), common.reasons, fingerprint.hexdigest()[:16])


def _refuse_doubles(types: list[RequestType]) -> None:
    """A code, number or alias belongs to one type, wherever it is written."""
    seen: dict[tuple[str, str], RequestType] = {}
    for one in types:
        names = [("", one.code), ("number", one.number)]
        names += [("aliases", alias) for alias in {fold(alias) for alias in one.aliases}]
        for field, name in names:
            other = seen.setdefault((field, name), one)
            if other is not one:
                raise InvalidFile(
                    N_("“{name}” already belongs to {other} in {file_of_other}. Give it to one of them."),
                    file=one.file,
                    where=f"type {one.code}",
                    field=field,
                    name=name,
                    other=other.code,
                    file_of_other=other.file,
                )


# --- wordings ---


def _flat_wording(table: Table) -> Wording:
    """``fr``, ``en`` and ``de`` written straight into ``table``; German may be left out."""
    return Wording(table.text("fr"), table.text("en"), table.text("de", ""))


def _named(table: Table) -> Named:
    table.only("key", "fr", "en", "de")
    return Named(_key(table), _flat_wording(table))


def _key(table: Table, field: str = "key") -> str:
    value = table.text(field)
    # An answer such as "30" is a key as well.
    if not re.fullmatch(r"[a-z0-9][a-z0-9_]{0,39}", value):
        raise table.refuse(N_("“{name}” must be small letters, digits and _."), field, name=value)
    return value


def _unique(tables: list[Table], keys: list[str]) -> None:
    for table, key, before in zip(tables, keys, (keys[:place] for place in range(len(keys))), strict=True):
        if key in before:
            raise table.refuse(N_("“{name}” is written twice here. Keep one."), "key", name=key)


# --- what the types share ---


def _read_family(top: Table) -> Named:
    top.only("family", "type")
    return _named(top.table("family"))


def _read_common(top: Table) -> _Common:
    top.only("checklist", "field", "reason")
    step_tables = top.tables("checklist", needed=False)
    steps = tuple(_read_common_step(table) for table in step_tables)
    _unique(step_tables, [one.step.key for one in steps])
    field_tables = top.tables("field", needed=False)
    fields = [_read_field(table, {}) for table in field_tables]
    _unique(field_tables, [one.key for one in fields])
    reason_tables = top.tables("reason", needed=False)
    reasons = tuple(_read_reason(table) for table in reason_tables)
    _unique(reason_tables, [one.key for one in reasons])
    return _Common(steps, {one.key: one for one in fields}, reasons)


def _read_common_step(table: Table) -> _CommonStep:
    table.only("key", "place", "applies", "required", "proof", "is_proof", "fr", "en", "de")
    return _CommonStep(
        Step(
            _key(table),
            _flat_wording(table),
            proof=table.choice("proof", ProofKind, ProofKind.NONE),
            common=True,
        ),
        table.choice("place", _Side),
        table.choice("applies", _Applies, _Applies.ALL),
        table.choice("required", _Required, _Required.NEVER),
        table.flag("is_proof"),
    )


def _read_reason(table: Table) -> CancelReason:
    table.only("key", "party", "excused", "fr", "en", "de")
    return CancelReason(
        _key(table), _flat_wording(table), table.choice("party", Party), table.flag("excused")
    )


# --- one type ---


def _read_types(top: Table, family: Named, common: _Common) -> list[RequestType]:
    if not top.has("type"):
        return []
    tables = top.table("type")
    found = []
    for code in tables.values:
        if not _CODE.fullmatch(code):
            raise tables.refuse(N_("“{name}” must be small letters, digits and _."), code, name=code)
        table = tables.table(code)
        table.only(*_TYPE_FIELDS)
        found.append(_read_type(code, table, family, common))
    return found


def _read_type(code: str, table: Table, family: Named, common: _Common) -> RequestType:
    number = table.text("number")
    if not _NUMBER.fullmatch(number):
        raise table.refuse(N_("“{name}” is not a number such as SVC-39."), "number", name=number)
    label = table.wording("label", german=True)
    for language in LANGUAGES:
        if len(label.in_language(language)) > LABEL_CELLS:
            raise table.refuse(
                N_("The short label “{text}” is longer than {limit} letters."),
                f"label.{language}",
                text=label.in_language(language),
                limit=LABEL_CELLS,
            )
    health = table.flag("health")
    dated = table.flag("dated")
    billing = _read_billing(table.table("billable"))
    fields = _read_fields(table, common)
    proof, proof_label = _read_proof(table.table("proof"))
    providers = table.words("providers", ())
    steps = _frame_steps(
        table,
        _read_steps(table, fields, proof),
        common,
        proof,
        billing,
        dated=dated,
        providers=bool(providers),
    )
    known_reasons = {reason.key for reason in common.reasons}
    reasons = table.words("reasons", ())
    for reason in reasons:
        if reason not in known_reasons:
            raise table.refuse(N_("There is no “{name}” in common.toml."), "reasons", name=reason)
    retention = table.integer(
        "retention_days", HEALTH_RETENTION_DAYS if health else DEFAULT_RETENTION_DAYS, low=1, high=3660
    )
    if health and retention > HEALTH_RETENTION_DAYS:
        raise table.refuse(
            N_("Text about health is kept for {limit} days at most."),
            "retention_days",
            limit=HEALTH_RETENTION_DAYS,
        )
    request_type = RequestType(
        code=code,
        number=number,
        family=family.key,
        label=label,
        name=table.wording("name", german=True),
        aliases=table.words("aliases", ()),
        team=_key(table, "team"),
        priority=table.choice("priority", Priority),
        confirmation=_read_confirmation(table),
        billing=billing,
        channel=table.choice("channel", Channel),
        proof=proof,
        proof_label=proof_label,
        steps=steps,
        priority_rules=tuple(
            _read_priority_rule(rule, fields) for rule in table.tables("priority_when", needed=False)
        ),
        targets=_read_targets(table),
        promise=_read_promise(table),
        dated=dated,
        composite=table.flag("composite"),
        health=health,
        channels=table.choices("channels", Channel),
        providers=providers,
        fields=fields,
        reasons=reasons,
        safety=table.wording("safety") if table.has("safety") else None,
        legal=tuple(_read_legal(one) for one in table.tables("legal", needed=False)),
        retention_days=retention,
        file=table.file,
    )
    if health and not request_type.asks_danger:
        raise table.refuse(N_("A health type needs a first step with asks = “danger”."), "steps")
    return request_type


def _read_confirmation(table: Table) -> Wording:
    wording = table.wording("confirmation", german=True)
    for language in LANGUAGES:
        wrong = unknown_placeholders(wording.in_language(language))
        if wrong:
            raise table.refuse(
                N_("“{name}” is not a place that the desk can fill."),
                f"confirmation.{language}",
                name=wrong[0],
            )
    return wording


def _read_billing(table: Table) -> Billing:
    table.only("rule", "credits", "fee", "commission", "extra")
    rule = table.choice("rule", BillRule)
    credits = table.integer("credits", 0, low=0, high=1000)
    if (rule is BillRule.CREDITS) != (credits > 0):
        raise table.refuse(N_("Credits go with the rule “credits”, and it needs at least one."), "credits")
    return Billing(rule, credits, table.flag("fee"), table.flag("commission"), table.text("extra", ""))


def _read_proof(table: Table) -> tuple[ProofKind, Wording]:
    table.only("kind", "fr", "en", "de")
    return table.choice("kind", ProofKind), _flat_wording(table)


def _read_targets(table: Table) -> Targets:
    if not table.has("targets"):
        return Targets()
    inner = table.table("targets")
    inner.only("first", "resolution")
    minutes = [inner.integer(one, 0, low=1, high=100_000) or None for one in ("first", "resolution")]
    return Targets(*minutes)


def _read_promise(table: Table) -> PromiseRule:
    if not table.has("promise"):
        return PromiseRule()
    inner = table.table("promise")
    inner.only("rule", "before", "after")
    return PromiseRule(
        inner.choice("rule", PromiseKind),
        inner.integer("before", 0, low=0, high=1440),
        inner.integer("after", 15, low=0, high=1440),
    )


def _read_legal(table: Table) -> LegalReminder:
    table.only("certainty", "fr", "en", "de", "source", "source_date", "checked_on", "review_by", "ask")
    certainty = table.choice("certainty", Certainty)
    checked_on = table.day("checked_on") if table.has("checked_on") else None
    if certainty is Certainty.CHECKED and (checked_on is None or not table.has("source")):
        raise table.refuse(N_("A checked reminder needs its source and checked_on."), "certainty")
    if certainty is Certainty.TO_CHECK and not table.has("ask"):
        raise table.refuse(N_("Say with whom this is to be checked."), "ask")
    if table.has("review_by"):
        review_by: date = table.day("review_by")
    elif checked_on is not None:
        review_by = checked_on + timedelta(days=REVIEW_DAYS)
    else:
        raise table.refuse(N_("This field is missing. Add it."), "review_by")
    return LegalReminder(
        _flat_wording(table),
        certainty,
        review_by,
        table.text("source", ""),
        table.day("source_date") if table.has("source_date") else None,
        checked_on,
        table.text("ask", ""),
    )


# --- fields and conditions ---


def _read_fields(table: Table, common: _Common) -> tuple[OwnField, ...]:
    tables = table.tables("fields", needed=False)
    found = tuple(_read_field(one, common.fields or {}) for one in tables)
    _unique(tables, [one.key for one in found])
    return found


def _read_field(table: Table, shared: Mapping[str, OwnField]) -> OwnField:
    if table.has("use"):
        table.only("use", "required")
        name = table.text("use")
        if name not in shared:
            raise table.refuse(N_("There is no “{name}” in common.toml."), "use", name=name)
        one = shared[name]
        return OwnField(
            one.key,
            one.kind,
            one.label,
            table.flag("required"),
            one.sensitive,
            one.retention_days,
            one.options,
        )
    table.only("key", "kind", "required", "sensitive", "retention_days", "options", "fr", "en", "de")
    kind = table.choice("kind", FieldKind)
    option_tables = table.tables("options", needed=kind is FieldKind.CHOICE)
    options = tuple(_named(option) for option in option_tables)
    if options and kind is not FieldKind.CHOICE:
        raise table.refuse(N_("Options belong to the kind “choice”."), "options")
    _unique(option_tables, [option.key for option in options])
    return OwnField(
        _key(table),
        kind,
        _flat_wording(table),
        table.flag("required"),
        table.flag("sensitive"),
        table.integer("retention_days", DEFAULT_RETENTION_DAYS, low=1, high=3660),
        options,
    )


def _read_condition(table: Table, fields: tuple[OwnField, ...]) -> Condition:
    """``field`` with ``is`` (yes or no) or ``in`` (options); the field must be one of the type's own."""
    name = table.text("field")
    field = next((one for one in fields if one.key == name), None)
    if field is None:
        raise table.refuse(N_("“{name}” is not a field of this request type."), "field", name=name)
    if field.kind is FieldKind.YES_NO:
        if not table.has("is"):
            raise table.refuse(N_("This field is missing. Add it."), "is")
        return Condition(name, (table.flag("is"),))
    accepted = table.words("in")
    if field.kind is FieldKind.CHOICE:
        for key in accepted:
            if key not in {option.key for option in field.options}:
                raise table.refuse(
                    N_("“{value}” is unknown here. Choose one of: {known}."),
                    "in",
                    value=key,
                    known=", ".join(option.key for option in field.options),
                )
    return Condition(name, accepted)


def _read_priority_rule(table: Table, fields: tuple[OwnField, ...]) -> PriorityRule:
    table.only("priority", "from", "until", "same_day", "within", "field", "is", "in")
    since, until = _time_of_day(table, "from"), _time_of_day(table, "until")
    if (since is None) != (until is None):
        raise table.refuse(N_("Hours need both from and until."), "until" if until is None else "from")
    rule = PriorityRule(
        table.choice("priority", Priority),
        since,
        until,
        table.flag("same_day"),
        table.integer("within", low=1, high=10_080) if table.has("within") else None,
        _read_condition(table, fields) if table.has("field") else None,
    )
    if since is None and not rule.same_day and rule.within_minutes is None and rule.condition is None:
        raise table.refuse(N_("This rule would always hold. Say when it does."), "priority")
    return rule


def _time_of_day(table: Table, field: str) -> time | None:
    if not table.has(field):
        return None
    match = _TIME.fullmatch(table.text(field))
    if match is None:
        raise table.refuse(N_("This must be a time such as “20:00”, between quotation marks."), field)
    return time(int(match[1]), int(match[2]))


# --- checklist ---


def _read_steps(
    table: Table, fields: tuple[OwnField, ...], proof: ProofKind
) -> tuple[tuple[Step, ...], bool]:
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
            when = _read_condition(inner, fields)
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
                _key(one),
                _flat_wording(one),
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
    _unique(tables, [one.key for one in steps])
    return tuple(steps), carries_proof


def _frame_steps(
    table: Table,
    own: tuple[tuple[Step, ...], bool],
    common: _Common,
    proof: ProofKind,
    billing: Billing,
    *,
    dated: bool,
    providers: bool,
) -> tuple[Step, ...]:
    """The danger question, the common steps, the own steps and the common closing steps, in this order."""
    steps, carries_proof = own
    skip = table.words("skip", ())
    known = {one.step.key for one in common.steps}
    for name in skip:
        if name not in known:
            raise table.refuse(N_("There is no “{name}” in common.toml."), "skip", name=name)
    sides: dict[_Side, list[Step]] = {_Side.BEFORE: [], _Side.AFTER: []}
    for one in common.steps:
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
