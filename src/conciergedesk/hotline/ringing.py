"""``conciergedesk ring +352…``: tell the desks that a call rings. Any softphone, PBX or script can run it.

It must be over before the second ring, so it loads nothing but the standard library (and the PostgreSQL driver when
the desks share a server), writes one row as durably as the desk itself, and leaves the rest to the desks.
"""

# Loading pathlib would cost as much as writing the row.
# ruff: noqa: PTH110, PTH111, PTH118, PTH123

import os
import sys
import time

LINES = {"technical": "technical", "t": "technical", "commercial": "commercial", "c": "commercial", "": ""}
USAGE = """conciergedesk ring NUMBER [--line technical|commercial] [--over] [--sample]

  NUMBER   the caller's number in any spelling; "" or "anonymous" when it is hidden
  --line   whose desks ring; without it both lines do
  --over   the caller hung up before anybody answered: the call becomes a call-back
  --sample ring at the sample desk

Prints the number of the call. Exit status: 0 done, 2 wrong use, 3 the desk cannot be reached."""

_RING = (
    "INSERT INTO hotline_call (line, direction, number, rang_at, state, caller, reason, outcome, wrap_up_seconds,"
    " version) VALUES ({0}, 'in', {0}, {0}, 'ringing', '', '', '', 0, 1) RETURNING id"
)
_OVER = (
    "UPDATE hotline_call SET state = 'missed', ended_at = {0}, version = version + 1 WHERE id = (SELECT max(id) FROM"
    " hotline_call WHERE state = 'ringing' AND number = {0}) RETURNING id"
)


class _Refused(Exception):
    """Why it cannot be done, in English, and the exit status."""

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self.status = status


def main(arguments: list[str]) -> int:
    """Run the command; answers the exit status."""
    if not arguments or "--help" in arguments or "-h" in arguments:
        sys.stdout.write(USAGE + "\n")
        return 0 if arguments else 2
    try:
        number, line, over, sample = read(arguments)
        call = ring(database(sample=sample), number, line, over=over)
    except _Refused as refused:
        from conciergedesk.core.i18n import translate, use_language

        use_language(os.environ.get("CONCIERGEDESK_LANGUAGE", "fr"))
        sys.stderr.write(translate(str(refused)) + "\n")
        return refused.status
    sys.stdout.write(f"{call}\n" if call is not None else "\n")
    return 0


def read(arguments: list[str]) -> tuple[str, str, bool, bool]:
    """(number, line, over, sample) of the command's arguments."""
    number, line, over, sample = None, "", False, False
    rest = iter(arguments)
    for word in rest:
        if word == "--over":
            over = True
        elif word == "--sample":
            sample = True
        elif word == "--line":
            line = next(rest, "?")
        elif word.startswith("--line="):
            line = word[len("--line=") :]
        elif word.startswith("--") or number is not None:
            raise _Refused(N_("Write: conciergedesk ring NUMBER [--line technical|commercial] [--over]"), 2)
        else:
            number = word
    if number is None:
        raise _Refused(N_("Write: conciergedesk ring NUMBER [--line technical|commercial] [--over]"), 2)
    if line not in LINES:
        raise _Refused(N_("There is no such line. Use technical or commercial."), 2)
    return clean_number(number), LINES[line], over, sample


def clean_number(typed: str) -> str:
    """What may be kept of a caller's number: digits and their punctuation; "" for a hidden one."""
    kept = "".join(char for char in typed if char in "+0123456789 ()./-")[:40].strip()
    return kept if any(char.isdigit() for char in kept) else ""


def database(*, sample: bool = False) -> str:
    """The address of the desk's database, found as the desk itself finds it."""
    home = home_folder()
    if sample:
        return "sqlite:///" + os.path.join(home, "sample.db")
    url = os.environ.get("CONCIERGEDESK_DATABASE", "")
    settings = os.path.join(home, "desk.toml")
    if not url and os.path.exists(settings):
        import tomllib

        try:
            with open(settings, "rb") as source:
                url = str(tomllib.load(source).get("database", ""))
        except (OSError, ValueError):
            raise _Refused(
                N_("The desk's settings cannot be read. Run: conciergedesk desk check"), 3
            ) from None
    return url or "sqlite:///" + os.path.join(home, "desk.db")


def home_folder() -> str:
    """The private folder of this desk."""
    explicit = os.environ.get("CONCIERGEDESK_HOME")
    if explicit:
        return explicit
    if sys.platform.startswith("linux"):
        data = os.environ.get("XDG_DATA_HOME", "").strip() or os.path.expanduser("~/.local/share")
        return os.path.join(data, "conciergedesk")
    from conciergedesk.core.paths import desk_home

    return str(desk_home())


def ring(url: str, number: str, line: str, *, over: bool = False) -> int | None:
    """Write that a call rings, or that it is over; answers its id, None when no such call rang."""
    now = instant(time.time_ns())
    if url.startswith("sqlite"):
        return _ring_sqlite(url.partition(":///")[2], number, line, over, now)
    return _ring_postgres(url, number, line, over, now)


def instant(nanoseconds: int) -> str:
    """An instant in UTC as the database keeps it; ``datetime`` would take as long to load as the write."""
    seconds, rest = divmod(nanoseconds // 1000, 1_000_000)
    return f"{time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime(seconds))}.{rest:06}"


def _ring_sqlite(file: str, number: str, line: str, over: bool, now: str) -> int | None:
    try:
        # What ``sqlite3`` itself is made of, without the date adapters that it loads.
        import _sqlite3 as sqlite3
    except ImportError:
        import sqlite3  # type: ignore[no-redef]

    if not os.path.exists(file):
        raise _Refused(N_("This desk has never been opened. Run: conciergedesk"), 3)
    connection = sqlite3.connect(file, timeout=30.0, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("BEGIN IMMEDIATE")
        values = (now, number) if over else (line, number, now)
        row = connection.execute((_OVER if over else _RING).format("?"), values).fetchone()
        connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            raise _Refused(
                N_("This desk is older than its program. Open it once: conciergedesk"), 3
            ) from None
        raise _Refused(N_("The desk's database does not answer. Try again in a moment."), 3) from None
    except sqlite3.DatabaseError:
        raise _Refused(N_("The desk's database is damaged. Run: conciergedesk desk check"), 3) from None
    finally:
        connection.close()
    return int(row[0]) if row else None


def _ring_postgres(url: str, number: str, line: str, over: bool, now: str) -> int | None:
    import psycopg

    address = "postgresql://" + url.partition("://")[2]
    try:
        with psycopg.connect(address, connect_timeout=10) as connection:
            at = f"{now}+00"
            values = (at, number) if over else (line, number, at)
            row = connection.execute((_OVER if over else _RING).format("%s"), values).fetchone()
            connection.execute("SELECT pg_notify('conciergedesk', 'ring')")
    except psycopg.errors.UndefinedTable:
        raise _Refused(N_("This desk is older than its program. Open it once: conciergedesk"), 3) from None
    except psycopg.Error:
        raise _Refused(N_("The desk's database does not answer. Try again in a moment."), 3) from None
    return int(row[0]) if row else None


def N_(sentence: str) -> str:
    """Marks a sentence for translation; the real one would load what this module must not."""
    return sentence
