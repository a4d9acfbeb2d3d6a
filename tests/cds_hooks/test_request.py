import pytest
from support.hook_calls import HOOK_NAMES, body, example, examples, request_for

from cds_hooks import InvalidRequest, MalformedJSON, UnknownHook, read_request

AUTHORIZATION = request_for()["fhirAuthorization"]
REST = b'"hook": "patient-view", "hookInstance": "x", "context": {"userId": "Practitioner/1", "patientId": "1"}}'
TWO_PATIENTS = b'{"hook": "patient-view", "hookInstance": "x", "context": {"patientId": "1", "patientId": "2"}}'


def refused(message):
    with pytest.raises(InvalidRequest) as caught:
        read_request(body(message))
    return caught.value.expression


@pytest.mark.parametrize("hook", HOOK_NAMES)
def test_a_request_on_each_hook_is_read(hook):
    request = read_request(body(request_for(hook)))
    assert (request.hook, request.context.patient_id, request.warnings) == (hook, "1288992", ())


def test_the_official_example_is_read_whole():
    """REQ-7 and REQ-9: authorization and prefetch, when they are there."""
    request = read_request(body(example("spec3--request--patient-view--with-prefetch-and-token")))
    assert request.hook_instance == "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"
    assert request.fhir_server == "http://hooks.smarthealthit.org:9080"
    assert request.fhir_authorization.access_token == "some-opaque-fhir-access-token"
    assert request.fhir_authorization.expires_in == 300
    assert b'"birthDate": "1925-12-23"' in bytes(request.prefetch["patientToGreet"])


def test_authorization_and_prefetch_may_be_absent():
    """REQ-7, REQ-9: both are optional."""
    request = read_request(body(request_for(fhirAuthorization=..., prefetch=..., fhirServer=...)))
    assert (request.fhir_authorization, request.fhir_server, request.prefetch) == (None, None, {})


@pytest.mark.parametrize("name", ["hook", "hookInstance", "context"])
@pytest.mark.parametrize("value", [..., None, "", 7, [], {}])
def test_required_members_are_required(name, value):
    """REQ-2, REQ-3, REQ-8: hook, hookInstance and context are required; an empty context lacks its members."""
    assert refused(request_for(**{name: value}))[0].split(".")[0] == name


def test_an_unknown_hook_is_refused_by_name():
    """REQ-2"""
    with pytest.raises(UnknownHook) as caught:
        read_request(body(request_for(hook="patient-view") | {"hook": "patient-transmogrify"}))
    assert caught.value.expression == ("hook",)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("D1577C69-DFBE-44AD-BA6D-3E05E953B2EA", "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"),
        ("urn:uuid:d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"),
        ("00000000-007b-9f33-e810-e841a57c502c", "00000000-007b-9f33-e810-e841a57c502c"),
    ],
)
def test_a_hook_instance_is_a_uuid_in_any_spelling_and_version(sent, kept):
    """REQ-3"""
    request = read_request(body(request_for(hookInstance=sent)))
    assert (request.hook_instance, request.warnings) == (kept, ())


@pytest.mark.parametrize(
    "sent", ["call-17", "{d1577c69-dfbe-44ad-ba6d-3e05e953b2ea}", "d1577c69dfbe44adba6d3e05e953b2ea"]
)
def test_a_hook_instance_that_is_no_uuid_is_kept_with_a_warning(sent):
    """REQ-3"""
    request = read_request(body(request_for(hookInstance=sent)))
    assert (request.hook_instance, request.warnings) == (sent, ("hookInstance is not a UUID.",))


def test_a_hook_instance_of_any_length_is_not_taken():
    assert refused(request_for(hookInstance="x" * 256)) == ("hookInstance",)


def test_a_token_without_its_server_is_refused_and_a_server_without_token_is_not():
    """REQ-5"""
    assert refused(request_for(fhirServer=...)) == ("fhirServer",)
    assert read_request(body(request_for(fhirAuthorization=...))).fhir_server == "https://ehr.example.org/fhir"


@pytest.mark.parametrize(
    "server",
    [
        "ehr.example.org/fhir",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://",
        "https://user:secret@ehr.example.org/fhir",
        "https://ehr.example.org/fhir?x=1",
        "https://ehr.example.org/fhir#x",
        "https://ehr.example.org:99999/fhir",
        "https://[::1/fhir",
        "https://ehr.example.org/ fhir",
        "https://ehr.example.org/\r\nHost: x",
        ["https://ehr.example.org/fhir"],
    ],
)
def test_a_fhir_server_is_an_http_base_url(server):
    assert refused(request_for(fhirServer=server)) == ("fhirServer",)


@pytest.mark.parametrize("name", ["access_token", "token_type", "expires_in", "scope", "subject"])
@pytest.mark.parametrize("value", [None, {}, [], True])
def test_each_member_of_the_authorization_is_required_and_typed(name, value):
    """AUTH-2, AUTH-3, AUTH-4, AUTH-5, AUTH-6"""
    assert refused(request_for(fhirAuthorization=AUTHORIZATION | {name: value})) == (f"fhirAuthorization.{name}",)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("token_type", "mac"),
        ("access_token", "a b"),
        ("access_token", "a\r\nX: y"),
        ("expires_in", 10**30),
        ("expires_in", -1),
    ],
)
def test_an_authorization_that_cannot_be_used_is_refused(name, value):
    """AUTH-3, AUTH-4"""
    assert refused(request_for(fhirAuthorization=AUTHORIZATION | {name: value})) == (f"fhirAuthorization.{name}",)


def test_sloppy_but_clear_authorizations_are_read():
    """AUTH-3, AUTH-4, AUTH-5"""
    scope = "launch EPIC.FHIR.R4.SERVICES user/*.rs"
    sloppy = AUTHORIZATION | {"token_type": "bearer", "expires_in": "300", "scope": scope}
    read = read_request(body(request_for(fhirAuthorization=sloppy))).fhir_authorization
    assert (read.token_type, read.expires_in, read.scope) == ("Bearer", 300, scope)


def test_a_token_for_another_patient_is_worth_a_warning():
    """AUTH-7"""
    request = read_request(body(request_for(fhirAuthorization=AUTHORIZATION | {"patient": "9"})))
    assert request.warnings == ("fhirAuthorization.patient differs from context.patientId.",)


def test_no_text_made_of_a_request_shows_its_token():
    """AUTH-10"""
    request = read_request(body(request_for(fhirAuthorization=AUTHORIZATION | {"access_token": "SENTINEL"})))
    assert "SENTINEL" not in f"{request!r} {request} {request.fhir_authorization!r} {request.fhir_authorization}"


@pytest.mark.parametrize("name", ["fhirServer", "fhirAuthorization", "prefetch", "extension"])
def test_null_counts_as_absent_where_a_member_is_optional(name):
    """JSON-7"""
    absent = {"fhirAuthorization": None} if name == "fhirServer" else {}
    assert read_request(body(request_for(**{name: None}, **absent))).hook == "patient-view"


def test_members_nobody_knows_are_ignored():
    """JSON-7, EXT-4"""
    message = request_for(surprise={"a": []}, user="x")
    message["context"]["com.example.more"] = 1
    message["extension"] = {"com.example.unknown": True}
    assert read_request(body(message)).extension == {"com.example.unknown": True}


def test_an_extension_reaches_the_handler():
    """REQ-10, EXT-1: the official example lacks patientId, which is added here."""
    message = example("spec3--request--extension")
    message["context"]["patientId"] = "1288992"
    assert read_request(body(message)).extension["com.example.timestamp"] == "2017-11-27T22:13:25Z"


def test_an_extension_that_is_no_object_costs_only_itself():
    """EXT-2: FHIR's own extensions are arrays, so the mistake is near."""
    request = read_request(body(request_for(extension=[{"url": "http://example.org", "valueString": "x"}])))
    assert (request.extension, request.warnings) == ({}, ("extension is not an object and was ignored.",))


def test_prefetch_values_stay_unread():
    """PRE-14: null is legal here, and here only."""
    request = read_request(b'{"prefetch": {"a": null, "b": {"resourceType": "Patient"}},' + REST)
    assert {key: bytes(raw) for key, raw in request.prefetch.items()} == {
        "a": b"null",
        "b": b'{"resourceType": "Patient"}',
    }


@pytest.mark.parametrize("prefetch", ["<html>", [], 3, True])
def test_a_prefetch_that_is_no_object_is_refused(prefetch):
    assert refused(request_for(prefetch=prefetch)) == ("prefetch",)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (b'{"hook": "order-sign",' + REST, "hook"),
        (TWO_PATIENTS, "context.patientId"),
        (b'{"prefetch": {"labs": null, "labs": {}},' + REST, "prefetch.labs"),
    ],
)
def test_duplicates_at_the_top_in_the_context_and_in_the_prefetch_are_refused(text, path):
    with pytest.raises(MalformedJSON) as caught:
        read_request(text)
    assert caught.value.expression == (path,)


@pytest.mark.parametrize(("name", "message"), {**examples("spec3--request"), **examples("docs--request")}.items())
def test_every_official_request_is_read_or_refused_by_path(name, message):
    """REQ-13, REQ-14"""
    incomplete = {
        "spec3--request--extension": ("context.patientId",),
        "docs--request--opioid-guideline": ("context.draftOrders",),
    }
    if name in incomplete:
        assert refused(message) == incomplete[name]
    else:
        assert read_request(body(message)).context.patient_id
