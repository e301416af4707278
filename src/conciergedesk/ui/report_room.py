"""What the screen of reports reads and writes; everything here is called in worker threads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from conciergedesk.board.rules import Counts, Promise, counts
from conciergedesk.core.errors import InvalidInput, NotAllowed
from conciergedesk.core.i18n import N_, _, active_language
from conciergedesk.core.paths import desk_home

if TYPE_CHECKING:
    from conciergedesk.reports.gather import Filters
    from conciergedesk.reports.periods import Period
    from conciergedesk.reports.reporting import Report
    from conciergedesk.reports.service import SavedCard
    from conciergedesk.reports.wall import WallNow, WallSlow
    from conciergedesk.ui.session import DeskSession


@dataclass(frozen=True, slots=True)
class WallReading:
    """The wall as it stands; ``soonest`` are the promises to look at first."""

    counts: Counts
    now: WallNow
    slow: WallSlow
    soonest: tuple[Promise, ...] = ()


class ReportRoom:
    """The room of reports as one desk uses it."""

    FILTERED: ClassVar[tuple[str, ...]] = (
        "team", "holder", "family", "type_code", "priority", "channel", "language", "company", "client_kind",
        "provider",
    )  # fmt: skip
    """What a report can be narrowed to."""

    def __init__(self, session: DeskSession) -> None:
        self.session = session
        self._slow: WallSlow | None = None

    def may_see(self) -> bool:
        from conciergedesk.staff.rules import Right

        actor = self.session.actor
        return actor is not None and (Right.SEE_REPORTS in actor.rights or "*" in actor.rights)

    def _require(self) -> None:
        if not self.may_see():
            raise NotAllowed(N_("Reports are for supervisors. Ask one for the figure you need."))

    def wall(self, *, fresh: bool = False) -> WallReading:
        """The live wall; its slow part is read again every few minutes only."""
        from conciergedesk.board.rules import sort_key
        from conciergedesk.reports.wall import SLOW_EVERY, wall_now, wall_slow

        session, now = self.session, self.session.now()
        promises = session.load().promises
        live = session.ask(wall_now, session.book(), now)
        if fresh or self._slow is None or now - self._slow.at >= SLOW_EVERY:
            self._slow = session.ask(wall_slow, session.book(), now)
        return WallReading(counts(promises, now), live, self._slow, tuple(sorted(promises, key=sort_key)[:3]))

    def token(self) -> str:
        return self.session.token()

    def period(self, kind: str) -> Period:
        from conciergedesk.reports.periods import PeriodKind, period_of

        if kind == PeriodKind.SHIFT:
            return self._shift()
        return period_of(PeriodKind(kind), self.session.now(), self.session.book().zone)

    def _shift(self) -> Period:
        from conciergedesk.reports.shifts import shift_at

        actor, session = self.session.actor, self.session
        team = actor.team if actor is not None else ""
        found = shift_at(session.handover_house(), team, session.now(), active_language())
        if found is None:
            raise InvalidInput(
                N_("No team has shifts that hand over. Add them to handover/turns.toml."), field="period"
            )
        return found

    def report(
        self,
        period: Period,
        filters: Filters | None = None,
        by: tuple[str, ...] = ("family", "team", "holder"),
        codes: tuple[str, ...] = (),
    ) -> Report:
        from conciergedesk.reports.reporting import make_report

        self._require()
        session = self.session
        return session.ask(
            make_report, session.book(), period, session.now(), filters=filters, dimensions=by, codes=codes
        )

    def values(self, period: Period, dimension: str) -> list[tuple[str, str, int]]:
        """What a report of the period can be narrowed to: value, word, number of requests; the most frequent first."""
        from collections import Counter

        from conciergedesk.reports.gather import Scope, request_facts
        from conciergedesk.reports.naming import HOTLINES, LINES, Names

        self._require()
        book = self.session.book()
        names = Names.of_book(book)
        if dimension == "provider":
            return self._providers(period)
        facts = self.session.ask(request_facts, Scope(book, period, self.session.now()))
        if dimension == "holder":
            people = Counter((fact.holder_id, fact.holder) for fact in facts if fact.holder_id is not None)
            return [(str(number), name, count) for (number, name), count in people.most_common(40)]
        counted = Counter(str(getattr(fact, dimension)) for fact in facts)
        found = [
            (value, names.value(dimension, value), count) for value, count in counted.most_common(40) if value
        ]
        if dimension == "team":
            found += [
                (line, names.value("team", line), 0) for line in (*LINES, HOTLINES) if line not in counted
            ]
        return found

    def _providers(self, period: Period) -> list[tuple[str, str, int]]:
        from collections import Counter

        from conciergedesk.reports.gather import Scope
        from conciergedesk.reports.gather_rooms import order_facts

        scope = Scope(self.session.book(), period, self.session.now())
        counted = Counter(fact.provider for fact in self.session.ask(order_facts, scope))
        return [(name, name, count) for name, count in counted.most_common(40)]

    # --- saved reports ---

    def saved(self) -> list[SavedCard]:
        from conciergedesk.reports.service import saved_reports

        self._require()
        return self.session.ask(saved_reports)

    def save(self, **values: Any) -> int:
        """Keep a report; addresses are refused where this desk has no mail server."""
        from conciergedesk.reports.mailing import require_mail
        from conciergedesk.reports.service import save_report

        if values["mail_to"].strip():
            require_mail(self.session.settings.mail)
        return self.session.act(save_report, **values)

    def drop_saved(self, report_id: int) -> None:
        from conciergedesk.reports.service import drop_report

        self.session.act(drop_report, report_id)

    def write_saved(self, card: SavedCard) -> list[Path]:
        """Write a saved report now; answers where."""
        from conciergedesk.reports.exports.writing import write_saved

        self._require()
        return write_saved(self.session.desk(), self.session.book(), card)

    def write(self, report: Report, formats: tuple[str, ...]) -> list[Path]:
        """Write the report as files into this desk's folder; answers where."""
        from conciergedesk.reports.exports.writing import write_report

        self._require()
        return write_report(report, formats, self.folder(), active_language())

    def write_list(self, report: Report, code: str, key: str) -> Path:
        """Write the list behind a value as CSV; answers where."""
        from conciergedesk.reports.exports.safety import file_name
        from conciergedesk.reports.exports.tables import list_rows, write_csv
        from conciergedesk.reports.service import PERIOD_WORDS

        self._require()
        day = report.period.first_day.isoformat()
        kind = _(PERIOD_WORDS.get(report.period.kind, ""))
        target = self.folder() / file_name(report.agency, kind, day, code, suffix="csv")
        write_csv(list_rows(report, code, key, active_language()), target)
        return target

    @staticmethod
    def folder() -> Path:
        return desk_home() / "reports"

    def families(self) -> dict[str, str]:
        """Names of the families of requests and of the teams, by code."""
        from conciergedesk.reports.naming import Names

        names = Names.of_book(self.session.book())
        found = {code: names.value("family", code) for code in names.families}
        return found | {code: names.value("team", code) for code in names.teams}
