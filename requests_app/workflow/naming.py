"""By what a name is found without being read: keyed digests of its words, the same however they are spelled or ordered."""

import re
import unicodedata
from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import F, Func, Value

from requests_app.keys.crypto import keyed_index
from requests_app.keys.store import KeyGone
from requests_app.workflow.models import SubjectRequest

_WORD: Final = re.compile(r"[^\W\d_]+")
_MOST: Final = 12  # words of one name
_BITS: Final = 8  # bytes of a digest that are kept: enough to tell a million names apart


def words_of(name: str) -> list[str]:
    """Return the words of `name` without capitals and accents, each once."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(sign))
    return list(dict.fromkeys(_WORD.findall(bare)))[:_MOST]


def name_index(name: str) -> list[int]:
    """Return a digest for each word of `name`; nobody without the master key can guess the words back."""
    return sorted(int.from_bytes(keyed_index("name", word)[:_BITS], signed=True) for word in words_of(name))


def named(words: list[int]) -> Func:
    """Return the condition on requests whose name has all of `words`, digests of `name_index`."""
    found = Func(Value(words, ArrayField(models.BigIntegerField())), function="requests_named")
    return Func(F("pk"), found, arg_joiner=" = ANY(", template="%(expressions)s)", output_field=models.BooleanField())


@transaction.atomic
def index_names(limit: int) -> int:
    """Make the index of names that came before there was one; return how many. Running it again goes on."""
    bare = SubjectRequest.objects.filter(name_index=None, forgotten_at=None).select_for_update(skip_locked=True, no_key=True)
    found = list(bare.only("pk", "name")[:limit])
    for dsr in found:
        dsr.name_index = _index_of(dsr)
    SubjectRequest.objects.bulk_update(found, ["name_index"], batch_size=500)
    return len(found)


def _index_of(dsr: SubjectRequest) -> list[int]:
    try:
        return name_index(dsr.name or "")
    except KeyGone:
        return []
