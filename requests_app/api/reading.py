"""Reading JSON from strangers: so much and no more, each name once, no numbers that are none."""

import json
from collections.abc import Mapping
from typing import IO, Any, Final, NoReturn

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from requests_app.api.problems import Problem

_TOO_LARGE: Final = 413


class StrictJSON(BaseParser):
    """JSON in UTF-8 (RFC 8259), not larger than a form may be."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,  # noqa: ARG002  # DRF's signature
        parser_context: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> Any:
        """Return the value.

        Raises:
            ParseError: it is no JSON, too deep, says a name twice, or a number that is none.
            Problem: it is too large.
        """
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        content = stream.read(most + 1)
        if len(content) > most:
            raise Problem("too_large", _TOO_LARGE)
        try:
            return json.loads(content.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number)
        except (ValueError, RecursionError):
            raise ParseError from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_number(_constant: str) -> NoReturn:
    raise ValueError("not a number")
