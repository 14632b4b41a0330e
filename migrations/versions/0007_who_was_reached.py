"""Whom a letter reached, and which members took part: neither may be read from what changes later."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("invitation", sa.Column("reached", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute("UPDATE invitation SET reached = NOT undeliverable")
    op.add_column("assessment", sa.Column("members_who_took_part", sa.JSON(), nullable=True))
