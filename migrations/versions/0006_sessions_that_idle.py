"""When a session was last used, so that one that idles ends; from before this was noted all end."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("session", sa.Column("used_at", sa.DateTime(timezone=True), nullable=True))
