"""How much a request asks of the systems."""

from typing import Final

from requests_app.connectors.base import Scope
from requests_app.workflow.models import SubjectRequest

_LESS: Final = {"portability": Scope.PORTABLE, "categories": Scope.KINDS}


def scope_of(dsr: SubjectRequest) -> Scope:
    """Return what `dsr` asks for: all that is held, what may be taken elsewhere, or the kinds of data alone."""
    return _LESS.get(dsr.right, Scope.ALL)
