"""``python -m conciergedesk.migrations.draft NUMBER MESSAGE``: drafts the next migration from the tables.

The draft is read and corrected by hand before it is committed.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config

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
    return next((folder / "versions").glob(f"{number}_*.py"))


if __name__ == "__main__":
    sys.stdout.write(f"{draft(sys.argv[1], sys.argv[2])}\n")
