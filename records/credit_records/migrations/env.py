"""Alembic's way in: it runs on the connection that `credit_records.database.migrate` hands over."""

from alembic import context

from credit_records.every_table import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    transaction_per_migration=False,
)
context.run_migrations()
