"""Who a session belongs to, told in one question."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.models import Authenticator
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from requests_app.officers.models import Officer


class Officers(AuthenticationBackend):  # type: ignore[misc]  # allauth ships no types
    """Signs officers in; each page then knows the kinds of factors (`factor_kinds`) that its officer has set up."""

    def get_user(self, user_id: Any) -> Officer | None:
        """Return the officer of a session with `factor_kinds`; None for nobody, and for somebody who left."""
        kinds = ArraySubquery(Authenticator.objects.filter(user_id=OuterRef("pk")).values("type"))
        return Officer.objects.filter(pk=user_id, is_active=True).annotate(factor_kinds=kinds).first()
