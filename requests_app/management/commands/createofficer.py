"""`manage.py createofficer`: the way in for the first administrator, and for everybody after."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.urls import reverse

from requests_app.brands.models import Brand
from requests_app.officers.models import Role, Sees
from requests_app.officers.services import INVITATION_HOLDS, invite
from requests_app.values import Actor


class Command(BaseCommand):
    help = "Let somebody work requests of a brand; prints the link by which a newcomer sets password and second factor."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--brand", required=True, metavar="SLUG")
        parser.add_argument("--role", choices=Role.values, default=Role.OFFICER)
        parser.add_argument("--sees", choices=Sees.values, default=Sees.CUSTOMERS)

    def handle(self, *_: Any, email: str, brand: str, role: str, sees: str, **__: Any) -> None:
        try:
            validate_email(email)
        except ValidationError as fault:
            raise CommandError("That is no e-mail address.") from fault
        shop = Brand.objects.filter(slug=brand).first()
        if shop is None:
            known = ", ".join(Brand.objects.values_list("slug", flat=True)) or "none; run loadbrands"
            raise CommandError(f"There is no brand {brand!r}. Brands: {known}.")
        done = invite(email, brand=shop, role=Role(role), sees=Sees(sees), by=Actor("administrator", "command line"))
        if done.token is None:
            self.stdout.write(f"Done: an officer already, now {Role(role).value} for {shop.name}. No link is needed.")
            return
        self.stdout.write(handed_over(done.token))


def handed_over(token: str) -> str:
    """Return what the console of the server prints: the link of an invitation, and how long it holds."""
    hours = INVITATION_HOLDS.total_seconds() / 3600
    link = settings.DSAR_BASE_URL + reverse("console:invitation_link", args=[token])
    return f"Hand over this link; it works once, for {hours:.0f} hours:\n{link}"
