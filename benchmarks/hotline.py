"""How fast a call reaches a desk, and how fast an article is found.

``python -m benchmarks.hotline [--quick] [--json OUT]``. From the start of the ``ring`` process to the caller's card
painted on another desk's screen, on a database with 100,000 numbers; and one search per keystroke over 2,000 articles.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import random
import sqlite3
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from benchmarks._report import Report, arguments, percentile

ROOT = Path(__file__).resolve().parent.parent
SEED = 20_270_326
NUMBERS = 100_000
CALLS = 60
ARTICLES = 2_000
TYPED = (
    "la tablette ne s'allume pas depuis ce matin", "ecran figé très lent", "plus de wifi sur tout le site",
    "le terminal de paiement refuse la carte", "mon offre n'apparait pas", "mot de passe perdu extranet",
    "double réservation ce soir", "calendrier ical plus à jour", "points manquants carte ambassadeur",
    "commission au mauvais taux", "pile de la balise", "zzz rien qui existe",
)  # fmt: skip


def fill(file: Path, numbers: int, at: datetime) -> list[str]:
    """Write providers, sites and contacts with a number each; answers the numbers."""
    chance = random.Random(SEED)
    moment = at.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
    phones = [f"+352621{n:06d}" for n in range(numbers)]  # format only, never dialled
    chance.shuffle(phones)
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("BEGIN")

    def insert(table: str, rows: list[dict[str, object]]) -> None:
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        blank = {
            row[1]: ("" if "CHAR" in row[2].upper() or row[2].upper() == "TEXT" else 0)
            for row in connection.execute(f"PRAGMA table_info({table})")
            if row[3] and not row[5]
        }
        names = [one for one in columns if one in rows[0] or one in blank]
        marks = ",".join("?" * len(names))
        connection.executemany(
            f"INSERT INTO {table} ({','.join(names)}) VALUES ({marks})",
            [[(blank | row)[name] for name in names] for row in rows],
        )

    thirds = numbers // 2
    insert(
        "provider",
        [
            {"id": n, "name": f"Maison {n}", "status": "active", "agreement": "signed", "country": "FR",
             "commune": "Metz", "agreement_until": "2030-01-01", "created_at": moment, "version": 1}
            for n in range(1, thirds // 2 + 1)
        ],
    )  # fmt: skip
    insert(
        "site",
        [
            {"id": n, "provider_id": (n - 1) % (thirds // 2) + 1, "name": f"Site {n}", "commune": "Metz",
             "search": f"site {n} metz", "active": 1, "version": 1}
            for n in range(1, thirds + 1)
        ],
    )  # fmt: skip
    insert(
        "site_contact",
        [
            {"site_id": n + 1, "first_name": f"Prénom {n}", "role": "accueil", "language": "fr", "typed": phone,
             "e164": phone, "tail": phone[-4:], "on_agreement": 1, "version": 1}
            for n, phone in enumerate(phones[:thirds])
        ],
    )  # fmt: skip
    insert(
        "provider_phone",
        [
            {"provider_id": n % (thirds // 2) + 1, "typed": phone, "e164": phone, "status": "valid"}
            for n, phone in enumerate(phones[thirds:])
        ],
    )
    insert(
        "asset",
        [
            {"label": f"TAB-{n}", "kind": "tablet", "site_id": n, "state": "ok", "last_seen_at": moment, "version": 1}
            for n in range(1, thirds + 1)
        ],
    )  # fmt: skip
    connection.execute("COMMIT")
    connection.execute("ANALYZE")
    connection.close()
    return phones[:thirds]


async def ring_times(file: Path, phones: list[str], calls: int) -> tuple[list[float], list[float]]:
    """Seconds from the start of each ``ring`` process to the painted card, and of the process alone."""
    from conciergedesk.board.offers import make_reader
    from conciergedesk.bootstrap import open_desk
    from conciergedesk.core.actor import SYSTEM
    from conciergedesk.core.clock import SystemClock
    from conciergedesk.core.settings import Settings
    from conciergedesk.staff import service as staff
    from conciergedesk.staff.queries import actor_for
    from conciergedesk.ui.app import DeskApp, Identity
    from conciergedesk.ui.drafts import Drafts
    from conciergedesk.ui.modals.hotline_call import CallSheet
    from conciergedesk.ui.screens.board import BoardScreen
    from conciergedesk.ui.session import DeskSession
    from conciergedesk.ui.wiring import Wiring

    settings = Settings(database=f"sqlite:///{file}", lock_minutes=0)
    desk = open_desk(settings, home=file.parent)
    agent = desk.act(
        SYSTEM, staff.hire, code="YAN", first_name="Yanis", role="hotline", team="technical", languages=["fr"]
    )
    session = DeskSession(SystemClock(), settings)
    session._desk = desk
    session.actor = desk.ask(actor_for, agent, language="fr", desk="bench")
    session._reader = make_reader(desk, session.book(), lambda: session.actor or SYSTEM)
    app = DeskApp(
        {"board": lambda: BoardScreen(session)}, clock=session.clock, language="fr", glyph_set="unicode"
    )
    wiring = Wiring(app, session, Drafts(session))
    app.sign_in(Identity("Yanis", agent, "technical"))
    environment = {
        "PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT / "src"), "CONCIERGEDESK_HOME": str(file.parent),
        "CONCIERGEDESK_DATABASE": settings.database,
    }  # fmt: skip
    chance = random.Random(SEED)
    whole: list[float] = []
    alone: list[float] = []
    async with app.run_test(size=(120, 36)) as pilot:
        wiring.make()
        wiring.hotline.listen()
        await pilot.pause(0.5)
        gc.freeze()  # as a desk does once it is ready, see ``Start._be_ready``
        for turn in range(calls + 3):
            await asyncio.sleep(0.15 + chance.random() * 0.1)
            number = chance.choice(phones)
            begun = time.perf_counter()
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "conciergedesk", "ring", number, "--line", "technical",
                env=environment, stdout=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
            ended = asyncio.create_task(process.wait())
            over = 0.0
            while time.perf_counter() - begun < 5:
                if ended.done() and not over:
                    over = time.perf_counter()
                screen = app.screen
                if isinstance(screen, CallSheet) and screen.is_mounted and screen.rows.size.height > 3:
                    break
                await asyncio.sleep(0.002)
            shown = time.perf_counter() - begun
            await ended
            if turn >= 3:  # the first ones load what every desk has loaded after a minute
                whole.append(shown)
                alone.append((over or time.perf_counter()) - begun)
            await pilot.press("enter")
            await pilot.pause()
            await app.workers.wait_for_complete()
            await pilot.press("escape")
            await pilot.pause()
        wiring.hotline.stop()
    session._reader.close()
    desk.close()
    return whole, alone


def search_times(articles: int) -> tuple[list[float], list[float]]:
    """Milliseconds of one search after every key of ``TYPED``: by the clock, and of processor time."""
    from conciergedesk.core.paths import knowledge_base
    from conciergedesk.hotline.articles import load_articles
    from conciergedesk.hotline.search import ArticleIndex

    shelf = load_articles(knowledge_base() / "articles")
    chance = random.Random(SEED)
    words = sorted({word for one in shelf.in_language("fr") for word in one.body.split() if word.isalpha()})
    made = []
    for number in range(articles):
        base = chance.choice(shelf.in_language("fr"))
        title = f"{base.title} {chance.choice(words)} {chance.choice(words)}"
        body = base.body + " " + " ".join(chance.choices(words, k=30))
        made.append(replace(base, id=f"KB-{number:04d}", title=title, body=body))
    index = ArticleIndex(made)
    times, work = [], []
    for text in TYPED:
        for place in range(1, len(text) + 1):
            begun, worked = time.perf_counter(), time.process_time_ns()
            index.search(text[:place])
            work.append((time.process_time_ns() - worked) / 1e6)
            times.append((time.perf_counter() - begun) * 1000)
    return times, work


def recognition_times(file: Path, phones: list[str], looks: int) -> list[float]:
    """Milliseconds to find who a number belongs to."""
    from conciergedesk.core.db.engine import open_engine
    from conciergedesk.core.db.unit import reading
    from conciergedesk.hotline.recognition import recognise

    engine = open_engine(f"sqlite:///{file}")
    chance = random.Random(SEED)
    times = []
    for _turn in range(looks):
        number = chance.choice(phones)
        with reading(engine) as session:
            begun = time.perf_counter()
            found = recognise(session, number)
            times.append((time.perf_counter() - begun) * 1000)
            assert found.name
    engine.dispose()
    return times


def main() -> None:
    options = arguments(__doc__ or "").parse_args()
    report = Report("hotline", quick=options.quick)
    numbers, calls, articles = (10_000, 12, 500) if options.quick else (NUMBERS, CALLS, ARTICLES)
    os.environ["TEXTUAL_ANIMATIONS"] = "none"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.environ["CONCIERGEDESK_HOME"] = folder
        file = Path(folder) / "desk.db"
        from conciergedesk.bootstrap import open_desk
        from conciergedesk.core.settings import Settings

        open_desk(Settings(database=f"sqlite:///{file}"), home=Path(folder)).close()
        phones = fill(file, numbers, datetime.now(UTC))
        report.figure("numbers", numbers)
        whole, alone = asyncio.run(ring_times(file, phones, calls))
        report.figure("ring_to_card_p50_ms", percentile(whole, 0.5) * 1000)
        report.figure("ring_to_card_p95_ms", percentile(whole, 0.95) * 1000, "<= 300")
        report.figure("ring_process_p50_ms", percentile(alone, 0.5) * 1000)
        looks = recognition_times(file, phones, 200)
        report.figure("recognition_p99_ms", percentile(looks, 0.99))
    times, work = search_times(articles)
    report.figure("articles", articles)
    report.figure("article_search_p50_ms", percentile(times, 0.5))
    report.figure("article_search_p99_ms", percentile(times, 0.99), "<= 5")
    report.figure("article_search_work_p99_ms", percentile(work, 0.99))
    with contextlib.suppress(BrokenPipeError):
        report.finish(options.json)


if __name__ == "__main__":
    main()
