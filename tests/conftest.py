"""What every test runs under: one hypothesis profile without a stopwatch, no CARTSIGN_* of the caller's."""

import os

from hypothesis import HealthCheck, settings

# Derandomized: a run in CI and one on a laptop try the same cases. A slow machine is no failure.
settings.register_profile("cartsign", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("cartsign")

for name in [name for name in os.environ if name.startswith("CARTSIGN_")]:
    del os.environ[name]
