"""What each provider may send: the kinds that the operator gave it, and no other.

Providers that are there already may go on sending every kind of the catalogue but the authoritative ones, whose rows
rename subjects and replace their facts: until now any key opened these too. The operator gives them to whom they
belong (`chengxin provider kinds`); until then such a delivery is refused and its receipt says so. A provider that is
made without kinds may send nothing.
"""

import json

from alembic import op
from sqlalchemy import Column, Text, column, table, update

from credit_records.catalogue import catalogue

revision = "0004"
down_revision = "0003"

PROVIDER = table("provider", column("kinds", Text))


def upgrade() -> None:
    with op.batch_alter_table("provider") as changed:
        changed.add_column(
            Column("kinds", Text, nullable=False, server_default="[]", comment="JSON array of those it may send")
        )
    # Of the catalogue as it is now, for a city may have declared kinds of its own.
    plain = sorted(kind.name for kind in catalogue().kinds.values() if not kind.subject.authoritative)
    op.execute(update(PROVIDER).values(kinds=json.dumps(plain)))
