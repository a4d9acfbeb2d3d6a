"""Alembic's entry: runs the migrations on the connection that `service/storage/migrate.py` opened. In: that connection,
inside a transaction. Out: the schema at its newest revision."""

from alembic import context

from service.storage.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
