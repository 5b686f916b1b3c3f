"""The tables, as SQLAlchemy Core metadata that means the same on SQLite and PostgreSQL.

Dates are ISO text, instants are UTC ISO text, amounts are decimal text and JSON is text: every database keeps them
exactly and returns them without conversion, which matters in bulk.
"""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, MetaData, Table, Text, UniqueConstraint

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite makes a 64-bit rowid only of a column declared exactly INTEGER PRIMARY KEY.
Number = BigInteger().with_variant(Integer(), "sqlite")

# Numbers are given out by adding to a row here, inside the writer's transaction. The row stays locked until commit,
# so change numbers become visible in the order of commits on every database, which a native sequence can't promise.
counter = Table(
    "counter",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Number, nullable=False),
)

subject = Table(
    "subject",
    metadata,
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
    UniqueConstraint("uscc"),
    Index(None, "name"),
)

delivery = Table(
    "delivery",
    metadata,
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
    Index(None, "content_sha256"),
)

record = Table(
    "record",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("subject_id", Number, ForeignKey("subject.id"), nullable=False),
    Column("digest", BigInteger, nullable=False, comment="of the row as last delivered"),
    Column("fields", Text, nullable=False, comment="JSON object"),
    Column("delivery_id", Number, ForeignKey("delivery.id"), nullable=False),
    Column("received_at", Text, nullable=False, comment="UTC; when first recorded"),
    Column("updated_at", Text, nullable=False, comment="UTC; when last changed"),
    UniqueConstraint("kind", "key"),
    Index(None, "subject_id"),
)

change = Table(
    "change",
    metadata,
    Column("seq", Number, primary_key=True, autoincrement=False),
    Column("subject_id", Number, nullable=False, comment="no foreign key: a deletion is a change too"),
    Column("at", Text, nullable=False, comment="UTC"),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("delivery_id", Number, ForeignKey("delivery.id"), nullable=False),
    Column("row", Number, nullable=False, comment="line of the file, the header being 1"),
    Column("severity", Text, nullable=False, comment="refused: the row; noted: only this value"),
    Column("field", Text, nullable=False),
    Column("value", Text, nullable=False, comment="masked, cut"),
    Column("rule", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("remedy", Text, nullable=False),
    Column("raw", Text, nullable=False, comment="JSON object of the row as it came, masked"),
    Index(None, "delivery_id"),
)
