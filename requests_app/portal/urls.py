"""The customer's pages. No address holds personal data; a mailed link's token is exchanged for a clean address at once."""

from django.urls import path

from requests_app.portal import views

app_name = "portal"
_HERE = "<slug:brand>/<slug:language>"
_REQUEST = f"{_HERE}/requests/<str:reference>"

urlpatterns = [
    path("", views.brands, name="brands"),
    path("<slug:brand>/", views.door, name="door"),
    path("<slug:brand>/look.css", views.look, name="look"),
    path(f"{_HERE}/", views.home, name="home"),
    path(f"{_HERE}/letter/<str:token>/", views.link, name="link"),
    path(f"{_HERE}/confirm/", views.confirm, name="confirm"),
    path(f"{_HERE}/disown/", views.disown, name="disown"),
    path(f"{_HERE}/open/", views.open_request, name="open"),
    path(f"{_HERE}/follow/", views.follow, name="follow"),
    path(f"{_REQUEST}/", views.status, name="status"),
    path(f"{_REQUEST}/resend/", views.resend, name="resend"),
    path(f"{_REQUEST}/code/", views.code, name="code"),
    path(f"{_REQUEST}/address/", views.address, name="address"),
    path(f"{_REQUEST}/withdraw/", views.withdraw, name="withdraw"),
    path(f"{_REQUEST}/download/", views.download, name="download"),
    path(f"{_REQUEST}/forget/", views.forget, name="forget"),
    path(f"{_HERE}/<slug:right>/", views.request_right, name="request"),
]
