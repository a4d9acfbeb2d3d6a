"""Tokens that were used: each (issuer, jti) passes once, whichever process it comes to (SEC-20). In: what a proven
token says of itself. Out: whether it is its first use. Only a hash is kept, and only as long as the token could
pass."""

from __future__ import annotations

import hashlib
from datetime import datetime

from service.storage.database import Database
from service.storage.once import insert_once
from service.storage.schema import spent_tokens

# A call waits for it, and has other things to do in its time.
SPEND_SECONDS = 0.25

_SPEND = insert_once(spent_tokens, ["fingerprint"])


def fingerprint(issuer: str, jti: str) -> str:
    """One name for both; the length before the first keeps two pairs from sharing one."""
    return hashlib.sha256(f"{len(issuer)}:{issuer}{jti}".encode()).hexdigest()


async def spend(database: Database, token: str, until: datetime) -> bool:
    """Whether the token with this fingerprint had not been spent; it is now. Raises `StorageUnavailable`."""
    row = {"fingerprint": token, "expires_at": until}
    return await database.write_now(_SPEND, row, seconds=SPEND_SECONDS) == 1
