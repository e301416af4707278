"""Reading and checking the files of the hotlines: triage trees, shared phrases, severity and limits."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from conciergedesk.core.housefile import Table, Wording, read_house_file, read_text_of_house
from conciergedesk.core.i18n import N_
from conciergedesk.hotline.rules import (
    HotlineRules,
    Impact,
    Line,
    ResolutionCode,
    Severity,
    SeverityTarget,
    TargetClock,
    Urgency,
)
from conciergedesk.hotline.triage import (
    ANSWER_LETTERS,
    Answer,
    Outcome,
    OutcomeKind,
    Party,
    Question,
    Theme,
    Tree,
    TriageBook,
)

TREE_FILES = ("technical.toml", "commercial.toml")
PHRASES_FILE = "phrases.toml"
SEVERITY_FILE = "severity.toml"


def load_triage(folder: Path, articles: Collection[str]) -> TriageBook:
    """The trees in ``folder``, checked.

    Args:
        folder: The house's ``knowledge_base/hotline``.
        articles: Ids of the articles that exist.

    Raises:
        InvalidFile: for a dangling answer, an unreachable question or ending, a circle, a letter used
            twice, an unknown article, sentence or field, a missing language, or an act on an account that
            can be reached without the call-back.
    """
    phrases = read_house_file(folder / PHRASES_FILE)
    phrases.only("safety", "fields", "themes")
    safety = _wordings(phrases, "safety")
    fields = _wordings(phrases, "fields")
    themes = _themes(phrases)
    trees: dict[str, Tree] = {}
    categories: dict[str, Tree] = {}
    rows: dict[str, Table] = {}
    known = _Known(frozenset(articles), safety, fields, themes)
    for name in TREE_FILES:
        top = read_house_file(folder / name)
        top.only("line", "tree")
        line = top.choice("line", Line)
        for row in top.tables("tree"):
            tree = _read_tree(row, line, known)
            if tree.id in trees:
                raise row.refuse(N_("“{name}” is used twice. Give each its own."), "id", name=tree.id)
            if tree.category in categories:
                raise row.refuse(
                    N_("“{name}” is used twice. Give each its own."), "category", name=tree.category
                )
            trees[tree.id] = categories[tree.category] = tree
            rows[tree.id] = row
    _check_ways(trees, rows)
    return TriageBook(
        trees=MappingProxyType(trees),
        safety=safety,
        fields=fields,
        themes=themes,
        rules=load_house_rules(folder),
        version=_version(folder),
        by_category=MappingProxyType(categories),
    )


class _Known(NamedTuple):
    articles: frozenset[str]
    safety: Mapping[str, Wording]
    fields: Mapping[str, Wording]
    themes: Mapping[str, Theme]


def load_themes(folder: Path) -> Mapping[str, Theme]:
    """The themes of ``knowledge_base/hotline``, by id."""
    return _themes(read_house_file(folder / PHRASES_FILE))


def _themes(phrases: Table) -> Mapping[str, Theme]:
    found = {}
    inner = phrases.table("themes")
    for name in inner.values:
        row = inner.table(name)
        row.only("fr", "en", "referent", "stand_in")
        label = Wording(row.text("fr"), row.text("en"))
        found[name] = Theme(name, label, row.id("referent"), row.id("stand_in"))
    return MappingProxyType(found)


def _wordings(phrases: Table, name: str) -> Mapping[str, Wording]:
    inner = phrases.table(name)
    return MappingProxyType({key: inner.wording(key) for key in inner.values})


def _version(folder: Path) -> str:
    digest = hashlib.sha256()
    for name in (*TREE_FILES, PHRASES_FILE, SEVERITY_FILE):
        digest.update(read_text_of_house(folder / name).encode())
    return digest.hexdigest()[:12]


def _known_names(row: Table, name: str, known: Collection[str]) -> tuple[str, ...]:
    found = row.words(name, ())
    for word in found:
        if word not in known:
            raise row.refuse(N_("“{name}” is not defined. Define it, or correct the name."), name, name=word)
    return found


def _article(row: Table, known: _Known) -> str:
    article = row.text("article", "")
    if article and article not in known.articles:
        raise row.refuse(
            N_("There is no article “{name}”. Write it, or correct the name."), "article", name=article
        )
    return article


def _read_answer(row: Table) -> Answer:
    row.only("key", "fr", "en", "next", "outcome", "tree", "impact", "urgency", "severity", "proves_identity")
    key = row.text("key")
    if key not in ANSWER_LETTERS:
        raise row.refuse(
            N_("“{key}” cannot be an answer. Use one letter from a to z, but not k, q or u."), "key", key=key
        )
    for language in ("fr", "en"):
        if not row.has(language):
            raise row.refuse(N_("The text in “{code}” is missing. Add it."), language, code=language)
    ways = [way for way in ("next", "outcome", "tree") if row.has(way)]
    if len(ways) != 1:
        raise row.refuse(
            N_("An answer leads to one place: write next, outcome or tree, and only one."), "next"
        )
    return Answer(
        key=key,
        label=Wording(row.text("fr"), row.text("en")),
        next=row.text("next", ""),
        outcome=row.text("outcome", ""),
        tree=row.text("tree", ""),
        impact=row.choice("impact", Impact) if row.has("impact") else None,
        urgency=row.choice("urgency", Urgency) if row.has("urgency") else None,
        severity=row.choice("severity", Severity) if row.has("severity") else None,
        proves_identity=row.flag("proves_identity"),
    )


def _read_question(row: Table, known: _Known) -> Question:
    row.only("id", "ask", "answers", "article", "safety", "collect", "mass_check", "call_back")
    answers: list[Answer] = []
    for inner in row.tables("answers"):
        answer = _read_answer(inner)
        if any(answer.key == other.key for other in answers):
            raise inner.refuse(N_("The letter “{key}” is used twice in one question."), "key", key=answer.key)
        answers.append(answer)
    if len(answers) < 2:
        raise row.refuse(N_("A question needs at least two answers."), "answers")
    return Question(
        id=row.id(),
        ask=row.wording("ask"),
        answers=tuple(answers),
        article=_article(row, known),
        safety=_known_names(row, "safety", known.safety),
        collect=_known_names(row, "collect", known.fields),
        mass_check=row.flag("mass_check"),
        call_back=row.flag("call_back"),
    )


def _read_outcome(row: Table, known: _Known) -> Outcome:
    row.only(
        "id", "kind", "say", "to", "code", "article", "collect", "safety", "severity", "call_back_min",
        "within_days", "mass_check", "identity", "four_eyes", "commission",
    )  # fmt: skip
    kind = row.choice("kind", OutcomeKind)
    code = row.choice("code", ResolutionCode) if row.has("code") else None
    to = row.choice("to", Party) if row.has("to") else None
    severity = row.choice("severity", Severity) if row.has("severity") else None
    if kind is OutcomeKind.SOLVED and code is None:
        raise row.refuse(N_("A solved ending needs its resolution code."), "code")
    if kind in (OutcomeKind.ESCALATE, OutcomeKind.FIELD_VISIT, OutcomeKind.HAND_OVER):
        if to is None:
            raise row.refuse(N_("Say who takes over."), "to")
        if not row.has("collect"):
            raise row.refuse(N_("List what the one who takes over needs to know."), "collect")
    after = None
    if kind is OutcomeKind.CALL_BACK:
        after = timedelta(minutes=row.integer("call_back_min", low=5, high=10_080))
    return Outcome(
        id=row.id(),
        kind=kind,
        say=row.wording("say"),
        to=to,
        code=code,
        article=_article(row, known),
        collect=_known_names(row, "collect", known.fields),
        safety=_known_names(row, "safety", known.safety),
        severity=severity,
        call_back_after=after,
        within_days=row.integer("within_days", low=1, high=60) if row.has("within_days") else None,
        mass_check=row.flag("mass_check"),
        identity=row.flag("identity"),
        four_eyes=row.flag("four_eyes"),
        commission=row.flag("commission"),
    )


def _read_tree(row: Table, line: Line, known: _Known) -> Tree:
    row.only(
        "id", "category", "title", "theme", "impact", "urgency", "start", "safety", "question", "outcome"
    )
    tree_id = row.id()
    questions: dict[str, Question] = {}
    for inner in row.tables("question"):
        question = _read_question(inner, known)
        if question.id in questions:
            raise inner.refuse(N_("“{name}” is used twice. Give each its own."), "id", name=question.id)
        questions[question.id] = question
    outcomes: dict[str, Outcome] = {}
    for inner in row.tables("outcome"):
        outcome = _read_outcome(inner, known)
        if outcome.id in outcomes or outcome.id in questions:
            raise inner.refuse(N_("“{name}” is used twice. Give each its own."), "id", name=outcome.id)
        outcomes[outcome.id] = outcome
    theme = row.text("theme")
    if theme not in known.themes:
        raise row.refuse(N_("“{name}” is not defined. Define it, or correct the name."), "theme", name=theme)
    start = row.text("start")
    if start not in questions:
        raise row.refuse(N_("“{name}” is no question of this tree."), "start", name=start)
    return Tree(
        id=tree_id,
        line=line,
        category=row.id("category"),
        title=row.wording("title"),
        theme=theme,
        impact=row.choice("impact", Impact),
        urgency=row.choice("urgency", Urgency),
        start=start,
        questions=MappingProxyType(questions),
        outcomes=MappingProxyType(outcomes),
        safety=_known_names(row, "safety", known.safety),
    )


def _place(rows: Mapping[str, Table], tree: Tree, kind: str, name: str) -> Table:
    row = rows[tree.id]
    return Table({}, row.file, f"{row.where} {kind} {name}")


def _check_ways(trees: Mapping[str, Tree], rows: Mapping[str, Table]) -> None:
    for tree in trees.values():
        for question in tree.questions.values():
            for answer in question.answers:
                _check_answer(tree, question, answer, trees, rows)
        reached = set(_reached(tree, all_ways=True))
        for kind, names in (("question", tree.questions), ("outcome", tree.outcomes)):
            for name in names:
                if name not in reached:
                    raise _place(rows, tree, kind, name).refuse(
                        N_("No answer leads here. Lead to it, or remove it."), "id"
                    )
        for name in _reached(tree, all_ways=False):
            if name in tree.outcomes and tree.outcomes[name].identity:
                raise _place(rows, tree, "outcome", name).refuse(
                    N_("This ending can be reached without the call-back. Ask for it on every way."),
                    "identity",
                )
    _check_circles(trees, rows)


def _check_answer(
    tree: Tree, question: Question, answer: Answer, trees: Mapping[str, Tree], rows: Mapping[str, Table]
) -> None:
    for way, target, known in (
        ("next", answer.next, tree.questions),
        ("outcome", answer.outcome, tree.outcomes),
        ("tree", answer.tree, trees),
    ):
        if target and target not in known:
            raise _place(rows, tree, "question", f"{question.id} answers {answer.key}").refuse(
                N_("This answer leads to “{name}”, which does not exist."), way, name=target
            )
    if answer.proves_identity and not question.call_back:
        raise _place(rows, tree, "question", f"{question.id} answers {answer.key}").refuse(
            N_("Only a question with call_back = true can prove an identity."), "proves_identity"
        )


def _reached(tree: Tree, *, all_ways: bool) -> Iterator[str]:
    """Questions and endings reached from the start; without the answers that prove an identity if asked."""
    waiting, seen = [tree.start], {tree.start}
    while waiting:
        name = waiting.pop()
        yield name
        question = tree.questions.get(name)
        for answer in question.answers if question else ():
            target = answer.next or answer.outcome
            if target and target not in seen and (all_ways or not answer.proves_identity):
                seen.add(target)
                waiting.append(target)


def _check_circles(trees: Mapping[str, Tree], rows: Mapping[str, Table]) -> None:
    done: set[tuple[str, str]] = set()
    for first in trees.values():
        open_now: dict[tuple[str, str], Iterator[tuple[str, str]]] = {}
        start = (first.id, first.start)
        if start in done:
            continue
        open_now[start] = _onwards(start, trees)
        while open_now:
            here = next(reversed(open_now))
            target = next(open_now[here], None)
            if target is None:
                done.add(here)
                del open_now[here]
            elif target in open_now:
                raise _place(rows, trees[here[0]], "question", here[1]).refuse(
                    N_("From here the answers lead in a circle back to “{name}”."), "answers", name=target[1]
                )
            elif target not in done:
                open_now[target] = _onwards(target, trees)


def _onwards(here: tuple[str, str], trees: Mapping[str, Tree]) -> Iterator[tuple[str, str]]:
    tree = trees[here[0]]
    for answer in tree.questions[here[1]].answers:
        if answer.tree:
            yield answer.tree, trees[answer.tree].start
        elif answer.next:
            yield tree.id, answer.next


def load_house_rules(folder: Path) -> HotlineRules:
    """Severity matrix, targets and limits of ``knowledge_base/hotline/severity.toml``.

    Raises:
        InvalidFile: when a cell of the matrix, a target or a limit is missing or out of range.
    """
    top = read_house_file(folder / SEVERITY_FILE)
    top.only("matrix", "targets", "limits")
    matrix = {}
    rows = top.table("matrix")
    rows.only(*Impact)
    for impact in Impact:
        row = rows.table(impact)
        row.only(*Urgency)
        for urgency in Urgency:
            matrix[impact, urgency] = row.choice(urgency, Severity)
    targets = {}
    rows = top.table("targets")
    rows.only(*Severity)
    for severity in Severity:
        row = rows.table(severity)
        row.only(
            "first_response_min", "resolution_min", "clock", "level_2_after_min", "tell_supervisor", "banner",
            "on_call_at_closing",
        )  # fmt: skip
        level_2 = row.integer("level_2_after_min", low=0) if row.has("level_2_after_min") else None
        targets[severity] = SeverityTarget(
            first_response_min=row.integer("first_response_min", low=1),
            resolution_min=row.integer("resolution_min", low=1),
            clock=row.choice("clock", TargetClock),
            level_2_after_min=level_2,
            tell_supervisor=row.flag("tell_supervisor"),
            banner=row.flag("banner"),
            on_call_at_closing=row.flag("on_call_at_closing"),
        )
    limits = top.table("limits")
    days = limits.values.get("renewal_days")
    if not isinstance(days, list) or not days or not all(type(day) is int and 0 < day <= 730 for day in days):
        raise limits.refuse(N_("This must be a list of days such as [90, 60, 30]."), "renewal_days")
    return HotlineRules(
        matrix=MappingProxyType(matrix),
        targets=MappingProxyType(targets),
        incident_tickets=limits.integer("incident_tickets", low=2, high=50),
        incident_window=timedelta(minutes=limits.integer("incident_window_min", low=5, high=1440)),
        training_tickets=limits.integer("training_tickets", low=2, high=50),
        training_window_days=limits.integer("training_window_days", low=1, high=730),
        dormant_provider_days=limits.integer("dormant_provider_days", low=1, high=730),
        unseen_device_days=limits.integer("unseen_device_days", low=1, high=365),
        beacon_battery_months=limits.integer("beacon_battery_months", low=1, high=120),
        price_four_eyes_percent=limits.integer("price_four_eyes_percent", low=1, high=100),
        renewal_days=tuple(sorted(days, reverse=True)),
        commission_dispute_days=limits.integer("commission_dispute_days", low=1, high=60),
    )
