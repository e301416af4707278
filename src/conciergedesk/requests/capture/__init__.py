"""The quick-capture line: what somebody asks for, read while it is typed. Pure: no database."""

from __future__ import annotations

from conciergedesk.requests.capture.reading import read_line
from conciergedesk.requests.capture.remarks import moment_remarks
from conciergedesk.requests.capture.values import (
    PART_LABELS,
    SOURCE_WORDS,
    AgentHit,
    CaptureContext,
    Captured,
    NamedAgent,
    NamedPerson,
    NamedPlace,
    Part,
    PersonFinder,
    PersonHit,
    PlaceFinder,
    PlaceHit,
    Quantity,
    Source,
    TypeCandidate,
    TypeMatcher,
)

__all__ = [
    "PART_LABELS",
    "SOURCE_WORDS",
    "AgentHit",
    "CaptureContext",
    "Captured",
    "NamedAgent",
    "NamedPerson",
    "NamedPlace",
    "Part",
    "PersonFinder",
    "PersonHit",
    "PlaceFinder",
    "PlaceHit",
    "Quantity",
    "Source",
    "TypeCandidate",
    "TypeMatcher",
    "moment_remarks",
    "read_line",
]
