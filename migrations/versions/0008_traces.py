"""What is still to be wiped from the files is written down, so that any process can do it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "trace",
        sa.Column("id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trace")),
    )
    # Earlier versions knew by themselves what was left, and forgot it when they ended.
    op.execute("INSERT INTO trace (id) SELECT 'of an earlier version' WHERE EXISTS (SELECT 1 FROM assessment)")
