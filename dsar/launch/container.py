"""What the jobs and health checks of compose.yaml run inside the image.

python -m dsar.launch.container secrets     make the passwords and keys that are not there yet
python -m dsar.launch.container healthy     does the web process of this container say that all is up?
python -m dsar.launch.container runs WORD   is this container's first process the one with that word?
"""

import json
import os
import secrets
import sys
from base64 import b64encode
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

FOLDER = Path("/etc/dsar")
_PRIVATE, _SHARED = 0o400, 0o444  # what the images of PostgreSQL and Redis read, they read as users of their own


def make_secrets(folder: Path) -> None:
    """Fill the four folders below `folder`, each of which another service sees; what is there already stays."""
    if (folder / "owner" / "plan.json").exists():
        return
    word = {name: secrets.token_hex(24) for name in ("postgres", "owner", "app", "redis")}
    database = "postgresql://dsar_{role}:{password}@postgres:5432/dsar"
    owner_url, app_url = (database.format(role=role, password=word[role]) for role in ("owner", "app"))
    settings = [
        "bind 0.0.0.0", "protected-mode yes", f"requirepass {word['redis']}",
        'save ""', "appendonly no", "maxmemory-policy noeviction",
    ]  # fmt: skip
    for name, size in (("SECRET_KEY", 48), ("DSAR_MASTER_KEY", 32), ("DSAR_SIGNING_KEY", 32)):
        _write(folder / "product" / name, b64encode(secrets.token_bytes(size)).decode(), _PRIVATE)
    _write(folder / "product" / "DATABASE_URL", app_url, _PRIVATE)
    _write(folder / "product" / "REDIS_URL", f"redis://:{word['redis']}@redis:6379/0", _PRIVATE)
    _write(folder / "postgres" / "password", word["postgres"], _SHARED)
    _write(folder / "redis" / "redis.conf", "\n".join(settings) + "\n", _SHARED)
    _write(folder / "owner" / "DATABASE_OWNER_URL", owner_url, _PRIVATE)
    _write(folder / "owner" / "plan.json", json.dumps(_plan(word, owner_url, app_url)), _PRIVATE)


def _plan(word: dict[str, str], owner_url: str, app_url: str) -> dict[str, object]:
    """What provision.py makes of an empty PostgreSQL. It is written last: its presence says that all is there."""
    return {
        "admin": f"postgresql://postgres:{word['postgres']}@postgres:5432/postgres",
        "answering": [owner_url, app_url],
        "roles": [{"name": f"dsar_{role}", "password": word[role], "createdb": False} for role in ("owner", "app")],
        "databases": [{"name": "dsar", "owner": "dsar_owner", "users": ["dsar_app"], "readers": [], "fresh": False}],
    }


def is_healthy(base_url: str, *, port: int = 8000) -> bool:
    """Ask as the proxy would: under the public name and scheme."""
    public = urlsplit(base_url)
    connection = HTTPConnection("127.0.0.1", port, timeout=8)
    try:
        connection.request("GET", "/readyz", headers={"Host": public.netloc, "X-Forwarded-Proto": public.scheme})
        return connection.getresponse().status == HTTPStatus.OK
    except (HTTPException, OSError):
        return False
    finally:
        connection.close()


def runs(word: str) -> bool:
    return word.encode() in Path("/proc/1/cmdline").read_bytes().split(b"\0")


def _write(file: Path, text: str, mode: int) -> None:
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as handle:
        handle.write(text)


def main(words: list[str]) -> int:
    if words == ["secrets"]:
        make_secrets(FOLDER)
        return 0
    is_well = is_healthy(os.environ["DSAR_BASE_URL"]) if words == ["healthy"] else runs(words[1])
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
