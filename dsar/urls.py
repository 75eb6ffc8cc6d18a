from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("requests_app.urls")),
]
if settings.DSAR_DEMO:
    urlpatterns.insert(0, path("demo/", include("demo.urls")))
