"""The tables of those who work at the desk. Texts are kept as `credit_records.tables` tells."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from credit_records.tables import Number, metadata

# Who works at the desk: clerks of a unit (see `statistics`), city reviewers, auditors, administrators.
staff = Table(
    "staff",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("login", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False, comment="clerk, reviewer, auditor, administrator"),
    Column("unit", Text, comment="whose records a clerk answers for; null: the whole city"),
    Column("email", Text),
    Column("password_hash", Text, comment="argon2; null: none yet, or signs in elsewhere"),
    Column("must_change", Boolean, nullable=False, comment="the password was given out by somebody else"),
    Column("totp", Text, comment="encrypted; null: no second factor yet"),
    Column("totp_last", Number, comment="the time step last used, which is not taken again"),
    Column("oidc_subject", Text, comment="issuer and subject, where another house vouches"),
    Column("active", Boolean, nullable=False),
    Column("failures", Integer, nullable=False, server_default="0", comment="wrong passwords in a row"),
    Column("locked_until", Text, comment="UTC"),
    Column("created_at", Text, nullable=False, comment="UTC"),
    UniqueConstraint("login"),
    UniqueConstraint("oidc_subject"),
)

staff_session = Table(
    "staff_session",
    metadata,
    Column("token_hash", Text, primary_key=True, comment="SHA-256 of the cookie's value"),
    Column("staff_id", Number, ForeignKey("staff.id"), nullable=False),
    Column("passed", Boolean, nullable=False, comment="the second factor too"),
    Column("created_at", Text, nullable=False, comment="UTC"),
    Column("seen_at", Text, nullable=False, comment="UTC, to the minute"),
    Column("expires_at", Text, nullable=False, comment="UTC"),
    Column("client", Text, nullable=False, comment="what the browser calls itself, cut"),
    Index(None, "staff_id"),
    Index(None, "expires_at"),
)
