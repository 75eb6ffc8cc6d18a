"""What is withheld from an answer, counted: for the officer who approves it, the letter, and the copy."""

from collections import Counter
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from requests_app.collection.models import Part
from requests_app.review.grounds import GROUNDS, WHAT, provision
from requests_app.review.models import Extent
from requests_app.sources.services import Described, described
from requests_app.workflow.models import SubjectRequest

_WHAT = {
    Extent.RECORD: "record", Extent.FIELD: "field", Extent.COLUMN: "field", Extent.PASSAGE: "passage", Extent.KIND: "passage",
}  # fmt: skip
_Key = tuple[int, str, str, str]


@dataclass(frozen=True, slots=True)
class Withheld:
    """So much of one kind (`record`, `field`, `passage`) of one collection, on one ground."""

    source: int
    collection: str
    what: str
    ground: str
    count: int
    fields: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """Return what it is, with its number, in the active language."""
        return str(WHAT[self.what] % {"n": self.count}).replace(str(self.count), number_format(self.count, force_grouping=True), 1)

    @property
    def why(self) -> str:
        return str(GROUNDS[self.ground].sentence)


def withheld(dsr: SubjectRequest) -> tuple[Withheld, ...]:
    """Return what is withheld from what is held now, in two queries."""
    held = {
        (source, name): records
        for source, name, records in Part.objects.filter(pull__dsr=dsr, form="json")
        .order_by("pull__source", "position")
        .values_list("pull__source", "collection", "records")
    }
    counts: Counter[_Key] = Counter()
    fields: dict[_Key, dict[str, None]] = {}
    for one in dsr.rulings.live():
        if (records := held.get((one.source_id, one.collection))) is None:
            continue
        key = (one.source_id, one.collection, _WHAT[Extent(one.extent)], one.ground)
        counts[key] += records if one.extent == Extent.COLUMN else one.records
        fields.setdefault(key, {}).update({one.field: None} if one.field else {})
    return tuple(Withheld(*key, count, tuple(fields[key])) for key, count in sorted(counts.items()))


def told(dsr: SubjectRequest) -> list[str]:
    """Return a sentence for each kind of thing that is withheld, in the customer's language: where, what, why, and by which law."""
    sources = {source.pk: source for source in dsr.brand.sources.all()}
    known = {pk: described(source) for pk, source in sources.items()}
    with override(dsr.language):
        return [_told(dsr, one, known[one.source].get(one.collection)) for one in withheld(dsr)]


def _told(dsr: SubjectRequest, one: Withheld, info: Described | None) -> str:
    title = (info.title.get(dsr.language) or info.title["en"]) if info else one.collection
    law = provision(one.ground, dsr)
    cited = f"{one.why} ({law})" if law else one.why
    return _("%(collection)s: %(what)s. %(why)s") % {"collection": title, "what": one.said, "why": cited}
