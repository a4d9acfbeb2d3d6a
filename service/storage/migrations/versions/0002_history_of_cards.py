"""A patient's history of cards in a table of its own, filled from the feedback so far. In: revision 0001. Out: 0002."""

import sqlalchemy as sa
from alembic import op

from service.storage.schema import Instant

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "card_events",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("received_at", Instant, nullable=False, index=True),
        sa.Column("patient", sa.Text, nullable=False, index=True),
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("evidence", sa.String(64), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("user", sa.Text),
        sa.Column("encounter", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Index("card_events_once", "fingerprint", unique=True),
    )
    op.execute(
        """
        INSERT INTO card_events
            (received_at, patient, topic, evidence, outcome, at, "user", encounter, reason, fingerprint)
        SELECT f.received_at, i.patient, c.topic, c.evidence, f.outcome,
               CASE WHEN f.outcome_at < f.received_at THEN f.outcome_at ELSE f.received_at END,
               i."user", i.encounter, f.reason_code, f.fingerprint
        FROM feedback f
        JOIN cards c ON c.id = f.card
        JOIN invocations i ON i.id = c.invocation_id
        """
    )
