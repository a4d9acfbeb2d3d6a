"""Connections are kept per host name: none that was checked for one name carries a token meant for another."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cds_hooks.request import FHIRAuthorization
from service.fhir.answer import Unread
from service.fhir.client import FHIRReader, open_http
from service.fhir.origins import Origins

NORTH, SOUTH = "fhir.north.example", "fhir.south.example"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A file with a key and a certificate that is good for one name only."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NORTH)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NORTH)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "north.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


async def test_a_connection_opened_for_one_name_is_not_used_for_another_at_the_same_address(certificate):
    """AUTH-12, AUTH-16: the second client's server has the first one's address and not its certificate."""
    connections, tokens = [], []

    async def serve(reader, writer):
        connections.append(writer)
        body = b'{"resourceType":"Patient"}'
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                tokens.append(next(line for line in head.split("\r\n") if line.startswith("Authorization")))
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(certificate)
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=serving)
    port = server.sockets[0].getsockname()[1]

    async def here(_host):
        return ["127.0.0.1"]

    async with server, open_http(ssl.create_default_context(cafile=str(certificate))) as http:
        for name, token, expected in (
            (NORTH, "one", ""),
            (NORTH, "two", ""),
            (SOUTH, "three", "the FHIR server could not be reached"),
        ):
            base = f"https://{name}:{port}/fhir"
            reader = FHIRReader(http, Origins.of([base], loopback=False, networks=["127.0.0.1/32"]), resolve=here)
            given = FHIRAuthorization(token, "Bearer", 300, "user/*.read", "c")
            said = ""
            try:
                await reader.connect(base, given, reader.clock() + 5).read("Patient/1", "Patient")
            except Unread as reason:
                said = str(reason)
            assert said == expected, name
    assert tokens == ["Authorization: Bearer one", "Authorization: Bearer two"]
    assert len(connections) == 1
