"""A request whose systems are asked; a test says what each of them answers."""

from collections.abc import Mapping
from typing import Final

from requests_app.matching import services as matching
from requests_app.matching.judgement import weigh
from requests_app.matching.models import Match
from requests_app.matching.services import decide, fail, keep, start
from requests_app.officers.models import Officer
from requests_app.workflow.models import SubjectRequest
from requests_app.workflow.states import State
from tests.making import a_brand, a_dsr, a_source
from tests.matching.test_judgement import candidate

Evidence = Mapping[str, tuple[str, ...]]
FITTING: Final[Evidence] = {"postcode": ("75001",), "name": ("Ada Example",)}


class Search:
    """A request whose systems are asked; a test says what each of them answers."""

    def __init__(
        self, *systems: str, facts: Mapping[str, str] | None = None, facts_required: int = 1, channel: str = "form"
    ) -> None:
        self.brand = a_brand(facts_required=facts_required)
        for name in systems:
            a_source(name, brand=self.brand)
        typed = {"postcode": "75001"} if facts is None else dict(facts)
        self.dsr = a_dsr(State.MATCHING, brand=self.brand, facts=typed, channel=channel)
        start(self.dsr)

    @property
    def now(self) -> SubjectRequest:
        return SubjectRequest.objects.select_related("brand").get(pk=self.dsr.pk)

    @property
    def state(self) -> str:
        return self.now.state

    def match(self, system: str) -> Match:
        return Match.objects.select_related("dsr__brand", "source").get(dsr=self.dsr, source__name=system)

    def answers(self, system: str, *evidence: Evidence) -> None:
        match = self.match(system)
        typed = matching.typed_by(match.dsr)
        keep(match, [weigh(candidate(one, key=str(number)), typed) for number, one in enumerate(evidence, 1)])

    def fails(self, system: str, code: str = "unreachable") -> None:
        fail(self.match(system), code)

    def is_(self, system: str) -> str:
        return self.match(system).state

    def decide(self, by: Officer, **choices: list[int]) -> None:
        decide(self.now, {str(self.match(name).pk): numbers for name, numbers in choices.items()}, by=by, reason="I called.")
