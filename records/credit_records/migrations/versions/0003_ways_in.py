"""The ways in: which one a delivery took, how far each pull came, who is signed in; and objections to records."""

from alembic import op
from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Integer, PrimaryKeyConstraint, Text

revision = "0003"
down_revision = "0002"

Number = BigInteger().with_variant(Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("delivery") as table:
        table.add_column(Column("provider", Text, comment="name of the provider; null: loaded by the operator"))
        table.add_column(Column("way", Text, nullable=False, server_default="command"))
    op.create_index("ix_delivery_provider", "delivery", ["provider", "id"])
    op.create_table(
        "pull_mark",
        Column("name", Text, nullable=False, comment="of the pull, as configured"),
        Column("mark", Text, nullable=False, comment="JSON: the highest mark taken, and the keys taken at it"),
        Column("at", Text, nullable=False, comment="UTC"),
        PrimaryKeyConstraint("name", name="pk_pull_mark"),
    )
    op.create_table(
        "provider_session",
        Column("token_hash", Text, nullable=False, comment="SHA-256 of the cookie's value"),
        Column("provider", Text, nullable=False),
        Column("created_at", Text, nullable=False, comment="UTC"),
        Column("expires_at", Text, nullable=False, comment="UTC"),
        PrimaryKeyConstraint("token_hash", name="pk_provider_session"),
    )
    op.create_index("ix_provider_session_expires_at", "provider_session", ["expires_at"])
    op.create_table(
        "objection",
        Column("id", Number, primary_key=True, autoincrement=True),
        Column("record_id", Number, nullable=False, comment="no foreign key: it outlives the record"),
        Column("delivery_id", Number, nullable=False, comment="whose provider answers it"),
        Column("opened_at", Text, nullable=False, comment="UTC"),
        Column("due_on", Text, nullable=False, comment="ISO date, the last day to answer"),
        Column("closed_at", Text, comment="UTC; null while it is open"),
        Column("outcome", Text, comment="upheld, explained, dropped"),
        ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name="fk_objection_delivery_id"),
    )
    op.create_index("ix_objection_record_id", "objection", ["record_id"])
    op.create_index("ix_objection_closed_at", "objection", ["closed_at"])
