"""What a shop's mailer asks before it sends: for which channels an address is refused, by its digest. No address travels."""

import re
from typing import Any, Final

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from requests_app.api.models import Scope
from requests_app.api.problems import Problem
from requests_app.api.resources import BAD_REQUEST, Resource
from requests_app.optouts import services as optouts
from requests_app.optouts.channels import LABELS

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_SHAPE: Final = OpenApiParameter(
    "digest", {"type": "string", "pattern": "^[0-9a-f]{64}$"}, OpenApiParameter.PATH,
    description="HMAC-SHA-256 of the address or number under the brand's key, in hexadecimal.",
)  # fmt: skip


class Refused(serializers.Serializer[Any]):
    """The channels for which the owner of an address or number is not to be reached; none where nothing is refused."""

    channels = serializers.ListField(child=serializers.ChoiceField([one.value for one in LABELS]))


class Suppressions(Resource):
    """The list of refusals."""

    scopes = {"GET": Scope.SUPPRESSIONS_READ}

    @extend_schema(operation_id="refusals_of_an_address", parameters=[_SHAPE], responses=Refused)
    def get(self, _request: Request, digest: str) -> Response:
        """Return for which channels nobody may use the address with this digest."""
        if not _DIGEST.fullmatch(digest):
            raise Problem("invalid", BAD_REQUEST)
        found = optouts.channels_refused(self.key.brand, bytes.fromhex(digest))
        return Response(Refused({"channels": [one.value for one in found]}).data)
