"""The test run: the servers that it started itself, quick hashes, short waits."""

import os
import tempfile

_HOME = os.environ.setdefault("DSAR_TEST_HOME", tempfile.mkdtemp(prefix="dsar-test-"))
for _name, _value in {
    "DATABASE_URL": "postgresql://dsar_app@127.0.0.1/dsar",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "SECRET_KEY": "the-key-of-the-test-run-is-no-secret-at-all-and-long-enough",
    "DSAR_MASTER_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    "DSAR_SIGNING_KEY": "Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=",
    "DSAR_BASE_URL": "http://testserver",
    "DSAR_KEY_STORE": f"{_HOME}/keys",
    "DSAR_VAULT": f"{_HOME}/vault",
    "EMAIL_URL": "smtp://127.0.0.1:2525",
}.items():
    os.environ.setdefault(_name, _value)

from dsar.settings import env  # noqa: E402
from dsar.settings.base import *  # noqa: E402, F403
from dsar.settings.base import DATABASES  # noqa: E402

ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
DATABASES["default"]["CONN_MAX_AGE"] = 0
DATABASES["default"]["TEST"] = {"NAME": os.environ.get("DSAR_TEST_DATABASE", "test_dsar")}
# The owner makes the test database and empties it between tests; the product itself runs as the application's role.
DATABASES["owner"] = env.database(env.env("DATABASE_OWNER_URL", "postgresql://dsar_owner@127.0.0.1/dsar"))
DATABASES["owner"]["TEST"] = {"MIRROR": "default"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_AUTOREFRESH = True
