"""Whether two versions of a system would erase alike. What is not known to be mere words counts."""

from typing import Any, Final

import yaml

from requests_app.sources.versions import SourceVersion

_WORDS: Final = frozenset({"title", "description", "topic", "origins", "recipients"})
"""Keys of a dataset file that only say something: what they hold changes nothing that is erased."""


def needs_second(new: SourceVersion, former: SourceVersion | None) -> bool:
    """Return whether `new` lets the system erase where `former` did not, or changes how, or where."""
    if not new.may_erase:
        return False
    return former is None or not former.may_erase or _reach(new) != _reach(former) or _deeds(new) != _deeds(former)


def _reach(version: SourceVersion) -> tuple[str, ...]:
    return (version.connector, version.address, version.secret, version.erase_secret, version.files)


def _deeds(version: SourceVersion) -> Any:
    if not version.dataset:
        return None
    try:
        return _bare(yaml.load(version.dataset, Loader=yaml.BaseLoader))  # noqa: S506  # makes texts, lists and mappings only
    except yaml.YAMLError:
        return version.dataset


def _bare(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _bare(value) for key, value in node.items() if key not in _WORDS}
    return [_bare(one) for one in node] if isinstance(node, list) else node
