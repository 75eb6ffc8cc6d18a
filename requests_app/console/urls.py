"""The officers' door. Every page stands behind the gate, unless it is the way in."""

from allauth.account import views as account
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.urls import URLPattern, URLResolver, include, path

from requests_app.console import deciding, entrance, reading, systems, views
from requests_app.console.gate import View, gate


def behind(route: str, view: View, name: str) -> URLPattern:
    return path(route, gate(view), name=name)


pages: list[URLPattern | URLResolver] = [
    path("invitation/", entrance.invitation, name="invitation"),
    path("invitation/<str:token>/", entrance.invitation_link, name="invitation_link"),
    behind("", views.queue, "queue"),
    behind("find/", views.find, "find"),
    behind("language/", views.language, "language"),
    behind("sources/", systems.sources, "sources"),
    behind("sources/<int:source>/check/", systems.check, "check_source"),
    behind("requests/<slug:reference>/", reading.detail, "detail"),
    behind("requests/<slug:reference>/systems/", reading.systems, "systems"),
    behind("requests/<slug:reference>/match/", deciding.match, "match"),
    behind("requests/<slug:reference>/records/", reading.records, "records"),
    behind("requests/<slug:reference>/records/<uuid:part>/", reading.part, "part"),
    behind("requests/<slug:reference>/timeline/", reading.timeline, "timeline"),
    behind("requests/<slug:reference>/letters/", reading.letters, "letters"),
    behind("requests/<slug:reference>/approve/", deciding.approve, "approve"),
    behind("requests/<slug:reference>/refuse/", deciding.refuse, "refuse"),
    behind("requests/<slug:reference>/search-again/", deciding.search_again, "search_again"),
    behind("<slug:tab>/", views.queue, "tab"),
]

# What django-allauth brings, and no more of it: nobody signs up, changes the address, or comes back by mail alone.
sign_in: list[URLPattern | URLResolver] = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("login/code/", factors.authenticate, name="mfa_authenticate"),
    path("again/", account.reauthenticate, name="account_reauthenticate"),
    path("again/code/", factors.reauthenticate, name="mfa_reauthenticate"),
    path("factor/add/", totp.activate_totp, name="mfa_activate_totp"),
    behind("factor/", factors.index, "mfa_index"),
    behind("factor/remove/", totp.deactivate_totp, "mfa_deactivate_totp"),
    behind("factor/codes/", recovery.view_recovery_codes, "mfa_view_recovery_codes"),
    behind("factor/codes/new/", recovery.generate_recovery_codes, "mfa_generate_recovery_codes"),
    behind("factor/codes/file/", recovery.download_recovery_codes, "mfa_download_recovery_codes"),
    behind("password/", account.password_change, "account_change_password"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("account/", include(sign_in)),
    path("", include((pages, "console"))),
]
