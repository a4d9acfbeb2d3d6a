"""What the service asks of every chart."""

import pytest

from cds_hooks.contexts import HOOKS, PatientViewContext
from cds_hooks.prefetch import expand, lint
from service.fhir.prefetch_table import TEMPLATES


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.key)
def test_every_template_keeps_to_the_widely_supported_subset_on_every_hook(template, hook):
    """PRE-17 to PRE-26."""
    assert lint(template, hook) == ()


def test_the_keys_are_those_the_service_publishes_and_three_are_required():
    assert [template.key for template in TEMPLATES if template.required] == ["patient", "conditions", "observations"]
    assert [template.key for template in TEMPLATES if not template.required] == [
        "serviceRequests",
        "procedures",
        "medications",
        "devices",
        "reports",
        "documents",
        "allergies",
    ]


def test_every_query_asks_for_this_patient_and_nothing_of_an_order_in_progress():
    """REQ-15: drafts are not on the server; none is ever read by its id."""
    context = PatientViewContext(user_id="Practitioner/1", patient_id="p-1")
    queries = [expand(template, context) for template in TEMPLATES]
    assert queries[0] == "Patient/p-1"
    assert all("?patient=p-1&" in query for query in queries[1:])
