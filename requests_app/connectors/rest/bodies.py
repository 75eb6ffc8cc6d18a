"""What is sent to overwrite fields: each value where the record has the field."""

from collections.abc import Mapping
from typing import Any

from requests_app.connectors.rest.deeds import Blank


def body_of(blank: Blank, paths: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """Return the masks of the fields `paths`, each at its path below `inside`; as a form, by names such as `address[city]`."""
    return placed({(*blank.inside, *path): blank.masks[name] for name, path in paths.items()}, as_form=blank.as_form)


def placed(values: Mapping[tuple[str, ...], Any], *, as_form: bool) -> dict[str, Any]:
    """Return values by path as one structure; as a form, by names such as `address[city]`."""
    if as_form:
        return {_bracketed(path): value for path, value in values.items()}
    body: dict[str, Any] = {}
    for path, value in values.items():
        place = body
        for part in path[:-1]:
            place = place.setdefault(part, {})
        place[path[-1]] = value
    return body


def _bracketed(path: tuple[str, ...]) -> str:
    first, *rest = path
    return first + "".join(f"[{part}]" for part in rest)
