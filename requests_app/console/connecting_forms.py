"""What an administrator types about a system. A form never saves and never decides; the room says what is wrong, in codes."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from requests_app.connecting.judging import LARGEST, Fault, Wanted
from requests_app.console.choices import offer
from requests_app.console.errand_forms import why
from requests_app.console.forms import StepUpForm
from requests_app.values import Side

KINDS: Final = (
    ("sql", _("A database")), ("rest", _("A web service")), ("people", _("No program reaches it: a person looks there")),
)  # fmt: skip
SIDES: Final = ((Side.CUSTOMERS, _("Customers")), (Side.STAFF, _("Staff and applicants")))
_SAID: Final[Mapping[str, Promise]] = {
    "name:taken": _("The shop has a system of that name."),
    "kind:unknown": _("There is no such kind of system."),
    "address:missing": _("Say where the system is."),
    "address:scheme": _("A database’s address begins with postgresql://, mysql:// or mariadb://, a web service’s with https://."),
    "address:secret": _("An address holds no password, token or key: those stand in the secret."),
    "address:none": _("This is no address."),
    "secret:missing": _("Name the secret: what it holds is set where the product runs."),
    "erase_secret:missing": _("Name the secret of the account that may erase."),
    "people": _("A system into which a person looks has none."),
    "name": _("Capital letters, digits and _ only, beginning with DSAR_SOURCE_, or DSAR_ERASE_ for the account that may erase."),
    "another_shop": _("Another shop uses the secret of that name."),
}  # fmt: skip
_FIELDS: Final[Mapping[str, str]] = {"files": "folder"}  # a form has files of its own
_WHERE: Final = re.compile(r".*?:(\d+)(?:: (.*))?", re.DOTALL)


class SystemForm(forms.Form):
    """One configuration of a system: everything that a version holds."""

    name = forms.CharField(
        label=_("Name of the system"), max_length=50, strip=True, help_text=_("Customers read it in their answers.")
    )
    kind = forms.ChoiceField(label=_("What kind of system is it?"), choices=KINDS, widget=forms.RadioSelect)
    address = forms.CharField(
        label=_("Address, without a password"), max_length=500, required=False, strip=True,
        help_text=_("For example postgresql://reader@db.shop.example:5432/shop or https://api.shop.example. It is kept and shown."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "url"}),
    )  # fmt: skip
    secret = forms.CharField(
        label=_("Name of the secret"), max_length=100, required=False, strip=True,
        help_text=_(
            "Never the secret itself: the name of the environment variable, such as DSAR_SOURCE_SHOP_PASSWORD. A file is named by "
            "the variable with _FILE behind it."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    may_erase = forms.BooleanField(
        label=_("Data may be erased and corrected there"), required=False,
        help_text=_("Somebody else, an administrator or a lead, must approve this, and every later change of how it erases."),
    )  # fmt: skip
    erase_secret = forms.CharField(
        label=_("Name of the secret of the account that may erase"), max_length=100, required=False, strip=True,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    folder = forms.CharField(
        label=_("Name of the variable with the folder of its files"), max_length=100, required=False, strip=True,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    paused = forms.BooleanField(
        label=_("Leave it out of new requests"), required=False, help_text=_("It is not searched while this version counts.")
    )
    dataset = forms.CharField(
        label=_("Dataset file"), strip=False, required=False,
        help_text=_("What the system holds, in YAML: collections, fields, categories, purposes, terms of keeping."),
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "class": "code", "wrap": "off", "maxlength": LARGEST}),
    )  # fmt: skip
    reason = why()

    def wanted(self, former: Mapping[str, str] | None = None) -> Wanted:
        """Return what was typed; names in other languages stay while the name does."""
        said = self.cleaned_data
        title = dict(former) if former and former.get("en") == said["name"] else {"en": said["name"]}
        return Wanted(
            title, said["kind"], said["dataset"].replace("\r\n", "\n"), said["address"], said["secret"], said["erase_secret"],
            said["folder"], said["paused"], said["may_erase"],
        )  # fmt: skip

    def tell(self, faults: Iterable[Fault]) -> None:
        """Say at each field what is wrong there."""
        for one in faults:
            self.add_error(_FIELDS.get(one.field, one.field), _told(one))

    @staticmethod
    def said_of(wanted: Wanted) -> dict[str, Any]:
        """Return what the form shows of a configuration."""
        return {
            "name": wanted.title.get("en", ""), "kind": wanted.connector, "address": wanted.address, "secret": wanted.secret,
            "may_erase": wanted.may_erase, "erase_secret": wanted.erase_secret, "folder": wanted.files, "paused": wanted.paused,
            "dataset": wanted.dataset,
        }  # fmt: skip


class ConnectForm(SystemForm):
    """A new system of one of the shops that its author administrates."""

    field_order = ("brand", "side", "name", "kind", "address", "secret")
    brand = forms.ChoiceField(label=_("Shop"))
    side = forms.ChoiceField(label=_("Whose data is there?"), choices=SIDES, initial=Side.CUSTOMERS, widget=forms.RadioSelect)

    def __init__(self, *args: Any, shops: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "brand", shops)
        del self.fields["paused"]
        self.fields["reason"].required = False

    def wanted(self, former: Mapping[str, str] | None = None) -> Wanted:
        self.cleaned_data["paused"] = False
        return super().wanted(former)


class ChangeForm(SystemForm):
    """Another version of a system; `seen` is the newest that its author saw."""

    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class TrialForm(forms.Form):
    """Whom to look for in a trial: somebody made for tests."""

    email = forms.EmailField(
        label=_("E-mail address of the test identity"), required=False, max_length=254,
        help_text=_("Somebody made for tests, not a customer. Without one the system is checked and nobody is looked for."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    name = forms.CharField(
        label=_("Name on record"), required=False, max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    postcode = forms.CharField(
        label=_("Postcode on record"), required=False, max_length=20, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class CountForm(StepUpForm):
    """Lets a version count."""


def _told(fault: Fault) -> str:
    if fault.message:
        found = _WHERE.fullmatch(fault.where)
        if not found:
            return fault.message
        line, name = found[1], found[2]
        return gettext("Line %(line)s: %(what)s") % {"line": line, "what": f"{name}: {fault.message}" if name else fault.message}
    return str(_SAID.get(f"{fault.field}:{fault.code}") or _SAID[fault.code])
