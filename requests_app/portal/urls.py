"""The customer's pages. No address holds personal data; a mailed link's token is exchanged for a clean address at once."""

from django.urls import path

from requests_app.portal import following, proving, views

app_name = "portal"
_HERE = "<slug:brand>/<slug:language>"
_REQUEST = f"{_HERE}/requests/<str:reference>"

urlpatterns = [
    path("", views.brands, name="brands"),
    path("<slug:brand>/", views.door, name="door"),
    path("<slug:brand>/look.css", views.look, name="look"),
    path(f"{_HERE}/", views.home, name="home"),
    path(f"{_HERE}/letter/<str:token>/", proving.link, name="link"),
    path(f"{_HERE}/confirm/", proving.confirm, name="confirm"),
    path(f"{_HERE}/disown/", proving.disown, name="disown"),
    path(f"{_HERE}/open/", proving.open_request, name="open"),
    path(f"{_HERE}/follow/", proving.follow, name="follow"),
    path(f"{_REQUEST}/", following.status, name="status"),
    path(f"{_REQUEST}/resend/", following.resend, name="resend"),
    path(f"{_REQUEST}/code/", following.code, name="code"),
    path(f"{_REQUEST}/address/", following.address, name="address"),
    path(f"{_REQUEST}/withdraw/", following.withdraw, name="withdraw"),
    path(f"{_REQUEST}/download/", following.download, name="download"),
    path(f"{_REQUEST}/forget/", following.forget, name="forget"),
    path(f"{_HERE}/<slug:right>/", views.request_right, name="request"),
]
