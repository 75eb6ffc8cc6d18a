"""A developer's machine and the demo: loopback, mail into a folder."""

from dsar.settings import env
from dsar.settings.base import *  # noqa: F403
from dsar.settings.base import BASE_DIR

DSAR_DEMO = env.env_bool("DSAR_DEMO", default=False)
DSAR_DEMO_HOME = env.env("DSAR_DEMO_HOME", str(BASE_DIR / ".dsar"))
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
WHITENOISE_USE_FINDERS = True
