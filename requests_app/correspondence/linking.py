"""The words of a letter as HTML: the same words, whose addresses can be pressed.

Django's `urlize` loses a full stop or comma behind an address in brackets.
"""

import re
from typing import Final

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

_ADDRESS: Final = re.compile(r"(https?://[^\s<>\"'()]*[^\s<>\"'().,:;!?]|(?<![\w.+-])[\w.+-]+@(?:[\w-]+\.)+\w+)")


def linked(text: str) -> SafeString:
    """Return `text` as HTML in which every web and e-mail address is a link; nothing is added, lost, or loaded."""
    pieces = _ADDRESS.split(text)
    return mark_safe("".join(_link(piece) if at % 2 else escape(piece) for at, piece in enumerate(pieces)))  # noqa: S308  # each is escaped


def _link(address: str) -> SafeString:
    to = address if "://" in address else f"mailto:{address}"
    return format_html('<a href="{}">{}</a>', to, address)
