"""What the register of improvement reads and writes; everything here is called in worker threads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from conciergedesk.core.errors import InvalidInput, NotAllowed
from conciergedesk.core.i18n import N_, active_language

if TYPE_CHECKING:
    from conciergedesk.reports.exports.register import Register
    from conciergedesk.ui.report_room import ReportRoom


class RegisterRoom:
    """The register as one desk uses it."""

    def __init__(self, reports: ReportRoom) -> None:
        self.reports = reports
        self.session = reports.session

    def load(self) -> Register:
        """Everything that stands in the register."""
        from conciergedesk.core.shared import load_agency
        from conciergedesk.reports import improving
        from conciergedesk.reports.exports.register import Register
        from conciergedesk.staff.rules import Right

        actor, ask = self.session.actor, self.session.ask
        if actor is None or Right.IMPROVE not in actor.rights:
            raise NotAllowed(N_("The register of improvement is for supervisors."))
        agency = ask(load_agency)
        return Register(
            agency.name if agency is not None else "ConciergeDesk",
            tuple(ask(improving.mandates)),
            tuple(ask(improving.facts)),
            tuple(ask(improving.objectives)),
        )

    def fill(self) -> int:
        """Note what the figures of the last whole month say; answers how many facts."""
        from conciergedesk.reports.improving import facts_from_report

        report = self.reports.report(self.reports.period("month").previous())
        return len(self.session.act(facts_from_report, report, language=active_language()))

    def write(self) -> list[Path]:
        """Write the register beside the reports; answers where."""
        from conciergedesk.reports.exports.register import write_register

        return write_register(self.load(), self.reports.folder(), active_language())

    def agent_named(self, typed: str) -> int | None:
        """The agent a first name or a code means; None for an empty line.

        Raises:
            InvalidInput: nobody is called that.
        """
        from conciergedesk.core.text import fold

        wanted = fold(typed)
        if not wanted:
            return None
        for one in self.session.staff():
            if wanted in (fold(one.code), fold(one.first_name)):
                return one.id
        raise InvalidInput(N_("Nobody here is called “{name}”."), field="owner", name=typed[:40])
