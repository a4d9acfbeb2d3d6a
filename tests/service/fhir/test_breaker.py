"""A server that fails is left alone for a while, and tried by one request."""

from service.fhir.breaker import Breaker
from service.fhir.origins import FHIRBase

EHR = FHIRBase.parse("https://ehr.example.org/fhir")
OTHER = FHIRBase.parse("https://other.example.org/fhir")


def failing(times=3, *, breaker=None, start=0.0):
    breaker = breaker or Breaker(failures=3, rest=10)
    for n in range(times):
        assert breaker.admit(EHR, start + n)
        breaker.failed(EHR, start + n, start + n)
    return breaker


def test_after_some_failures_in_a_row_a_server_is_not_asked():
    assert failing(2).admit(EHR, 2.0)
    assert not failing(3).admit(EHR, 3.0)


def test_a_success_between_them_starts_the_count_again():
    breaker = failing(2)
    breaker.answered(EHR)
    assert failing(2, breaker=breaker, start=5.0).admit(EHR, 8.0)


def test_calls_of_the_same_moment_fail_once():
    breaker = Breaker(failures=3, rest=10)
    for n in range(10):
        breaker.failed(EHR, began=1.0, now=2.0 + n / 100)
    assert breaker.admit(EHR, 3.0)


def test_after_the_rest_one_request_tries_and_its_end_decides():
    for end, admitted in ((Breaker.answered, True), (Breaker.given_up, True)):
        breaker = failing()
        assert not breaker.admit(EHR, 11.9)
        assert breaker.admit(EHR, 12.0)
        assert not breaker.admit(EHR, 12.0)
        end(breaker, EHR)
        assert breaker.admit(EHR, 12.1) is admitted
    breaker = failing()
    assert breaker.admit(EHR, 12.0)
    breaker.failed(EHR, 12.0, 13.0)
    assert not breaker.admit(EHR, 22.9)
    assert breaker.admit(EHR, 23.0)
    breaker.failed(EHR, began=1.0, now=24.0)
    assert not breaker.admit(EHR, 33.9)
    assert breaker.admit(EHR, 34.0)


def test_a_server_that_fails_costs_no_other_server():
    assert failing().admit(OTHER, 3.0)


def test_only_so_many_failing_servers_are_remembered():
    breaker = failing()
    for port in range(1, 200):
        breaker.failed(FHIRBase.parse(f"http://127.0.0.1:{port}/fhir"), 5.0, 5.0)
    assert breaker.admit(EHR, 5.0)
