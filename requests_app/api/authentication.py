"""Who asks: a machine that holds a key of a brand, and what the key is good for."""

from django.contrib.auth.models import AnonymousUser
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from requests_app.api import services
from requests_app.api.models import ApiKey


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer dsar_…` (RFC 6750). Whatever is wrong with a key, the answer is the same."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, ApiKey] | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        key = services.known(token.strip())
        if key is None:
            raise AuthenticationFailed
        return AnonymousUser(), key

    def authenticate_header(self, _request: Request) -> str:
        return 'Bearer realm="api"'


class HasScope(BasePermission):
    """The key is good for what is asked: a view names it for each method."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        scopes = getattr(view, "scopes", {})
        method = "GET" if request.method == "HEAD" else request.method
        if method not in scopes:
            view.http_method_not_allowed(request)
        return isinstance(request.auth, ApiKey) and scopes[method] in request.auth.scopes


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the schema says it."""

    target_class = "requests_app.api.authentication.KeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:  # noqa: ARG002  # the library's signature
        return {"type": "http", "scheme": "bearer", "description": "A key made by `manage.py apikey make`: one brand, some scopes."}
