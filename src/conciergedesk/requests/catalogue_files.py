"""Reading ``knowledge_base/services/*.toml`` into a ``Catalogue``; what is wrong is refused with its place.

``common.toml`` holds what the types share; every other file holds one family of types. A new type is a table
``[type.its_code]`` in any of them, or in a file of its own.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from conciergedesk.core.errors import InvalidFile
from conciergedesk.core.housefile import Table, Wording, parse_house_text, read_text_of_house
from conciergedesk.core.i18n import LANGUAGES, N_
from conciergedesk.core.text import fold
from conciergedesk.requests.catalogue import (
    DEFAULT_RETENTION_DAYS,
    HEALTH_RETENTION_DAYS,
    LABEL_CELLS,
    CancelReason,
    Catalogue,
    Channel,
    Named,
    OwnField,
    Party,
    Priority,
    RequestType,
)
from conciergedesk.requests.catalogue_parts import (
    flat_wording,
    read_billing,
    read_field,
    read_fields,
    read_key,
    read_legal,
    read_named,
    read_priority_rule,
    read_promise,
    read_proof,
    read_targets,
    refuse_twice,
)
from conciergedesk.requests.catalogue_steps import CommonStep, frame_steps, read_common_step, read_steps
from conciergedesk.requests.placeholders import unknown_placeholders

COMMON_FILE = "common.toml"
_CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")
_NUMBER = re.compile(r"[A-Z]{2,5}-\d{1,4}")
_TYPE_FIELDS = (
    "number", "label", "name", "aliases", "kept_words", "team", "priority", "priority_when", "targets", "promise",
    "dated", "composite", "health", "channel", "channels", "billable", "providers", "proof", "reasons", "safety",
    "fields", "steps", "skip", "legal", "retention_days", "confirmation",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Common:
    """What the types share."""

    steps: tuple[CommonStep, ...] = ()
    fields: Mapping[str, OwnField] = field(default_factory=dict)
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
    common = _read_common(top) if top is not None else _Common()
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
        for where, name in names:
            other = seen.setdefault((where, name), one)
            if other is not one:
                raise InvalidFile(
                    N_("“{name}” already belongs to {other} in {file_of_other}. Give it to one of them."),
                    file=one.file,
                    where=f"type {one.code}",
                    field=where,
                    name=name,
                    other=other.code,
                    file_of_other=other.file,
                )


# --- what the types share ---


def _read_family(top: Table) -> Named:
    top.only("family", "type")
    return read_named(top.table("family"))


def _read_common(top: Table) -> _Common:
    top.only("checklist", "field", "reason")
    step_tables = top.tables("checklist", needed=False)
    steps = tuple(read_common_step(table) for table in step_tables)
    refuse_twice(step_tables, [one.step.key for one in steps])
    field_tables = top.tables("field", needed=False)
    fields = [read_field(table, {}) for table in field_tables]
    refuse_twice(field_tables, [one.key for one in fields])
    reason_tables = top.tables("reason", needed=False)
    reasons = tuple(_read_reason(table) for table in reason_tables)
    refuse_twice(reason_tables, [one.key for one in reasons])
    return _Common(steps, {one.key: one for one in fields}, reasons)


def _read_reason(table: Table) -> CancelReason:
    table.only("key", "party", "excused", "fr", "en", "de")
    return CancelReason(
        read_key(table), flat_wording(table), table.choice("party", Party), table.flag("excused")
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
    billing = read_billing(table.table("billable"))
    fields = read_fields(table, common.fields)
    proof, proof_label = read_proof(table.table("proof"))
    providers = table.words("providers", ())
    steps = frame_steps(
        table,
        read_steps(table, fields, proof),
        common.steps,
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
        team=read_key(table, "team"),
        priority=table.choice("priority", Priority),
        confirmation=_read_confirmation(table),
        billing=billing,
        channel=table.choice("channel", Channel),
        proof=proof,
        proof_label=proof_label,
        steps=steps,
        priority_rules=tuple(
            read_priority_rule(rule, fields) for rule in table.tables("priority_when", needed=False)
        ),
        targets=read_targets(table),
        promise=read_promise(table),
        dated=dated,
        composite=table.flag("composite"),
        health=health,
        channels=table.choices("channels", Channel),
        providers=providers,
        fields=fields,
        reasons=reasons,
        safety=table.wording("safety") if table.has("safety") else None,
        legal=tuple(read_legal(one) for one in table.tables("legal", needed=False)),
        retention_days=retention,
        kept_words=_read_kept_words(table),
        file=table.file,
    )
    if health and not request_type.asks_danger:
        raise table.refuse(N_("A health type needs a first step with asks = “danger”."), "steps")
    return request_type


def _read_kept_words(table: Table) -> frozenset[str]:
    """Aliases that stay in the title, because they say more than the type."""
    aliases = {fold(alias) for alias in table.words("aliases", ())}
    kept = frozenset(fold(word) for word in table.words("kept_words", ()))
    for word in sorted(kept - aliases):
        raise table.refuse(N_("“{word}” must be one of the aliases."), "kept_words", word=word)
    return kept


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
