"""Every figure counted a second time: plain loops over the tables as CSV, with nothing of the product's own.

Hours, targets and seats are read from the house's files by ``tomllib`` alone; the words of the definitions are all that
both ways of counting share. ``recount`` answers values by figure and name; those of shares are (met, counted).
"""

from __future__ import annotations

import csv
import json
import statistics
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, text

PARIS = ZoneInfo("Europe/Paris")
TABLES = (
    "request", "request_pause", "journal", "hotline_ticket", "mass_incident", "article_use", "call_record", "score",
    "relocation_file", "relocation_item", "relocation_followup", "provider_ask", "call_back", "log_promise",
    "handover", "key_movement", "rota_version", "rota_assignment",
)  # fmt: skip
OPEN = frozenset(
    {"new", "qualified", "assigned", "in_progress", "waiting_client", "waiting_provider", "confirmed"}
)
Row = Mapping[str, str]
Value = float | tuple[int, int] | None


def export(connection: Connection, folder: Path) -> dict[str, list[Row]]:
    """Write each table as CSV and read it back: from here on everything is text."""
    found: dict[str, list[Row]] = {}
    for table in TABLES:
        result = connection.execute(text(f"SELECT * FROM {table} ORDER BY id"))
        file = folder / f"{table}.csv"
        with file.open("w", encoding="utf-8", newline="") as target:
            writer = csv.writer(target)
            writer.writerow(result.keys())
            writer.writerows([json.dumps(c) if isinstance(c, dict) else c for c in row] for row in result)
        with file.open(encoding="utf-8", newline="") as source:
            found[table] = list(csv.DictReader(source))
    return found


def moment(cell: str) -> datetime | None:
    if not cell:
        return None
    at = datetime.fromisoformat(cell)
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def day(cell: str) -> date | None:
    return date.fromisoformat(cell[:10]) if cell else None


def yes(cell: str) -> bool:
    return cell in ("1", "True", "true", "t")


@dataclass
class Counter:
    """One period over one set of tables."""

    tables: Mapping[str, list[Row]]
    start: datetime
    end: datetime
    now: datetime
    as_of: datetime
    knowledge: Path
    shifts: Path
    values: dict[str, Value] = field(default_factory=dict)

    def inside(self, cell: str) -> bool:
        at = moment(cell)
        return at is not None and self.start <= at < self.end

    def inside_day(self, one: date | None) -> bool:
        first, last = self.start.astimezone(PARIS).date(), self.end.astimezone(PARIS).date()
        return one is not None and first <= one < last

    def known(self, cell: str) -> datetime | None:
        """The moment when it had come by the end of the period, or by now."""
        at = moment(cell)
        return at if at is not None and at <= self.now else None

    def share(self, name: str, judged: Iterable[bool]) -> None:
        found = list(judged)
        self.values[name] = (sum(found), len(found))

    # --- hours ---

    def hours(self) -> dict[str, tuple[time, time]]:
        teams = tomllib.loads((self.knowledge / "desk" / "service_hours.toml").read_text("utf-8"))["team"]
        found = {}
        for code, one in teams.items():
            opens, closes = one["hours"].split("-")
            found[code] = (time.fromisoformat(opens), time.fromisoformat(closes))
        return found

    def real_time(self) -> set[str]:
        targets = tomllib.loads((self.knowledge / "desk" / "targets.toml").read_text("utf-8"))
        return {code for code, one in targets.items() if isinstance(one, dict) and one.get("clock") == "real"}

    def minutes(self, row: Row, until: datetime, pauses: list[tuple[datetime, datetime]]) -> float:
        """Minutes from the opening to ``until`` on the row's clock, one stretch of open time after the other."""
        begin = moment(row["opened_at"])
        assert begin is not None
        spans = [(begin, until)]
        if row["priority"] not in self.real_time():
            opens, closes = self.hours()[row["team"]]
            spans, here = [], begin.astimezone(PARIS).date()
            while here <= until.astimezone(PARIS).date():
                low = max(datetime.combine(here, opens, PARIS).astimezone(UTC), begin)
                high = min(datetime.combine(here, closes, PARIS).astimezone(UTC), until)
                if low < high:
                    spans.append((low, high))
                here += timedelta(days=1)
        for since, to in sorted(pauses):
            left = []
            for low, high in spans:
                left += [(low, min(high, since)), (max(low, to), high)]
            spans = [(low, high) for low, high in left if low < high]
        return sum((high - low).total_seconds() for low, high in spans) / 60

    # --- requests ---

    def requests(self) -> None:
        rows = self.tables["request"]
        pauses: dict[str, list[tuple[datetime, datetime]]] = {}
        for one in self.tables["request_pause"]:
            since = moment(one["since"])
            assert since is not None
            pauses.setdefault(one["request_id"], []).append((since, moment(one["until"]) or self.now))
        judged, times = [], []
        for row in rows:
            if not self.inside(row["opened_at"]) or row["state"] == "duplicate":
                continue
            answered, due = self.known(row["first_response_at"]), moment(row["response_due_at"])
            if answered is not None:
                broken = self.known(row["response_breached_at"])
                judged.append(
                    not (due is not None and answered > due) and (broken is None or broken >= answered)
                )
                times.append(self.minutes(row, answered, []))
            elif row["state"] in ("cancelled", "refused") and self.known(row["closed_at"]) is not None:
                continue
            elif (due is not None and due < self.now) or self.known(row["response_breached_at"]):
                judged.append(False)
        self.share("K1.within", judged)
        self.values["K1.median"] = statistics.median(times) if times else None
        solved = [
            row for row in rows if self.inside(row["first_resolved_at"]) and row["state"] != "duplicate"
        ]
        spent = []
        for row in solved:
            until = moment(row["first_resolved_at"])
            assert until is not None
            spent.append(self.minutes(row, until, pauses.get(row["id"], [])))
        self.values["K2.median"] = statistics.median(spent) if spent else None
        self.values["K2.resolved"] = len(solved)
        kept = []
        for row in rows:
            if row["state"] == "duplicate":
                continue
            missed, done, due = (moment(row[name]) for name in ("breached_at", "first_resolved_at", "due_at"))
            if missed is None and done is None and yes(row["is_open"]) and due is not None and due < self.now:
                missed = due
            if missed is not None and self.start <= missed < self.end:
                kept.append(False)
            elif done is not None and self.start <= done < self.end and (missed is None or missed > done):
                kept.append(True)
        self.share("K3.attainment", kept)
        self.backlog([row for row in rows if row["state"] in OPEN])
        self.reopened()

    def backlog(self, waiting: list[Row]) -> None:
        """What is open now; of a period that is over nobody can tell it from the tables alone."""
        if self.now == self.end:
            return
        ages = [(self.now - (moment(row["opened_at"]) or self.now)).total_seconds() / 3600 for row in waiting]
        self.values["K4.open"] = len(ages)
        low = 0.0
        for name, high in (("under_4h", 4.0), ("under_24h", 24.0), ("under_3d", 72.0), ("under_7d", 168.0)):
            self.values[f"K4.{name}"] = sum(low <= age < high for age in ages)
            low = high
        self.values["K4.older"] = sum(age >= low for age in ages)

    def reopened(self) -> None:
        undone = {one["undoes"] for one in self.tables["journal"] if one["act"] == "undone"}
        first: dict[str, datetime] = {}
        again: dict[str, datetime] = {}
        for one in self.tables["journal"]:
            at, who = moment(one["at"]), one["subject_id"]
            if at is None or one["unit"] in undone:
                continue
            if one["act"] == "request.finish":
                first.setdefault(who, at)
            elif one["act"] == "request.reopen" and who in first:
                again.setdefault(who, at)
        self.share(
            "K5.reopened",
            [
                who in again and again[who] - at <= timedelta(days=7)
                for who, at in first.items()
                if self.start <= at < self.end
            ],
        )

    # --- hotlines ---

    def hotlines(self) -> None:
        used = {one["ticket_id"] for one in self.tables["article_use"] if one["kind"] == "used"}
        contact, with_article = [], []
        for row in self.tables["hotline_ticket"]:
            solved, again = moment(row["first_resolved_at"]), moment(row["reopened_at"])
            if solved is None or not self.start <= solved < self.end or row["state"] == "duplicate":
                continue
            with_article.append(row["id"] in used)
            if not row["parent_id"]:
                back = again is not None and again - solved <= timedelta(days=7)
                contact.append(yes(row["fcr"]) and row["level"] == "L1" and not back)
        self.share("K6.first_contact", contact)
        self.share("K20.with_article", with_article)
        self.values["K6.incidents"] = sum(
            self.inside(one["opened_at"]) for one in self.tables["mass_incident"]
        )
        hours, answered, offered, waits, handled = self.hours(), [], [], [], []
        for row in self.tables["call_record"]:
            at = moment(row["at"])
            if at is None or not self.start <= at < self.end:
                continue
            if row["line"] in hours:
                opens, closes = hours[row["line"]]
                if not opens <= at.astimezone(PARIS).time() < closes:
                    continue
            wait = float(row["wait_s"])
            if yes(row["answered"]):
                waits.append(wait)
                handled.append(float(row["talk_s"]) + float(row["wrap_s"]))
            elif wait < 5:
                continue
            offered.append(not yes(row["answered"]))
            answered.append(yes(row["answered"]) and wait <= 20)
        self.share("K7.level", answered)
        self.share("K8.abandoned", offered)
        self.values["K9.speed"] = sum(waits) / len(waits) if waits else None
        self.values["K9.handle"] = sum(handled) / len(handled) if handled else None

    # --- what people and providers say ---

    def said(self) -> None:
        scores = [row for row in self.tables["score"] if self.inside(row["at"])]
        stars = [int(row["score"]) for row in scores if row["kind"] == "csat" and not yes(row["own"])]
        self.share("K10.satisfied", [one >= 4 for one in stars])
        self.values["K10.mean"] = sum(stars) / len(stars) if stars else None
        told = [int(row["score"]) for row in scores if row["kind"] == "nps" and not yes(row["own"])]
        told += [
            int(row["pulse"])
            for row in self.tables["relocation_followup"]
            if row["pulse"] and self.inside_day(day(row["done_on"]))
        ]
        fans, critics = sum(one >= 9 for one in told), sum(one <= 6 for one in told)
        self.values["K11.nps"] = 100 * (fans - critics) / len(told) if told else None
        orders, refused = [], 0
        for row in self.tables["provider_ask"]:
            if not self.inside(row["wanted_from"] or row["asked_at"]):
                continue
            if row["state"] == "declined":
                refused += 1
            elif row["state"] == "accepted" and row["outcome"] not in ("", "called_off", "weather"):
                orders.append(row["outcome"] == "kept")
        self.share("K12.reliable", orders)
        self.values["K12.refusals"] = refused

    # --- promises, handovers, keys ---

    def owed(self) -> None:
        kept = []
        for row in [*self.tables["call_back"], *self.tables["log_promise"]]:
            due, ended = moment(row.get("due_to", "") or row["due_at"]), moment(row["ended_at"])
            if due is None or not self.start <= due < self.end:
                continue
            if ended is not None and ended <= due:
                if row["state"] != "dropped":
                    kept.append(True)
            elif due < self.now:
                kept.append(False)
        self.share("K14.kept", kept)
        changes, passed, differs = [], [], []
        for row in self.tables["handover"]:
            if not self.inside(row["starts_at"]):
                continue
            accepted, limit = self.known(row["accepted_at"]), moment(row["accept_by"])
            assert limit is not None
            if accepted is None and limit >= self.now:
                continue
            changes.append(accepted is not None and accepted <= limit)
            if row["signed_at"]:
                passed.append(int(row["open_items"]))
            if row["keys_counted"] and row["keys_expected"]:
                differs.append(row["keys_counted"] != row["keys_expected"])
        self.share("K15.in_time", changes)
        self.values["K15.items"] = sum(passed) / len(passed) if passed else None
        self.share("K15.difference", differs)
        sets: dict[str, list[Row]] = {}
        for row in self.tables["key_movement"]:
            sets.setdefault(row["set_id"], []).append(row)
        overdue, back, back_late, lost, breaks, mute = [], 0, 0, 0, 0, 0
        for moves in sets.values():
            moves.sort(key=lambda row: int(row["seq"]))
            holder: tuple[str, str] | None = None
            for place, row in enumerate(moves):
                if row["kind"] == "seal_opened" and self.inside(row["at"]) and not row["reason"].strip():
                    mute += 1
                if not yes(row["moves"]):
                    continue
                here = (row["source_kind"], row["source_id"])
                if holder not in (None, here) and row["kind"] != "correction" and self.inside(row["at"]):
                    breaks += 1
                holder = (row["target_kind"], row["target_id"])
                if row["kind"] not in ("out_to_guest", "out_to_provider") or not self.inside(row["at"]):
                    continue
                after = next((one for one in moves[place + 1 :] if yes(one["moves"])), None)
                ended = moment(after["at"]) if after is not None else None
                ended = ended if ended is not None and ended <= self.as_of else None
                due = moment(row["due_at"])
                overdue.append(due is not None and (ended or self.as_of) >= due + timedelta(minutes=30))
                if ended is not None and after is not None and after["kind"] == "declared_lost":
                    lost += 1
                elif ended is not None:
                    back += 1
                    back_late += due is not None and ended > due
        self.share("K16.overdue", overdue)
        for name, number in (
            ("returned", back), ("returned_late", back_late), ("lost", lost), ("breaks", breaks),
            ("seals_without_reason", mute),
        ):  # fmt: skip
            self.values[f"K16.{name}"] = number

    # --- cover and relocation ---

    def cover(self) -> None:
        published = [row for row in self.tables["rota_version"] if row["state"] == "published"]
        types = {
            one["id"]: one for one in tomllib.loads((self.shifts / "types.toml").read_text("utf-8"))["shift"]
        }
        demands = tomllib.loads((self.shifts / "demand.toml").read_text("utf-8"))["demand"]
        firsts, lasts = ([day(row[name]) for row in published] for name in ("first", "last"))
        needed = staffed = 0.0
        here = self.start.astimezone(PARIS).date() - timedelta(days=1)
        live = [row for row in self.tables["rota_assignment"] if yes(row["is_live"])]
        while published and here < self.end.astimezone(PARIS).date():
            if min(one for one in firsts if one) <= here <= max(one for one in lasts if one):
                seats, present = self._seats(here, types, demands, live)
                for slot, count in seats.items():
                    low, high = max(slot[1], self.start), min(slot[1] + timedelta(minutes=30), self.end)
                    minutes = max((high - low).total_seconds() / 60, 0)
                    needed += count * minutes
                    staffed += min(count, present[slot]) * minutes
            here += timedelta(days=1)
        self.values["K17.needed"], self.values["K17.staffed"] = needed, staffed

    def _seats(
        self,
        here: date,
        types: Mapping[str, Mapping[str, str]],
        demands: list[dict[str, object]],
        live: list[Row],
    ) -> tuple[dict[tuple[str, datetime], int], dict[tuple[str, datetime], int]]:
        """Seats needed and people present in each half-hour of the shifts that begin on one day."""
        seats: dict[tuple[str, datetime], int] = {}
        present: dict[tuple[str, datetime], int] = {}
        for demand in demands:
            dates, days = demand.get("dates"), demand.get("days")
            if here not in dates if isinstance(dates, list) else days != ["ALL"]:
                continue
            shift = types[str(demand["shift"])]
            opens, closes = (_local(here, shift[name]) for name in ("start", "end"))
            at = opens
            while at < closes:
                slot = (shift["line"], at)
                seats[slot] = seats.get(slot, 0) + int(str(demand["min"]))
                present[slot] = len(
                    {
                        row["person"]
                        for row in live
                        if day(row["day"]) == here and types[row["shift"]]["line"] == shift["line"]
                        and (moment(row["starts_at"]) or at) <= at
                        and (moment(row["ends_at"]) or at) >= at + timedelta(minutes=30)
                    }
                )  # fmt: skip
                at += timedelta(minutes=30)
        return seats, present

    def relocation(self) -> None:
        today, legal, contacts, leases = self.now.astimezone(PARIS).date(), [], [], []
        opened = {row["id"]: day(row["opened_on"]) for row in self.tables["relocation_file"]}
        for row in self.tables["relocation_item"]:
            due, done = day(row["due"]), day(row["done_on"])
            begun = opened[row["file_id"]]
            if row["code"] == "A10" and done is not None and begun is not None and self.inside_day(done):
                leases.append((done - begun).days)
            if not yes(row["legal"]) or row["state"] == "not_applicable" or due is None:
                continue
            early = done is not None and done <= due
            if self.inside_day(done if early else due) and not (done is None and today <= due):
                legal.append(early)
        for row in self.tables["relocation_followup"]:
            due, done = day(row["due"]), day(row["done_on"])
            if row["code"] == "pulse" or due is None or not self.inside_day(due):
                continue
            if done is not None or today > due + timedelta(days=3):
                contacts.append(done is not None and abs((done - due).days) <= 3)
        self.share("K18.legal", legal)
        self.share("K18.follow_ups", contacts)
        self.values["K18.lease"] = statistics.median(leases) if leases else None


def rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _local(here: date, clock: str) -> datetime:
    """``07:45+1`` on a day, as an instant."""
    plain, _plus, days = clock.partition("+")
    return datetime.combine(
        here + timedelta(days=int(days or 0)), time.fromisoformat(plain), PARIS
    ).astimezone(UTC)


def recount(
    tables: Mapping[str, list[Row]],
    start: datetime,
    end: datetime,
    now: datetime,
    knowledge: Path,
    shifts: Path,
) -> dict[str, Value]:
    """Every figure of the period, by ``K1.within`` and the like."""
    counter = Counter(tables, start, end, min(now, end), now, knowledge, shifts)
    for part in (
        counter.requests, counter.hotlines, counter.said, counter.owed, counter.cover, counter.relocation,
    ):  # fmt: skip
        part()
    return {name: one if isinstance(one, tuple) else rounded(one) for name, one in counter.values.items()}
