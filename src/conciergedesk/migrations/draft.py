"""``python -m conciergedesk.migrations.draft NUMBER MESSAGE``: drafts the next migration from the tables.

The draft is read and corrected by hand before it is committed.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlmodel import SQLModel

from conciergedesk.bootstrap import import_tables
from conciergedesk.core.db.engine import open_engine


def draft(number: str, message: str) -> Path:
    """Write ``versions/NUMBER_*.py`` with what separates the migrated schema from the tables."""
    folder = Path(__file__).parent
    import_tables()
    with tempfile.TemporaryDirectory() as scratch:
        engine = open_engine(f"sqlite:///{scratch}/desk.db")
        config = Config()
        config.set_main_option("script_location", str(folder))
        with engine.execution_options(write=True).connect() as connection:
            config.attributes["connection"] = connection
            with connection.begin():
                command.upgrade(config, "head")
            command.revision(config, message=message, autogenerate=True, rev_id=number)
        engine.dispose()
    made = next((folder / "versions").glob(f"{number}_*.py"))
    made.write_text(with_late_links(made.read_text(encoding="utf-8")), encoding="utf-8")
    return made


def with_late_links(migration: str) -> str:
    """The migration with the links between tables that point at each other.

    SQLite makes such a link with its table; PostgreSQL cannot before both tables are there, and the migration
    tool leaves it out.
    """
    late = [
        f'        op.create_foreign_key("{link.name}", "{table.name}", "{link.referred_table.name}", '
        f"{[one.name for one in link.columns]}, {[one.column.name for one in link.elements]})\n"
        for table in SQLModel.metadata.tables.values()
        for link in table.foreign_key_constraints
        if link.use_alter and re.search(rf"op\.create_table\(\s*['\"]{table.name}['\"]", migration)
    ]
    if not late:
        return migration
    end = "    # ### end Alembic commands ###\n"
    added = '    if op.get_bind().dialect.name == "postgresql":\n' + "".join(sorted(late))
    return migration.replace(end, added + end, 1)


if __name__ == "__main__":
    sys.stdout.write(f"{draft(sys.argv[1], sys.argv[2])}\n")
