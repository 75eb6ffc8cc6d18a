"""The figures that Prometheus reads: counted by the database when asked, the same from every process."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.db.models import Count, DurationField, ExpressionWrapper, F, Max
from django.db.models.functions import Now, TruncDate
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from requests_app.correspondence.models import Letter, LetterState
from requests_app.ledger.models import OPEN, Step, StepState
from requests_app.sources.models import Source
from requests_app.workflow.models import SubjectRequest


class _FromTheDatabase(Collector):
    def collect(self) -> Iterator[Metric]:
        """Yield every figure: six queries, however much there is."""
        requests = SubjectRequest.objects.values_list("brand__slug", "right", "state").annotate(count=Count("pk")).order_by()
        yield _family("dsar_requests", "Requests by brand, right and state", ("brand", "right", "state"), requests)
        late = SubjectRequest.objects.open().filter(due_legal_on__lt=TruncDate(Now())).values_list("brand__slug")
        counted = late.annotate(count=Count("pk")).order_by()
        yield _family("dsar_requests_late", "Open requests past the day of the law, by brand", ("brand",), counted)
        letters = Letter.objects.filter(state=LetterState.FAILED).values_list("kind").annotate(count=Count("pk")).order_by()
        yield _family("dsar_letters_failed", "Letters that could not be sent, by kind", ("kind",), letters)
        steps = (
            Step.objects.filter(state__in=[*OPEN, StepState.DEAD])
            .values_list("kind", "state")
            .annotate(count=Count("pk"))
            .order_by()
        )
        yield _family("dsar_steps", "Steps that are not done, by kind and state", ("kind", "state"), steps)
        waited = ExpressionWrapper(Now() - F("not_before"), output_field=DurationField())
        due = Step.objects.filter(state=StepState.DUE, not_before__lte=Now()).values_list("kind")
        ages = ((kind, age.total_seconds()) for kind, age in due.annotate(age=Max(waited)).order_by())
        yield _family("dsar_step_wait_seconds", "How long the oldest due step has waited, by kind", ("kind",), ages)
        sources = Source.objects.searched().values_list("brand__slug", "name", "failures")
        yield _family("dsar_source_failures", "Failures in a row, by system", ("brand", "source"), sources)


def _family(name: str, says: str, labels: tuple[str, ...], rows: Iterable[Any]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, says, labels=labels)
    for *values, figure in rows:
        family.add_metric([str(value) for value in values], figure)
    return family


REGISTRY: Final = CollectorRegistry()
REGISTRY.register(_FromTheDatabase())
