"""The tables, as SQLAlchemy sees them. In: nothing. Out: one `Table` each for registered clients, tokens that were
used, key sets, invocations, their cards, feedback, a patient's history and evidence links. The migrations under
`migrations/versions/` create them; a test holds the two together.

`tenant` is whose a row is: the client that called, as `service/clients.py` names it. Nothing is ever joined or read
across tenants; two EHRs may well use the same id for two patients."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    true,
)


class Instant(TypeDecorator[datetime]):
    """An aware UTC time. SQLite has no such type: the zone is dropped on the way in and put back on the way out. From
    PostgreSQL it comes in the zone of the server."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData()


def _belongs_to_an_invocation() -> Column[str]:
    key = ForeignKey("invocations.id", ondelete="CASCADE")
    return Column("invocation_id", String(36), key, nullable=False, index=True)


# Lists are JSON. What an administrator wrote is kept as it was written.
clients = Table(
    "clients",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("issuers", Text, nullable=False),
    Column("algorithms", Text, nullable=False),
    Column("jku", Text),
    Column("jwks", Text),
    Column("tenants", Text, nullable=False),
    Column("audiences", Text, nullable=False),
    Column("fhir_origins", Text, nullable=False),
    Column("fhir_networks", Text, nullable=False),
    Column("profile", String(32), nullable=False),
    Column("mode", String(8), nullable=False),
    Column("deadline_ms", Integer),
    Column("max_body_mb", Integer),
    Column("calls_per_minute", Integer),
    Column("disabled", Boolean, nullable=False),
    Column("changed_at", Instant, nullable=False),
)

# What makes a second use of a token fail, in every process that shares this database (SEC-20). No part of the token is
# kept: the key is a hash over issuer and jti.
spent_tokens = Table(
    "spent_tokens",
    metadata,
    Column("fingerprint", String(64), primary_key=True),
    Column("expires_at", Instant, nullable=False, index=True),
)

# The key set last fetched from each address, for a worker that starts while the address does not answer.
key_sets = Table(
    "key_sets",
    metadata,
    Column("jku", Text, primary_key=True),
    Column("document", LargeBinary, nullable=False),
    Column("fetched_at", Instant, nullable=False),
)

invocations = Table(
    "invocations",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("tenant", Text, nullable=False, server_default="open"),
    # What its token said of itself; nothing in open trust (SEC-29).
    Column("issuer", Text),
    Column("jti", Text),
    Column("mode", String(8), nullable=False, server_default="on"),
    Column("received_at", Instant, nullable=False, index=True),
    Column("correlation_id", String(128), nullable=False),
    Column("service_id", String(64), nullable=False),
    Column("hook", String(32), nullable=False),
    # What an EHR writes has no length that it keeps to.
    Column("hook_instance", Text, nullable=False),
    Column("patient", Text, nullable=False, index=True),
    Column("user", Text),
    Column("encounter", Text),
    Column("state", String(32), nullable=False),
    Column("topic", String(64)),
    # The decision as `cartsign decide` prints it, and the moment it was made in: together with the request (recorded
    # only by CARTSIGN_RECORD=full, the EHR's token taken out) what a replay needs.
    Column("decision", LargeBinary, nullable=False),
    Column("moment", LargeBinary, nullable=False),
    Column("knowledge", String(64), nullable=False),
    Column("request_sha256", String(64), nullable=False),
    Column("request", LargeBinary),
    Column("gather_ms", Float, nullable=False),
    Column("decide_ms", Float, nullable=False),
    Column("total_ms", Float, nullable=False),
)

cards = Table(
    "cards",
    metadata,
    Column("id", String(36), primary_key=True),
    _belongs_to_an_invocation(),
    Column("topic", String(64), nullable=False),
    Column("indicator", String(16), nullable=False),
    # Fingerprint of what the card was shown for: the same evidence again can be told from new evidence.
    Column("evidence", String(64), nullable=False),
)

# No foreign key to cards: feedback may arrive for a card whose row was lost or has been deleted, and is kept. `matched`
# is whether the tenant had been shown a card of that id when it arrived.
feedback = Table(
    "feedback",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("tenant", Text, nullable=False, server_default="open"),
    Column("matched", Boolean, nullable=False, server_default=true()),
    Column("received_at", Instant, nullable=False, index=True),
    Column("service_id", String(64), nullable=False),
    Column("card", Text, nullable=False, index=True),
    Column("outcome", String(16), nullable=False),
    Column("outcome_at", Instant, nullable=False),
    Column("accepted", Text, nullable=False),
    Column("reason_code", Text),
    Column("reason_system", Text),
    Column("comment", Text),
    # Over everything above but `received_at`: an EHR that sends the same item again leaves one row.
    Column("fingerprint", String(64), nullable=False),
    Index("feedback_once", "fingerprint", unique=True),
)

# A patient's history outlives the calls it came from: an answer may hold for months, and keeps no words of the chart.
card_events = Table(
    "card_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("received_at", Instant, nullable=False, index=True),
    Column("tenant", Text, nullable=False, server_default="open"),
    Column("patient", Text, nullable=False),
    Column("topic", String(64), nullable=False),
    Column("evidence", String(64), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    Column("user", Text),
    Column("encounter", Text),
    Column("reason", Text),
    Column("fingerprint", String(64), nullable=False),
    Index("card_events_of_patient", "tenant", "patient"),
    Index("card_events_once", "fingerprint", unique=True),
)

evidence_links = Table(
    "evidence_links",
    metadata,
    # The token itself is never stored: who reads the database cannot open a link.
    Column("token_sha256", String(64), primary_key=True),
    _belongs_to_an_invocation(),
    Column("expires_at", Instant, nullable=False, index=True),
)
