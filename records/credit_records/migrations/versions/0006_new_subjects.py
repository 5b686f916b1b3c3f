"""How many subjects a delivery named that nobody had named before. Of deliveries there already it is not known."""

from alembic import op
from sqlalchemy import BigInteger, Column, Integer

revision = "0006"
down_revision = "0005"

Number = BigInteger().with_variant(Integer(), "sqlite")
MEANING = "subjects that nobody had named before"


def upgrade() -> None:
    with op.batch_alter_table("delivery") as table:
        table.add_column(Column("subjects", Number, nullable=False, server_default="0", comment=MEANING))
