"""Administrators, who belong to no office; own words in reminders; an archive; comments that were released."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    with op.batch_alter_table("member") as batch_op:
        if not on_sqlite:  # there the table is made anew, without its checks
            batch_op.drop_constraint(op.f("ck_member_role"), type_="check")
        batch_op.alter_column("office_id", existing_type=sa.Text(), nullable=True)
        batch_op.create_check_constraint(op.f("ck_member_role"), "role in ('commissioner', 'viewer', 'administrator')")
        batch_op.create_check_constraint(
            op.f("ck_member_administrator_without_office"), "(role = 'administrator') = (office_id is null)"
        )
    op.create_index(
        "uq_member_administrator",
        "member",
        ["email"],
        unique=True,
        sqlite_where=sa.text("office_id is null"),
        postgresql_where=sa.text("office_id is null"),
    )
    with op.batch_alter_table("audit_event") as batch_op:
        batch_op.alter_column("office_id", existing_type=sa.Text(), nullable=True)
    with op.batch_alter_table("assessment") as batch_op:
        batch_op.add_column(sa.Column("reminder_message", sa.Text(), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(sa.Column("archived", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "released_comment",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("assessment_id", sa.Text(), nullable=False),
        sa.Column("party_key", sa.Text(), nullable=True),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"],
            ["assessment.id"],
            name=op.f("fk_released_comment_assessment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_released_comment")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_released_comment_assessment_id"), "released_comment", ["assessment_id"])
