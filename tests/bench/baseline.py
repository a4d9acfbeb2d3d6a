"""What every service in this language and framework pays at least: the same FastAPI and uvicorn, the body decoded, one
constant card as the answer. In: a port as the only argument. Out: a served process, one worker, run as `cartsign serve`
runs (same loop, same HTTP implementation)."""

from __future__ import annotations

import sys
from typing import Final

import orjson
from fastapi import FastAPI, Request, Response

from service.serving import listen, serve

ANSWER: Final = {
    "cards": [
        {
            "uuid": "6a5c1f0e-3f4b-4d26-9d0e-0c6f0d8f5f11",
            "summary": "A constant card",
            "indicator": "info",
            "detail": "It is the same for every call.",
            "source": {"label": "Baseline"},
        }
    ]
}


def baseline_app() -> FastAPI:
    """The application: one endpoint, where Cartsign has its own."""
    app = FastAPI(openapi_url=None)

    @app.post("/cds-services/neurogenic-claudication")
    async def answer(request: Request) -> Response:
        orjson.loads(await request.body())
        return Response(orjson.dumps(ANSWER), media_type="application/json")

    return app


if __name__ == "__main__":
    serve(baseline_app(), [listen("127.0.0.1", int(sys.argv[1]))])
