"""The trail of a request as linked data (JSON-LD), in the terms of the W3C Data Privacy Vocabulary, for tools that read those."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from requests_app.workflow.states import State

CONTEXT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "dpv": "https://w3id.org/dpv#",
        "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
        "dct": "http://purl.org/dc/terms/",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    }
)
# Where the vocabulary has a term of the regulation for it; every other right is a right of a data subject.
RIGHTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "access": "A15", "categories": "A15", "rectification": "A16", "erasure": "A17", "restriction": "A18", "portability": "A20",
        "objection": "A21", "object_direct_marketing": "A21", "automated_decision_review": "A22", "withdraw_consent": "A7-3",
    }
)  # fmt: skip
# What an event makes of the request; events that change nothing of it have no status.
STATUS: Final[Mapping[str, str]] = MappingProxyType(
    {
        State.VERIFYING: "RequestRequiresAction", State.MATCHING: "RequestRequiredActionPerformed",
        State.FULFILLING: "RequestAccepted", State.COOLING_OFF: "RequestAccepted", State.ANSWERED: "RequestFulfilled",
        State.ERASED_IN_PART: "RequestFulfilled",
        State.REFUSED: "RequestRejected", State.WITHDRAWN: "RequestUnfulfilled", State.LAPSED: "RequestUnfulfilled",
    }
)  # fmt: skip
_ALSO: Final = MappingProxyType({"request.opened": "RequestInitiated", "deadline.extended": "RequestActionDelayed"})


def linked(dsr_id: UUID, told: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record of a right that was exercised: `told` is the account of the request (`pack.account`)."""
    request, record = told["request"], f"urn:uuid:{dsr_id}"
    return {
        "@context": dict(CONTEXT),
        "@id": record,
        "@type": "dpv:RightExerciseRecord",
        "dct:identifier": request["reference"],
        "dct:created": _moment(request["received_at"]),
        "dpv:hasRight": {"@id": _right(request)},
        "dct:hasPart": list(_parts(record, told["trail"])),
    }


def _right(request: Mapping[str, Any]) -> str:
    article = RIGHTS.get(request["right"]) if request["regime"] == "eu-gdpr" else None
    return f"eu-gdpr:{article}" if article else "dpv:DataSubjectRight"


def _parts(record: str, trail: list[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for number, event in enumerate(trail, 1):
        status = _ALSO.get(event["action"]) or STATUS.get(str(event["facts"].get("target", "")))
        part = {
            "@id": f"{record}#{number}",
            "@type": "dpv:RightExerciseActivity",
            "dct:date": _moment(event["at"]),
            "dct:type": event["action"],
            "dpv:isImplementedByEntity": {"@id": f"urn:dsar:{event['by']}"},
        }
        yield part | ({"dpv:hasStatus": {"@id": f"dpv:{status}"}} if status else {})


def _moment(at: str | None) -> dict[str, str | None]:
    return {"@type": "xsd:dateTime", "@value": at}
