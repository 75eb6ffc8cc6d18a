"""For commands that touch nothing of the product's own: no environment is needed, none is read, and no database is there."""

import os

_FOUND = dict(os.environ)
os.environ.clear()
os.environ.update(
    {
        "DATABASE_URL": "postgresql:///",
        "REDIS_URL": "",
        "SECRET_KEY": "nothing is signed or sealed by a command that has no environment",
        "DSAR_MASTER_KEY": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "DSAR_SIGNING_KEY": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "DSAR_BASE_URL": "http://127.0.0.1",
        "DSAR_KEY_STORE": os.devnull,
        "DSAR_VAULT": os.devnull,
        "EMAIL_URL": "smtp://127.0.0.1",
        "DSAR_LOG_LEVEL": "ERROR",
    }
)
try:
    from dsar.settings.base import *  # noqa: F403
finally:
    os.environ.clear()
    os.environ.update(_FOUND)

DATABASES = {}
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
