"""What a shop's own site and tools may do: `/api/v1/`. Each view says by which scope, and what it answers."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final, cast

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from requests_app.api import services
from requests_app.api.authentication import HasScope, KeyAuthentication
from requests_app.api.models import ApiKey, Scope
from requests_app.api.paging import ByMoment, BySaying
from requests_app.api.problems import Problem, answer
from requests_app.api.reading import StrictJSON
from requests_app.api.serializers import Asked, Filed, Filing, Offers, Said, Saying, Status
from requests_app.api.throttles import PerAddress, PerKey
from requests_app.correspondence.models import Message
from requests_app.deadlines import questions
from requests_app.intake import services as intake
from requests_app.intake.services import NotOffered, Offer
from requests_app.jurisdictions.choice import ImpossiblePlace
from requests_app.rights.base import Right
from requests_app.values import CUSTOMER
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.services import Move, MoveNotAllowed, StaleState, advance

BAD_REQUEST, CONFLICT, UNPROCESSABLE, ACCEPTED, CREATED = 400, 409, 422, 202, 201
_KEY_LENGTH: Final = 200
_ONCE: Final = OpenApiParameter(
    "Idempotency-Key", {"type": "string", "minLength": 8, "maxLength": _KEY_LENGTH, "pattern": "^[A-Za-z0-9._-]+$"},
    OpenApiParameter.HEADER, required=True, description="The same key and words are the same filing, however often they are sent.",
)  # fmt: skip
_KEY_SIGNS: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


class Resource(APIView):
    """One address of the API: a key, a scope for each method, two limits, problems as answers."""

    authentication_classes = [KeyAuthentication]
    permission_classes = [HasScope]
    parser_classes = [StrictJSON]
    throttle_classes = [PerKey]
    scopes: ClassVar[Mapping[str, Scope]] = {}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Count the network address before a key is looked at."""
        limit = PerAddress()
        if not limit.allow_request(request, self):
            self.throttled(request, limit.wait() or 0)
        super().initial(request, *args, **kwargs)

    def get_exception_handler(self) -> Any:
        return answer

    @property
    def key(self) -> ApiKey:
        key: Any = self.request.auth
        return cast("ApiKey", key)  # the permission saw to it

    @property
    def requests(self) -> "QuerySet[SubjectRequest]":
        return SubjectRequest.objects.filter(brand=self.key.brand).select_related("brand")

    def dsr(self, reference: str) -> SubjectRequest:
        """Return the request of the key's brand. Raises: NotFound: there is none, whoever else has one."""
        found = self.requests.filter(reference=reference).first()
        if found is None:
            raise NotFound
        return found


class Rights(Resource):
    """Which rights a person has."""

    scopes = {"GET": Scope.RIGHTS_READ}

    @extend_schema(operation_id="rights_of_a_person", parameters=[Asked], responses=Offers)
    def get(self, request: Request) -> Response:
        """Return the rights that hold at the key's brand for somebody who lives at `residence`."""
        asked = Asked(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        said, brand = asked.validated_data, self.key.brand
        choice = intake.laws_for(brand, said["residence"], kind=said["person_kind"])
        language = brand.language_for(said["language"])
        with translation.override(language):
            found = [_offered(self.key, one, language) for one in intake.offers(brand, choice)]
            return Response(Offers({"rights": found}).data, headers={"Content-Language": language})


def _offered(key: ApiKey, one: Offer, language: str) -> dict[str, Any]:
    laws = [{"regime": str(grant.regime), "name": translation.gettext(grant.name) if grant.name else ""} for grant in one.grants]
    title = translation.gettext(one.right.title) if one.right else ""
    return {"right": str(one.name), "title": title, "laws": laws, "form_url": _form(key, one.right, language)}


def _form(key: ApiKey, right: Right | None, language: str) -> str | None:
    if right is None:
        return None
    return settings.DSAR_BASE_URL + reverse("portal:request", args=[key.brand.slug, language, right.name])


class Requests(Resource):
    """The requests of a brand."""

    scopes = {"GET": Scope.REQUESTS_READ, "POST": Scope.REQUESTS_WRITE}
    pagination_class = ByMoment
    serializer_class = Status

    @extend_schema(operation_id="requests", responses=Status(many=True), filters=True)
    def get(self, request: Request) -> Response:
        """Return how requests go, the youngest first. No data of a person."""
        pages = self.pagination_class()
        page = pages.paginate_queryset(self.requests, request, view=self)
        return pages.get_paginated_response(Status(page, many=True).data)

    @extend_schema(operation_id="file_a_request", request=Filing, parameters=[_ONCE], responses={ACCEPTED: Filed})
    def post(self, request: Request) -> Response:
        """Take a request down. The person proves the address as anybody does: the answer is the same for known and unknown."""
        filing = Filing(data=request.data)
        filing.is_valid(raise_exception=True)
        try:
            dsr, made = services.file(self.key, _once(request), filing.said)
        except NotOffered:
            raise Problem("not_offered", UNPROCESSABLE) from None
        except ImpossiblePlace:
            raise Problem("invalid", UNPROCESSABLE) from None
        except services.OtherWords:
            raise Problem("other_words", UNPROCESSABLE) from None
        told = {
            "reference": dsr.reference, "code": made and made.code, "claim_code": made and made.claim,
            "status_url": settings.DSAR_BASE_URL + reverse("portal:status", args=[dsr.brand.slug, dsr.language, dsr.reference]),
        }  # fmt: skip
        return Response(Filed(told).data, status=ACCEPTED)


def _once(request: Request) -> str:
    once = request.headers.get("Idempotency-Key", "")
    if not 8 <= len(once) <= _KEY_LENGTH or not _KEY_SIGNS.issuperset(once):  # noqa: PLR2004  # as the schema says
        raise Problem("idempotency_key", BAD_REQUEST)
    return once


class One(Resource):
    """One request."""

    scopes = {"GET": Scope.REQUESTS_READ}

    @extend_schema(operation_id="status_of_a_request", responses=Status)
    def get(self, _request: Request, reference: str) -> Response:
        """Return how the request goes."""
        return Response(Status(self.dsr(reference)).data)


class Withdrawal(Resource):
    """The way back."""

    scopes = {"POST": Scope.REQUESTS_WRITE}

    @extend_schema(operation_id="withdraw_a_request", request=None, responses=Status)
    def post(self, _request: Request, reference: str) -> Response:
        """Withdraw the request for the person; what was collected for it goes. 409 where it is too late."""
        dsr = self.dsr(reference)
        try:
            advance(dsr, Move.WITHDRAW, by=CUSTOMER)
        except (MoveNotAllowed, StaleState):
            raise Problem("not_now", CONFLICT) from None
        return Response(Status(self.dsr(reference)).data)


class Messages(Resource):
    """What the customer and the officers say to each other."""

    scopes = {"GET": Scope.MESSAGES_READ, "POST": Scope.MESSAGES_WRITE}
    pagination_class = BySaying
    serializer_class = Said

    @extend_schema(operation_id="messages_of_a_request", responses=Said(many=True), filters=True)
    def get(self, request: Request, reference: str) -> Response:
        """Return the messages of the request, the oldest first."""
        pages = self.pagination_class()
        page = pages.paginate_queryset(Message.objects.filter(dsr=self.dsr(reference)), request, view=self)
        return pages.get_paginated_response(Said(page, many=True).data)

    @extend_schema(operation_id="say_something", request=Saying, responses={CREATED: Status})
    def post(self, request: Request, reference: str) -> Response:
        """Say something to the officers for the customer; it answers their question, if one waits. 409 where nobody reads it."""
        saying, dsr = Saying(data=request.data), self.dsr(reference)
        saying.is_valid(raise_exception=True)
        try:
            questions.answer(dsr, saying.validated_data["text"])
        except questions.NotNow:
            raise Problem("not_now", CONFLICT) from None
        return Response(Status(self.dsr(reference)).data, status=CREATED)


class Nothing(Resource):
    """Every other address below `/api/`: a problem, not a page."""

    @extend_schema(exclude=True)
    def initial(self, *_: Any, **__: Any) -> None:
        raise NotFound
