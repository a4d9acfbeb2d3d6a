import pytest
from fhir.resources.R4B.operationoutcome import OperationOutcome
from support.hook_calls import example

from cds_hooks import (
    CDSHooksError,
    InvalidRequest,
    PrefetchUnavailable,
    Unauthorized,
    errors,
    operation_outcome,
)


def tree(root=CDSHooksError):
    return [root, *(leaf for child in root.__subclasses__() for leaf in tree(child))]


def built(error_class):
    return PrefetchUnavailable(["labs"]) if error_class is PrefetchUnavailable else error_class("Wrong.")


@pytest.mark.parametrize("error_class", tree())
def test_every_error_is_a_valid_operation_outcome(error_class):
    """RESP-5"""
    outcome = OperationOutcome.model_validate(operation_outcome(built(error_class), "abc"))
    assert outcome.issue[0].severity == "error"
    assert outcome.issue[0].details.coding[0].code == error_class.code


def test_the_tree_drawn_at_the_top_of_the_module_is_the_tree():
    drawn = [line.split("*")[1].split()[0] for line in errors.__doc__.splitlines() if "* " in line]
    assert drawn == [error_class.__name__ for error_class in tree()]


def test_every_error_has_a_code_of_its_own():
    codes = [error_class.code for error_class in tree()]
    assert len(set(codes)) == len(codes)


def test_the_outcome_says_what_was_wrong_what_to_do_and_where_to_look():
    outcome = operation_outcome(InvalidRequest("hook is required.", expression=["hook"]), "abc-1")
    assert outcome["issue"][0]["expression"] == ["hook"]
    assert outcome["issue"][0]["diagnostics"] == (
        "hook is required. Correct the members named here and send it again. Correlation id: abc-1."
    )


def test_a_401_says_the_same_whatever_happened():
    assert operation_outcome(Unauthorized("expired", expression=["x"]), "1") == operation_outcome(Unauthorized("bad"))


def test_missing_prefetch_is_told_by_key_as_in_the_official_example():
    error = PrefetchUnavailable(["patientAllergies", "labs"], "the server answered 403.")
    issue = operation_outcome(error)["issue"][0]
    assert issue["code"] == example("spec3--operationoutcome--412-missing-prefetch")["issue"][0]["code"]
    assert error.keys == ("patientAllergies", "labs")
    assert issue["expression"] == ["prefetch.patientAllergies", "prefetch.labs"]
    assert issue["diagnostics"].startswith(
        "Required prefetch 'patientAllergies', 'labs' came neither with the request nor from the FHIR server: "
        "the server answered 403. Send"
    )
