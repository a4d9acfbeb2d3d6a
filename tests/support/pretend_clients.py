"""Two registered clients and one who pretends to be the first. Their keys are made once a run."""

import functools
from dataclasses import replace

from cds_hooks.testing import PretendEHR, make_key
from cds_hooks.trust import TrustedClient


@functools.cache
def hospital() -> PretendEHR:
    """The client whose tokens are forged: pinned jku, one tenant, the algorithms of the default."""
    return PretendEHR("https://ehr.example.org", jku="https://ehr.example.org/jwks.json", tenant="north")


@functools.cache
def neighbour() -> PretendEHR:
    """Another registered client, with a key of another type."""
    return PretendEHR(
        "https://neighbour.example.org", kid="their-key", algorithm="RS384", tenant="south", key=make_key("RS384")
    )


@functools.cache
def stranger() -> PretendEHR:
    """Says all that the hospital says, and has not its key."""
    return replace(hospital(), key=make_key())


def registered() -> tuple[TrustedClient, ...]:
    both = frozenset({"ES384", "RS384"})
    return hospital().as_client("hospital", algorithms=both), neighbour().as_client("neighbour", algorithms=both)
