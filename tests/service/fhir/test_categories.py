"""Observations of a server that gives them by category only."""

import httpx
import pytest

from cds_hooks.request import FHIRAuthorization
from service.fhir.answer import Searched, Unread
from service.fhir.categories import CATEGORIES, merged
from service.fhir.client import FHIRReader
from service.fhir.origins import Origins

BASE = "http://127.0.0.1:9/fhir"


def test_an_observation_of_two_categories_is_one_and_the_result_says_it_is_a_part():
    one, two, three = ({"resourceType": "Observation", "id": str(n)} for n in range(3))
    whole = merged({"exam": Searched((one, two)), "survey": Searched((two, three)), "activity": Unread("status 404")})
    assert whole.resources == (one, two, three)
    assert "by category only; read were exam, survey" in whole.cut_short


def test_resources_without_an_id_are_all_kept():
    bare = {"resourceType": "Observation"}
    assert len(merged({"exam": Searched((bare, dict(bare))), "survey": Searched((dict(bare),))}).resources) == 3


def test_where_no_category_gave_anything_the_first_reason_stands():
    with pytest.raises(Unread, match="status 400"):
        merged({"exam": Unread("status 400"), "survey": Unread("status 403")})


@pytest.mark.parametrize("kind", ["Observation", "Condition"])
async def test_only_a_refused_search_for_observations_is_asked_again_by_category(kind):
    asked = []

    def epic(request):
        asked.append(request.url.params.get("category"))
        if asked[-1] is None:
            return httpx.Response(400, json={"resourceType": "OperationOutcome"})
        found = {"resource": {"resourceType": "Observation", "id": asked[-1]}}
        return httpx.Response(200, json={"resourceType": "Bundle", "type": "searchset", "entry": [found]})

    http = httpx.AsyncClient(transport=httpx.MockTransport(epic))
    reader = FHIRReader(http, Origins.of([BASE], loopback=False))
    token = FHIRAuthorization("t", "Bearer", 300, "user/*.read", "cartsign")
    connection = reader.connect(BASE, token, reader.clock() + 5)
    if kind == "Condition":
        with pytest.raises(Unread, match="status 400"):
            await connection.search("Condition?patient=1")
        assert asked == [None]
    else:
        found = await connection.search("Observation?patient=1")
        assert sorted(one["id"] for one in found.resources) == sorted(CATEGORIES)
        assert asked[0] is None
        assert "by category only" in found.cut_short
