"""The house's rules for relocation files, read once and handed to every verb: plans, packages, notes, calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from sqlmodel import Session, col, select

from conciergedesk.core.errors import InvalidInput, NotFound
from conciergedesk.core.i18n import N_, active_language
from conciergedesk.relocation.plan_files import OTHER_FILES, load_plans, parse_plan, version_of
from conciergedesk.relocation.plans import Plan, PlanShelf
from conciergedesk.relocation.reference_files import (
    CrossBorder,
    HouseholdProfile,
    NeedsForm,
    Package,
    load_cross_border,
    load_needs_form,
    load_packages,
    load_profiles,
)
from conciergedesk.relocation.tables import RelocationPlan
from conciergedesk.requests.rulebook import Rulebook

COACH_HOURS = "coach_hours"
"""The service of a package that is counted in hours of coaching."""


@dataclass(frozen=True)
class RelocationHouse:
    """What the house has written down about settling people.

    Attributes:
        texts: the text of each plan as it stands in the files, kept with the first file that uses it.
    """

    book: Rulebook
    shelf: PlanShelf
    texts: Mapping[tuple[str, str], str]
    packages: Mapping[str, Package]
    profiles: tuple[HouseholdProfile, ...]
    border: CrossBorder
    needs: NeedsForm
    _read: dict[tuple[str, str], Plan] = field(default_factory=dict, repr=False, compare=False)

    def is_working(self, day: date) -> bool:
        """Whether offices of the desk's region work on that day."""
        return day.weekday() < 5 and self.book.holidays.on(day, self.book.service.region) is None

    def today(self, now: datetime) -> date:
        """The day of ``now`` where the desk stands."""
        return now.astimezone(self.book.zone).date()

    def service_words(self, type_code: str, language: str) -> str:
        """What a type of request is called; its code when its file was taken away."""
        try:
            return self.book.catalogue.get(type_code).label.in_language(language)
        except NotFound:
            return type_code

    def package(self, name: str) -> Package:
        """The package called ``name``.

        Raises:
            InvalidInput: there is none; names those there are.
        """
        found = self.packages.get(name)
        if found is None:
            raise InvalidInput(
                N_("There is no package “{name}”. Choose one of: {known}."),
                field="package",
                name=name,
                known=", ".join(one.label.in_language(active_language()) for one in self.packages.values()),
            )
        return found

    def plan(self, session: Session, plan_id: str, version: str) -> Plan:
        """The plan in that version: from the files, or from the text that open files keep.

        Raises:
            InvalidInput: naming ``plan_version``, when nobody has kept that version.
        """
        current = self.shelf.plans.get(plan_id)
        if current is not None and current.version == version:
            return current
        found = self._read.get((plan_id, version))
        if found is None:
            kept = session.exec(
                select(RelocationPlan.text).where(
                    RelocationPlan.plan_id == plan_id, RelocationPlan.plan_version == version
                )
            ).first()
            if kept is None:
                raise InvalidInput(
                    N_("Version {version} of plan “{name}” is not known here. Choose another version."),
                    field="plan_version",
                    version=version,
                    name=plan_id,
                )
            found = self._read[plan_id, version] = parse_plan(kept, f"{plan_id}.toml")
        return found

    def current_plan(self, session: Session, plan_id: str) -> Plan:
        """The version that new files begin with: the latest that a supervisor published, else the house's file."""
        published = session.exec(
            select(RelocationPlan.plan_version)
            .where(RelocationPlan.plan_id == plan_id, col(RelocationPlan.published_at).is_not(None))
            .order_by(col(RelocationPlan.published_at).desc(), col(RelocationPlan.id).desc())
            .limit(1)
        ).first()
        if published is not None:
            return self.plan(session, plan_id, published)
        return self.shelf.plan(plan_id)


def load_relocation_house(knowledge_base: Path, book: Rulebook) -> RelocationHouse:
    """Read everything about relocation.

    Raises:
        InvalidFile: names file, table, field and reason.
    """
    folder = knowledge_base / "relocation"
    shelf = load_plans(folder)
    by_version = {plan.version: plan for plan in shelf.plans.values()}
    texts = {}
    for path in folder.glob("*.toml"):
        text = path.read_text(encoding="utf-8") if path.name not in OTHER_FILES else ""
        plan = by_version.get(version_of(text))
        if plan is not None:
            texts[plan.id, plan.version] = text
    return RelocationHouse(
        book=book,
        shelf=shelf,
        texts=texts,
        packages=load_packages(folder, shelf.plans),
        profiles=load_profiles(folder),
        border=load_cross_border(folder),
        needs=load_needs_form(folder),
    )
