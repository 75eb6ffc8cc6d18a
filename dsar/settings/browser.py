"""What a browser is told to allow on our pages. Where a page needs more, its view says so (csp's decorators)."""

from typing import Any, Final
from wsgiref.headers import Headers

from csp.constants import NONE, SELF

CONTENT: Final[dict[str, Any]] = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "script-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": [NONE],
    },
}
HTMX: Final = {"trusted-types": ["default"]}  # static/trusted.js: htmx knows of no policy, so it takes the one that all share
WORKER: Final = {"trusted-types": ["effort"]}  # static/effort.js

_UNASKED: Final = (
    *("accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media", "fullscreen", "geolocation"),
    *("gyroscope", "hid", "idle-detection", "magnetometer", "microphone", "midi", "payment", "picture-in-picture"),
    *("screen-wake-lock", "serial", "usb", "xr-spatial-tracking"),
)
PERMISSIONS: Final = ", ".join(
    [*(f"{feature}=()" for feature in _UNASKED), *(f"publickey-credentials-{deed}=(self)" for deed in ("get", "create"))]
)
LEAVING: Final = '"cache", "storage"'
"""Clear-Site-Data at the end of a session. Not "cookies": that would empty those of the shop's whole domain."""


def of_a_file(headers: Headers, _path: str, _url: str) -> None:
    """Add to the headers of a stylesheet, program or picture what keeps it on our own pages."""
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
