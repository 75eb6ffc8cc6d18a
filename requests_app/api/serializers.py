"""The shapes of what machines send and are told. None saves, none decides."""

import re
from typing import Any, Final

from rest_framework import serializers

from requests_app.correspondence.addresses import mailbox
from requests_app.emails import NotAnAddress
from requests_app.intake.services import FACTS
from requests_app.jurisdictions.tables import Person, places
from requests_app.rights import RIGHTS
from requests_app.rights.erasure import Ground
from requests_app.workflow.states import State, Waiting

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_PLACE: Final = r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$"
_RIGHTS: Final = sorted(RIGHTS)


class PlainWords(serializers.CharField):
    """Words without signs that steer a screen or a printer."""

    def to_internal_value(self, data: Any) -> str:
        words: str = super().to_internal_value(data)
        if _CONTROL.search(words):
            raise serializers.ValidationError("Take out what is no letter: control signs are not taken.", "control")
        return words


class Residence(serializers.RegexField):
    """A country, or a region of it where regions have laws of their own: `FR`, `US-CA`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(_PLACE, max_length=6, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        place: str = super().to_internal_value(data)
        country, dash, region = place.partition("-")
        if country not in places() or (dash and region not in places()[country]):
            raise serializers.ValidationError("There is no such place.", "place")
        return place


class Address(serializers.CharField):
    """An e-mail address to which a letter can be written."""

    def to_internal_value(self, data: Any) -> str:
        address: str = super().to_internal_value(data)
        try:
            mailbox(address)
        except NotAnAddress:
            raise serializers.ValidationError("No letter can be written to this address.", "address") from None
        return address


class Facts(serializers.Serializer[Any]):
    """By what the shop may recognise the person."""

    postcode = PlainWords(max_length=20, required=False)
    order_number = PlainWords(max_length=40, required=False)
    birth_date = serializers.DateField(required=False)
    phone_number = PlainWords(max_length=40, required=False)


class Filing(serializers.Serializer[Any]):
    """A request, as a person makes it on the shop's own site."""

    right = serializers.ChoiceField(choices=_RIGHTS)
    email = Address(max_length=254)
    name = PlainWords(max_length=200)
    language = serializers.RegexField(r"^[a-z]{2}$", required=False, default="")
    residence = Residence(required=False, default="")
    person_kind = serializers.ChoiceField(choices=[str(kind) for kind in Person], required=False, default=str(Person.CUSTOMER))
    facts = Facts(required=False)
    details = PlainWords(max_length=2000, required=False, default="", allow_blank=True, trim_whitespace=True)
    ground = serializers.ChoiceField(choices=[str(ground) for ground in Ground], required=False, default="")
    copy_first = serializers.BooleanField(required=False, default=False)

    def validate_facts(self, facts: dict[str, Any]) -> dict[str, str]:
        return {name: str(facts[name]) for name in FACTS if facts.get(name)}

    @property
    def said(self) -> dict[str, Any]:
        """Return what a filing is told; the name counts among the facts, as on the form."""
        said = dict(self.validated_data)
        return said | {"facts": {"name": said["name"], **said.get("facts", {})}}


class Filed(serializers.Serializer[Any]):
    """What the shop's page shows once: whether the person is known is not among it."""

    reference = serializers.CharField()
    status_url = serializers.URLField()
    code = serializers.CharField(allow_null=True, help_text="Six figures to show to the person; typed beside the mailed link.")
    claim_code = serializers.CharField(allow_null=True, help_text="The key of the request, to show to the person once.")


class Law(serializers.Serializer[Any]):
    regime = serializers.CharField()
    name = serializers.CharField(allow_blank=True)


class Offered(serializers.Serializer[Any]):
    """A right that somebody has at this brand."""

    right = serializers.CharField()
    title = serializers.CharField(allow_blank=True)
    laws = Law(many=True)
    form_url = serializers.URLField(allow_null=True, help_text="The form; null where the right is asked for in words.")


class Asked(serializers.Serializer[Any]):
    """For whom the rights are asked."""

    residence = Residence(required=False, default="")
    person_kind = serializers.ChoiceField(choices=[str(kind) for kind in Person], required=False, default=str(Person.CUSTOMER))
    language = serializers.RegexField(r"^[a-z]{2}$", required=False, default="")


class Offers(serializers.Serializer[Any]):
    rights = Offered(many=True)


class Status(serializers.Serializer[Any]):
    """How a request goes. Holds no data of the person."""

    reference = serializers.CharField()
    right = serializers.CharField()
    state = serializers.ChoiceField(choices=State.values, source="stage.value")
    words = serializers.CharField(source="stage.label", help_text="The state as the customer reads it.")
    waiting_for = serializers.ChoiceField(choices=Waiting.values, source="waiting_for.value")
    received_at = serializers.DateTimeField()
    verified_at = serializers.DateTimeField(allow_null=True)
    due_on = serializers.DateField(allow_null=True, source="due_legal_on")
    closed_at = serializers.DateTimeField(allow_null=True)


class Said(serializers.Serializer[Any]):
    """One message of a request."""

    id = serializers.UUIDField()
    from_customer = serializers.BooleanField()
    text = serializers.CharField(allow_blank=True, allow_null=True)
    written_at = serializers.DateTimeField()


class Saying(serializers.Serializer[Any]):
    text = PlainWords(max_length=5000)
