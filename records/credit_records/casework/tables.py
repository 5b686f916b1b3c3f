"""The tables of applications, of what was done to them, of the audit trail and of mail waiting to be sent.

Texts are kept as `credit_records.tables` tells.
"""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, text

from credit_records.tables import Number, metadata

# What somebody asks about a record: to repair it, or that it is wrong. Both are one procedure with rules of its own.
application = Table(
    "application",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("procedure", Text, nullable=False, comment="repair, objection"),
    Column("number", Text, comment="of the receipt; null: a draft"),
    Column("secret_hash", Text, nullable=False, comment="SHA-256 of the 256 random bits that open it"),
    Column("record_id", Number, nullable=False, comment="no foreign key: it outlives the record"),
    Column("delivery_id", Number, ForeignKey("delivery.id"), nullable=False, comment="whose unit answers it"),
    Column("kind", Text, nullable=False),
    Column("class", Text, comment="of dishonesty, when submitted"),
    Column("about_id", Number, comment="the refused application that this one objects to"),
    Column(
        "state",
        Text,
        nullable=False,
        comment="draft, submitted, accepted, asked, proposed, granted, refused, declined, dropped",
    ),
    Column("answers", Text, nullable=False, comment="JSON object of what was filled in, question → text"),
    Column("asked", Text, comment="JSON: what more is wanted, while the state is asked"),
    Column("outcome", Text, comment="JSON: reason and text of the decision, and what came of the record"),
    Column("policy_on", Text, comment="ISO date, the version of the rules that it follows"),
    Column("created_at", Text, nullable=False, comment="UTC"),
    Column("updated_at", Text, nullable=False, comment="UTC"),
    Column("expires_at", Text, comment="UTC; when an unfinished draft is thrown away"),
    Column("submitted_at", Text, comment="UTC"),
    Column("accepted_at", Text, comment="UTC"),
    Column("decided_at", Text, comment="UTC"),
    Column("due_on", Text, comment="ISO date, the last day for what comes next; null while nobody here owes anything"),
    Column("days_left", Integer, comment="working days that were left when more was asked for"),
    Column("worked_days", Integer, comment="working days from submission to decision, without those of waiting"),
    Column("proposer_id", Number, ForeignKey("staff.id"), comment="whose decision wants a second pair of eyes"),
    Column("version", Integer, nullable=False, server_default="0", comment="counts every change"),
    UniqueConstraint("number"),
    UniqueConstraint("secret_hash"),
    Index(None, "record_id"),
    Index("ix_application_state", "state", "due_on", "id"),
    Index(
        "ix_application_expires_at",
        "expires_at",
        sqlite_where=text("expires_at IS NOT NULL"),
        postgresql_where=text("expires_at IS NOT NULL"),
    ),
)

application_material = Table(
    "application_material",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("application_id", Number, ForeignKey("application.id"), nullable=False),
    Column("purpose", Text, nullable=False, comment="which paper of the procedure it is"),
    Column("file_name", Text, nullable=False, comment="as its sender called it, made safe; only ever shown"),
    Column("media_type", Text, nullable=False, comment="found from the content"),
    Column("bytes", Number, nullable=False),
    Column("sha256", Text, nullable=False, comment="of what is kept, and its name in the store"),
    Column("added_at", Text, nullable=False, comment="UTC"),
    Index(None, "application_id"),
    Index(None, "sha256"),
)

application_event = Table(
    "application_event",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("application_id", Number, ForeignKey("application.id"), nullable=False),
    Column("at", Text, nullable=False, comment="UTC"),
    Column("staff_id", Number, ForeignKey("staff.id"), comment="null: the applicant, or the system"),
    Column("action", Text, nullable=False),
    Column("state", Text, nullable=False, comment="after it"),
    Column("text", Text, nullable=False, comment="reason, question or note"),
    Column("public", Boolean, nullable=False, comment="whether the applicant reads it"),
    Index(None, "application_id"),
)

# Only ever added to: triggers refuse every other statement, and each entry's hash covers the one before.
audit_entry = Table(
    "audit_entry",
    metadata,
    Column("seq", Number, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False, comment="UTC"),
    Column("actor", Text, nullable=False, comment="login of the staff, or system"),
    Column("action", Text, nullable=False),
    Column("object", Text, nullable=False, comment="such as application/17, staff/3, record/99"),
    Column("detail", Text, nullable=False, comment="JSON object without personal data of applicants"),
    Column("previous", Text, nullable=False, comment="hash of the entry before; empty for the first"),
    Column("hash", Text, nullable=False, comment="SHA-256 over all of the above"),
    Index(None, "object"),
)

mail = Table(
    "mail",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("to", Text, nullable=False, comment="one address; emptied once it is sent or given up"),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False, comment="plain text; emptied with the address"),
    Column("created_at", Text, nullable=False, comment="UTC"),
    Column("next_at", Text, comment="UTC, of the next try; null: sent or given up"),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("sent_at", Text, comment="UTC"),
    Index(
        "ix_mail_next_at",
        "next_at",
        sqlite_where=text("next_at IS NOT NULL"),
        postgresql_where=text("next_at IS NOT NULL"),
    ),
)
