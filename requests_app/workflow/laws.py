"""Which laws a request is answered under."""

from requests_app.jurisdictions import REGIMES
from requests_app.jurisdictions.names import chief
from requests_app.workflow.models import SubjectRequest


def laws_of(dsr: SubjectRequest) -> tuple[str, ...]:
    """Return the laws of `dsr` that are still known; the shop's own where none is, so that no request is without one."""
    known = tuple(name for name in dsr.regimes or [dsr.regime] if name in REGIMES)
    return known or (dsr.brand.regime,)


def right_of(dsr: SubjectRequest) -> str:
    """Return the right of law that `dsr` is about: what an appeal or a complaint is about is that of the request it concerns."""
    return chief((dsr.concerns or dsr).right if dsr.concerns_id else dsr.right)
