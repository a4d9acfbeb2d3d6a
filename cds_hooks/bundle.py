"""Search Bundles as clients and servers really send them: a Bundle goes in, its resources and its oddities come out.

Both the prefetch of a request and the pages fetched from a FHIR server are read with this.
"""

from typing import Any

# A Bundle that starts in the middle of a result, or ends there, cannot be held to its total.
_OTHER_PAGES = frozenset({"next", "prev", "previous"})


def entries(bundle: dict[str, Any]) -> tuple[tuple[dict[str, Any], ...], str | None, tuple[str, ...]]:
    """The resources of a search Bundle, the URL of its next page, and what was odd about it (PRE-5, PRE-8).

    Entries without a resource, OperationOutcomes among the entries, resources wrapped once more, and a total that
    does not match are problems to report, never reasons to drop the rest. A resource that is no Bundle is its
    own only entry.
    """
    if bundle.get("resourceType") != "Bundle":
        return (bundle,), None, ()
    resources: list[dict[str, Any]] = []
    problems: list[str] = []
    matches = 0
    for n, entry in enumerate(_list(bundle.get("entry"))):
        resource = _resource(entry)
        if resource is None:
            problems.append(f"entry[{n}] holds no resource")
        elif resource["resourceType"] == "OperationOutcome":
            # Remarks of the server come this way too, and mean nothing is lost.
            if _is_failure(resource):
                problems.append(f"entry[{n}] is an OperationOutcome that reports an error")
        else:
            resources.append(resource)
            matches += _mode(entry) != "include"
    relations = _relations(bundle)
    total = bundle.get("total")
    if type(total) is int and total != matches and not relations.keys() & _OTHER_PAGES:
        problems.append(f"total is {total} and {matches} came")
    return tuple(resources), relations.get("next"), tuple(problems)


def holds_any(bundle: dict[str, Any]) -> bool:
    """Whether `entries` will find any resource; a long Bundle need not be walked for that."""
    found = (_resource(entry) for entry in _list(bundle.get("entry")))
    return any(resource is not None and resource["resourceType"] != "OperationOutcome" for resource in found)


def failure(bundle: dict[str, Any]) -> dict[str, Any] | None:
    """The first OperationOutcome among the entries that reports an error, if there is one (PRE-8)."""
    outcomes = (_resource(entry) for entry in _list(bundle.get("entry")))
    return next((outcome for outcome in outcomes if outcome and _is_failure(outcome)), None)


def _resource(entry: Any) -> dict[str, Any] | None:
    """The resource of an entry, also when it is wrapped twice, as `{"resource": {"resource": {...}}}`."""
    for _ in range(2):
        entry = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(entry, dict) and isinstance(entry.get("resourceType"), str):
            return entry
    return None


def _is_failure(resource: dict[str, Any]) -> bool:
    if resource["resourceType"] != "OperationOutcome":
        return False
    severities = [issue.get("severity") for issue in _list(resource.get("issue")) if isinstance(issue, dict)]
    return not severities or any(severity not in ("information", "warning") for severity in severities)


def _mode(entry: dict[str, Any]) -> Any:
    search = entry.get("search")
    return search.get("mode") if isinstance(search, dict) else None


def _relations(bundle: dict[str, Any]) -> dict[str, str]:
    links = [link for link in _list(bundle.get("link")) if isinstance(link, dict)]
    return {
        relation: url
        for link in reversed(links)
        if isinstance(relation := link.get("relation"), str) and isinstance(url := link.get("url"), str)
    }


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
