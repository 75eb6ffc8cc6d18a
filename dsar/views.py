from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  # Django's signature
    """Say how to go on; the form's content is still in the browser."""
    return render(request, "403_csrf.html", status=403)
