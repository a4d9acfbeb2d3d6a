"""What is known of each EHR says where it is from, and what is odd about its calls is read."""

from dataclasses import FrozenInstanceError, fields, replace
from datetime import UTC, datetime

import pytest
from support.hook_calls import body, request_for
from support.pretend_clients import hospital

from cds_hooks import HOOKS, read_feedback, read_request, verify
from cds_hooks.profiles import EPIC, GENERIC, ORACLE_HEALTH, PROFILES, Fact

NOW = datetime(2027, 3, 2, 12, tzinfo=UTC)
HERE = "https://cds.example.org/cds-services/x"
profiles = pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)


def facts(profile):
    values = {row.name: getattr(profile, row.name) for row in fields(profile)}
    return {name: value for name, value in values.items() if name not in ("name", "title", "notes")}


def test_there_is_a_profile_for_each_kind_of_client():
    """SUG-7"""
    assert list(PROFILES) == ["generic", "epic", "oracle-health", "athenahealth", "sandbox"]
    assert all(profile.name == name for name, profile in PROFILES.items())


@profiles
def test_every_value_says_where_it_is_from_and_how_well_it_is_known(profile):
    for fact in (*facts(profile).values(), *profile.notes):
        assert isinstance(fact, Fact)
        assert fact.grade in {"A", "B", "C", "specification", "unknown"}
        if fact.grade in "ABC":
            assert fact.source.startswith("https://")
        elif fact.grade == "unknown":
            assert fact.source == "no public statement found"
        else:
            assert fact.source == "https://cds-hooks.hl7.org/STU2/"
            assert fact.says


@profiles
def test_what_is_known_of_the_specification_is_not_passed_off_as_known_of_a_vendor(profile):
    """A vendor's own values are graded A, B or C; only the generic reader is described by the specification alone."""
    grades = {fact.grade for fact in facts(profile).values()}
    assert grades & {"A", "B", "C"} or profile is GENERIC


@profiles
def test_the_hooks_of_a_profile_are_published_ones(profile):
    assert set(profile.hooks.value or ()) <= set(HOOKS) | {"appointment-book"}


@profiles
def test_no_profile_takes_system_actions_that_nobody_agreed_to(profile):
    """SYS-2"""
    assert profile.system_actions.value in ("none", "order-updates")


def test_a_site_that_knows_better_replaces_one_value_and_leaves_the_profile_as_it_is():
    site = replace(ORACLE_HEALTH, suggestions=Fact(True, "site", "tried with the analyst"))
    assert (site.suggestions.value, ORACLE_HEALTH.suggestions.value) == (True, False)
    with pytest.raises(FrozenInstanceError):
        EPIC.detail = site.detail


def test_extra_claims_a_key_id_of_any_characters_and_an_audience_set_up_by_hand_pass():
    """SEC-17, SEC-26: as Epic's tokens come."""
    ehr = hospital()
    agreed = ehr.as_client("hospital", audiences=frozenset({f"{HERE}/"}))
    claims = {"sub": "client-id", "nbf": int(NOW.timestamp()) - 300}
    assert set(EPIC.extra_claims.value) == set(claims)
    token = ehr.token(f"{HERE}/", NOW, **claims)
    assert verify(token, [agreed], ehr.key_set, HERE, NOW).client == "hospital"


def test_a_call_as_epic_sends_it_is_read_without_a_warning():
    """REQ-3: a hook instance of no UUID version, extensions, scopes of Epic's own and version 1.0 named."""
    named = "com.epic.cdshooks.request"
    extension = {f"{named}.bpa-trigger-action": "23", f"{named}.cds-hooks-specification-version": "1.0"}
    authorization = {
        "access_token": "t",
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": "EPIC.FHIR.R4.SERVICES.OBSERVATION launch user/Patient.read",
        "subject": "s",
    }
    call = request_for(
        hookInstance="00000000-007b-9f33-e810-e841a57c502c",
        fhirServer="https://ehr.example.org/r4",
        fhirAuthorization=authorization,
        extension=extension,
    )
    request = read_request(body(call))
    assert request.warnings == ()
    assert request.extension == extension


def test_a_body_of_version_1_is_read_with_the_members_that_later_ones_dropped():
    """JSON-7: the early `user` beside the context, and no token."""
    request = read_request(body(request_for(hook="patient-view") | {"user": "Practitioner/example", "redirect": "x"}))
    assert request.warnings == ()


@profiles
def test_the_reason_of_an_override_is_read_in_the_spelling_of_the_profile(profile):
    """FB-7"""
    spelled = profile.feedback_reason.value
    item = {"card": "c1", "outcome": "overridden", "outcomeTimestamp": "2027-03-02T12:00:00Z"}
    (read,) = read_feedback(body({"feedback": [item | {spelled: {"reason": {"code": "a"}}}]})).items
    assert read.override_reason.code == "a"
