"""What can go wrong between a CDS Client and a CDS Service, and how it is said on the wire.

Raise one of these anywhere in a handler and the router answers with its HTTP status and an OperationOutcome.

* CDSHooksError
  * BadRequest            400
    * MalformedJSON           the body is not JSON that two readers would read alike
    * InvalidRequest          the JSON is not a CDS Hooks message
    * UnknownHook             the hook is unknown, or the service does not answer it
  * Unauthorized          401  constant body: it never says why
  * Forbidden             403
  * NotFound              404
    * UnknownService          no service has that id
  * MethodNotAllowed      405
  * PreconditionFailed    412
    * PrefetchUnavailable     required data neither came nor could be fetched
  * PayloadTooLarge       413
  * UnsupportedMediaType  415
  * Transient             503  the answer says how long to wait
    * TooManyRequests       429
    * Unavailable           503
  * InternalError         500  constant body: the details are in the log under the correlation id

Mistakes of the programmer who uses this package (a summary of 140 characters, say) are ValueErrors, never these.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

ERROR_SYSTEM = "urn:cartsign:error"


class CDSHooksError(Exception):
    """Something that the service answers with a status other than 200 (RESP-4).

    `code` is stable and searchable, `status` the HTTP status, `issue` the FHIR issue type, `expression` the paths that
    were wrong, as in `context.patientId`, `headers` what the answer carries besides its body. Messages name paths and
    limits, never values: they are sent, and may be logged.
    """

    code: ClassVar[str] = "cds-hooks.error"
    status: ClassVar[int] = 500
    issue: ClassVar[str] = "processing"
    title: ClassVar[str] = "The call failed."
    advice: ClassVar[str] = ""

    def __init__(self, message: str, *, expression: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.expression = tuple(expression)

    @property
    def headers(self) -> Mapping[str, str]:
        return {}


class BadRequest(CDSHooksError):
    """The request cannot be read; sending it again unchanged will not help."""

    code = "cds-hooks.bad-request"
    status = 400
    issue = "invalid"
    title = "The request cannot be read."
    advice = "Correct the request and send it again."


class MalformedJSON(BadRequest):
    """The body is not JSON, or is JSON that two readers could read differently (JSON-3, REQ-13)."""

    code = "cds-hooks.malformed-json"
    issue = "structure"
    title = "The body is not well-formed JSON."
    advice = "Send one JSON object in UTF-8, without comments, NaN, duplicate members or lone surrogates."


class InvalidRequest(BadRequest):
    """The JSON is well formed but is not a message of CDS Hooks (REQ-2, REQ-3, REQ-8)."""

    code = "cds-hooks.invalid-request"
    title = "The message does not follow CDS Hooks."
    advice = "Correct the members named here and send it again."


class UnknownHook(BadRequest):
    """The hook is not known here, or the service does not answer it (REQ-2)."""

    code = "cds-hooks.unknown-hook"
    issue = "not-supported"
    title = "This service does not answer that hook."
    advice = "The discovery endpoint lists each service with its hooks."


class Unauthorized(CDSHooksError):
    """The caller did not prove who it is. Whatever the message, the answer is the same (SEC-22)."""

    code = "cds-hooks.unauthorized"
    status = 401
    issue = "login"
    title = "Authentication is required."

    @property
    def headers(self) -> Mapping[str, str]:
        """RFC 6750, section 3."""
        return {"WWW-Authenticate": "Bearer"}


class Forbidden(CDSHooksError):
    """The caller is known and may not do this."""

    code = "cds-hooks.forbidden"
    status = 403
    issue = "forbidden"
    title = "This is not allowed."
    advice = "Ask the administrator of the service for access."


class NotFound(CDSHooksError):
    """Nothing is served at this address."""

    code = "cds-hooks.not-found"
    status = 404
    issue = "not-found"
    title = "Nothing is served here."
    advice = "The discovery endpoint, GET {base}/cds-services, lists what is; addresses have no trailing slash."


class UnknownService(NotFound):
    """No CDS Service has the id in the address (REQ-1)."""

    code = "cds-hooks.unknown-service"
    title = "No CDS Service has that id."


class MethodNotAllowed(CDSHooksError):
    """The address exists and answers another HTTP method (REQ-1, FB-2)."""

    code = "cds-hooks.method-not-allowed"
    status = 405
    issue = "not-supported"
    title = "This address does not answer that method."
    advice = "The Allow header lists the methods that it answers."


class PreconditionFailed(CDSHooksError):
    """The service cannot decide on what it was given (RESP-3)."""

    code = "cds-hooks.precondition-failed"
    status = 412
    title = "The service lacks data that it needs."
    advice = "Send the data as prefetch, or let the service reach the FHIR server."


class PrefetchUnavailable(PreconditionFailed):
    """Required data were neither in the prefetch nor obtainable from the FHIR server (PRE-16).

    `keys` names the prefetch keys concerned.
    """

    code = "cds-hooks.prefetch-unavailable"

    def __init__(self, keys: Sequence[str], reason: str = "") -> None:
        self.keys = tuple(keys)
        named = ", ".join(f"'{key}'" for key in self.keys)
        why = f": {reason.rstrip('.')}" if reason else ""
        super().__init__(
            f"Required prefetch {named} came neither with the request nor from the FHIR server{why}.",
            expression=[f"prefetch.{key}" for key in self.keys],
        )


class PayloadTooLarge(CDSHooksError):
    """The body is larger than the service reads."""

    code = "cds-hooks.payload-too-large"
    status = 413
    issue = "too-long"
    title = "The body is too large."
    advice = "Send less prefetch data, or have the limit raised."


class UnsupportedMediaType(CDSHooksError):
    """The body is not announced as JSON in UTF-8 (JSON-1)."""

    code = "cds-hooks.unsupported-media-type"
    status = 415
    issue = "not-supported"
    title = "The body is not announced as JSON."
    advice = "Send it with Content-Type: application/json, in UTF-8 and without Content-Encoding."


class Transient(CDSHooksError):
    """Something that passes by itself: the answer says to wait `retry_after` seconds (RFC 9110, section 10.2.3)."""

    code = "cds-hooks.transient"
    status = 503
    issue = "transient"
    title = "The service is not available for now."
    advice = "Try again later."

    def __init__(self, message: str, *, retry_after: int = 1) -> None:
        super().__init__(message)
        self.retry_after = retry_after

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Retry-After": str(self.retry_after)}


class TooManyRequests(Transient):
    """The caller sends more than the service accepts."""

    code = "cds-hooks.too-many-requests"
    status = 429
    issue = "throttled"
    title = "There were too many requests."
    advice = "Wait, then send fewer at a time."


class InternalError(CDSHooksError):
    """The service has a fault. The caller learns nothing but the correlation id."""

    code = "cds-hooks.internal-error"
    status = 500
    issue = "exception"
    title = "The service failed."
    advice = "Tell its administrator the correlation id."


class Unavailable(Transient):
    """The service cannot answer for now."""

    code = "cds-hooks.unavailable"


def operation_outcome(error: CDSHooksError, correlation_id: str | None = None) -> dict[str, Any]:
    """The FHIR R4 OperationOutcome that tells a caller of `error` (RESP-5).

    `diagnostics` says what was wrong, what to do about it, and the correlation id. A 401 is constant: it carries
    neither message, path nor correlation id (SEC-22).
    """
    details = {"coding": [{"system": ERROR_SYSTEM, "code": error.code}], "text": error.title}
    issue: dict[str, Any] = {"severity": "error", "code": error.issue, "details": details}
    if not isinstance(error, Unauthorized):
        traced = f"Correlation id: {correlation_id}." if correlation_id else ""
        issue["diagnostics"] = " ".join(part for part in (error.message, error.advice, traced) if part)
        if error.expression:
            issue["expression"] = list(error.expression)
    return {"resourceType": "OperationOutcome", "issue": [issue]}
