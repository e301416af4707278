"""The desk behind the screen: opened after the first frame, used from worker threads.

Everything here that touches the database is called in a worker; heavy imports happen inside the methods, so
that the first frame does not wait for them.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from conciergedesk.board.detail import Detail, Snapshot
from conciergedesk.board.rules import PromiseKind, SavedView
from conciergedesk.core.actor import SYSTEM, Actor
from conciergedesk.core.clock import Clock, SystemClock
from conciergedesk.core.errors import DeskError, Unavailable
from conciergedesk.core.i18n import N_, use_language
from conciergedesk.core.paths import desk_home, knowledge_base, use_shifts
from conciergedesk.core.settings import Settings, load_settings, save_settings
from conciergedesk.core.text import clean_line

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from sqlmodel import Session as DatabaseSession

    from conciergedesk.board.reading import BoardReader
    from conciergedesk.core.db.unit import Unit
    from conciergedesk.core.desk import Desk
    from conciergedesk.core.shared import Agency
    from conciergedesk.handover.turns import HandoverHouse
    from conciergedesk.jobs import Waker
    from conciergedesk.relocation.house import RelocationHouse
    from conciergedesk.requests.rulebook import Rulebook
    from conciergedesk.staff.queries import AgentCard

P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger("conciergedesk.session")

SAMPLE_FILE = "sample.db"
TIME_SECONDS = 20.0
PRESENCE_SECONDS = 25.0
FEEDS_SECONDS = 60.0
DIGEST_SECONDS = 60.0
RETENTION_SECONDS = 1800.0
"""How often a desk forgets what is kept for long enough; desks are closed at night, so it must not be once a day."""


def _with_logs(file: Path) -> tuple[Path, ...]:
    return file, file.with_name(file.name + "-wal"), file.with_name(file.name + "-shm")


def _sweep(file: Path) -> None:
    """Remove what a terminal that died while planting has left, and logs that belong to no file any more."""
    if not file.exists():
        for left in _with_logs(file)[1:]:
            left.unlink(missing_ok=True)
    for half in file.parent.glob(f"{file.stem}.*.part"):
        number = half.suffixes[-2].removeprefix(".")
        if number.isdecimal() and not _runs(int(number)):
            for left in _with_logs(half):
                left.unlink(missing_ok=True)


def _zone_of(agency: Agency | None) -> ZoneInfo | None:
    """The zone of the agency; None for one that this machine does not know."""
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(agency.zone) if agency is not None else None
    except (ValueError, OSError, KeyError):
        return None


def _runs(process: int) -> bool:
    if process == os.getpid():
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


class DeskSession:
    """One desk and who sits at it. It is also what the board reads from."""

    def __init__(self, clock: Clock | None = None, settings: Settings | None = None) -> None:
        self.clock = clock or SystemClock()
        self.settings = settings or load_settings()
        # Two terminals of one machine share their settings, so its name alone does not tell them apart.
        self.name = f"{clean_line(self.settings.desk, 40) or 'desk'}-{os.getpid()}-{os.urandom(3).hex()}"
        self._desk: Desk | None = None
        self._book: Rulebook | None = None
        self._handover_house: HandoverHouse | None = None
        self._relocation_house: RelocationHouse | None = None
        self._reader: BoardReader | None = None
        self.agency: Agency | None = None
        self.zone_missing: str | None = None
        self.actor: Actor | None = None
        self._waker: Waker | None = None
        self.views: tuple[SavedView, ...] = ()
        self.open_record: tuple[str, int] | None = None

    # --- opening ---

    def is_set_up(self) -> bool:
        """Whether this machine already has a desk of its own."""
        return bool(self.settings.database) or (desk_home() / "desk.db").exists()

    def open_own(self) -> Agency | None:
        """Open the agency's own database; answers None while it is not set up."""
        use_shifts(None)
        return self._open(self.settings)

    def open_sample(self, progress: Callable[[float], None] = lambda _share: None) -> Agency | None:
        """Open the sample desk, planting it first if it is not there; a half-planted one is never seen."""
        file = desk_home() / SAMPLE_FILE
        if not file.exists():
            self._plant(file, progress)
        from dataclasses import replace

        found = self._open(replace(self.settings, database=f"sqlite:///{file}"))
        # The sample desk may have a team of its own: what was tried out there changes nobody's files.
        from conciergedesk.rota.team import sample_folder

        use_shifts(sample_folder(desk_home()))
        return found

    def _plant(self, file: Path, progress: Callable[[float], None]) -> None:
        from dataclasses import replace

        from conciergedesk.bootstrap import open_desk
        from conciergedesk.sample import SampleDesk

        _sweep(file)
        fresh = file.with_suffix(f".{os.getpid()}.part")
        desk = open_desk(replace(self.settings, database=f"sqlite:///{fresh}"), clock=self.clock)
        try:
            SampleDesk(desk, self.book(), knowledge_base() / "sample").plant(progress)
            with desk.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            desk.close()
        with suppress(FileExistsError):
            os.link(fresh, file)  # never replaces a sample desk that another terminal has just opened
        for left in _with_logs(fresh):
            left.unlink(missing_ok=True)

    def _open(self, settings: Settings) -> Agency | None:
        from conciergedesk.board.offers import make_reader
        from conciergedesk.bootstrap import open_desk
        from conciergedesk.core.i18n import use_zone
        from conciergedesk.core.shared import load_agency

        self.close()
        self._desk = open_desk(settings, clock=self.clock)
        self.agency = self._desk.ask(load_agency)
        book = self.book()
        zone = _zone_of(self.agency)
        use_zone(zone or book.zone)
        self.zone_missing = self.agency.zone if self.agency is not None and zone is None else None
        if self.zone_missing is not None:
            log.warning("the time zone of the agency is not known here; %s is used", book.zone)
        self._reader = make_reader(self._desk, book, lambda: self.actor or SYSTEM)
        return self.agency

    def set_up(self, *, agency: str, language: str, zone: str, first_name: str, pin: str) -> int:
        """Make a new desk of one's own with its first supervisor; answers the agent's id."""
        from dataclasses import replace
        from zoneinfo import ZoneInfo

        from conciergedesk.core.errors import InvalidInput
        from conciergedesk.core.shared import Agency, set_up_agency
        from conciergedesk.core.text import clean_line
        from conciergedesk.staff import service as staff

        if not clean_line(agency):
            raise InvalidInput(N_("Give the desk a name."), field="agency")
        try:
            ZoneInfo(zone)
        except (ValueError, OSError):
            raise InvalidInput(
                N_("“{zone}” is not a time zone such as Europe/Paris."), field="zone", zone=zone
            ) from None
        if not clean_line(first_name):
            raise InvalidInput(N_("Give at least a first name."), field="first_name")
        self.settings = replace(self.settings, language=language)
        self._open(self.settings)
        desk = self.desk()
        hashed = staff.hash_password(pin, desk.key) if pin else ""

        def make(unit: Unit) -> int:
            set_up_agency(unit, Agency(name=clean_line(agency), zone=zone))
            return staff.hire(
                unit, code="", first_name=first_name, role="supervisor", team="concierge", languages=[language],
                password_hash=hashed,
            )  # fmt: skip

        made = desk.act(SYSTEM, make)
        save_settings(self.settings)
        use_language(language)
        self.agency = Agency(name=clean_line(agency), zone=zone)
        return made

    def close(self) -> None:
        """Say good-bye to the other desks and let go of the database."""
        if self._waker is not None:
            self._waker.stop()
            self._waker = None
        desk, reader, actor = self._desk, self._reader, self.actor
        self._desk = self._reader = self.actor = None
        if desk is not None and actor is not None:
            from conciergedesk.staff import service as staff

            try:
                desk.act(actor, staff.leave, self.name)
            except DeskError as error:
                # The mark of this desk fades by itself; leaving must work without a database.
                log.warning("could not say good-bye: %s", error.in_language("en"))
        if reader is not None:
            reader.close()
        if desk is not None:
            desk.close()

    # --- what handlers use ---

    def desk(self) -> Desk:
        if self._desk is None:
            raise Unavailable(N_("The desk is not open yet. Try again in a moment."))
        return self._desk

    def book(self) -> Rulebook:
        """The house's rules, read once."""
        if self._book is None:
            from conciergedesk.requests.rulebook import load_rulebook

            self._book = load_rulebook(knowledge_base())
        return self._book

    def handover_house(self) -> HandoverHouse:
        """The house's rules about handovers, read once."""
        if self._handover_house is None:
            from conciergedesk.handover.turns import load_handover_house

            self._handover_house = load_handover_house(knowledge_base() / "handover")
        return self._handover_house

    def relocation_house(self) -> RelocationHouse:
        """The house's plans, packages and notes about settling people, read once."""
        if self._relocation_house is None:
            from conciergedesk.relocation.house import load_relocation_house

            self._relocation_house = load_relocation_house(knowledge_base(), self.book())
        return self._relocation_house

    def act(self, verb: Callable[Concatenate[Unit, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a service verb as whoever is signed in."""
        if self.actor is None:
            raise Unavailable(N_("Sign in first."))
        return self.desk().act(self.actor, verb, *args, **kwargs)

    def ask(
        self, query: Callable[Concatenate[DatabaseSession, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a query."""
        return self.desk().ask(query, *args, **kwargs)

    # --- signing in ---

    def staff(self) -> list[AgentCard]:
        """Who may sign in."""
        from conciergedesk.staff.queries import agents

        return self.ask(agents)

    def sign_in(self, agent_id: int, pin: str) -> Actor:
        """Sign in; a wrong PIN is counted before it is answered.

        Raises:
            NotAllowed: wrong PIN.
            RuleRefused: too many wrong tries.
        """
        from conciergedesk.staff import service as staff

        desk = self.desk()
        stored = desk.act(SYSTEM, staff.announce_attempt, agent_id)
        fits = staff.check_password(stored, pin, desk.key)
        self.actor = desk.act(
            SYSTEM, staff.sign_in, agent_id, fits=fits, language=self.settings.language, desk=self.name
        )
        self.show_presence()
        self.read_views()
        return self.actor

    def show_presence(self) -> tuple[str, ...]:
        """Tell the other desks that this one is here; answers who else is."""
        if self.actor is None or self._desk is None:
            return ()
        from conciergedesk.staff import service as staff
        from conciergedesk.staff.queries import present

        kind, number = self.open_record or ("", None)
        self._desk.act(self.actor, staff.be_present, self.name, open_kind=kind, open_id=number)
        others = self._desk.ask(present, self.clock.now() - staff.PRESENT_FOR)
        return tuple(one.first_name for one in others if one.desk != self.name)

    def keep_awake(self, others_seen: Callable[[tuple[str, ...]], None]) -> None:
        """Note what time did and say that this desk is here: now, and from time to time until it closes."""
        from conciergedesk.jobs import Waker, WakeUp

        def presence() -> None:
            others_seen(self.show_presence())

        if self._waker is None:
            self._waker = Waker(
                [
                    WakeUp("time", TIME_SECONDS, self.note_what_time_did),
                    WakeUp("presence", PRESENCE_SECONDS, presence),
                    WakeUp("digest", DIGEST_SECONDS, self.write_digests),
                    WakeUp("retention", RETENTION_SECONDS, self.forget_in_time),
                    WakeUp("feeds", FEEDS_SECONDS, self.keep_feeds_current),
                ]
            )
            self._waker.start()
        self.note_what_time_did()
        presence()

    def write_digests(self) -> None:
        """Write the saved reports whose hour has come; over any number of desks each is written once."""
        if self._desk is not None:
            from conciergedesk.reports.exports.writing import write_due_digests

            write_due_digests(self._desk, self.book())

    def keep_feeds_current(self) -> None:
        """Write the calendars of the rota again after a change, where somebody has asked for them."""
        folder = desk_home() / "rota"
        if self._desk is not None and folder.is_dir():
            from conciergedesk.rota.feeds import keep_feeds_current
            from conciergedesk.rota.house import rota_house

            keep_feeds_current(self._desk, rota_house(), folder)

    def forget_in_time(self) -> None:
        """Forget what was kept for long enough: people in relocation files, words of requests; twice does no harm."""
        if self._desk is not None:
            from conciergedesk.relocation import service as relocation
            from conciergedesk.requests import service as requests

            self._desk.act(SYSTEM, relocation.shorten, self.relocation_house())
            self._desk.act(SYSTEM, requests.forget_words, self.book())

    def note_what_time_did(self) -> None:
        """Write down warnings and breaches; any desk may do it, any number of times."""
        if self._desk is not None:
            from conciergedesk.requests import service as requests
            from conciergedesk.requests.asks import note_silences

            self._desk.act(SYSTEM, requests.note_what_time_did, self.book())
            self._desk.act(SYSTEM, note_silences, self.book())
            from conciergedesk.handover import service as handover

            self._desk.act(SYSTEM, handover.note_what_time_did, self.handover_house())
            from conciergedesk.hotline import service as hotline
            from conciergedesk.hotline.house import hotline_house

            self._desk.act(SYSTEM, hotline.note_what_time_did, hotline_house(self.book()))
            from conciergedesk.relocation import service as relocation

            self._desk.act(SYSTEM, relocation.note_what_time_did, self.relocation_house())

    def shift_now(self) -> tuple[str, datetime] | None:
        """The shift of whoever is signed in, and when it ends; None outside the published rota."""
        from conciergedesk.rota.house import rota_house
        from conciergedesk.rota.queries import shift_now

        if self.actor is None or self.actor.id is None:
            return None
        found = self.ask(shift_now, self.actor.id, self.now())
        if found is None:
            return None
        shift = rota_house().rota.shift_by_id.get(found.shift)
        return (shift.label if shift is not None and shift.label else found.shift), found.ends_at

    def read_views(self) -> None:
        """Read the views that whoever is signed in has named."""
        from conciergedesk.staff.queries import saved_views

        if self.actor is not None and self.actor.id is not None:
            found = self.ask(saved_views, self.actor.id)
            self.views = tuple(SavedView(name, line) for _number, name, line in found)

    def save_view(self, name: str, line: str) -> None:
        """Name a filter line."""
        from conciergedesk.staff import service as staff

        self.act(staff.save_view, name, line)
        self.read_views()

    # --- drafts ---

    def park(self, kind: str, body: str, draft_id: int | None = None, subject_id: int | None = None) -> int:
        """Keep an unfinished form."""
        from conciergedesk.staff import service as staff

        return self.act(staff.park, kind=kind, body=body, draft_id=draft_id, subject_id=subject_id)

    def drop_draft(self, draft_id: int | None) -> None:
        if draft_id is not None:
            from conciergedesk.staff import service as staff

            self.act(staff.drop_draft, draft_id)

    # --- the board's source ---

    def load(self) -> Snapshot:
        return self._reader.load() if self._reader is not None and self.actor is not None else Snapshot(())

    def detail(self, kind: PromiseKind, promise_id: int) -> Detail | None:
        self.open_record = (kind, promise_id)
        return self._reader.detail(kind, promise_id) if self._reader is not None else None

    def token(self) -> str:
        return self._reader.token() if self._reader is not None and self.actor is not None else ""

    def holiday(self, day: date) -> str:
        return self._book.holiday_name(day) if self._book is not None else ""

    def now(self) -> datetime:
        return self.clock.now()
