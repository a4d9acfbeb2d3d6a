"""Registered clients, tokens that were used, and whose each row is: what was recorded until now came from the one
client of open trust. In: revision 0002. Out: 0003."""

import sqlalchemy as sa
from alembic import op

from service.storage.schema import Instant

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "clients",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("issuers", sa.Text, nullable=False),
        sa.Column("algorithms", sa.Text, nullable=False),
        sa.Column("jku", sa.Text),
        sa.Column("jwks", sa.Text),
        sa.Column("tenants", sa.Text, nullable=False),
        sa.Column("audiences", sa.Text, nullable=False),
        sa.Column("fhir_origins", sa.Text, nullable=False),
        sa.Column("fhir_networks", sa.Text, nullable=False),
        sa.Column("profile", sa.String(32), nullable=False),
        sa.Column("mode", sa.String(8), nullable=False),
        sa.Column("deadline_ms", sa.Integer),
        sa.Column("max_body_mb", sa.Integer),
        sa.Column("calls_per_minute", sa.Integer),
        sa.Column("disabled", sa.Boolean, nullable=False),
        sa.Column("changed_at", Instant, nullable=False),
    )
    op.create_table(
        "spent_tokens",
        sa.Column("fingerprint", sa.String(64), primary_key=True),
        sa.Column("expires_at", Instant, nullable=False, index=True),
    )
    op.create_table(
        "key_sets",
        sa.Column("jku", sa.Text, primary_key=True),
        sa.Column("document", sa.LargeBinary, nullable=False),
        sa.Column("fetched_at", Instant, nullable=False),
    )
    for table in ("invocations", "feedback", "card_events"):
        op.add_column(table, sa.Column("tenant", sa.Text, nullable=False, server_default="open"))
    op.add_column("invocations", sa.Column("issuer", sa.Text))
    op.add_column("invocations", sa.Column("jti", sa.Text))
    op.add_column("invocations", sa.Column("mode", sa.String(8), nullable=False, server_default="on"))
    op.add_column("feedback", sa.Column("matched", sa.Boolean, nullable=False, server_default=sa.true()))
    op.drop_index("ix_card_events_patient", "card_events")
    op.create_index("card_events_of_patient", "card_events", ["tenant", "patient"])
    op.execute("UPDATE feedback SET matched = EXISTS (SELECT 1 FROM cards WHERE cards.id = feedback.card)")
