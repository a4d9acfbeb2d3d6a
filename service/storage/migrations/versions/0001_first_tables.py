"""The first tables: invocations, their cards, feedback, evidence links. In: an empty database. Out: revision 0001."""

import sqlalchemy as sa
from alembic import op

from service.storage.schema import Instant

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "invocations",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("received_at", Instant, nullable=False, index=True),
        sa.Column("correlation_id", sa.String(128), nullable=False),
        sa.Column("service_id", sa.String(64), nullable=False),
        sa.Column("hook", sa.String(32), nullable=False),
        sa.Column("hook_instance", sa.Text, nullable=False),
        sa.Column("patient", sa.Text, nullable=False, index=True),
        sa.Column("user", sa.Text),
        sa.Column("encounter", sa.Text),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("topic", sa.String(64)),
        sa.Column("decision", sa.LargeBinary, nullable=False),
        sa.Column("moment", sa.LargeBinary, nullable=False),
        sa.Column("knowledge", sa.String(64), nullable=False),
        sa.Column("request_sha256", sa.String(64), nullable=False),
        sa.Column("request", sa.LargeBinary),
        sa.Column("gather_ms", sa.Float, nullable=False),
        sa.Column("decide_ms", sa.Float, nullable=False),
        sa.Column("total_ms", sa.Float, nullable=False),
    )
    op.create_table(
        "cards",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column(
            "invocation_id",
            sa.String(36),
            sa.ForeignKey("invocations.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("indicator", sa.String(16), nullable=False),
        sa.Column("evidence", sa.String(64), nullable=False),
    )
    op.create_table(
        "feedback",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("received_at", Instant, nullable=False, index=True),
        sa.Column("service_id", sa.String(64), nullable=False),
        sa.Column("card", sa.Text, nullable=False, index=True),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("outcome_at", Instant, nullable=False),
        sa.Column("accepted", sa.Text, nullable=False),
        sa.Column("reason_code", sa.Text),
        sa.Column("reason_system", sa.Text),
        sa.Column("comment", sa.Text),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Index("feedback_once", "fingerprint", unique=True),
    )
    op.create_table(
        "evidence_links",
        sa.Column("token_sha256", sa.String(64), primary_key=True),
        sa.Column(
            "invocation_id",
            sa.String(36),
            sa.ForeignKey("invocations.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("expires_at", Instant, nullable=False, index=True),
    )
