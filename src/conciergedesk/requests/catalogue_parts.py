"""The parts of a request type's table: its questions, conditions, prices, promises and legal reminders."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time, timedelta

from conciergedesk.core.housefile import Table, Wording
from conciergedesk.core.i18n import N_
from conciergedesk.requests.catalogue import (
    DEFAULT_RETENTION_DAYS,
    Billing,
    BillRule,
    Certainty,
    Condition,
    FieldKind,
    LegalReminder,
    Named,
    OwnField,
    Priority,
    PriorityRule,
    PromiseKind,
    PromiseRule,
    ProofKind,
    Targets,
)

REVIEW_DAYS = 365
"""A legal reminder without ``review_by`` is looked at again a year after its check."""

_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


def flat_wording(table: Table) -> Wording:
    """``fr``, ``en`` and ``de`` written straight into ``table``; German may be left out."""
    return Wording(table.text("fr"), table.text("en"), table.text("de", ""))


def read_named(table: Table) -> Named:
    table.only("key", "fr", "en", "de")
    return Named(read_key(table), flat_wording(table))


def read_key(table: Table, field: str = "key") -> str:
    value = table.text(field)
    # An answer such as "30" is a key as well.
    if not re.fullmatch(r"[a-z0-9][a-z0-9_]{0,39}", value):
        raise table.refuse(N_("“{name}” must be small letters, digits and _."), field, name=value)
    return value


def refuse_twice(tables: list[Table], keys: list[str]) -> None:
    for table, key, before in zip(tables, keys, (keys[:place] for place in range(len(keys))), strict=True):
        if key in before:
            raise table.refuse(N_("“{name}” is written twice here. Keep one."), "key", name=key)


def read_billing(table: Table) -> Billing:
    table.only("rule", "credits", "fee", "commission", "extra")
    rule = table.choice("rule", BillRule)
    credits = table.integer("credits", 0, low=0, high=1000)
    if (rule is BillRule.CREDITS) != (credits > 0):
        raise table.refuse(N_("Credits go with the rule “credits”, and it needs at least one."), "credits")
    return Billing(rule, credits, table.flag("fee"), table.flag("commission"), table.text("extra", ""))


def read_proof(table: Table) -> tuple[ProofKind, Wording]:
    table.only("kind", "fr", "en", "de")
    return table.choice("kind", ProofKind), flat_wording(table)


def read_targets(table: Table) -> Targets:
    if not table.has("targets"):
        return Targets()
    inner = table.table("targets")
    inner.only("first", "resolution")
    minutes = [inner.integer(one, 0, low=1, high=100_000) or None for one in ("first", "resolution")]
    return Targets(*minutes)


def read_promise(table: Table) -> PromiseRule:
    if not table.has("promise"):
        return PromiseRule()
    inner = table.table("promise")
    inner.only("rule", "before", "after")
    return PromiseRule(
        inner.choice("rule", PromiseKind),
        inner.integer("before", 0, low=0, high=1440),
        inner.integer("after", 15, low=0, high=1440),
    )


def read_legal(table: Table) -> LegalReminder:
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
        flat_wording(table),
        certainty,
        review_by,
        table.text("source", ""),
        table.day("source_date") if table.has("source_date") else None,
        checked_on,
        table.text("ask", ""),
    )


# --- fields and conditions ---


def read_fields(table: Table, shared: Mapping[str, OwnField]) -> tuple[OwnField, ...]:
    tables = table.tables("fields", needed=False)
    found = tuple(read_field(one, shared) for one in tables)
    refuse_twice(tables, [one.key for one in found])
    return found


def read_field(table: Table, shared: Mapping[str, OwnField]) -> OwnField:
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
    options = tuple(read_named(option) for option in option_tables)
    if options and kind is not FieldKind.CHOICE:
        raise table.refuse(N_("Options belong to the kind “choice”."), "options")
    refuse_twice(option_tables, [option.key for option in options])
    return OwnField(
        read_key(table),
        kind,
        flat_wording(table),
        table.flag("required"),
        table.flag("sensitive"),
        table.integer("retention_days", DEFAULT_RETENTION_DAYS, low=1, high=3660),
        options,
    )


def read_condition(table: Table, fields: tuple[OwnField, ...]) -> Condition:
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


def read_priority_rule(table: Table, fields: tuple[OwnField, ...]) -> PriorityRule:
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
        read_condition(table, fields) if table.has("field") else None,
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
