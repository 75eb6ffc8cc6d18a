"""Views of the queue that an officer keeps under a name, for the own use or for everybody at a shop."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from requests_app.audit.services import record
from requests_app.console import tabs
from requests_app.console.asking import asked
from requests_app.console.gate import OfficerRequest
from requests_app.console.models import SavedView
from requests_app.console.queue_forms import KeepViewForm


@require_POST
def keep_view(request: OfficerRequest, tab: str) -> HttpResponse:
    """Keep what the address shows; a view of the same name is replaced."""
    ask = asked(request, tab)
    form = KeepViewForm(request.POST, desk=ask.desk)
    if not form.is_valid():
        messages.warning(request, _("Give the view a name of at most 60 characters."))
        return redirect(f"{tabs.address(ask.tab)}?{ask.wanted.query}")
    shop = next((shop.pk for shop in ask.desk.shops if shop.slug == form.cleaned_data["shop"]), None)
    kept = {"tab": ask.tab.value, "narrowed": ask.wanted.told, "brand_id": shop}
    view, _made = SavedView.objects.update_or_create(officer=request.user, name=form.cleaned_data["name"], defaults=kept)
    record("view.kept", by=request.user.actor, view=view.pk, shared=shop)
    messages.success(request, _("The view is kept."))
    return redirect(view.address)


@require_POST
def drop_view(request: OfficerRequest, view: int) -> HttpResponse:
    get_object_or_404(SavedView, pk=view, officer=request.user).delete()
    record("view.dropped", by=request.user.actor, view=view)
    messages.success(request, _("The view is gone."))
    return redirect("console:queue")
