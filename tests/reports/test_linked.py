"""The trail of a request as linked data: every term is one of the vocabulary, and every event is told once."""

import json
import re
from datetime import UTC, datetime

import pytest

from requests_app.reports.linked import CONTEXT, RIGHTS, STATUS, linked
from requests_app.reports.pack import account
from requests_app.rights import RIGHTS as KNOWN
from requests_app.values import SYSTEM
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import advance
from requests_app.workflow.states import Move, State
from tests.making import ADDRESS, a_dsr

pytestmark = pytest.mark.django_db
# What version 2 of the vocabulary and its extension for the regulation hold of what is used here.
VOCABULARY = {
    "dpv": {
        "RightExerciseRecord", "RightExerciseActivity", "DataSubjectRight", "hasRight", "hasStatus", "isImplementedByEntity",
        "RequestInitiated", "RequestRequiresAction", "RequestRequiredActionPerformed", "RequestAccepted", "RequestFulfilled",
        "RequestRejected", "RequestUnfulfilled", "RequestActionDelayed",
    },
    "eu-gdpr": {"A7-3", "A15", "A16", "A17", "A18", "A20", "A21", "A22"},
    "dct": {"identifier", "created", "hasPart", "date", "type"},
    "xsd": {"dateTime"},
}  # fmt: skip


def told(dsr: SubjectRequest) -> dict[str, object]:
    return linked(dsr.pk, account(dsr, reasons=True))


def test_every_event_is_an_activity_and_the_last_says_what_became_of_it() -> None:
    dsr = a_dsr(State.REVIEWING)
    advance(dsr, Move.REFUSE, by=SYSTEM, reason="because")
    record = told(dsr)
    parts = record["dct:hasPart"]

    assert isinstance(parts, list)
    assert record["@type"] == "dpv:RightExerciseRecord"
    assert record["dpv:hasRight"] == {"@id": "eu-gdpr:A15"}
    assert parts[0]["dpv:hasStatus"] == {"@id": "dpv:RequestInitiated"}
    assert parts[-1]["dpv:hasStatus"] == {"@id": "dpv:RequestRejected"}
    assert len({part["@id"] for part in parts}) == len(parts) == len(account(dsr, reasons=False)["trail"])
    assert datetime.fromisoformat(parts[0]["dct:date"]["@value"]).tzinfo == UTC
    assert ADDRESS not in json.dumps(record)
    assert "because" not in json.dumps(record)


@pytest.mark.parametrize("state", [State.VERIFYING, State.REVIEWING, State.ANSWERED, State.ERASED_IN_PART, State.LAPSED])
def test_every_term_is_one_of_the_vocabulary(state: State) -> None:
    used = set(re.findall(rf'"((?:{"|".join(CONTEXT)}):[^"]+)"', json.dumps(told(a_dsr(state)))))

    assert {term for term in used if term.partition(":")[2] not in VOCABULARY[term.partition(":")[0]]} == set()
    assert {f"{prefix}:" for prefix in CONTEXT} >= {f"{term.partition(':')[0]}:" for term in used}


def test_what_rights_and_states_are_called_in_the_vocabulary() -> None:
    assert set(RIGHTS) <= set(KNOWN)
    assert set(RIGHTS.values()) == VOCABULARY["eu-gdpr"]
    assert set(STATUS.values()) <= VOCABULARY["dpv"]


def test_under_another_law_it_is_a_right_of_a_data_subject() -> None:
    assert told(a_dsr(regime="us-ca-ccpa"))["dpv:hasRight"] == {"@id": "dpv:DataSubjectRight"}
