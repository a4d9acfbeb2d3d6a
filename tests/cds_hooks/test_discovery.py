import pytest
from support.hook_calls import HOOK_NAMES, example

from cds_hooks import HOOKS, CDSService, PrefetchTemplate
from cds_hooks.discovery import discovery

PATIENT = PrefetchTemplate("patient", "Patient/{{context.patientId}}", required=True)


def service(**changes):
    return CDSService(**{"id": "greeter", "hook": "patient-view", "description": "Greets"} | changes)


def refused(requirement, build):
    with pytest.raises(ValueError, match=rf"\b{requirement}\b"):
        build()


def test_the_official_services_can_be_defined_and_are_discovered_as_printed():
    """DISC-2, DISC-8, DISC-9, DISC-16: but for `version` and `hookVersion`, which are ours to add."""
    for name in ("three-services", "extension"):
        printed = example(f"spec3--discovery--{name}")
        defined = [
            CDSService(
                id=entry["id"],
                hook=entry["hook"],
                description=entry["description"],
                title=entry["title"],
                prefetch=tuple(PrefetchTemplate(*each) for each in entry.get("prefetch", {}).items()),
                usage_requirements=entry.get("usageRequirements"),
                extension=entry.get("extension"),
            )
            for entry in printed["services"]
        ]
        discovered = discovery(defined)
        for entry in discovered["services"]:
            del entry["version"], entry["hookVersion"]
        assert discovered == printed


def test_no_services_are_an_empty_list():
    """DISC-3"""
    assert discovery([]) == {"services": []}


@pytest.mark.parametrize("hook", ["", "patient-transmogrify", None])
def test_a_service_needs_a_known_hook(hook):
    """DISC-4"""
    refused("DISC-4", lambda: service(hook=hook))


def test_a_service_without_a_title_is_advised_to_have_one():
    """DISC-5"""
    assert [advice.split(":")[0] for advice in service().advice()] == ["DISC-5"]
    assert service(title="Greeter").advice() == ()


@pytest.mark.parametrize("description", ["", "  ", None])
def test_a_service_needs_a_description(description):
    """DISC-6"""
    refused("DISC-6", lambda: service(description=description))


@pytest.mark.parametrize("id_", ["", "a b", "a/b", "ä", "..", "a?b", "a%20b", "x" * 129])
def test_an_id_can_stand_in_a_url(id_):
    """DISC-7"""
    refused("DISC-7", lambda: service(id=id_))


def test_optional_members_are_left_out_when_they_have_no_value():
    """DISC-8, DISC-9, JSON-6"""
    bare = service(title="", usage_requirements="", extension={}).to_json()
    assert bare.keys() == {"hook", "description", "id", "version", "hookVersion"}
    assert service(prefetch=(PATIENT,)).to_json()["prefetch"] == {"patient": "Patient/{{context.patientId}}"}


def test_a_prefetch_key_is_used_once():
    """DISC-8"""
    refused("DISC-8", lambda: service(prefetch=(PATIENT, PATIENT)))


@pytest.mark.parametrize(
    ("query", "requirement"),
    [
        ("/Patient/1", "PRE-17"),
        ("Patient/{context.patientId}", "PRE-18"),
        ("X?_id={{context.draftOrders.entry.id}}", "PRE-19"),
        ("Patient/{{patientId}}", "PRE-20"),
        ("X?_id={{context.selections}}", "PRE-21"),
    ],
)
def test_a_service_with_a_forbidden_template_cannot_be_defined(query, requirement):
    """PRE-17, PRE-18, PRE-19, PRE-20, PRE-21"""
    refused(requirement, lambda: service(hook="order-select", prefetch=(PrefetchTemplate("key", query),)))


def test_a_service_with_an_unusual_template_is_advised():
    """PRE-24, PRE-25"""
    unusual = PrefetchTemplate("labs", "Observation?code:text=x&_include=A:b")
    said = [advice.split(":")[0] for advice in service(title="Greeter", prefetch=(unusual,)).advice()]
    assert said == ["PRE-25", "PRE-24"]


def test_the_version_is_that_of_the_specification():
    """DISC-10"""
    assert service().to_json()["version"] == "2.0.1"


@pytest.mark.parametrize("hook", HOOK_NAMES)
def test_the_hook_version_is_a_published_one(hook):
    """DISC-11"""
    assert service(hook=hook).to_json()["hookVersion"] == HOOKS[hook].versions[0] == "1.0"
    for version in HOOKS[hook].versions:
        assert service(hook=hook, hook_version=version).to_json()["hookVersion"] == version
    refused("DISC-11", lambda: service(hook=hook, hook_version="9.9"))


def test_one_id_may_serve_several_hooks_but_one_hook_only_once():
    """DISC-12, DISC-13, SEC-31: two versions of a hook need two ids."""
    several = [service(hook=hook) for hook in HOOK_NAMES]
    assert [entry["hook"] for entry in discovery(several)["services"]] == list(HOOK_NAMES)
    refused("DISC-13", lambda: discovery([*several, service()]))
    versions = [service(hook="order-sign", hook_version=version) for version in HOOKS["order-sign"].versions]
    refused("DISC-13", lambda: discovery(versions))


def test_an_extension_of_a_service_is_an_object_with_names_of_its_own():
    """DISC-16, EXT-2, EXT-3"""
    extended = service(title="Greeter", extension={"timestamp": "now"})
    assert extended.to_json()["extension"] == {"timestamp": "now"}
    assert [advice.split(":")[0] for advice in extended.advice()] == ["EXT-3"]
    assert service(title="Greeter", extension={"com.example.timestamp": "now"}).advice() == ()
    refused("EXT-2", lambda: service(extension=["x"]))
