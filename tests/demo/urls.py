"""The product's addresses with the demo's pages, as a newcomer's machine has them."""

from django.urls import include, path

urlpatterns = [path("demo/", include("demo.urls")), path("", include("dsar.urls"))]
