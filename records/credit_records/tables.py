"""The tables, as SQLAlchemy Core metadata that means the same on SQLite and PostgreSQL.

Dates are ISO text, instants are UTC ISO text, amounts are decimal text and JSON is text: every database keeps them
exactly and returns them without conversion, which matters in bulk.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

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
    Column("measured", Number, nullable=False, server_default="0", comment="published rows whose timeliness counts"),
    Column("timely", Number, nullable=False, server_default="0", comment="of these, those published in time"),
    Column("provider", Text, comment="name of the provider; null: loaded by the operator"),
    Column("way", Text, nullable=False, server_default="command"),
    Column("subjects", Number, nullable=False, server_default="0", comment="subjects that nobody had named before"),
    Index(None, "content_sha256"),
    Index(None, "started_at"),
    Index(None, "provider", "id"),
)

record = Table(
    "record",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("subject_id", Number, ForeignKey("subject.id"), comment="null: of a natural person"),
    Column("digest", BigInteger, nullable=False, comment="of the row as last delivered"),
    Column("fields", Text, nullable=False, comment="JSON object"),
    Column("delivery_id", Number, ForeignKey("delivery.id"), nullable=False),
    Column("received_at", Text, nullable=False, comment="UTC; when first recorded"),
    Column("updated_at", Text, nullable=False, comment="UTC; when its content last changed"),
    Column("document_number", Text),
    Column("authority", Text),
    Column("authority_code", Text),
    Column("decision_date", Text, comment="ISO date"),
    Column("class", Text, comment="of dishonesty: slight, ordinary, serious"),
    Column("published_at", Text, comment="UTC; when first published, null where it never was"),
    Column("ends_on", Text, comment="ISO date, the last day of publication"),
    Column("working_days", Integer, comment="from decision to publication"),
    Column(
        "state",
        Text,
        nullable=False,
        server_default="published",
        comment="published, pending, ended, withdrawn, repaired, hidden",
    ),
    Column("state_reason", Text, comment="for staff"),
    Column("state_at", Text, comment="UTC; when the state last changed, null where it never did"),
    Column("version", Number, nullable=False, server_default="0", comment="change number; 0: not searchable"),
    UniqueConstraint("kind", "key"),
    # Holds all that a profile of 10,000 records is counted and ordered by.
    Index(None, "subject_id", "state", "kind", "decision_date", "ends_on"),
    # The newest of a kind, however rare, for feeds.
    Index("ix_record_kind_id", "kind", "id", sqlite_where=text("version > 0"), postgresql_where=text("version > 0")),
    Index(
        None,
        "ends_on",
        sqlite_where=text("ends_on IS NOT NULL"),
        postgresql_where=text("ends_on IS NOT NULL"),
    ),
)

record_history = Table(
    "record_history",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("record_id", Number, nullable=False, comment="no foreign key: the note outlives the record"),
    Column("at", Text, nullable=False, comment="UTC"),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False, comment="withdraw, correct, repair, reinstate, end"),
    Column("reason", Text, nullable=False),
    Index(None, "record_id"),
)

change = Table(
    "change",
    metadata,
    Column("seq", Number, primary_key=True, autoincrement=False),
    Column("subject_id", Number, comment="no foreign key: a deletion is a change too"),
    Column("at", Text, nullable=False, comment="UTC"),
    Column("record_id", Number, comment="null: a change to the subject itself"),
)

wrong_code = Table(
    "wrong_code",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("delivery_id", Number, ForeignKey("delivery.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("record_key", Text, nullable=False, comment="of the row, recorded or not"),
    Column("document_number", Text),
    Column("fault", Text, nullable=False, comment="name: known under another; check_character: fails GB 32100"),
    Column("given_code", Text, nullable=False),
    Column("given_name", Text, nullable=False),
    Column("known_name", Text),
    Column("found_at", Text, nullable=False, comment="UTC"),
    Column("corrected_at", Text, comment="UTC"),
    UniqueConstraint("kind", "record_key"),
    Index(None, "kind", "corrected_at"),
)

provider = Table(
    "provider",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False, comment="as in addresses and folders"),
    Column("title", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("district", Text, comment="six digits; null: of the city"),
    Column("key_hash", Text, comment="argon2; null: no key given out"),
    Column("active", Boolean, nullable=False),
    Column("kinds", Text, nullable=False, server_default="[]", comment="JSON array of those it may send"),
    UniqueConstraint("name"),
)

pull_mark = Table(
    "pull_mark",
    metadata,
    Column("name", Text, primary_key=True, comment="of the pull, as configured"),
    Column("mark", Text, nullable=False, comment="JSON: the highest mark taken, and the keys taken at it"),
    Column("at", Text, nullable=False, comment="UTC"),
)

provider_session = Table(
    "provider_session",
    metadata,
    Column("token_hash", Text, primary_key=True, comment="SHA-256 of the cookie's value"),
    Column("provider", Text, nullable=False),
    Column("created_at", Text, nullable=False, comment="UTC"),
    Column("expires_at", Text, nullable=False, comment="UTC"),
    Index(None, "expires_at"),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("provider", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("digest", Text, nullable=False, comment="SHA-256 of what was sent"),
    Column("answer", Text, nullable=False, comment="JSON"),
    Column("at", Text, nullable=False, comment="UTC"),
    Index(None, "at"),
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
