from django.urls import path, re_path

from requests_app.api import described, hooks, resources, suppressions, views

app_name = "api"
_V1 = "api/v1"

urlpatterns = [
    path("healthz", views.Health.as_view(), name="health"),
    path("readyz", views.Ready.as_view(), name="ready"),
    path("metrics", views.Figures.as_view(), name="figures"),
    path("mail/<slug:brand>", hooks.mail, name="mail"),
    path(f"{_V1}/schema", described.Schema.as_view(), name="schema"),
    path(f"{_V1}/rights", resources.Rights.as_view(), name="rights"),
    path(f"{_V1}/requests", resources.Requests.as_view(), name="requests"),
    path(f"{_V1}/requests/<str:reference>", resources.One.as_view(), name="request"),
    path(f"{_V1}/requests/<str:reference>/withdrawal", resources.Withdrawal.as_view(), name="withdrawal"),
    path(f"{_V1}/requests/<str:reference>/messages", resources.Messages.as_view(), name="messages"),
    path(f"{_V1}/suppressions/<str:digest>", suppressions.Suppressions.as_view(), name="suppressions"),
    re_path(r"^api/", resources.Nothing.as_view(), name="nothing"),
]
