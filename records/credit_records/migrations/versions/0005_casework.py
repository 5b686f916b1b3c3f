"""Casework: who works at the desk, applications to repair and objections, the audit trail, mail to be sent.

Objections that were counted already become applications whose applicant is not known.
"""

import secrets
from typing import Final

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
    insert,
    select,
    table,
    text,
)

revision = "0005"
down_revision = "0004"

Number = BigInteger().with_variant(Integer(), "sqlite")

APPENDED_TO: Final = "audit_entry"
REFUSAL: Final = "audit_entry is only ever added to"
OUTCOMES: Final = {"upheld": "granted", "explained": "refused", "dropped": "dropped"}


def upgrade() -> None:
    _create_staff()
    _create_application()
    _create_audit()
    _create_mail()
    _move_objections()
    op.execute(insert(table("counter", column("name"), column("value"))).values(name="audit", value=0))


def _create_staff() -> None:
    op.create_table(
        "staff",
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
        UniqueConstraint("login", name="uq_staff_login"),
        UniqueConstraint("oidc_subject", name="uq_staff_oidc_subject"),
    )
    op.create_table(
        "staff_session",
        Column("token_hash", Text, nullable=False, comment="SHA-256 of the cookie's value"),
        Column("staff_id", Number, nullable=False),
        Column("passed", Boolean, nullable=False, comment="the second factor too"),
        Column("created_at", Text, nullable=False, comment="UTC"),
        Column("seen_at", Text, nullable=False, comment="UTC, to the minute"),
        Column("expires_at", Text, nullable=False, comment="UTC"),
        Column("client", Text, nullable=False, comment="what the browser calls itself, cut"),
        PrimaryKeyConstraint("token_hash", name="pk_staff_session"),
        ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_session_staff_id"),
    )
    op.create_index("ix_staff_session_staff_id", "staff_session", ["staff_id"])
    op.create_index("ix_staff_session_expires_at", "staff_session", ["expires_at"])


def _create_application() -> None:
    states = "draft, submitted, accepted, asked, proposed, granted, refused, declined, dropped"
    op.create_table(
        "application",
        Column("id", Number, primary_key=True, autoincrement=True),
        Column("procedure", Text, nullable=False, comment="repair, objection"),
        Column("number", Text, comment="of the receipt; null: a draft"),
        Column("secret_hash", Text, nullable=False, comment="SHA-256 of the 256 random bits that open it"),
        Column("record_id", Number, nullable=False, comment="no foreign key: it outlives the record"),
        Column("delivery_id", Number, nullable=False, comment="whose unit answers it"),
        Column("kind", Text, nullable=False),
        Column("class", Text, comment="of dishonesty, when submitted"),
        Column("about_id", Number, comment="the refused application that this one objects to"),
        Column("state", Text, nullable=False, comment=states),
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
        Column(
            "due_on", Text, comment="ISO date, the last day for what comes next; null while nobody here owes anything"
        ),
        Column("days_left", Integer, comment="working days that were left when more was asked for"),
        Column("worked_days", Integer, comment="working days from submission to decision, without those of waiting"),
        Column("proposer_id", Number, comment="whose decision wants a second pair of eyes"),
        Column("version", Integer, nullable=False, server_default="0", comment="counts every change"),
        UniqueConstraint("number", name="uq_application_number"),
        UniqueConstraint("secret_hash", name="uq_application_secret_hash"),
        ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name="fk_application_delivery_id"),
        ForeignKeyConstraint(["proposer_id"], ["staff.id"], name="fk_application_proposer_id"),
    )
    op.create_index("ix_application_record_id", "application", ["record_id"])
    op.create_index("ix_application_state", "application", ["state", "due_on", "id"])
    expires = text("expires_at IS NOT NULL")
    op.create_index(
        "ix_application_expires_at", "application", ["expires_at"], sqlite_where=expires, postgresql_where=expires
    )
    op.create_table(
        "application_material",
        Column("id", Number, primary_key=True, autoincrement=True),
        Column("application_id", Number, nullable=False),
        Column("purpose", Text, nullable=False, comment="which paper of the procedure it is"),
        Column("file_name", Text, nullable=False, comment="as its sender called it, made safe; only ever shown"),
        Column("media_type", Text, nullable=False, comment="found from the content"),
        Column("bytes", Number, nullable=False),
        Column("sha256", Text, nullable=False, comment="of what is kept, and its name in the store"),
        Column("added_at", Text, nullable=False, comment="UTC"),
        ForeignKeyConstraint(["application_id"], ["application.id"], name="fk_application_material_application_id"),
    )
    op.create_index("ix_application_material_application_id", "application_material", ["application_id"])
    op.create_index("ix_application_material_sha256", "application_material", ["sha256"])
    op.create_table(
        "application_event",
        Column("id", Number, primary_key=True, autoincrement=True),
        Column("application_id", Number, nullable=False),
        Column("at", Text, nullable=False, comment="UTC"),
        Column("staff_id", Number, comment="null: the applicant, or the system"),
        Column("action", Text, nullable=False),
        Column("state", Text, nullable=False, comment="after it"),
        Column("text", Text, nullable=False, comment="reason, question or note"),
        Column("public", Boolean, nullable=False, comment="whether the applicant reads it"),
        ForeignKeyConstraint(["application_id"], ["application.id"], name="fk_application_event_application_id"),
        ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_application_event_staff_id"),
    )
    op.create_index("ix_application_event_application_id", "application_event", ["application_id"])


def _create_audit() -> None:
    op.create_table(
        APPENDED_TO,
        Column("seq", Number, primary_key=True, autoincrement=False),
        Column("at", Text, nullable=False, comment="UTC"),
        Column("actor", Text, nullable=False, comment="login of the staff, or system"),
        Column("action", Text, nullable=False),
        Column("object", Text, nullable=False, comment="such as application/17, staff/3, record/99"),
        Column("detail", Text, nullable=False, comment="JSON object without personal data of applicants"),
        Column("previous", Text, nullable=False, comment="hash of the entry before; empty for the first"),
        Column("hash", Text, nullable=False, comment="SHA-256 over all of the above"),
    )
    op.create_index("ix_audit_entry_object", APPENDED_TO, ["object"])
    {"sqlite": _forbid_on_sqlite, "postgresql": _forbid_on_postgresql}[op.get_bind().dialect.name]()


def _forbid_on_sqlite() -> None:
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {APPENDED_TO}_no_{verb.lower()} BEFORE {verb} ON {APPENDED_TO} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )


def _forbid_on_postgresql() -> None:
    op.execute(
        f"CREATE FUNCTION {APPENDED_TO}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {APPENDED_TO}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {APPENDED_TO} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {APPENDED_TO}_refuse()"
    )


def _create_mail() -> None:
    op.create_table(
        "mail",
        Column("id", Number, primary_key=True, autoincrement=True),
        Column("to", Text, nullable=False, comment="one address; emptied once it is sent or given up"),
        Column("subject", Text, nullable=False),
        Column("body", Text, nullable=False, comment="plain text; emptied with the address"),
        Column("created_at", Text, nullable=False, comment="UTC"),
        Column("next_at", Text, comment="UTC, of the next try; null: sent or given up"),
        Column("tries", Integer, nullable=False, server_default="0"),
        Column("sent_at", Text, comment="UTC"),
    )
    waits = text("next_at IS NOT NULL")
    op.create_index("ix_mail_next_at", "mail", ["next_at"], sqlite_where=waits, postgresql_where=waits)


def _move_objections() -> None:
    names = ("id", "record_id", "delivery_id", "opened_at", "due_on", "closed_at", "outcome")
    old, delivery = table("objection", *map(column, names)), table("delivery", column("id"), column("kind"))
    kept = (
        "procedure",
        "number",
        "secret_hash",
        "record_id",
        "delivery_id",
        "kind",
        "state",
        "answers",
        "created_at",
        "updated_at",
        "submitted_at",
        "accepted_at",
        "decided_at",
        "due_on",
    )
    new = table("application", *map(column, kept))
    connection = op.get_bind()
    found = connection.execute(select(old, delivery.c.kind).join(delivery, delivery.c.id == old.c.delivery_id)).all()
    moved = [
        {
            "procedure": "objection",
            "number": f"YY{row.opened_at[:10].replace('-', '')}{row.id:08d}",
            "secret_hash": secrets.token_hex(32),  # of no secret: nobody can open it from outside
            "record_id": row.record_id,
            "delivery_id": row.delivery_id,
            "kind": row.kind,
            "state": OUTCOMES[row.outcome] if row.closed_at else "accepted",
            "answers": "{}",
            "created_at": row.opened_at,
            "updated_at": row.closed_at or row.opened_at,
            "submitted_at": row.opened_at,
            "accepted_at": row.opened_at,
            "decided_at": row.closed_at,
            "due_on": None if row.closed_at else row.due_on,
        }
        for row in found
    ]
    if moved:
        op.bulk_insert(new, moved)
    op.drop_table("objection")
