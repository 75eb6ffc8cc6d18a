"""How often one key, and one network address, may ask within a minute."""

from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from requests_app.api.models import ApiKey
from requests_app.intake import limits

_MINUTE: Final = timedelta(minutes=1)


class PerKey(BaseThrottle):
    def allow_request(self, request: Request, view: APIView) -> bool:  # noqa: ARG002  # DRF's signature
        key: Any = request.auth
        return not isinstance(key, ApiKey) or limits.counted("api key", key.prefix, within=_MINUTE) <= settings.API_RATES["key"]

    def wait(self) -> float:
        return _MINUTE.total_seconds()


class PerAddress(BaseThrottle):
    """Before a key is looked at: guessing is counted too."""

    def allow_request(self, request: Request, view: APIView) -> bool:  # noqa: ARG002  # DRF's signature
        asking = limits.network(self.get_ident(request) or "")
        return limits.counted("api address", asking, within=_MINUTE) <= settings.API_RATES["address"]

    def wait(self) -> float:
        return _MINUTE.total_seconds()
