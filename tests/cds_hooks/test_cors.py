import pytest
from support.hook_calls import request_for
from support.hook_service import Caller, hook_app

from cds_hooks.cors import CORSPolicy

ORIGIN = "https://sandbox.cds-hooks.org"
PREFLIGHT = {
    "origin": ORIGIN,
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization,content-type",
}
PATHS = ["/cds-services", "/cds-services/states", "/cds-services/states/feedback"]


async def answer(method, path, headers, origins):
    async with Caller(hook_app(cors_origins=origins)) as client:
        return await client.request(method, path, headers=headers)


@pytest.mark.parametrize("path", PATHS)
async def test_no_origin_may_read_anything_by_default(path):
    """SEC-27"""
    for method in ("GET", "POST", "OPTIONS"):
        response = await answer(method, path, PREFLIGHT, ())
        assert not any(name.startswith("access-control") for name in response.headers)
    assert response.status_code == 405


@pytest.mark.parametrize("path", PATHS)
async def test_the_preflight_of_a_listed_origin_is_answered(path):
    """SEC-27"""
    response = await answer("OPTIONS", path, PREFLIGHT, [ORIGIN])
    assert response.status_code == 204
    assert response.headers["access-control-allow-origin"] == ORIGIN
    assert response.headers["access-control-allow-methods"] == "GET, POST, OPTIONS"
    assert {"Authorization", "Content-Type"} <= set(response.headers["access-control-allow-headers"].split(", "))
    assert response.headers["vary"] == "Origin"


@pytest.mark.parametrize(
    "origin",
    ["https://other.example.org", "https://sandbox.cds-hooks.org.evil.example", "http://sandbox.cds-hooks.org", "null"],
)
async def test_another_origin_is_refused_exactly(origin):
    """SEC-27"""
    preflight = await answer("OPTIONS", PATHS[1], PREFLIGHT | {"origin": origin}, [ORIGIN])
    call = await answer("GET", PATHS[0], {"origin": origin}, [ORIGIN])
    assert (preflight.status_code, preflight.json()["issue"][0]["code"]) == (403, "forbidden")
    for response in (preflight, call):
        assert "access-control-allow-origin" not in response.headers
        assert response.headers["vary"] == "Origin"


async def test_answers_and_errors_alike_are_readable_for_a_listed_origin():
    async def fail(request, call):
        raise ValueError

    async with Caller(hook_app(fail, cors_origins=[ORIGIN])) as client:
        responses = [
            await client.get("/cds-services", headers={"origin": ORIGIN}),
            await client.call(b"{", origin=ORIGIN),
            await client.call(request_for(), "nobody", origin=ORIGIN),
            await client.call(request_for(), content_type="text/plain", origin=ORIGIN),
            await client.call(request_for(), origin=ORIGIN),
            await client.get("/cds-services/states", headers={"origin": ORIGIN}),
        ]
    assert [response.status_code for response in responses] == [200, 400, 404, 415, 500, 405]
    for response in responses:
        assert response.headers["access-control-allow-origin"] == ORIGIN
        assert response.headers["access-control-expose-headers"] == "X-Correlation-ID"
        assert "access-control-allow-credentials" not in response.headers


async def test_other_pages_of_the_app_are_not_opened_with_the_protocol():
    response = await answer("GET", "/admin", {"origin": ORIGIN}, [ORIGIN])
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "null",
        "https://a.example/",
        "https://a.example/x",
        "a.example",
        "https://*.example",
        "HTTPS://A.example",
        "",
    ],
)
def test_what_is_no_exact_origin_is_refused_at_the_start(origin):
    with pytest.raises(ValueError, match="is no origin"):
        CORSPolicy([origin])


@pytest.mark.parametrize("origin", ["http://localhost:8080", "https://a.example", "http://[::1]:3000"])
def test_origins_are_listed_as_browsers_send_them(origin):
    assert CORSPolicy([origin]).answer_headers(origin)["Access-Control-Allow-Origin"] == origin
