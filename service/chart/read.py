"""Reading a chart. In: `Gathered`, the FHIR resources that arrived under each prefetch key, in any order and
any state. Out: a `Chart` of one patient, the same whatever order they came in; a resource that cannot be read
becomes a gap, never a failed call, and another patient's never becomes evidence."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, Final, TypeVar

from service.chart.budget import within_budget
from service.chart.codes import read_concept
from service.chart.conditions import read_problem
from service.chart.dates import read_date
from service.chart.deeds import DEEDS, read_deed
from service.chart.drafts import read_drafts
from service.chart.entry import Entry
from service.chart.model import Chart, Concept, Deed, Gap, Observed, Patient, Problem, Report
from service.chart.observations import panel_groups, read_observation
from service.chart.reports import read_diagnostic_report, read_document
from service.chart.subject import Subject, identifiers_of

# The resources that a chart is made of; all others (Provenance, Encounter, Practitioner) may come along and
# are not read.
CHARTED: Final = DEEDS | {"Condition", "Observation", "DiagnosticReport", "DocumentReference"}

# Gaps of one kind beyond this many are counted in one more gap: a thousand foreign resources are one piece of
# news.
GAPS_ALIKE: Final = 20

_VERSION_NUMBER: Final = re.compile(r"[0-9]{1,18}\Z")
_OUTCOME_CODE: Final = re.compile(r"[a-z-]{1,40}\Z")


@dataclass(frozen=True, slots=True)
class Gathered:
    """What arrived for one call: the Patient, every other resource by prefetch key, and what did not arrive.

    The resources are decoded JSON; anything among them that is no resource becomes a gap. `drafts` are the orders in
    the hook's own context, `selections` those of them that were just picked (None where the hook has no such thing).
    `server` is the base URL of the FHIR server that all ids belong to, where the call names one.
    """

    patient: dict[str, Any] | None = None
    resources: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()
    drafts: tuple[Any, ...] = ()
    selections: tuple[str, ...] | None = None
    server: str | None = None


Read = Problem | Observed | Report | Deed
Kind = TypeVar("Kind", bound=Read)


def read_chart(gathered: Gathered, patient_id: str) -> Chart:
    """The chart of the patient with the FHIR id `patient_id`; no resource makes it raise, whatever its
    state."""
    gaps = list(gathered.gaps)
    arrived = list(_arrived(gathered, gaps))
    patient, subject = _read_patient(arrived, Subject(patient_id, server=gathered.server), gaps)
    reader = _Reader(subject, patient.birth_date, _medications(arrived))
    entries = [reader.valid(versions) for versions in _by_resource(arrived)]
    own_panels = (e for e in entries if "hasMember" in e.body and subject.owner(e) == "own")
    reader = replace(reader, panels=panel_groups(own_panels))
    things = [thing for entry in entries if (thing := reader.read(entry)) is not None]
    for entry in entries:
        gaps += entry.gaps
    things = within_budget(things, gaps)
    drafts = read_drafts(gathered.drafts, gathered.selections, subject, gaps)
    return Chart(
        patient=patient,
        problems=_ordered(things, Problem),
        observed=_ordered(things, Observed),
        reports=_ordered(things, Report),
        deeds=_ordered(things, Deed),
        drafts=drafts,
        gaps=folded(gaps),
    )


def _arrived(gathered: Gathered, gaps: list[Gap]) -> Iterator[Entry]:
    """Every resource with its key and its own type: searches bring along Provenance and outcomes."""
    items: list[tuple[str, Any]] = [(key, item) for key, held in gathered.resources.items() for item in held]
    if gathered.patient is not None:
        items.append(("patient", gathered.patient))
    concepts: dict[Hashable, Concept] = {}
    for key, item in items:
        # An old sandbox hands over the Bundle entries instead of the resources in them.
        body = item.get("resource", item) if isinstance(item, dict) and "resourceType" not in item else item
        kind = body.get("resourceType") if isinstance(body, dict) else None
        if not isinstance(kind, str) or kind == "Bundle":
            gaps.append(Gap(key, "unreadable", "an entry is not a single FHIR resource"))
        elif kind == "OperationOutcome":
            gaps += _outcome(key, body)
        elif key == "patient" and kind != "Patient":
            gaps.append(Gap(key, "unreadable", "the resource is not a Patient"))
        else:
            yield Entry(key, kind, body, concepts)


def _outcome(key: str, body: dict[str, Any]) -> Iterator[Gap]:
    """The gap an OperationOutcome stands for: a failure or a warning; mere information leaves none.

    FHIR puts outcomes into searchsets for hints and warnings about the search (R4 3.1.1.4.1); Epic does so as
    a rule.
    """
    issues = body.get("issue")
    issues = [i for i in issues if isinstance(i, dict)] if isinstance(issues, list) else []
    severities = {severity for i in issues if isinstance(severity := i.get("severity"), str)}
    codes = {code for i in issues if isinstance(code := i.get("code"), str) and _OUTCOME_CODE.match(code)}
    if severities and severities <= {"information", "success"}:
        return
    warned = bool(severities) and severities <= {"information", "success", "warning"}
    said = f" ({', '.join(sorted(codes))})" if codes else ""
    detail = "the server added a warning" if warned else "the server answered with an error"
    yield Gap(key, "warned" if warned else "failed", detail + said)


def _read_patient(arrived: list[Entry], subject: Subject, gaps: list[Gap]) -> tuple[Patient, Subject]:
    """The patient as the newest Patient resource with the right id says, and the subject with its identifiers; a
    Patient with another id is not looked into."""
    patient_id = subject.id
    own = [entry for entry in arrived if entry.kind == "Patient" and entry.id == patient_id]
    for entry in arrived:
        if entry.kind == "Patient" and entry.key == "patient" and entry.id != patient_id:
            entry.gap("other-patient", "the Patient has another id than the patient of the call; it was left out")
            gaps += entry.gaps
    read = []
    for entry in own:
        if _version(entry) == max(_version(e) for e in own):
            deceased = entry.body.get("deceasedBoolean") in (True, "true") or bool(
                entry.text(entry.body, "deceasedDateTime")
            )
            read.append((Patient(patient_id, read_date(entry, entry.body, "birthDate"), deceased), entry))
    if not read:
        return Patient(patient_id), subject
    patient, entry = min(read, key=lambda pair: (repr(pair[0]), pair[1].key))
    subject = replace(subject, identifiers=identifiers_of(entry))
    gaps += entry.gaps
    return patient, subject


def _medications(arrived: list[Entry]) -> dict[str, Concept]:
    """What each Medication that came along is; it belongs to no patient."""
    found = [(e.ref, read_concept(e, e.body, "code")) for e in arrived if e.kind == "Medication"]
    return dict(sorted(found, key=repr))


def _by_resource(arrived: list[Entry]) -> list[list[Entry]]:
    """The charted entries, those of one type and id together: one resource can be in several searches."""
    groups: dict[object, list[Entry]] = defaultdict(list)
    for entry in arrived:
        if entry.kind in CHARTED:
            # Without an id nothing says that two resources are one.
            groups[entry.ref if entry.id else entry].append(entry)
    return list(groups.values())


def _version(entry: Entry) -> tuple[datetime, int]:
    """How new this version of a resource is, as far as `meta` says."""
    meta = entry.body.get("meta")
    meta = meta if isinstance(meta, dict) else {}
    updated, number = meta.get("lastUpdated"), meta.get("versionId")
    try:
        at = datetime.fromisoformat(updated) if isinstance(updated, str) else _NEVER
    except ValueError:
        at = _NEVER
    counted = isinstance(number, str) and _VERSION_NUMBER.match(number)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)), int(counted.group()) if counted else 0


_NEVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Reader:
    """What reading one resource needs to know of the others."""

    subject: Subject
    born: date | None
    medications: Mapping[str, Concept]
    panels: Mapping[str, str] = field(default_factory=dict)

    def read(self, entry: Entry) -> Read | None:
        """The entry as part of the chart, or None where it never is evidence or is not known to be this
        patient's."""
        owner = self.subject.owner(entry)
        if owner != "own":
            why = "it is about another patient" if owner == "other-patient" else "it does not say whose it is"
            entry.gap(owner, f"{why}; it was left out")
            return None
        if entry.body.get("modifierExtension"):
            # R4 2.4.1.1: whoever does not know a modifier extension must not process what it modifies.
            entry.unreadable("modifierExtension", "may change what the resource means; it was left out")
            return None
        match entry.kind:
            case "Condition":
                return read_problem(entry, self.born)
            case "Observation":
                return read_observation(entry, self.panels)
            case "DiagnosticReport":
                return read_diagnostic_report(entry)
            case "DocumentReference":
                return read_document(entry)
            case _:
                return read_deed(entry, self.medications)

    def valid(self, versions: list[Entry]) -> Entry:
        """The version of a resource that counts: the newest; where that is open, the one that says least."""
        if len(versions) == 1:
            return versions[0]
        newest = max(_version(entry) for entry in versions)
        tied = [entry for entry in versions if _version(entry) == newest]
        return tied[0] if len(tied) == 1 else min(tied, key=self._rank)

    def _rank(self, entry: Entry) -> tuple[bool, str, str]:
        """Withdrawn or foreign before valid, then by key and by content: never by order of arrival."""
        again = Entry(entry.key, entry.kind, entry.body)
        thing = self.read(again)
        return thing is not None, entry.key, repr((thing, again.gaps))


def _ordered(things: Iterable[Read], kind: type[Kind]) -> tuple[Kind, ...]:
    """The things of one kind by reference; those without an id by all they say, equal ones once."""
    mine = [thing for thing in things if isinstance(thing, kind)]
    named = [thing for thing in mine if "/" in thing.ref]
    nameless = dict.fromkeys(thing for thing in mine if "/" not in thing.ref)
    return (*sorted(named, key=lambda thing: thing.ref), *sorted(nameless, key=repr))


def folded(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    """Each gap once, in one order, and long runs of one kind cut to the first few and a count."""
    kept: list[Gap] = []
    seen: Counter[tuple[str, str]] = Counter()
    for gap in sorted(set(gaps), key=lambda gap: (gap.key, gap.code, gap.ref, gap.detail)):
        seen[gap.key, gap.code] += 1
        if seen[gap.key, gap.code] <= GAPS_ALIKE:
            kept.append(gap)
    more = [
        Gap(key, code, f"{count - GAPS_ALIKE} more of this kind")
        for (key, code), count in sorted(seen.items())
        if count > GAPS_ALIKE
    ]
    return (*kept, *more)
