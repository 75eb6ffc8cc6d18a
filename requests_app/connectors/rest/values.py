"""Values of an answer: strict JSON in, by dotted paths to what is described, out as the two text forms."""

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from json.encoder import encode_basestring as json_text
from typing import Any, Final

from requests_app.connectors.base import BadAnswer, Form, NotAsDescribed
from requests_app.connectors.sql.text import guarded

DEPTH: Final = 64
_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9:.]+ ?(Z|[+-][0-9:]+)?)?|[0-9]{2}:[0-9]{2}(:[0-9.]+)?")
_KINDS: Final[Mapping[str, tuple[type[Any], ...]]] = {
    "string": (str,),
    "object_id": (str,),
    "uuid": (str,),
    "binary": (str,),
    "integer": (int,),
    "float": (int, Decimal),
    "decimal": (int, Decimal, str),
    "boolean": (bool,),
    "object": (dict,),
    "date": (str, int),
    "datetime": (str, int),
    "time": (str,),
}
_BARE: Final = frozenset({"date", "datetime", "time"})


class Missing:
    """What stands where nothing stands, not even `null`."""


MISSING: Final = Missing()


def parsed(body: bytes) -> Any:
    """Read strict JSON; decimals stay as exact as they were written.

    Raises:
        BadAnswer: it is none, has a key twice in one place, is nested too deep or holds a number without end.
    """
    try:
        return json.loads(body.decode("utf-8"), parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        pass
    raise BadAnswer("the answer is no JSON")


def at(value: Any, path: Sequence[str]) -> Any:
    """Return what stands at `path`: `MISSING` where a key is not there, None where something on the way is null.

    A name that meets a list is asked of each of its records.
    """
    for place, name in enumerate(path):
        if value is None:
            return None
        if isinstance(value, list) and not name.isdecimal():
            each = [at(one, path[place:]) for one in value]
            return MISSING if any(one is MISSING for one in each) else each
        if isinstance(value, list) and name.isdecimal():
            value = value[int(name)] if int(name) < len(value) else None
        elif isinstance(value, dict):
            value = value.get(name, MISSING)
        else:
            return MISSING
        if value is MISSING:
            return MISSING
    return value


def fits(value: Any, data_type: str) -> bool:
    """Tell whether `value` is of a described type; null fits each, and without a type everything does."""
    if value is None or not data_type:
        return True
    if data_type.endswith("[]"):
        return isinstance(value, list) and all(fits(one, data_type.removesuffix("[]")) for one in value)
    kinds = _KINDS.get(data_type)
    return kinds is None or (isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool)))


def plain(value: Any) -> str | None:
    """Return a text or a whole number as text, None for anything else."""
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        return str(value)
    return None


def line(row: Sequence[Any], names: Sequence[str], data_types: Sequence[str], form: Form) -> bytes:
    """Write one record.

    Raises:
        BadAnswer: a text in it is no text (half a pair of surrogates), or it is nested too deep.
    """
    if form is Form.JSON:
        text = "{" + ",".join(f"{json_text(name)}:{_json(value)}" for name, value in zip(names, row, strict=True)) + "}\n"
    else:
        text = ",".join(_cell(value, kind) for value, kind in zip(row, data_types, strict=True)) + "\n"
    try:
        return text.encode()
    except UnicodeEncodeError:
        pass
    raise BadAnswer("the answer holds a text that is no text")


def lacking(where: str) -> NotAsDescribed:
    return NotAsDescribed(f"`{where}` is not in the answer")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found


def _refuse(_: str) -> Any:
    raise ValueError("no number of JSON")


def _json(value: Any, depth: int = 0) -> str:
    if depth > DEPTH:
        raise BadAnswer("the answer is nested too deep")
    if isinstance(value, dict):
        return "{" + ",".join(f"{json_text(name)}:{_json(inner, depth + 1)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_json(inner, depth + 1) for inner in value) + "]"
    return json_text(value) if isinstance(value, str) else _bare(value)


def _bare(value: Any) -> str:
    return {None: "null", True: "true", False: "false"}[value] if value is None or isinstance(value, bool) else str(value)


def _cell(value: Any, data_type: str) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        bare = data_type in _BARE and _MOMENT.fullmatch(value)
        return value if bare else _quoted(guarded(value))
    return _quoted(guarded(_json(value))) if isinstance(value, dict | list) else _bare(value)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
