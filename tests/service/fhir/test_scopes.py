"""What the scopes of a token allow, in versions 1 and 2 of SMART."""

import pytest

from service.fhir.scopes import Scopes


def told(scope, *, token_patient=None, patient="12"):
    """Read and search of Patient and of Observation: yes, in part, or no."""
    scopes = Scopes.read(scope, token_patient, patient)
    answers = [
        scopes.allow(interaction, kind) for kind in ("Patient", "Observation") for interaction in ("read", "search")
    ]
    return "".join("p" if answer.partly else "y" if answer.allowed else "n" for answer in answers)


@pytest.mark.parametrize(
    ("scope", "answers"),
    [
        ("patient/*.read", "yyyy"),
        ("user/*.*", "yyyy"),
        ("system/*.read", "yyyy"),
        ("patient/Observation.read", "nnyy"),
        ("user/Patient.read user/Observation.read", "yyyy"),
        ("patient/*.write", "nnnn"),
        ("user/Observation.*", "nnyy"),
        ("patient/*.cruds", "yyyy"),
        ("patient/*.rs", "yyyy"),
        ("patient/*.r", "ynyn"),
        ("patient/*.s", "nyny"),
        ("patient/*.cud", "nnnn"),
        ("user/Observation.rs?category=laboratory", "nnpp"),
        ("user/Observation.rs?category=laboratory user/*.r", "ynyp"),
        ("user/Observation.rs?category=laboratory patient/Observation.rs", "nnyy"),
        ("openid fhirUser launch patient/Patient.r", "ynnn"),
        ("patient/Condition.read", "nnnn"),
        ("user/ObservationDefinition.read", "nnnn"),
    ],
)  # fmt: skip
def test_a_token_allows_what_one_of_its_scopes_says(scope, answers):
    """AUTH-5, AUTH-8."""
    assert told(scope) == answers


@pytest.mark.parametrize(
    "scope",
    [
        "", " ", "launch", "openid profile", "EPIC.FHIR.R4.SERVICES.PATIENT.READ", "s", "patient/*.everything",
        "patient/.read", "Patient/*.read", "patient/*", "user/Observation.rsx", "*", "patient/*.read,launch",
    ],
)  # fmt: skip
def test_where_no_scope_is_smarts_the_server_decides(scope):
    """AUTH-5, AUTH-8: scopes of a vendor's own refuse nothing."""
    assert told(scope) == "yyyy"


def test_scopes_of_a_vendor_beside_smarts_take_nothing_away_and_add_nothing():
    assert told("EPIC.FHIR.R4.SERVICES.X launch patient/Observation.read") == "nnyy"


@pytest.mark.parametrize(
    ("scope", "token_patient", "answers"),
    [
        ("patient/*.read", "12", "yyyy"),
        ("patient/*.read", "Patient/12", "yyyy"),
        ("patient/*.read", None, "yyyy"),
        ("patient/*.read", "13", "nnnn"),
        ("patient/*.rs launch", "13", "nnnn"),
        ("patient/*.read user/Observation.read", "13", "nnyy"),
        ("user/*.read", "13", "yyyy"),
        ("EPIC.FHIR.R4", "13", "yyyy"),
    ],
)
def test_a_token_for_another_patient_opens_nothing_of_this_one(scope, token_patient, answers):
    """AUTH-7: only `patient/` scopes are bound to the patient of the token."""
    assert told(scope, token_patient=token_patient) == answers


def test_a_refusal_says_why():
    """AUTH-7, AUTH-8."""
    assert (
        "do not allow searching Observation"
        in Scopes.read("patient/*.r", None, "12").allow("search", "Observation").reason
    )
    assert "another patient" in Scopes.read("patient/*.read", "13", "12").allow("read", "Patient").reason
