"""What an author may have meant."""

from service.evidence.nearest import meant


def test_a_name_that_is_nearly_right_is_asked_for():
    assert meant("standing-stil", ["standing-still", "standing"]) == "did you mean standing-still? "


def test_a_name_that_is_near_to_nothing_asks_nothing():
    assert meant("zorp", ["standing-still", "standing"]) == ""
    assert meant("zorp", []) == ""


def test_what_is_meant_does_not_depend_on_the_order_of_the_names():
    assert meant("gauges", {"gauge-b", "gauge-a"}) == meant("gauges", ["gauge-a", "gauge-b"])
