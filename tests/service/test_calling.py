"""Calling a service from the command line."""

from pathlib import Path

import httpx
import pytest
from support.running import BASE, a_request, running, settings_for

from service.calling import CallFailed, call


async def test_in_front_of_a_registered_service_it_says_who_could_call(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path, trust="registered")) as service:
        http = httpx.AsyncClient(transport=httpx.ASGITransport(service.app))
        with pytest.raises(CallFailed, match=r"registered clients only.*`cartsign ehr`"):
            await call(BASE, a_request(), http=http)
