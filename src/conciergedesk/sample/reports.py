"""What only reports show: a month of the telephone system's log, answers to surveys, promises kept and missed."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import date, datetime, time, timedelta

from sqlmodel import col, select

from conciergedesk.core.actor import Actor
from conciergedesk.core.db.unit import Unit
from conciergedesk.handover import service as handover
from conciergedesk.handover.tables import LogPromise
from conciergedesk.reports.calls import import_calls, read_call_file
from conciergedesk.reports.service import record_score
from conciergedesk.requests.lifecycle import State
from conciergedesk.requests.rulebook import Rulebook
from conciergedesk.requests.tables import Request

UnitAt = Callable[[Actor, datetime], AbstractContextManager[Unit]]
DAYS = 33
CALLS_A_DAY = {"concierge": 9, "technical": 5, "commercial": 4}
SURVEYED = 30
PROMISED = (
    ("Karim : rappeler pour la nuit en plus", 1, 40),
    ("Odile : confirmer le train d’Antoine", 2, 15),
    ("Stéphane : dire quel groupe vient", 4, -25),
    ("Ilse : rappeler au sujet des badges", 6, 30),
    ("Célestine : rappeler avec les horaires du spa", 9, 5),
    ("Wilfried : rappeler pour la chambre", 12, -70),
    ("Mathilde : rappeler pour la carte", 17, 20),
)
"""What was promised, how many days ago, and how many minutes before the moment it was kept (after it: minus)."""
_SEED = 20_270_325


def plant_reports(unit_at: UnitAt, book: Rulebook, now: datetime, agents: Mapping[str, Actor]) -> None:
    """Plant what fills the reports of the month."""
    chance = random.Random(_SEED)
    today = now.astimezone(book.zone).date()
    for text, back, early in PROMISED:
        due = datetime.combine(today - timedelta(days=back), time(11), book.zone)
        with unit_at(agents["INE"], due - timedelta(hours=3)) as unit:
            handover.log(unit, book, text, kind="promise", due_at=due, owner_id=agents["BAS"].id)
        with unit_at(agents["BAS"], due - timedelta(minutes=early)) as unit:
            newest = unit.session.exec(select(LogPromise.id).order_by(col(LogPromise.id).desc())).first()
            assert newest is not None
            handover.keep_promise(unit, newest)
    with unit_at(agents["HEL"], now - timedelta(minutes=30)) as unit:
        file = read_call_file("appels.csv", _calls(chance, book, today).encode(), book.zone)
        import_calls(unit, file)
        done = unit.session.exec(
            select(Request.id, Request.resolved_at)
            .where(Request.state == State.DONE)
            .order_by(col(Request.id))
        ).all()
        for request_id, at in done[:: max(len(done) // SURVEYED, 1)]:
            stars = chance.choices((5, 4, 3, 2), (11, 8, 2, 1))[0]
            answered = min((at or now) + timedelta(hours=20), now)
            record_score(unit, stars, request_id=request_id, heard=False, at=answered)


def _calls(chance: random.Random, book: Rulebook, today: date) -> str:
    """A log as a telephone system writes it."""
    target = io.StringIO()
    rows = csv.writer(target, delimiter=";")
    rows.writerow(("Identifiant", "Ligne", "Date", "Attente", "Statut", "Durée"))
    for back in range(DAYS, -1, -1):
        for line, many in CALLS_A_DAY.items():
            for number in range(chance.randint(many - 2, many + 3)):
                at = datetime.combine(today - timedelta(days=back), time(10), book.zone)
                at += timedelta(minutes=chance.randrange(7 * 60))
                if back == 0:
                    continue
                answered = chance.random() > 0.09
                wait = chance.lognormvariate(2.2, 0.7) if answered else chance.uniform(2, 60)
                rows.writerow(
                    (
                        f"{line[:1]}{back}-{number}", line, f"{at:%d/%m/%Y %H:%M}", f"{wait:.1f}",
                        "décroché" if answered else "abandonné", chance.randrange(60, 420) if answered else "",
                    )
                )  # fmt: skip
    return target.getvalue()
