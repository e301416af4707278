"""Reading what stands beside the plans: packages, household profiles, cross-border notes, the needs interview."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from conciergedesk.core.errors import InvalidInput
from conciergedesk.core.housefile import Table, Wording, read_house_file
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import fold
from conciergedesk.relocation.plan_files import read_when
from conciergedesk.relocation.plans import Certainty, Fit, Profile, When, WorkCountry
from conciergedesk.relocation.rules import ThresholdKind

# Begun words of subjects that a form of the desk never asks about, in the languages it is written in.
_NEVER_ASKED = (
    "relig", "confession", "eglise", "church", "kirche", "glauben", "sante", "health", "gesundheit", "maladie",
    "illness", "krankheit", "handicap", "disabilit", "behinder", "grossesse", "pregnan", "schwanger", "origine",
    "ethni", "herkunft", "syndi", "union member", "gewerkschaft", "politi", "sexual", "naissance", "birth",
    "geburtsdat",
)  # fmt: skip
# The two sentences that tell the coach *not* to ask are allowed to name what they forbid.
_ALLOWED = ("pas les dates de naissance", "not birth dates", "keine geburtsdaten")


@dataclass(frozen=True, slots=True)
class Package:
    """What an employer buys."""

    id: str
    label: Wording
    plan: str
    coach_hours: int
    services: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class HouseholdProfile:
    """A kind of household with what the coach watches."""

    id: str
    label: Wording
    watch: Wording
    items: tuple[str, ...]
    when: When


@dataclass(frozen=True, slots=True)
class BorderNote:
    """A dated note on cross-border work; information, never a conclusion."""

    id: str
    country: str
    topic: str
    text: Wording
    source: str
    source_date: date
    certainty: Certainty
    checked_on: date
    review_by: date

    def is_stale(self, today: date) -> bool:
        return today > self.review_by

    def is_fact(self, today: date) -> bool:
        """Whether it may be shown without “to be checked”: checked, and not past its review."""
        return self.certainty is Certainty.VERIFIED and not self.is_stale(today)


@dataclass(frozen=True, slots=True)
class BorderThreshold:
    """A number that days or shares of time are counted against; amber near it, silence about rights."""

    id: str
    country: str
    kind: ThresholdKind
    limit: int
    label: Wording
    note: str


@dataclass(frozen=True, slots=True)
class CrossBorder:
    """All notes and thresholds."""

    notes: Mapping[str, BorderNote]
    thresholds: Mapping[str, BorderThreshold]
    checks: Mapping[str, Wording]
    refer_to: Wording
    amber_percent: int

    def notes_for(self, country: WorkCountry) -> tuple[BorderNote, ...]:
        """Notes on working in ``country``; none for work in France."""
        if country is WorkCountry.FR:
            return ()
        return tuple(note for note in self.notes.values() if note.country in ("*", country))

    def thresholds_for(self, country: WorkCountry) -> tuple[BorderThreshold, ...]:
        if country is WorkCountry.FR:
            return ()
        return tuple(one for one in self.thresholds.values() if one.country in ("*", country))


class FieldKind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    SEVERAL = "several"
    DATE = "date"
    YES_NO = "yes_no"
    MONEY = "money"


@dataclass(frozen=True, slots=True)
class NeedsOption:
    """One answer of a choice."""

    key: str
    label: Wording


@dataclass(frozen=True, slots=True)
class NeedsField:
    """One question of the interview."""

    id: str
    kind: FieldKind
    label: Wording
    needed: bool
    options: tuple[NeedsOption, ...] = ()

    def option(self, typed: str) -> str | None:
        """The key of the answer meant: as it is called in any language, or the beginning of it."""
        wanted = fold(typed)
        begun = set()
        for one in self.options:
            words = {fold(word) for word in (one.key, one.label.fr, one.label.en, one.label.de)}
            if wanted in words:
                return one.key
            if wanted and any(word.startswith(wanted) for word in words):
                begun.add(one.key)
        return begun.pop() if len(begun) == 1 else None


@dataclass(frozen=True, slots=True)
class NeedsSection:
    """One page of the interview."""

    id: str
    label: Wording
    fields: tuple[NeedsField, ...]


@dataclass(frozen=True, slots=True)
class NeedsForm:
    """The whole interview; it may be stopped anywhere and resumed."""

    sections: tuple[NeedsSection, ...]

    @property
    def fields(self) -> Mapping[str, NeedsField]:
        return {field.id: field for section in self.sections for field in section.fields}

    def missing(self, answers: Collection[str]) -> tuple[str, ...]:
        """Needed fields without an answer yet."""
        return tuple(name for name, field in self.fields.items() if field.needed and name not in answers)

    def resume_at(self, answers: Collection[str]) -> str | None:
        """The first field without an answer, needed or not; None when all have one."""
        return next((name for name in self.fields if name not in answers), None)

    def field(self, name: str) -> NeedsField:
        """The field called ``name``.

        Raises:
            InvalidInput: when the form has none.
        """
        found = self.fields.get(name)
        if found is None:
            raise InvalidInput(N_("The form has no field “{name}”."), field=name, name=name)
        return found


def load_packages(folder: Path, plans: Collection[str]) -> Mapping[str, Package]:
    """The packages, each with a plan that exists."""
    top = read_house_file(folder / "packages.toml")
    top.only("package")
    found: dict[str, Package] = {}
    for row in top.tables("package"):
        row.only("id", "label", "plan", "coach_hours", "services")
        plan = row.text("plan")
        if plan not in plans:
            raise row.refuse(
                N_("“{name}” is not defined. Define it, or correct the name."), "plan", name=plan
            )
        services = {}
        for inner in row.tables("services", needed=False):
            inner.only("id", "count")
            services[inner.id()] = inner.integer("count", low=1, high=100)
        _once(row, found)
        found[row.id()] = Package(
            id=row.id(),
            label=row.wording("label", german=True),
            plan=plan,
            coach_hours=row.integer("coach_hours", low=0, high=500),
            services=MappingProxyType(services),
        )
    return MappingProxyType(found)


def load_profiles(folder: Path) -> tuple[HouseholdProfile, ...]:
    """The kinds of households the coaches know."""
    top = read_house_file(folder / "profiles.toml")
    top.only("profile")
    found: dict[str, HouseholdProfile] = {}
    for row in top.tables("profile"):
        row.only("id", "label", "watch", "items", "when")
        _once(row, found)
        found[row.id()] = HouseholdProfile(
            row.id(),
            row.wording("label", german=True),
            row.wording("watch"),
            row.words("items"),
            read_when(row),
        )
    return tuple(found.values())


def profiles_of(household: Profile, profiles: Collection[HouseholdProfile]) -> tuple[HouseholdProfile, ...]:
    """The kinds that certainly fit ``household``; several can."""
    return tuple(one for one in profiles if one.when.fit(household) is Fit.YES)


def load_cross_border(folder: Path) -> CrossBorder:
    """Cross-border notes and thresholds."""
    top = read_house_file(folder / "cross_border.toml")
    top.only("checked_on", "review_by", "refer_to", "amber_percent", "threshold", "note", "check")
    checked_on, review_by = top.day("checked_on"), top.day("review_by")
    if review_by <= checked_on:
        raise top.refuse(N_("The review must come after the check."), "review_by")
    notes: dict[str, BorderNote] = {}
    for row in top.tables("note"):
        row.only(
            "id", "country", "topic", "text", "source", "source_date", "certainty", "checked_on", "review_by"
        )
        _once(row, notes)
        notes[row.id()] = BorderNote(
            id=row.id(),
            country=_country(row),
            topic=row.id("topic"),
            text=row.wording("text"),
            source=row.text("source"),
            source_date=row.day("source_date"),
            certainty=row.choice("certainty", Certainty),
            checked_on=row.day("checked_on") if row.has("checked_on") else checked_on,
            review_by=row.day("review_by") if row.has("review_by") else review_by,
        )
    thresholds: dict[str, BorderThreshold] = {}
    for row in top.tables("threshold"):
        row.only("id", "country", "kind", "limit", "label", "note")
        _once(row, thresholds)
        note = row.text("note")
        if note not in notes:
            raise row.refuse(
                N_("“{name}” is not defined. Define it, or correct the name."), "note", name=note
            )
        thresholds[row.id()] = BorderThreshold(
            id=row.id(),
            country=_country(row),
            kind=row.choice("kind", ThresholdKind),
            limit=row.integer("limit", low=1, high=366),
            label=row.wording("label", german=True),
            note=note,
        )
    checks: dict[str, Wording] = {}
    for row in top.tables("check"):
        row.only("id", "label")
        _once(row, checks)
        checks[row.id()] = row.wording("label", german=True)
    return CrossBorder(
        notes=MappingProxyType(notes),
        thresholds=MappingProxyType(thresholds),
        checks=MappingProxyType(checks),
        refer_to=top.wording("refer_to", german=True),
        amber_percent=top.integer("amber_percent", low=1, high=100),
    )


def load_needs_form(folder: Path) -> NeedsForm:
    """The needs interview.

    Raises:
        InvalidFile: also for a field on a subject that is never asked about.
    """
    top = read_house_file(folder / "needs.toml")
    top.only("section")
    sections, seen = [], set()
    for row in top.tables("section"):
        row.only("id", "label", "field")
        fields = []
        for inner in row.tables("field"):
            field = _needs_field(inner)
            if field.id in seen:
                raise inner.refuse(N_("“{name}” is used twice. Give each its own."), "id", name=field.id)
            seen.add(field.id)
            fields.append(field)
        sections.append(NeedsSection(row.id(), row.wording("label", german=True), tuple(fields)))
    return NeedsForm(tuple(sections))


def _needs_field(row: Table) -> NeedsField:
    row.only("id", "kind", "label", "needed", "options")
    label = row.wording("label", german=True)
    kind = row.choice("kind", FieldKind)
    options = []
    for inner in row.tables("options", needed=False):
        inner.only("key", "label")
        options.append(NeedsOption(inner.text("key"), inner.wording("label", german=True)))
    if (kind is FieldKind.CHOICE) != bool(options):
        raise row.refuse(N_("A choice has options, and only a choice has them."), "options")
    for text in (row.id().replace("_", " "), label.fr, label.en, label.de):
        asked = f" {fold(text)} "
        for allowed in _ALLOWED:
            asked = asked.replace(allowed, "")
        for word in _NEVER_ASKED:
            if f" {word}" in asked:
                raise row.refuse(
                    N_("The desk never asks about this. Ask for the practical wish instead."), "label"
                )
    return NeedsField(row.id(), kind, label, row.flag("needed"), tuple(options))


def _country(row: Table) -> str:
    return "*" if row.text("country") == "*" else row.choice("country", WorkCountry)


def _once(row: Table, found: Collection[str]) -> None:
    if row.id() in found:
        raise row.refuse(N_("“{name}” is used twice. Give each its own."), "id", name=row.id())
