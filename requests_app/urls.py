"""The doors: machines, officers, and last the customers, whose addresses begin with a brand."""

from django.urls import include, path

urlpatterns = [
    path("", include("requests_app.api.urls")),
    path("console/", include("requests_app.console.urls")),
    path("", include("requests_app.portal.urls")),
]
