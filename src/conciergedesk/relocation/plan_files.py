"""Reading and checking relocation plans."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from conciergedesk.core.housefile import Table, Wording, parse_house_text, read_text_of_house
from conciergedesk.core.i18n import N_
from conciergedesk.relocation.dates import Anchor, Offset
from conciergedesk.relocation.plans import (
    FACTS,
    Certainty,
    FollowUp,
    Owner,
    Plan,
    PlanItem,
    PlanShelf,
    PulseQuestion,
    QuestionKind,
    Reference,
    Risk,
    SilenceStep,
    Source,
    Stage,
    When,
    Wish,
)

# Files of the folder that are no plans.
OTHER_FILES = frozenset({"packages.toml", "cross_border.toml", "profiles.toml", "needs.toml"})


T = TypeVar("T", Source, PulseQuestion, FollowUp, Stage, PlanItem, Risk)


class _Known(NamedTuple):
    stages: Collection[str]
    documents: Collection[str]
    sources: Mapping[str, Source]
    top: Table


def load_plans(folder: Path) -> PlanShelf:
    """All plans in ``folder``, checked.

    Raises:
        InvalidFile: for an offset without anchor, a circle of blocked_by, an unknown stage, document or
            source, a missing language, an unreadable file.
    """
    plans: dict[str, Plan] = {}
    for path in sorted(folder.glob("*.toml")):
        if path.name in OTHER_FILES:
            continue
        plan = parse_plan(read_text_of_house(path), path.name)
        if plan.id in plans:
            raise Table({}, path.name, "").refuse(
                N_("“{name}” is used twice. Give each its own."), "id", name=plan.id
            )
        plans[plan.id] = plan
    return PlanShelf(MappingProxyType(plans))


def parse_plan(text: str, file: str) -> Plan:
    """The plan in ``text``; an open file keeps this text, so that its version can always be read again."""
    top = parse_house_text(text, file)
    top.only(
        "id", "title", "checked_on", "review_by", "source", "documents", "stage", "question", "followup",
        "silence", "risk", "item",
    )  # fmt: skip
    if top.day("review_by") <= top.day("checked_on"):
        raise top.refuse(N_("The review must come after the check."), "review_by")
    sources = _by_id(top, "source", _source)
    inner = top.table("documents")
    documents = {name: inner.wording(name, german=True) for name in inner.values}
    questions = _by_id(top, "question", _question)
    followups = _by_id(top, "followup", lambda row: _followup(row, questions))
    stages = _by_id(top, "stage", lambda row: _stage(row, followups))
    known = _Known(stages, documents, sources, top)
    items = _by_id(top, "item", lambda row: _item(row, known))
    _check_blockers(items, top)
    silence = top.table("silence")
    silence.only("flag_days", "step")
    return Plan(
        id=top.id(),
        version=version_of(text),
        title=top.wording("title", german=True),
        checked_on=top.day("checked_on"),
        review_by=top.day("review_by"),
        stages=stages,
        items=items,
        followups=followups,
        questions=questions,
        documents=MappingProxyType(documents),
        silence=_silence(silence),
        silence_flag_days=silence.integer("flag_days", low=1, high=365),
        risks=_by_id(top, "risk", _risk, needed=False),
    )


def version_of(text: str) -> str:
    """The version of a plan: short for its whole text, so that no change goes unnoticed."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _by_id(top: Table, name: str, read: Callable[[Table], T], needed: bool = True) -> Mapping[str, T]:
    found: dict[str, T] = {}
    for row in top.tables(name, needed):
        one = read(row)
        if one.id in found:
            raise row.refuse(N_("“{name}” is used twice. Give each its own."), "id", name=one.id)
        found[one.id] = one
    return MappingProxyType(found)


def _source(row: Table) -> Source:
    row.only("id", "name", "date")
    return Source(row.id(), row.text("name"), row.day("date"))


def _offset(row: Table, field: str) -> Offset:
    text = row.text(field)
    try:
        return Offset.parse(text)
    except ValueError:
        raise row.refuse(
            N_("“{text}” is not an offset. Write -15d, +5wd, +2w, +3m or +1y."), field, text=text
        ) from None


def _pair(row: Table, field: str) -> tuple[int, int] | None:
    if not row.has(field):
        return None
    value = row.values[field]
    if (
        not isinstance(value, list)
        or len(value) != 2
        or not all(type(one) is int and one >= 0 for one in value)
        or value[0] > value[1]
    ):
        raise row.refuse(N_("This must be a range such as [3, 10]."), field)
    return value[0], value[1]


def read_when(row: Table, field: str = "when") -> When:
    """The conditions in ``row``; none when the field is absent."""
    if not row.has(field):
        return When(MappingProxyType({}))
    inner = row.table(field)
    inner.only(*FACTS, "child_age", "child_count", "adults", "partner", "pets", "home_help", "wish")
    facts = {}
    for name, states in FACTS.items():
        wanted = inner.choices(name, states)
        if inner.has(name) and not wanted:
            raise inner.refuse(N_("This list is empty. Name at least one value."), name)
        if wanted:
            facts[name] = tuple(str(value) for value in wanted)
    return When(
        facts=MappingProxyType(facts),
        child_age=_pair(inner, "child_age"),
        child_count=_pair(inner, "child_count"),
        adults=_pair(inner, "adults"),
        partner=inner.flag("partner") if inner.has("partner") else None,
        pets=inner.flag("pets") if inner.has("pets") else None,
        home_help=inner.flag("home_help") if inner.has("home_help") else None,
        wish=inner.choices("wish", Wish),
    )


def _question(row: Table) -> PulseQuestion:
    row.only("id", "kind", "ask", "low", "when")
    kind = row.choice("kind", QuestionKind)
    high = {QuestionKind.PULSE: 10, QuestionKind.SCALE5: 5, QuestionKind.TEXT: 0}[kind]
    low = 0 if kind is QuestionKind.TEXT else row.integer("low", low=0, high=high)
    return PulseQuestion(row.id(), kind, row.wording("ask", german=True), low, read_when(row))


def _names(row: Table, field: str, known: Collection[str]) -> tuple[str, ...]:
    found = row.words(field, ())
    for name in found:
        if name not in known:
            raise row.refuse(N_("“{name}” is not defined. Define it, or correct the name."), field, name=name)
    return found


def _followup(row: Table, questions: Collection[str]) -> FollowUp:
    row.only("id", "label", "due", "goal", "questions")
    return FollowUp(
        id=row.id(),
        label=row.wording("label", german=True),
        due=_offset(row, "due"),
        goal=row.wording("goal"),
        questions=_names(row, "questions", questions),
    )


def _stage(row: Table, followups: Collection[str]) -> Stage:
    row.only("id", "label", "goal", "exit", "followups")
    return Stage(
        id=row.id(),
        label=row.wording("label", german=True),
        goal=row.wording("goal"),
        exit=row.wording("exit"),
        followups=_names(row, "followups", followups),
    )


def _reference(row: Table, known: _Known) -> Reference:
    row.only("fr", "en", "source", "law", "certainty", "checked_on", "review_by")
    source = row.text("source")
    if source not in known.sources:
        raise row.refuse(
            N_("“{name}” is not defined. Define it, or correct the name."), "source", name=source
        )
    checked = row if row.has("checked_on") else known.top
    review = row if row.has("review_by") else known.top
    return Reference(
        text=Wording(row.text("fr"), row.text("en")),
        source=known.sources[source],
        certainty=row.choice("certainty", Certainty),
        checked_on=checked.day("checked_on"),
        review_by=review.day("review_by"),
        law=row.text("law", ""),
    )


def _item(row: Table, known: _Known) -> PlanItem:
    row.only(
        "id", "stage", "label", "owners", "anchor", "anchor_else", "from", "due", "aim", "legal", "needs_days",
        "documents", "blocked_by", "request_type", "repeat_months", "when", "rule",
    )  # fmt: skip
    item_id = row.id()
    if not row.has("anchor"):
        raise row.refuse(N_("This offset hangs on nothing. Name its anchor, such as d0."), "anchor")
    due = _offset(row, "due")
    start = _offset(row, "from") if row.has("from") else None
    if start is not None and start.about_days > due.about_days:
        raise row.refuse(N_("The item would begin after it is due."), "from")
    stage = row.text("stage")
    if stage not in known.stages:
        raise row.refuse(N_("“{name}” is not defined. Define it, or correct the name."), "stage", name=stage)
    owners = row.choices("owners", Owner)
    if not owners:
        raise row.refuse(N_("Say who does it: CO, FA, EM or PR."), "owners")
    return PlanItem(
        id=item_id,
        stage=stage,
        label=row.wording("label", german=True),
        owners=owners,
        anchor=row.choice("anchor", Anchor),
        anchor_else=row.choice("anchor_else", Anchor) if row.has("anchor_else") else None,
        due=due,
        start=start,
        aim=_offset(row, "aim") if row.has("aim") else None,
        legal=row.flag("legal"),
        needs_days=row.integer("needs_days", 0, low=0, high=365),
        documents=_names(row, "documents", known.documents),
        blocked_by=row.words("blocked_by", ()),
        request_type=row.text("request_type", ""),
        repeat_months=row.integer("repeat_months", 0, low=0, high=120),
        when=read_when(row),
        reference=_reference(row.table("rule"), known),
    )


def _silence(row: Table) -> tuple[SilenceStep, ...]:
    steps: list[SilenceStep] = []
    for inner in row.tables("step"):
        inner.only("day", "act", "to", "say")
        to = inner.text("to")
        if to not in ("asked", "supervisor"):
            raise inner.refuse(N_("“{name}” is not defined. Define it, or correct the name."), "to", name=to)
        day = inner.integer("day", low=0, high=365)
        if steps and day <= steps[-1].day:
            raise inner.refuse(N_("The days of the ladder must rise."), "day")
        steps.append(SilenceStep(day, inner.id("act"), to, inner.wording("say")))
    return tuple(steps)


def _risk(row: Table) -> Risk:
    row.only("id", "label", "computed", "severity", "action", "review_days")
    severity = row.text("severity")
    if severity not in ("red", "amber"):
        raise row.refuse(
            N_("“{name}” is not defined. Define it, or correct the name."), "severity", name=severity
        )
    return Risk(
        id=row.id(),
        label=row.wording("label"),
        computed=row.flag("computed"),
        severity=severity,
        action=row.wording("action"),
        review_days=row.integer("review_days", low=1, high=365),
    )


def _check_blockers(items: Mapping[str, PlanItem], top: Table) -> None:
    for item in items.values():
        row = Table({}, top.file, f"item {item.id}")
        for blocker in item.blocked_by:
            if blocker not in items:
                raise row.refuse(
                    N_("“{name}” is not defined. Define it, or correct the name."), "blocked_by", name=blocker
                )
    done: set[str] = set()
    for first in items:
        way: list[str] = []
        _follow(first, items, way, done, top)


def _follow(item: str, items: Mapping[str, PlanItem], way: list[str], done: set[str], top: Table) -> None:
    if item in done:
        return
    if item in way:
        circle = " → ".join([*way[way.index(item) :], item])
        raise Table({}, top.file, f"item {item}").refuse(
            N_("These items wait for each other: {circle}. Cut the circle."), "blocked_by", circle=circle
        )
    way.append(item)
    for blocker in items[item].blocked_by:
        _follow(blocker, items, way, done, top)
    way.pop()
    done.add(item)
