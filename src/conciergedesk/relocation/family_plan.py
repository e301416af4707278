"""The family's own plan, to hand out: on paper and as a calendar, in their language, without anything internal.

It holds what they do and when, with the papers to have ready. Notes, evidence, risks, scores and reasons stay here.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from conciergedesk.core.i18n import N_, show_date, translate
from conciergedesk.core.text import clean_line
from conciergedesk.relocation.cards import FileCard, ItemLine
from conciergedesk.relocation.house import RelocationHouse
from conciergedesk.relocation.households import Role, first_name
from conciergedesk.relocation.plans import Certainty, Owner, Plan
from conciergedesk.relocation.schedule import ItemState

_OWNERS = {
    Owner.COACH: N_("handout|your coach"),
    Owner.FAMILY: N_("handout|you"),
    Owner.EMPLOYER: N_("handout|your employer"),
    Owner.PROVIDER: N_("handout|a provider"),
}

_LONG = {"fr": "EEEE d MMMM y", "en": "EEEE d MMMM y", "de": "EEEE, d. MMMM y"}
_SHORT = {"fr": "EEE d MMM y", "en": "EEE d MMM y", "de": "EEE d. MMM y"}


@dataclass(frozen=True, slots=True)
class HandedLine:
    """One line of the plan as the family reads it."""

    code: str
    day: str
    on: date | None
    what: str
    who: str
    papers: str
    rule: str
    source: str
    done: bool
    legal: bool


@dataclass(frozen=True, slots=True)
class HandedStage:
    """The lines of one stage."""

    title: str
    lines: tuple[HandedLine, ...]


@dataclass(frozen=True, slots=True)
class FamilyPlan:
    """The whole plan in one language."""

    ref: str
    language: str
    title: str
    names: str
    arrival_label: str
    arrival: str
    arrival_on: date
    coach_label: str
    coach: str
    agency: str
    phone: str
    printed: str
    foot: str
    legal_word: str
    done_word: str
    stages: tuple[HandedStage, ...]
    contacts: tuple[tuple[str, str, date], ...]
    contacts_title: str

    @property
    def lines(self) -> tuple[HandedLine, ...]:
        return tuple(line for stage in self.stages for line in stage.lines)


def family_plan(
    card: FileCard, plan: Plan, house: RelocationHouse, language: str, agency: tuple[str, str] = ("", "")
) -> FamilyPlan:
    """The plan of a file for its family, in ``language`` (fr, en or de)."""

    def said(sentence: str, **values: object) -> str:
        return translate(sentence, language, **values)

    today = max(line.at for line in card.thread).date() if card.thread else card.opened_on
    stages = []
    for stage in plan.stages.values():
        lines = tuple(
            _line(item, card, plan, house, language)
            for item in sorted(card.items, key=lambda one: (one.due is None, one.due or date.max, one.code))
            if item.stage == stage.id and item.state is not ItemState.NOT_APPLICABLE
        )
        if lines:
            stages.append(HandedStage(stage.label.in_language(language), lines))
    names = ", ".join(first_name(one.name) for one in card.members if one.role is not Role.PET and one.name)
    return FamilyPlan(
        ref=card.ref,
        language=language,
        title=said(N_("Your plan for settling in")),
        names=names,
        arrival_label=said(N_("handout|Arrival")),
        arrival=show_date(card.arrival, language, _LONG[language]),
        arrival_on=card.arrival,
        coach_label=said(N_("handout|Your coach")),
        coach=card.coach,
        agency=agency[0],
        phone=agency[1],
        printed=show_date(today, language, _LONG[language]),
        foot=said(
            N_(
                "Information without guarantee; the office named decides. Tell your coach when a date changes."
            )
        ),
        legal_word=said(N_("handout|legal deadline")),
        done_word=said(N_("handout|done")),
        stages=tuple(stages),
        contacts=tuple(
            (plan.followups[one.code].label.in_language(language), show_date(one.due, language), one.due)
            for one in card.followups
            if one.done_on is None and one.code in plan.followups
        ),
        contacts_title=said(N_("handout|We call you")),
    )


def _line(item: ItemLine, card: FileCard, plan: Plan, house: RelocationHouse, language: str) -> HandedLine:
    known = plan.items.get(item.code)
    papers, rule, source = "", "", ""
    what = item.label
    if known is not None:
        what = known.label.in_language(language)
        papers = ", ".join(plan.documents[name].in_language(language) for name in known.documents)
        reference = known.reference
        # A reminder of unknown age is no help to a family; only what was checked is handed out.
        if reference.is_fact(card.opened_on) and reference.certainty is Certainty.VERIFIED:
            # German wording is not kept for every rule, and half a paper in English helps nobody.
            rule = reference.text.de if language == "de" else reference.text.in_language(language)
            source = reference.source.name if rule else ""
    when = item.aim if item.aim is not None and item.is_open else item.due
    day = show_date(when, language, _SHORT[language]) if when is not None else ""
    return HandedLine(
        code=item.code,
        day=day,
        on=when,
        what=clean_line(what, 120),
        who=translate(_OWNERS[Owner(item.owner)], language),
        papers=papers,
        rule=rule,
        source=source,
        done=item.state is ItemState.DONE,
        legal=item.legal,
    )


_PAPER = """
#let plan = json(bytes(sys.inputs.plan))
#set document(title: plan.title, author: plan.agency)
#set page(paper: "a4", margin: (x: 18mm, top: 18mm, bottom: 20mm), footer: context [
  #set text(size: 8pt, fill: luma(90))
  #plan.foot #h(1fr) #plan.ref · #counter(page).display("1 / 1", both: true)
])
#set text(size: 10pt, lang: plan.language)
#set par(justify: false)
#text(size: 17pt, weight: "bold")[#plan.title]
#v(1mm)
#text(size: 12pt)[#plan.names]
#v(2mm)
#grid(columns: (auto, 1fr, auto), column-gutter: 4mm,
  [*#plan.arrival_label* #plan.arrival], [*#plan.coach_label* #plan.coach], [#plan.agency #plan.phone])
#line(length: 100%, stroke: 0.5pt + luma(160))
#for stage in plan.stages [
  #v(2mm)
  #block(breakable: false, sticky: true)[#text(size: 12pt, weight: "bold")[#stage.title]]
  #for row in stage.lines [
    #block(breakable: false, below: 2.2mm)[
      #grid(columns: (4mm, 31mm, 1fr, 30mm), column-gutter: 2mm,
        [#box(width: 3mm, height: 3mm, stroke: 0.6pt + luma(60), inset: 0pt)[
          #if row.done [#place(center + horizon)[#text(size: 8pt)[x]]]]],
        [#row.day],
        [#if row.done [#text(fill: luma(110))[#row.what · #plan.done_word]] else [*#row.what*]
          #if row.legal [· #text(weight: "bold")[#plan.legal_word]]
          #if row.papers != "" [\\ #text(size: 9pt)[#row.papers]]
          #if row.rule != "" and not row.done [\\ #text(size: 9pt, fill: luma(70))[#row.rule (#row.source)]]],
        [#text(size: 9pt, fill: luma(70))[#row.who]])
    ]
  ]
]
#if plan.contacts.len() > 0 [
  #v(2mm)
  #text(size: 12pt, weight: "bold")[#plan.contacts_title]
  #for row in plan.contacts [
    #grid(columns: (35mm, 1fr), column-gutter: 4mm, [#row.at(1)], [#row.at(0)])
  ]
]
"""


def write_pdf(plan: FamilyPlan) -> bytes:
    """The plan on A4. What is in it travels as data, so nothing typed can become a command."""
    import typst

    values = asdict(plan)
    data = json.dumps(values, ensure_ascii=False, default=lambda day: day.isoformat())
    written: bytes = typst.compile(_PAPER.encode(), sys_inputs={"plan": data})
    return written


def write_calendar(plan: FamilyPlan, now: datetime) -> bytes:
    """The open dates as whole days, each with a reminder the day before; importing it again moves them."""
    from icalendar import Alarm, Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//ConciergeDesk//relocation//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", clean_line(f"{plan.title} · {plan.ref}"))

    def add(uid: str, day: date, what: str, more: str) -> None:
        event = Event()
        event.add("uid", f"{plan.ref}-{uid}@conciergedesk")
        event.add("dtstamp", now)
        event.add("dtstart", day)
        event.add("dtend", day + timedelta(days=1))
        event.add("summary", clean_line(what))
        event.add("transp", "TRANSPARENT")
        if more:
            event.add("description", clean_line(more))
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", clean_line(what))
        alarm.add("trigger", timedelta(hours=-15))
        event.add_component(alarm)
        calendar.add_component(event)

    add("D0", plan.arrival_on, plan.arrival_label, "")
    for line in plan.lines:
        if not line.done and line.on is not None:
            add(line.code, line.on, line.what, " · ".join(part for part in (line.who, line.papers) if part))
    for number, (label, _shown, day) in enumerate(plan.contacts):
        add(f"C{number}", day, label, plan.coach)
    written: bytes = calendar.to_ical()
    return written
