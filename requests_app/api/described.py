"""The schema of the API (OpenAPI 3): what is in it, and that every operation says how it refuses."""

from typing import Any, Final

from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.permissions import AllowAny

from requests_app.api.problems import TITLES, TYPE, answer

PREFIX: Final = "/api/v1/"
_ALWAYS: Final = ("401", "403", "404", "406", "429")
_READING: Final = ("400",)
_WRITING: Final = ("400", "409", "413", "415", "422")
_PROBLEM: Final = {
    "type": "object",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri", "example": TYPE + "not_found"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "enum": sorted([*TITLES, "error"])},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}


class Schema(SpectacularJSONAPIView):
    """The description of the API, for everybody: it names no brand and no person."""

    permission_classes = [AllowAny]

    def get_exception_handler(self) -> Any:
        return answer


def only_the_api(endpoints: list[tuple[str, str, str, Any]]) -> list[tuple[str, str, str, Any]]:
    """Leave out what is not asked with a key."""
    return [one for one in endpoints if one[0].startswith(PREFIX) and not one[0].startswith(f"{PREFIX}schema")]


def with_problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add to every operation the answers that are problems."""
    result["components"].setdefault("schemas", {})["Problem"] = _PROBLEM
    for methods in result["paths"].values():
        for method, operation in methods.items():
            for status in (*_ALWAYS, *(_WRITING if method == "post" else _READING)):
                operation["responses"].setdefault(status, _response(status))
    return result


def _response(_status: str) -> dict[str, Any]:
    return {
        "description": "A problem (RFC 9457).",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
