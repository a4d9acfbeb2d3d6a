"""A real HTTP server before a FHIR server, as hospitals have them: it lets in who brings the token, and forwards. It
can also be slow, ask in smaller pages, or garble a search so that the server behind it refuses."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx


@dataclass
class Doorkeeper:
    """How it behaves; `base` is the FHIR server it offers, `asked` what came: method, path with query, status."""

    token: str | None = None
    # Pages beyond the first are refused, as when the token has expired in the meantime.
    first_pages_only: bool = False
    count: int | None = None
    slow: frozenset[str] = frozenset()
    garbled: frozenset[str] = frozenset()
    base: str = ""
    asked: list[tuple[str, str, int]] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def admits(self, authorization: str | None, following: bool) -> bool:
        if self.token is None:
            return True
        return authorization == f"Bearer {self.token}" and not (following and self.first_pages_only)

    def query(self, kind: str, text: str) -> str:
        """The query as it is passed on."""
        pairs = parse_qsl(text, keep_blank_values=True)
        if self.count is not None:
            pairs = [(name, str(self.count) if name == "_count" else value) for name, value in pairs]
        if kind in self.garbled:
            pairs = [("nobody-knows-this" if name == "patient" else name, value) for name, value in pairs]
        return urlencode(pairs)


@contextmanager
def doorkeeper(target: str, keeper: Doorkeeper) -> Iterator[Doorkeeper]:
    """`keeper` before the FHIR server at `target`, until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            kind = asked.path.split("/")[2] if asked.path.count("/") > 1 else ""
            query = keeper.query(kind, asked.query)
            following = "_getpages" in query
            if kind in keeper.slow:
                keeper.closing.wait(60)
            if not keeper.admits(self.headers.get("Authorization"), following):
                self.answer(401, b'{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"login"}]}')
                return
            # The host as asked for: the server builds its links on it, and so they lead back to this door.
            headers = {"Host": self.headers["Host"], "Accept": self.headers.get("Accept", "*/*")}
            forwarded = http.get(f"{root}{asked.path}{'?' * bool(query)}{query}", headers=headers)
            self.answer(forwarded.status_code, forwarded.content)

        def answer(self, status: int, body: bytes) -> None:
            keeper.asked.append((self.command, self.path, status))
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/fhir+json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                # Who asked did not wait.
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Silent; `asked` tells."""

    parts = urlsplit(target)
    root = f"{parts.scheme}://{parts.netloc}"
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    # Closing waits only for threads that were not daemons when they began; one left behind would use a closed client.
    server.daemon_threads = False
    keeper.base = f"http://127.0.0.1:{server.server_port}{parts.path}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    with httpx.Client(timeout=60, trust_env=False) as http:
        thread.start()
        try:
            yield keeper
        finally:
            keeper.closing.set()
            server.shutdown()
            thread.join()
            server.server_close()
