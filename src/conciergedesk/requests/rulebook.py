"""The house's rules for requests, read once from ``knowledge_base/`` and handed to every verb."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from conciergedesk.core.calendars import WorkingCalendar
from conciergedesk.core.holidays import Holidays, load_holidays
from conciergedesk.requests.catalogue import Catalogue
from conciergedesk.requests.catalogue_files import load_catalogue
from conciergedesk.requests.notes import (
    NoteContext,
    NoteVerdict,
    WarnedWords,
    check_note,
    load_warned_words,
    require_allowed,
)
from conciergedesk.requests.service_rules import ServiceRules, load_service_rules


@dataclass(frozen=True)
class Rulebook:
    """Request types, hours, targets, holidays and warned words of one agency."""

    catalogue: Catalogue
    service: ServiceRules
    holidays: Holidays
    words: WarnedWords
    _calendars: dict[str, WorkingCalendar] = field(default_factory=dict, repr=False, compare=False)

    @property
    def zone(self) -> ZoneInfo:
        return self.service.zone

    def calendar(self, team: str) -> WorkingCalendar:
        """The working calendar of a team; it remembers the days it has worked out."""
        if team not in self._calendars:
            self._calendars[team] = self.service.calendar(team, self.holidays)
        return self._calendars[team]

    def holiday_name(self, day: date) -> str:
        """The public holiday of the desk's region on that day, in the language of the interface; "" for none."""
        found = self.holidays.on(day, self.service.region)
        return found.name() if found is not None else ""

    def check_note(self, text: str, *, health: bool, reason: str) -> NoteVerdict:
        """Apply the rule of notes. Raises as ``notes.require_allowed``."""
        verdict = check_note(text, NoteContext(self.words, health, reason))
        require_allowed(verdict, self.words)
        return verdict


def load_rulebook(knowledge_base: Path) -> Rulebook:
    """Read the house's rules.

    Raises:
        InvalidFile: names file, table, field and reason.
    """
    return Rulebook(
        catalogue=load_catalogue(knowledge_base / "services"),
        service=load_service_rules(knowledge_base / "desk"),
        holidays=load_holidays(knowledge_base),
        words=load_warned_words(knowledge_base / "words"),
    )
