"""Trying a version before it counts: does it answer, is it as described, and what does it hold about a test identity?

What comes of it are counts and kinds of facts. No value of a record leaves the worker.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction
from django.db.models.functions import Now

from requests_app.audit.services import record
from requests_app.collection.leads import supplied
from requests_app.connecting.models import Trial
from requests_app.connecting.services import NotYours
from requests_app.connectors.base import Candidate
from requests_app.keys import store
from requests_app.ledger.services import enqueue
from requests_app.officers import policy
from requests_app.officers.models import Officer
from requests_app.officers.policy import Action
from requests_app.sources.models import Source
from requests_app.sources.rehearsal import Choice, Tried, alike, who
from requests_app.sources.services import config, connector, hold, inventory
from requests_app.sources.tally import Count, keep
from requests_app.sources.versions import SourceVersion
from requests_app.values import SYSTEM, Claim, Identity, Side

MOST_PROBLEMS: Final = 100
MOST_CANDIDATES: Final = 100
FACTS: Final = ("name", "postcode")


@transaction.atomic
def ask(version: SourceVersion, identity: Mapping[str, str], *, by: Officer) -> Trial:
    """Have a worker try `version`, with a test identity (`email`, `name`, `postcode`) or without, unless one is under way.

    Raises:
        NotYours: `by` may not.
    """
    source = Source.objects.select_for_update(no_key=True, of=("self",)).select_related("brand").get(pk=version.source_id)
    if not policy.may(by, Action.CONNECT, source.brand, Side(source.side)):
        raise NotYours
    if running := version.trials.filter(done_at=None).first():
        return running
    trial = Trial(version=version, asked_by=by)
    if identity.get("email"):
        store.create(trial.pk)
        trial.identity = dict(identity)
    trial.save(force_insert=True)
    record("source.trial_asked", by=by.actor, brand=source.brand.slug, source=source.name, number=version.number,
           rehearsal=bool(identity.get("email")))  # fmt: skip
    enqueue("connecting.try", key=f"try:{trial.pk}", source=source, trial=str(trial.pk))
    return trial


def latest(version: SourceVersion) -> Trial | None:
    return version.trials.select_related("asked_by").order_by("-asked_at").first()


def tried(trial: Trial) -> dict[str, Any]:
    """Ask the system, and return what came of it: problems, and about the identity counts and kinds of facts.

    Raises:
        SourceFault: it did not answer.
    """
    source = trial.version.as_source()
    if source.is_of_people:
        return {"problems": [], "people": True}
    hold(trial.version.source)
    health = connector(source).check(config(source), supplied(source))
    problems = [{"code": one.code, "where": one.where, "message": one.message, "fatal": one.fatal} for one in health.problems]
    found: dict[str, Any] = {"problems": problems[:MOST_PROBLEMS], "usable": health.usable}
    return found | (_rehearsed(source, trial.identity) if health.usable and trial.identity else {})


def _rehearsed(source: Source, said: Mapping[str, str]) -> dict[str, Any]:
    asked = Tried(connector(source), config(source))
    identity = Identity((Claim("email", said["email"]),))
    met = who(asked, identity, MOST_CANDIDATES)
    known = inventory(source)
    roots = asked.connector.by_claim(asked.config) or tuple(one.root for one in met.candidates)
    counts = {info.name: Count() for info in known.collections}
    choice = Choice(known.collections)
    for item in asked.connector.find(asked.config, identity, roots) if met.candidates else ():
        keep(item, choice, None, counts.setdefault(item.collection, Count()))
    return {
        "rehearsed": True, "persons": len(met.persons), "others": met.others,
        "matched": sorted({kind for one in met.candidates for kind in one.matched}),
        "facts": {kind: _fact(kind, said.get(kind, ""), met.candidates) for kind in FACTS},
        "counts": [[name, one.records, one.files] for name, one in counts.items()],
    }  # fmt: skip


def _fact(kind: str, said: str, found: tuple[Candidate, ...]) -> str:
    """Return how what was typed compares with what is on record: a word, never the value."""
    on_record = [value for one in found for value in one.evidence.get(kind, ())]
    if not on_record:
        return "absent"
    if not said:
        return "unasked"
    return "agrees" if any(alike(said, value) for value in on_record) else "differs"


@transaction.atomic
def end(trial: Trial, found: Mapping[str, Any], fault: str = "", text: str = "") -> None:
    """Keep what came of a trial; the identity goes, with its key."""
    Trial.objects.filter(pk=trial.pk, done_at=None).update(
        found=dict(found), fault=fault, fault_text=text, identity=None, done_at=Now()
    )
    source = trial.version.source
    record("source.tried", by=SYSTEM, brand=source.brand.slug, source=source.name, number=trial.version.number, fault=fault)
    transaction.on_commit(lambda: store.destroy(trial.pk))
