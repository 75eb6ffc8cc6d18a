"""Which of our letters is which kind of letter to a law, and what is said elsewhere: in the copy, or on the request's page."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from requests_app.brands.statements import STATEMENTS
from requests_app.jurisdictions.tables import Letter

QUESTION: Final = "question"
_KINDS: Final[Mapping[str, Letter]] = MappingProxyType(
    {
        "proven": Letter.ACKNOWLEDGEMENT,
        "handed_over": Letter.ACKNOWLEDGEMENT,
        "taken_over": Letter.ACKNOWLEDGEMENT,
        "extension": Letter.EXTENSION,
        "answered": Letter.ANSWER,
        "answered_in_part": Letter.PARTIAL_ANSWER,
        "erased": Letter.ANSWER,
        "erased_in_part": Letter.PARTIAL_ANSWER,
        "corrected": Letter.ANSWER,
        "corrected_in_part": Letter.PARTIAL_ANSWER,
        "restricted": Letter.ANSWER,
        "restricted_in_part": Letter.PARTIAL_ANSWER,
        "refused": Letter.REFUSAL,
        "replied": Letter.ANSWER,
        "granted": Letter.APPEAL_GRANTED,
        "denied": Letter.APPEAL_DENIED,
    },
)
# A letter about a question is what its question is about.
QUESTIONS: Final[Mapping[str, Letter]] = MappingProxyType(
    {"clarification": Letter.CLARIFICATION, "identity": Letter.IDENTITY_REQUEST, "fee": Letter.FEE_NOTICE},
)
# What the question itself says, which stands on the request's page and never in a mail.
ON_THE_PAGE: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "clarification": ("question",),
        "identity": ("identity_information",),
        "fee": ("fee_amount", "fee_ground", "withdraw_option"),
    },
)
# What the pages and files of a copy say. Where nothing is held there is nothing to say of it, and the copy says that.
IN_THE_COPY: Final = frozenset(
    {
        "confirm_processing", "copy_of_data", "purposes", "categories", "recipients", "retention_period", "rights_notice", "source",
        "transfer_safeguards", "controller_identity", "criteria_used", "specific_pieces", "portable_format",
        "ccpa_categories_collected", "ccpa_sources", "ccpa_purposes", "ccpa_categories_third_parties", "ccpa_categories_disclosed",
    },
)  # fmt: skip
# What an officer who answers in own words says in them; the console asks whether each is there.
IN_THE_REPLY: Final = frozenset(
    {"action_taken", "recipients", "written_reasons", "ccpa_categories_third_parties", "ccpa_categories_disclosed"},
)
# What only the shop itself can say: its copies say it where the shop has stated it, in the customer's language.
STATED_IN_THE_COPY: Final = frozenset(STATEMENTS)
DENYING: Final = frozenset({Letter.REFUSAL, Letter.FEE_NOTICE})
WITH_A_COPY: Final = frozenset({Letter.ANSWER, Letter.PARTIAL_ANSWER})


def letter_of(kind: str, about: str = "") -> Letter | None:
    """Return what the letter `kind` is to a law; None where no law has a say. `about`: what a question is about.

    Raises:
        KeyError: nobody asks about that.
    """
    return QUESTIONS[about] if kind == QUESTION else _KINDS.get(kind)
