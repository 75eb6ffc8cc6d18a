"""What machines ask: is it alive, is it ready, what are the figures."""

from secrets import compare_digest

from django.conf import settings
from django.db import connection
from django.db.utils import DatabaseError
from django.http import HttpResponse
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from requests_app.api.figures import REGISTRY


class HoldsToken(BasePermission):
    """The scraper's token, compared in constant time; without one configured, nobody."""

    def has_permission(self, request: Request, _view: APIView) -> bool:
        wanted = f"Bearer {settings.METRICS_TOKEN}"
        return bool(settings.METRICS_TOKEN) and compare_digest(request.headers.get("Authorization", "").encode(), wanted.encode())


class Health(APIView):
    """The process answers."""

    permission_classes = [AllowAny]

    def get(self, _request: Request) -> Response:
        return Response({"status": "alive"})


class Ready(APIView):
    """The process can serve: the database answers. The broker does not count: work goes on without it."""

    permission_classes = [AllowAny]

    def get(self, _request: Request) -> Response:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT EXISTS (SELECT FROM requests_app_brand)")
        except DatabaseError:
            return Response({"status": "waiting for the database"}, status=503)
        return Response({"status": "ready"})


class Figures(APIView):
    """Counts for Prometheus, without anybody's data."""

    permission_classes = [HoldsToken]

    def get(self, _request: Request) -> HttpResponse:
        return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)
