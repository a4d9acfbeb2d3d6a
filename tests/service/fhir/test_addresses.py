"""Which addresses are on the public internet, and how names become addresses."""

import asyncio
from ipaddress import ip_address

import pytest

from service.fhir.addresses import Lookups, is_public, lies_in, network
from service.fhir.origins import FHIRBase, Origins

EHR = FHIRBase.parse("https://ehr.example.org/fhir")


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_a_hosts_address_is_public(address):
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",  # noqa: S104 - an address to be refused; nothing is bound
        *("10.0.0.1", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.31.0.1", "192.0.2.1", "192.168.0.1"),
        *("198.18.0.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "::", "::1"),
        *("::7f00:1", "::ffff:10.0.0.1"),
        *("::ffff:169.254.169.254", "64:ff9b::a00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1", "100::1", "2001::1"),
        *("2001:db8::1", "2002:a00:1::", "2002:7f00:1::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0"),
        *("fec0::1", "ff02::1", "5f00::1"),
        *("192.0.0.8", "192.0.0.192", "168.63.129.16", "::ffff:192.0.0.192", "2002:c000:c0::", "64:ff9b::a83f:8110"),
    ],
)  # fmt: skip
def test_every_other_address_is_not(address):
    """AUTH-16: private, of this machine, of a cloud's metadata, shared, multicast, or what wraps one of those."""
    assert not is_public(ip_address(address))
    origins = Origins.of([EHR.url], loopback=False)
    assert not origins.reachable(EHR, ip_address(address))


def test_a_registered_network_opens_its_addresses_and_no_others():
    """AUTH-16."""
    origins = Origins.of([EHR.url], loopback=False, networks=["10.20.0.0/16", "fd12::/48"])
    for open_, address in [
        (True, "10.20.3.4"), (True, "fd12::5"), (True, "::ffff:10.20.3.4"), (True, "8.8.8.8"),
        (False, "10.21.0.1"), (False, "fd13::5"), (False, "127.0.0.1"), (False, "64:ff9b::a14:304"),
    ]:  # fmt: skip
        assert origins.reachable(EHR, ip_address(address)) is open_, address


def test_an_address_that_is_itself_registered_may_be_contacted():
    for url, address in [("http://10.0.0.5/fhir", "10.0.0.5"), ("http://[fd00::5]/fhir", "fd00::5")]:
        origins = Origins.of([url], loopback=False)
        base = origins.permit(url)
        assert base is not None
        assert origins.reachable(base, ip_address(address))
        assert not origins.reachable(base, ip_address("10.0.0.6"))


def test_localhost_is_this_machine_and_nothing_else():
    for origins in (Origins(loopback=True), Origins.of(["http://localhost:8000"], loopback=False)):
        base = origins.permit("http://localhost:8000")
        assert base is not None
        assert origins.reachable(base, ip_address("::1"))
        assert origins.reachable(base, ip_address("127.0.0.1"))
        assert not origins.reachable(base, ip_address("8.8.8.8"))


def test_in_open_trust_a_listed_name_may_be_this_machine_but_not_the_network_beside_it():
    origins = Origins.of([EHR.url], loopback=True)
    assert origins.reachable(EHR, ip_address("127.0.0.1"))
    assert not origins.reachable(EHR, ip_address("192.168.0.1"))


@pytest.mark.parametrize("text", ["10.0.0.0/33", "10.0.0.1/8", "intranet", "", "10.0.0.0-10.0.0.9"])
def test_what_is_no_network_is_refused_in_words(text):
    with pytest.raises(ValueError, match="no network such as"):
        Origins.of([EHR.url], loopback=False, networks=[text])


def test_an_ipv4_address_written_as_ipv6_lies_in_the_network_of_the_ipv4_address():
    assert lies_in(ip_address("::ffff:10.1.2.3"), [network("10.0.0.0/8")])


async def test_calls_at_the_same_time_share_one_look_up_and_one_that_gives_up_leaves_it_to_the_others():
    asked, answered = [], asyncio.Event()

    async def slow(host):
        asked.append(host)
        await answered.wait()
        return ["8.8.8.8"]

    lookups = Lookups(slow)
    first, second = (asyncio.create_task(lookups.addresses("ehr.example.org")) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    answered.set()
    assert await second == (ip_address("8.8.8.8"),)
    assert asked == ["ehr.example.org"]
    await lookups.addresses("ehr.example.org")
    assert len(asked) == 2


async def test_a_literal_is_asked_of_nobody_and_a_name_that_leads_nowhere_has_no_address():
    async def nobody(_host):
        raise OSError("no such name")

    lookups = Lookups(nobody)
    assert await lookups.addresses("10.0.0.5") == (ip_address("10.0.0.5"),)
    assert await lookups.addresses("ehr.example.org") == ()
