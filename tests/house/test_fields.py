"""Every field that can hold words is declared personal or plain; what is personal is sealed or goes with the request."""

from typing import Any, Final

import pytest
from django.apps import apps
from django.db import models

from requests_app.keys.fields import SealedJSONField, SealedTextField

MODELS: Final = sorted(apps.get_app_config("requests_app").get_models(), key=lambda model: model.__name__)
SEALED: Final = (SealedTextField, SealedJSONField)
WORDS: Final = (models.CharField, models.TextField, models.JSONField, models.FileField, *SEALED)
STAFF: Final = {"Officer", "Membership", "Invitation", "Keeper"}  # people of the shop: kept while they work there
UNSEALED: Final = {
    ("SubjectRequest", "email_index"): "a keyed digest, found by equality; without the master key it says nothing",
    ("SubjectRequest", "name_index"): "keyed digests, found by equality; without the master key they say nothing",
    ("Party", "email_index"): "a keyed digest, found by equality; without the master key it says nothing",
    ("Letter", "address_index"): "a keyed digest, found by equality; without the master key it says nothing",
    ("Instruction", "email_index"): "a keyed digest, found by equality; without the master key it says nothing",
    ("Suppression", "digest"): "a keyed digest, found by equality; without the shop's key it says nothing",
    ("ErasedIdentity", "digest"): "a keyed digest, found by equality; without the master key it says nothing",
}
OUTLIVES: Final = {
    "Instruction": "what somebody wants done after death waits for that day, under a key of its own; it goes when taken back",
    "Suppression": "a refusal holds until the person agrees anew, whatever is forgotten or erased",
    "ErasedIdentity": "what was erased is known again when it comes back; it goes after its own time",
    "Hold": "frozen for a dispute, by persons of the shop; its words go, with its key, years after its end",
    "Kept": "what a law keeps lives until its own date, under a key of its own that is destroyed then",
    "Trial": "an identity made for tests, sealed under a key of its own that is destroyed as soon as a worker is done",
    "KeptPage": "as Kept, whose part it is",
}


def fields(model: Any) -> dict[str, Any]:
    return {field.name: field for field in model._meta.concrete_fields}


def goes_with_a_request(model: Any) -> bool:
    """Whether deleting a request deletes the rows of `model`, directly or by way of another table."""
    owners = [
        field.related_model
        for field in fields(model).values()
        if field.is_relation and field.remote_field.on_delete is models.CASCADE
    ]
    return any(owner.__name__ == "SubjectRequest" or goes_with_a_request(owner) for owner in owners)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_field_that_can_hold_words_is_declared_personal_or_plain(model: Any) -> None:
    words = {name for name, field in fields(model).items() if isinstance(field, WORDS) and not field.choices}
    sealed = {name for name, field in fields(model).items() if isinstance(field, SEALED)}

    assert "personal_fields" in vars(model), "say which fields are personal and which are plain"
    assert words <= model.personal_fields | model.plain_fields
    assert not model.personal_fields & model.plain_fields
    assert model.personal_fields | model.plain_fields <= fields(model).keys()
    assert sealed <= model.personal_fields, "what is plain needs no seal"


@pytest.mark.parametrize("model", [model for model in MODELS if model.__name__ not in STAFF], ids=lambda model: model.__name__)
def test_what_is_personal_is_sealed(model: Any) -> None:
    bare = {name for name in model.personal_fields if not isinstance(fields(model)[name], SEALED)}

    assert bare == {name for owner, name in UNSEALED if owner == model.__name__}


@pytest.mark.parametrize("model", [model for model in MODELS if model.__name__ not in STAFF], ids=lambda model: model.__name__)
def test_what_is_personal_goes_with_its_request(model: Any) -> None:
    if not model.personal_fields or model.__name__ == "SubjectRequest" or model.__name__ in OUTLIVES:
        return

    assert goes_with_a_request(model)
    number = model._meta.pk
    known = getattr(number, "target_field", number)
    assert isinstance(known, models.UUIDField), "a seal is bound to a row that has its number before it is written"
    assert isinstance(model.key_id, property)


def test_what_is_personal_cannot_be_searched_or_shown_in_a_list_of_names() -> None:
    for model in MODELS:
        indexed = {name for index in model._meta.indexes for name in index.fields}
        sealed = {name for name, field in fields(model).items() if isinstance(field, SEALED)}
        assert not indexed & sealed
