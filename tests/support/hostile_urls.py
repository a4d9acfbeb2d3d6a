"""URLs that try to pass for those of a registered FHIR server, `http://ehr.example.org:PORT/fhir`, or lead to places
that no service should ask. Each with its class. Where it means anything, they carry the port of the canary that listens
where the names lead."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address

HOST = "ehr.example.org"


@dataclass(frozen=True, slots=True)
class Hostile:
    kind: str
    url: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.url!r}"


def hostile_urls(port: int = 8080, other_port: int = 9090) -> tuple[Hostile, ...]:
    """All of them; none is the registered base or lies below it."""
    made = {kind: tuple(dict.fromkeys(urls(port, other_port))) for kind, urls in _KINDS.items()}
    return tuple(Hostile(kind, url) for kind, urls in made.items() for url in urls)


def _look_alikes(port: int, _other: int) -> Iterator[str]:
    hosts = (
        "evil.example", "example.org", "org", "www.ehr.example.org", "ehr.example.org.evil.example", "ehr-example.org",
        "ehr.example.com", "ehr.example.org-evil.example", "evil-ehr.example.org", "xehr.example.org", "ehrexample.org",
        "ehr.example.orgx", "ehr.example.or", "sub.ehr.example.org", "ehr.example.org.ehr.example.org",
        "her.example.org",
        "ehr.examp1e.org", "ehr.exarnple.org", "ehr.example.0rg", "ehr.example.org.local", "ehr.example.org.internal",
        "ehrr.example.org", "ehr2.example.org", "example.org.ehr", "ehr.example.org.co",
    )  # fmt: skip
    yield from (f"http://{host}:{port}/fhir" for host in hosts)


def _user_names(port: int, _other: int) -> Iterator[str]:
    before = (
        HOST, f"{HOST}:80", f"{HOST}:{port}", f"http://{HOST}", f"{HOST}%2f", f"{HOST}%23", f"{HOST};", f"{HOST},",
        f"{HOST}&", "", ":", "user", "user:secret", f"{HOST}@{HOST}", f"{HOST}%40",
    )  # fmt: skip
    yield from (f"http://{name}@evil.example:{port}/fhir" for name in before)
    yield from (f"http://{name}@{HOST}:{port}/fhir" for name in ("", ":", "user", "user:secret", "evil.example"))
    yield f"http://{HOST}%40evil.example:{port}/fhir"


def _dots(port: int, _other: int) -> Iterator[str]:
    hosts = (
        f"{HOST}.", f"{HOST}..", f".{HOST}", f"..{HOST}", "ehr..example.org", "ehr.example..org", "ehr%2eexample.org",
        "ehr%2Eexample%2Eorg", f"{HOST}%2e", "ehr\u3002example\u3002org", "ehr\uff0eexample.org",
        "ehr\uff61example.org",
        f"{HOST}.evil.example.", "evil.example.", ".", "..",
    )  # fmt: skip
    yield from (f"http://{host}:{port}/fhir" for host in hosts)


def _other_scripts(port: int, _other: int) -> Iterator[str]:
    hosts = (
        "\u0435hr.example.org", "ehr.ex\u0430mple.org", "ehr.example.\u043erg", "ehr.exampl\u0435.org",
        "e\u04bbr.example.org",
        "ehr.exam\u0440le.org", "\uff45\uff48\uff52.example.org", "ehr.example.\uff4f\uff52\uff47",
        "ehr.ex\u00e4mple.org",
        "ehr\u00df.example.org", "ehr.example.org\u200b", "e\u200dhr.example.org", "ehr\u00ad.example.org",
        "ehr.\u24d4xample.org",
        "ehr.example.org\u202e", "\U0001d41e\U0001d421\U0001d42b.example.org", "\u0131hr.example.org",
        "ehr.examp\u0142e.org",
        "ehr.example\u2044org", "ehr.example.org\uff0fevil.example", "ehr.example.org\uff1a80",
        "ehr.example.org\uff20evil.example",
        "ehr.example.org\uff1fevil", "ehr.example.org\uff03evil",
    )  # fmt: skip
    yield from (f"http://{host}:{port}/fhir" for host in hosts)
    for host in hosts[:6]:
        yield f"http://{host.encode('idna').decode()}:{port}/fhir"
    yield f"http://xn--:{port}/fhir"
    yield f"http://ehr.xn--example.org:{port}/fhir"


def _ipv4(port: int, _other: int) -> Iterator[str]:
    for address in ("127.0.0.2", "127.0.0.1", "169.254.169.254", "10.0.0.1", "192.168.1.1"):
        yield from (f"http://{host}:{port}/fhir" for host in notations(address))
    others = (
        "0.0.0.0",  # noqa: S104 - an address to be refused; nothing is bound
        *("0", "255.255.255.255", "100.64.0.1", "172.16.0.1", "224.0.0.1", "192.0.2.1", "198.18.0.1", "1"),
    )
    yield from (f"http://{host}:{port}/fhir" for host in others)
    yield "http://169.254.169.254/latest/meta-data/iam/security-credentials/"
    yield "http://169.254.169.254/computeMetadata/v1/"
    yield "http://127.0.0.256/fhir"
    yield "http://127.0.0.1.1/fhir"


def notations(address: str) -> tuple[str, ...]:
    """An IPv4 address in the ways that C libraries and browsers read."""
    number = int(IPv4Address(address))
    a, b, c, d = address.split(".")
    parts = [int(part) for part in (a, b, c, d)]
    return (
        address, str(number), hex(number), hex(number).upper().replace("X", "x"), f"0{number:o}", f"0x0000{number:08x}",
        ".".join(hex(part) for part in parts), ".".join(f"0{part:o}" for part in parts),
        ".".join(f"{part:04d}" for part in parts), f"{a}.{number & 0xFFFFFF}", f"{a}.{b}.{number & 0xFFFF}",
        f"{hex(parts[0])}.{b}.{c}.0{parts[3]:o}", f"{address}.", f"0{a}.{b}.{c}.{d}", str(number + 2**32),
        address.replace(".", "\u3002"), address.replace("1", "\u2460"), address.replace(".", "%2e"), f"{address}%00",
    )  # fmt: skip


def _ipv6(port: int, _other: int) -> Iterator[str]:
    hosts = (
        "::1", "0:0:0:0:0:0:0:1", "::", "::ffff:127.0.0.2", "::FFFF:7f00:2", "0:0:0:0:0:ffff:127.0.0.2", "::127.0.0.2",
        "64:ff9b::7f00:2", "64:ff9b::169.254.169.254", "64:ff9b:1::1", "2002:7f00:2::", "2002:a9fe:a9fe::1", "fe80::1",
        "fe80::1%25eth0", "fe80::1%lo", "::1%25lo", "fd00:ec2::254", "fc00::1", "ff02::1", "2001:db8::1", "2001::1",
        "::ffff:169.254.169.254", "::ffff:10.0.0.1", "::ffff:0:127.0.0.2", "v1.fe80::a", "127.0.0.2", HOST,
        "::ffff:0x7f.0.0.2", "::1::", "1:2:3:4:5:6:7:8:9",
    )  # fmt: skip
    yield from (f"http://[{host}]:{port}/fhir" for host in hosts)
    yield f"http://[::1].evil.example:{port}/fhir"
    yield f"http://[::1]@evil.example:{port}/fhir"
    yield f"http://::1:{port}/fhir"


def _other_ports(port: int, other: int) -> Iterator[str]:
    ports = (
        str(other), "80", "443", "0", "65536", "-1", str(port + 1), f"{port}:{other}", f"{port}@{other}", "%38%30", "",
        "\uff18\uff10", "\u0668\u0660", "+80", f"{port}.", f"{port}x", "http", f" {port}", f"{port + 65536}", "0x50",
    )  # fmt: skip
    yield from (f"http://{HOST}:{each}/fhir" for each in ports)
    yield f"http://{HOST}/fhir"


def _other_schemes(port: int, _other: int) -> Iterator[str]:
    schemes = (
        "https", "ftp", "gopher", "ws", "wss", "dict", "ldap", "tftp", "sftp", "smb", "http+unix", "httpx", "hTTPs",
        "h",
        "view-source:http", "jar:http", "feed:http", "\u017fttp", "http%3a", "unix",
    )  # fmt: skip
    yield from (f"{scheme}://{HOST}:{port}/fhir" for scheme in schemes)
    yield from (
        "file:///etc/passwd",
        f"file://{HOST}/fhir",
        "javascript:alert(1)",
        "data:application/json,{}",
        "about:blank",
    )
    yield from (f"http:///{HOST}:{port}/fhir", f"http:////{HOST}:{port}/fhir", f"://{HOST}:{port}/fhir")
    yield from (f"mailto:{HOST}", f"urn:{HOST}", f"//evil.example:{port}/fhir", f"///evil.example:{port}/fhir")


def _other_paths(port: int, _other: int) -> Iterator[str]:
    paths = (
        "/fhirX", "/fhir-evil", "/fhir.evil", "/fhi", "/FHIR", "/Fhir", "/", "", "/fhir2", "/fhir%20", "/fhir;x",
        "/fhir%00",
        "/other/fhir", "//fhir", "/fhirfhir", "/r4/fhir", "/fhir~", "/fhir:80", "/fhir@evil.example", "/fhir,",
        "/fhir&x=1",
        "/admin", "/%66hir", "/f%68ir", "/fh%69r/Condition", "/fhir%3f", "/fhir%23",
    )  # fmt: skip
    yield from (f"http://{HOST}:{port}{path}" for path in paths)


def _dot_segments(port: int, _other: int) -> Iterator[str]:
    paths = (
        "/fhir/../admin", "/fhir/..", "/fhir/../", "/fhir/./../admin", "/fhir/%2e%2e/admin", "/fhir/%2E./admin",
        "/fhir/.%2e/admin", "/fhir/..;/admin", "/fhir/..;x=1/admin", "/fhir/.;/admin", "/fhir/%2e%2e%2fadmin",
        "/fhir/%252e%252e/admin", "/fhir/..\\admin", "/fhir/..%5cadmin", "/../fhir", "/./fhir", "/x/../fhir", "/fhir/.",
        "/fhir/%c0%ae%c0%ae/admin", "/fhir/x/../../admin", "/fhir/../fhirX", "/fhir/..%00/admin", "/fhir/..%0d/admin",
        "/fhir/..%2f..%2fadmin", "/fhir/../../../../etc/passwd",
    )  # fmt: skip
    yield from (f"http://{HOST}:{port}{path}" for path in paths)


def _encoded_slashes(port: int, _other: int) -> Iterator[str]:
    rests = (
        f":{port}/fhir%2fadmin", f":{port}/fhir%2Fadmin", f":{port}/fhir%5cadmin", f":{port}%2ffhir",
        f"%2fevil.example:{port}/",
        f"%2f%2fevil.example:{port}/fhir", f":{port}/fhir/%2f/evil", f":{port}/fhir%252fadmin", f":{port}/%2ffhir",
        f"%5c.evil.example:{port}/fhir", f"%09.evil.example:{port}/fhir", f"%00.evil.example:{port}/fhir",
        f"%0d%0aHost:%20evil.example:{port}/fhir", f":{port}/fhir/%0d%0aX:%20y",
    )  # fmt: skip
    yield from (f"http://{HOST}{rest}" for rest in rests)


def _backslashes(port: int, _other: int) -> Iterator[str]:
    yield from (
        f"http:\\\\{HOST}:{port}\\fhir", f"http:\\\\evil.example:{port}\\fhir", f"http:/\\evil.example:{port}/fhir",
        f"http:\\/evil.example:{port}/fhir", f"http://{HOST}\\@evil.example:{port}/fhir",
        f"http://{HOST}\\.evil.example:{port}/fhir",
        f"http://{HOST}:{port}\\fhir", f"http://{HOST}:{port}/fhir\\..\\admin",
        f"http://{HOST}:{port}/\\evil.example/fhir",
        f"http://evil.example:{port}\\@{HOST}:{port}/fhir", f"\\\\evil.example:{port}\\fhir",
        f"/\\evil.example:{port}/fhir",
        f"http://{HOST}:{port}\\@evil.example/fhir", f"http://evil.example:{port}\\.{HOST}/fhir",
    )  # fmt: skip


def _unseen_characters(port: int, _other: int) -> Iterator[str]:
    for character in "\t\n\r\x00 \x0b\x0c\x7f\u2028\u200b\u00a0\ufeff\u0085":
        yield f"{character}http://{HOST}:{port}/fhir"
        yield f"http://{HOST}{character}:{port}/fhir"
        yield f"http://{HOST}:{port}/fh{character}ir"
        yield f"http://{HOST}:{port}/fhir{character}"
        yield f"http://{HOST}{character}.evil.example:{port}/fhir"


def _fragments(port: int, _other: int) -> Iterator[str]:
    yield from (
        f"http://{HOST}:{port}/fhir#", f"http://{HOST}:{port}/fhir#@evil.example",
        f"http://evil.example:{port}#{HOST}/fhir",
        f"http://{HOST}#.evil.example:{port}/fhir", f"http://{HOST}:{port}#/fhir", f"http://evil.example:{port}/#/fhir",
        f"http://evil.example:{port}#@{HOST}:{port}/fhir", f"http://{HOST}#@evil.example:{port}/fhir",
        f"http://{HOST}:{port}/fhir/#/../admin",
    )  # fmt: skip


def _queries(port: int, _other: int) -> Iterator[str]:
    yield from (
        f"http://evil.example:{port}/?http://{HOST}:{port}/fhir", f"http://evil.example:{port}?{HOST}/fhir",
        f"http://{HOST}?.evil.example:{port}/fhir", f"http://{HOST}?@evil.example:{port}/fhir",
        f"http://{HOST}:{port}?/fhir", f"http://{HOST}:{port}/?/fhir",
        f"http://evil.example:{port}?@{HOST}:{port}/fhir",
        f"http://evil.example:{port}/fhir?x={HOST}", f"http://{HOST}:{port}/fhirX?_getpages=1",
    )  # fmt: skip


def _names_of_machines(port: int, _other: int) -> Iterator[str]:
    hosts = (
        "localhost", "LOCALHOST", "localhost.", "localhost.localdomain", "ip6-localhost", "ip6-loopback", "loopback",
        "metadata.google.internal", "metadata", "instance-data", "kubernetes.default.svc", "host.docker.internal",
        "broadcasthost", "wpad", "127.0.0.2.nip.io", "169.254.169.254.nip.io", "localtest.me", "db", "postgres",
        "gateway.docker.internal", "consul.service.consul", "vault",
    )  # fmt: skip
    yield from (f"http://{host}:{port}/fhir" for host in hosts)


def _broken(port: int, _other: int) -> Iterator[str]:
    hosts = (
        "[", "]", "[::1", "::1]", "[]", "", "%", "%zz", "a_b", "-a", "a-", "a" * 64, ".".join(["a" * 60] * 5),
        f"{HOST},evil.example", "{evil}", f"{HOST}|evil", f"{HOST}^evil", f"{HOST}`evil", f'{HOST}"evil', f"<{HOST}>",
        "*",
        "$HOME", f"{HOST};evil.example", f"{HOST}&evil.example", f"{HOST}=evil", f"{HOST}'evil", "!",
    )  # fmt: skip
    yield from (f"http://{host}:{port}/fhir" for host in hosts)
    yield "http://"


_KINDS = {
    "a look-alike": _look_alikes,
    "a user name": _user_names,
    "a dot": _dots,
    "another script": _other_scripts,
    "an IPv4 address": _ipv4,
    "an IPv6 address": _ipv6,
    "another port": _other_ports,
    "another scheme": _other_schemes,
    "another path": _other_paths,
    "dot segments": _dot_segments,
    "encoded slashes": _encoded_slashes,
    "backslashes": _backslashes,
    "unseen characters": _unseen_characters,
    "a fragment": _fragments,
    "a query": _queries,
    "a name of a machine": _names_of_machines,
    "a broken URL": _broken,
}
KINDS = tuple(_KINDS)
