"""The archive in which a certificate is handed over: signed like a copy, and checked by the same short script."""

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.template.loader import get_template

from requests_app.keys.signature import public_key, signature

VERSION: Final = 1
_READABLE: Final = 0o644 << 16


def sealed(said: Mapping[str, Any], paper: bytes, trail: Mapping[str, Any], key: Ed25519PrivateKey) -> bytes:
    """Return a ZIP with certificate.json, certificate.pdf and what it takes to check them: the same input, the same bytes.

    `trail` proves that the deeds stand in the audit trail; who keeps the archive keeps a head of it.
    """
    members = {
        "certificate.json": as_json(said),
        "certificate.pdf": paper,
        "trail.json": as_json(trail),
        "public-key.pem": public_key(key),
        "check.py": _script(),
    }
    listed = as_json(
        {"version": VERSION, "reference": said["reference"], "number": said["number"], "created": said["made_at"],
         "members": [{"name": name, "sha256": sha256(text).hexdigest(), "size": len(text)} for name, text in members.items()]}
    )  # fmt: skip
    return _zip(members | {"manifest.json": listed, "manifest.json.sig": signature(listed, key)}, said["made_at"])


def as_json(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _zip(members: Mapping[str, bytes], made_at: str) -> bytes:
    archive, at = BytesIO(), datetime.fromisoformat(made_at)
    with ZipFile(archive, "w", ZIP_DEFLATED) as zipped:
        for name, text in members.items():
            member = ZipInfo(name, (at.year, at.month, at.day, at.hour, at.minute, at.second))
            member.compress_type, member.external_attr = ZIP_DEFLATED, _READABLE
            zipped.writestr(member, text)
    return archive.getvalue()


def _script() -> bytes:
    source: str = get_template("bundle/check.py.txt").template.source  # type: ignore[attr-defined]
    return source.encode()
