"""Publication of records: their state, term and history; natural persons; providers; the ledger of wrong codes.

What is known of records already there is filled in by loading them again; they stay published.
"""

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
    text,
)

revision = "0002"
down_revision = "0001"

Number = BigInteger().with_variant(Integer(), "sqlite")
STATES = "published, pending, ended, withdrawn, repaired, hidden"


def upgrade() -> None:
    _widen_record()
    _widen_change()
    _widen_delivery()
    _create_history()
    _create_wrong_code()
    _create_provider()
    _create_idempotency()


def _widen_record() -> None:
    op.drop_index("ix_record_subject_id", "record")
    with op.batch_alter_table("record") as table:
        table.alter_column("subject_id", existing_type=Number, nullable=True, comment="null: of a natural person")
        table.alter_column(
            "updated_at", existing_type=Text, existing_nullable=False, comment="UTC; when its content last changed"
        )
        for name in ("document_number", "authority", "authority_code"):
            table.add_column(Column(name, Text))
        table.add_column(Column("decision_date", Text, comment="ISO date"))
        table.add_column(Column("class", Text, comment="of dishonesty: slight, ordinary, serious"))
        table.add_column(Column("published_at", Text, comment="UTC; when first published, null where it never was"))
        table.add_column(Column("ends_on", Text, comment="ISO date, the last day of publication"))
        table.add_column(Column("working_days", Integer, comment="from decision to publication"))
        table.add_column(Column("state", Text, nullable=False, server_default="published", comment=STATES))
        table.add_column(Column("state_reason", Text, comment="for staff"))
        table.add_column(Column("state_at", Text, comment="UTC; when the state last changed, null where it never did"))
        table.add_column(
            Column("version", Number, nullable=False, server_default="0", comment="change number; 0: not searchable")
        )
    op.execute("UPDATE record SET published_at = received_at")
    op.create_index("ix_record_subject_id", "record", ["subject_id", "state", "kind", "decision_date", "ends_on"])
    searchable = text("version > 0")
    op.create_index("ix_record_kind_id", "record", ["kind", "id"], sqlite_where=searchable, postgresql_where=searchable)
    ends = text("ends_on IS NOT NULL")
    op.create_index("ix_record_ends_on", "record", ["ends_on"], sqlite_where=ends, postgresql_where=ends)


def _widen_change() -> None:
    with op.batch_alter_table("change") as table:
        table.alter_column(
            "subject_id",
            existing_type=Number,
            nullable=True,
            existing_comment="no foreign key: a deletion is a change too",
        )
        table.add_column(Column("record_id", Number, comment="null: a change to the subject itself"))


def _widen_delivery() -> None:
    for name, comment in (
        ("measured", "published rows whose timeliness counts"),
        ("timely", "of these, those published in time"),
    ):
        op.add_column("delivery", Column(name, Number, nullable=False, server_default="0", comment=comment))
    op.create_index("ix_delivery_started_at", "delivery", ["started_at"])


def _create_history() -> None:
    op.create_table(
        "record_history",
        Column("id", Number, primary_key=True, autoincrement=True),
        Column("record_id", Number, nullable=False, comment="no foreign key: the note outlives the record"),
        Column("at", Text, nullable=False, comment="UTC"),
        Column("actor", Text, nullable=False),
        Column("action", Text, nullable=False, comment="withdraw, correct, repair, reinstate, end"),
        Column("reason", Text, nullable=False),
    )
    op.create_index("ix_record_history_record_id", "record_history", ["record_id"])


def _create_wrong_code() -> None:
    op.create_table(
        "wrong_code",
        Column("id", Number, primary_key=True, autoincrement=True),
        Column("delivery_id", Number, nullable=False),
        Column("kind", Text, nullable=False),
        Column("record_key", Text, nullable=False, comment="of the row, recorded or not"),
        Column("document_number", Text),
        Column("fault", Text, nullable=False, comment="name: known under another; check_character: fails GB 32100"),
        Column("given_code", Text, nullable=False),
        Column("given_name", Text, nullable=False),
        Column("known_name", Text),
        Column("found_at", Text, nullable=False, comment="UTC"),
        Column("corrected_at", Text, comment="UTC"),
        UniqueConstraint("kind", "record_key", name="uq_wrong_code_kind"),
        ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name="fk_wrong_code_delivery_id"),
    )
    op.create_index("ix_wrong_code_kind", "wrong_code", ["kind", "corrected_at"])


def _create_provider() -> None:
    op.create_table(
        "provider",
        Column("id", Number, primary_key=True, autoincrement=True),
        Column("name", Text, nullable=False, comment="as in addresses and folders"),
        Column("title", Text, nullable=False),
        Column("department", Text, nullable=False),
        Column("district", Text, comment="six digits; null: of the city"),
        Column("key_hash", Text, comment="argon2; null: no key given out"),
        Column("active", Boolean, nullable=False),
        UniqueConstraint("name", name="uq_provider_name"),
    )


def _create_idempotency() -> None:
    op.create_table(
        "idempotency",
        Column("provider", Text, nullable=False),
        Column("key", Text, nullable=False),
        Column("digest", Text, nullable=False, comment="SHA-256 of what was sent"),
        Column("answer", Text, nullable=False, comment="JSON"),
        Column("at", Text, nullable=False, comment="UTC"),
        PrimaryKeyConstraint("provider", "key", name="pk_idempotency"),
    )
    op.create_index("ix_idempotency_at", "idempotency", ["at"])
