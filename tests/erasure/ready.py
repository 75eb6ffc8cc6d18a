"""An erasure that is approved and begins at once, without the letters and pages that lead there."""

from typing import Final

from requests_app.erasure import services as erasure
from requests_app.keys.crypto import keyed_index
from requests_app.matching.models import Match, MatchState
from requests_app.officers.models import Officer
from requests_app.sources.models import Source
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.making import a_dsr
from tests.running import run_all_due
from tests.small_shop import SmallShop

RUN: Final = ("journey.follow", "erasure.begin", "erasure.run", "erasure.absence")


def ready(shop: SmallShop, officers: tuple[Officer, ...], number: int = 1, address: str = "ada@example.com") -> SubjectRequest:
    """Let what the shop holds of customer `number` be planned, and approved by both; nothing runs yet."""
    dsr = a_dsr(State.COLLECTING, brand=shop.brand, right="erasure", email=address, email_index=keyed_index("email", address))
    _found(dsr, shop.orders, "customers", number)
    _found(dsr, shop.newsletter, "subscribers", number + 4)
    erasure.start_planning(dsr)
    run_all_due("erasure.plan")
    for officer in officers:
        erasure.approve(SubjectRequest.objects.get(pk=dsr.pk), by=officer, digest=erasure.plan_digest(dsr))
    assert erasure.waive_cooling_off(SubjectRequest.objects.get(pk=dsr.pk))
    return SubjectRequest.objects.select_related("brand").get(pk=dsr.pk)


def _found(dsr: SubjectRequest, source: Source, root: str, key: int) -> None:
    Match.objects.create(
        dsr=dsr, source=source, state=MatchState.CLEAR, chosen=[[root, [str(key)]]],
        candidates=[{"root": [root, [str(key)]], "agrees": [], "differs": [], "evidence": {}}],
    )  # fmt: skip
