"""What can be counted about calls without knowing any patient: how many, how they ended, how long they took, what could
not be read, what was lost. In: numbers and codes. Out: Prometheus text for /metrics."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

MEDIA_TYPE = CONTENT_TYPE_LATEST

# Seconds: fine around the deadline of 0.4, coarse beyond it.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 1.0, 2.5)


class Metrics:
    """The counters of one application, in a registry of its own.

    Every label takes its values from a short closed list; ids never become labels.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.calls = Counter(
            "cartsign_calls", "Hook calls answered", ["hook", "state", "topic"], registry=self.registry
        )
        self.seconds = Histogram(
            "cartsign_call_seconds", "Time from receipt to answer", ["hook"], buckets=BUCKETS, registry=self.registry
        )
        self.held = Counter("cartsign_cards_held", "Cards held back", ["topic"], registry=self.registry)
        self.gaps = Counter("cartsign_gaps", "What could not be read", ["key", "code"], registry=self.registry)
        self.errors = Counter("cartsign_errors", "Error answers, by HTTP status", ["status"], registry=self.registry)
        self.feedback = Counter("cartsign_feedback", "Feedback items stored", ["outcome"], registry=self.registry)
        self.rows_lost = Counter("cartsign_rows_lost", "Calls that left no record", registry=self.registry)
        self.history_unread = Counter(
            "cartsign_history_unread", "Calls decided without the history of cards", registry=self.registry
        )
        self.refused = Counter(
            "cartsign_callers_refused", "Calls refused at the door", ["reason"], registry=self.registry
        )
        self.replay_unshared = Counter(
            "cartsign_tokens_unshared", "Calls whose token only one worker remembers", registry=self.registry
        )
        self.clients_stale = Gauge(
            "cartsign_clients_stale", "1 while the list of clients cannot be read", registry=self.registry
        )
        self.knowledge = Gauge(
            "cartsign_knowledge", "The knowledge in force, by fingerprint", ["fingerprint"], registry=self.registry
        )

    def text(self) -> bytes:
        return generate_latest(self.registry)
