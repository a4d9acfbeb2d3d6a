"""What the service asks of every chart: one prefetch template a key, the same for all hooks. Clients satisfy them
ahead of the call; what they leave out is fetched with the very same queries (PRE-2, PRE-15)."""

from __future__ import annotations

from typing import Final

from cds_hooks.prefetch import PrefetchTemplate

# `patient` alone is the one search parameter that HAPI, Oracle Health and the national guides share on every type here,
# so nothing narrows a search that would lose evidence:
#   - no category and no code on Observation. Vital signs, laboratory, examination, survey and local categories all hold
#     pain descriptors, ankle-brachial indices and free text. Epic wants a category or a code with every Observation
#     search: there the analyst who configures the prefetch lists the site's own categories; without that prefetch
#     some are searched one by one (`categories.py`), with a gap for the others.
#   - no status on Condition and ServiceRequest. What is resolved, refuted or done decides too, and is read as such.
#   - `_sort=-date` where there may be thousands: should the page cap cut the search, what is lost is the oldest.
#   - `_count` is a wish. HAPI gives 50 a page unless set otherwise, others 100; the pages are followed.
#   - `status=current` on documents: superseded ones and those entered in error need not travel.
TEMPLATES: Final = (
    PrefetchTemplate("patient", "Patient/{{context.patientId}}", required=True),
    PrefetchTemplate("conditions", "Condition?patient={{context.patientId}}&_count=200", required=True),
    PrefetchTemplate("observations", "Observation?patient={{context.patientId}}&_sort=-date&_count=200", required=True),
    PrefetchTemplate("serviceRequests", "ServiceRequest?patient={{context.patientId}}&_count=100"),
    PrefetchTemplate("procedures", "Procedure?patient={{context.patientId}}&_count=100"),
    PrefetchTemplate("medications", "MedicationRequest?patient={{context.patientId}}&_count=100"),
    PrefetchTemplate("devices", "Device?patient={{context.patientId}}&_count=100"),
    PrefetchTemplate("reports", "DiagnosticReport?patient={{context.patientId}}&_sort=-date&_count=100"),
    PrefetchTemplate(
        "documents", "DocumentReference?patient={{context.patientId}}&status=current&_sort=-date&_count=100"
    ),
    PrefetchTemplate("allergies", "AllergyIntolerance?patient={{context.patientId}}&_count=100"),
)
