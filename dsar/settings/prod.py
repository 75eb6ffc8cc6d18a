"""Production: nothing here has a default that would be dangerous."""

from dsar.settings.base import *  # noqa: F403
from dsar.settings.refusals import refuse

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

refuse(globals())
