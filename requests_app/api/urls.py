from django.urls import path

from requests_app.api import views

app_name = "api"
urlpatterns = [
    path("healthz", views.Health.as_view(), name="health"),
    path("readyz", views.Ready.as_view(), name="ready"),
    path("metrics", views.Figures.as_view(), name="figures"),
]
