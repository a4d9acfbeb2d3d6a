"""Storage rows for tests: plausible values, of which each test names only those it is about."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from service.storage.feedback import FeedbackRow
from service.storage.invocations import CardRow, InvocationRow

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def an_invocation(identifier: str = "call-1", **changes: Any) -> InvocationRow:
    row = InvocationRow(
        id=identifier,
        tenant="open",
        issuer=None,
        jti=None,
        mode="on",
        received_at=NOON,
        correlation_id="corr-1",
        service_id="neurogenic-claudication",
        hook="patient-view",
        hook_instance="d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        patient="alma",
        user="Practitioner/example",
        encounter=None,
        state="probable",
        topic="neurogenicClaudication",
        decision=b'{"state":"probable"}',
        moment=b"{}",
        knowledge="0f" * 32,
        request_sha256="ab" * 32,
        request=None,
        gather_ms=1.0,
        decide_ms=2.0,
        total_ms=3.0,
    )
    return replace(row, **changes)


def a_card(identifier: str = "card-1") -> CardRow:
    return CardRow(identifier, "neurogenicClaudication", "info", "fingerprint-1")


def some_feedback(card: str = "card-1", **changes: Any) -> FeedbackRow:
    row = FeedbackRow(
        tenant="open",
        received_at=NOON,
        service_id="neurogenic-claudication",
        card=card,
        outcome="overridden",
        outcome_at=NOON,
        reason_code="knownDiagnosis",
        reason_system="urn:cartsign:override-reason",
    )
    return replace(row, **changes)
