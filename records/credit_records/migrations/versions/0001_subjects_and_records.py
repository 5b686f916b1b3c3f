"""Subjects, records, deliveries, quarantine and the change log."""

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
    column,
    table,
)

revision = "0001"
down_revision = None

Number = BigInteger().with_variant(Integer(), "sqlite")
COUNTERS = ("subject", "record", "change")


def upgrade() -> None:
    _create_counter()
    _create_subject()
    _create_delivery()
    _create_record()
    _create_change()
    _create_quarantine()


def _create_counter() -> None:
    op.create_table(
        "counter",
        Column("name", Text, nullable=False),
        Column("value", Number, nullable=False),
        PrimaryKeyConstraint("name", name="pk_counter"),
    )
    counter = table("counter", column("name", Text), column("value", BigInteger))
    op.bulk_insert(counter, [{"name": name, "value": 0} for name in COUNTERS])


def _create_subject() -> None:
    op.create_table(
        "subject",
        Column("id", Number, primary_key=True, autoincrement=False),
        Column("uscc", Text, nullable=False),
        Column("code_valid", Boolean, nullable=False),
        Column("name", Text, nullable=False),
        Column("former_names", Text, nullable=False, comment="JSON array, newest first"),
        Column("status", Text),
        Column("division", Text),
        Column("division_basis", Text),
        Column("entity_type", Text),
        Column("entity_type_basis", Text),
        Column("industry", Text),
        Column("industry_basis", Text),
        Column("established", Text, comment="ISO date"),
        Column("capital_amount", Text, comment="decimal, 万元"),
        Column("capital_currency", Text, comment="ISO 4217"),
        Column("version", Number, nullable=False, comment="change number of the newest change"),
        UniqueConstraint("uscc", name="uq_subject_uscc"),
    )
    op.create_index("ix_subject_name", "subject", ["name"])


def _create_delivery() -> None:
    op.create_table(
        "delivery",
        Column("id", Number, primary_key=True, autoincrement=True),
        Column("source", Text, nullable=False),
        Column("file_name", Text, nullable=False),
        Column("content_sha256", Text, nullable=False),
        Column("bytes", Number, nullable=False),
        Column("kind", Text, nullable=False),
        Column("started_at", Text, nullable=False, comment="UTC"),
        Column("finished_at", Text, comment="UTC; null while it runs, and for ever where it was cut off"),
        Column("rows", Number, nullable=False, server_default="0"),
        Column("new", Number, nullable=False, server_default="0"),
        Column("changed", Number, nullable=False, server_default="0"),
        Column("unchanged", Number, nullable=False, server_default="0"),
        Column("refused", Number, nullable=False, server_default="0"),
        Column("noted", Number, nullable=False, server_default="0", comment="kept rows with a value dropped"),
    )
    op.create_index("ix_delivery_content_sha256", "delivery", ["content_sha256"])


def _create_record() -> None:
    op.create_table(
        "record",
        Column("id", Number, primary_key=True, autoincrement=False),
        Column("kind", Text, nullable=False),
        Column("key", Text, nullable=False),
        Column("subject_id", Number, nullable=False),
        Column("digest", BigInteger, nullable=False, comment="of the row as last delivered"),
        Column("fields", Text, nullable=False, comment="JSON object"),
        Column("delivery_id", Number, nullable=False),
        Column("received_at", Text, nullable=False, comment="UTC; when first recorded"),
        Column("updated_at", Text, nullable=False, comment="UTC; when last changed"),
        UniqueConstraint("kind", "key", name="uq_record_kind"),
        ForeignKeyConstraint(["subject_id"], ["subject.id"], name="fk_record_subject_id"),
        ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name="fk_record_delivery_id"),
    )
    op.create_index("ix_record_subject_id", "record", ["subject_id"])


def _create_change() -> None:
    op.create_table(
        "change",
        Column("seq", Number, primary_key=True, autoincrement=False),
        Column("subject_id", Number, nullable=False, comment="no foreign key: a deletion is a change too"),
        Column("at", Text, nullable=False, comment="UTC"),
    )


def _create_quarantine() -> None:
    op.create_table(
        "quarantine",
        Column("id", Number, primary_key=True, autoincrement=True),
        Column("delivery_id", Number, nullable=False),
        Column("row", Number, nullable=False, comment="line of the file, the header being 1"),
        Column("severity", Text, nullable=False, comment="refused: the row; noted: only this value"),
        Column("field", Text, nullable=False),
        Column("value", Text, nullable=False, comment="masked, cut"),
        Column("rule", Text, nullable=False),
        Column("reason", Text, nullable=False),
        Column("remedy", Text, nullable=False),
        Column("raw", Text, nullable=False, comment="JSON object of the row as it came, masked"),
        ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name="fk_quarantine_delivery_id"),
    )
    op.create_index("ix_quarantine_delivery_id", "quarantine", ["delivery_id"])
