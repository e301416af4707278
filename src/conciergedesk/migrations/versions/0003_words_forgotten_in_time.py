"""words forgotten in time"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("request", schema=None) as batch_op:
        batch_op.add_column(sa.Column("forget_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.create_index(
            "ix_request_to_forget",
            ["forget_at"],
            unique=False,
            sqlite_where=sa.text("forget_at IS NOT NULL"),
            postgresql_where=sa.text("forget_at IS NOT NULL"),
        )
    # Looked at with the next wake-up, which knows how long each type is kept.
    op.execute("UPDATE request SET forget_at = closed_at WHERE closed_at IS NOT NULL")


def downgrade() -> None:
    raise NotImplementedError("an upgrade is taken back by restoring the copy kept before it")
