"""What a password may not consist of: the words of the house and of its shops, which whoever guesses tries first."""

import re
from functools import reduce
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from requests_app.brands.models import Brand

WORDS: Final = frozenset({"dsar", "dsr", "gdpr", "privacy", "officer", "password", "passwort", "request", "console", "shop"})
ENOUGH: Final = 10  # letters and figures that are left when the words of the house are taken away


class NotOfTheHouse:
    """A validator of Django's kind (ASVS 6.2.11). The words are `WORDS`, and those in the names and addresses of the shops."""

    def validate(self, password: str, user: Any = None) -> None:  # noqa: ARG002  # Django's signature
        """Raises: ValidationError: it has words of the house, and beside them too little."""
        named = {word for names in Brand.objects.values_list("name", "slug") for name in names for word in _parts(name)}
        ours = sorted((word for word in WORDS | named if len(word) > 1), key=len, reverse=True)
        whole = " ".join(_parts(password))
        rest = reduce(lambda left, word: left.replace(word, ""), ours, whole)
        if rest != whole and len(rest.replace(" ", "")) < ENOUGH:
            raise ValidationError(self.get_help_text(), code="password_of_the_house")

    def get_help_text(self) -> str:
        return _("Your password needs more than the names of our shops and words such as “privacy” or “password”.")


def _parts(text: str) -> list[str]:
    """Return what stands between signs and blanks."""
    return re.findall(r"[^\W_]+", text.casefold())
