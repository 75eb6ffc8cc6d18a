"""What a letter must say, in an officer's words."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from requests_app.jurisdictions import REGIMES, Code

_WORDS: Final[Mapping[str, Promise]] = MappingProxyType(
    {
        "confirm_processing": gettext_lazy("whether data is held at all"),
        "copy_of_data": gettext_lazy("the copy of the data"),
        "purposes": gettext_lazy("the purposes"),
        "categories": gettext_lazy("the categories of data"),
        "recipients": gettext_lazy("the recipients"),
        "retention_period": gettext_lazy("how long the data is kept"),
        "rights_notice": gettext_lazy("the person’s other rights"),
        "complaint_notice": gettext_lazy("the authority to complain to, with its address"),
        "source": gettext_lazy("where the data comes from"),
        "automated_logic": gettext_lazy("whether machines decide alone, and how: the shop must state it in this language"),
        "transfer_safeguards": gettext_lazy("what protects the data abroad"),
        "refusal_reason": gettext_lazy("the ground and the reason"),
        "judicial_remedy": gettext_lazy("the way to court"),
        "controller_complaint_procedure": gettext_lazy("how to complain to the shop"),
        "extension_reason": gettext_lazy("why more time is needed"),
        "new_deadline": gettext_lazy("the new date"),
        "appeal_instructions": gettext_lazy("how to appeal, and within which time it is decided"),
        "decision": gettext_lazy("the decision on the appeal"),
        "written_reasons": gettext_lazy("the reasons, in writing"),
        "ag_contact": gettext_lazy("how to reach the attorney general"),
        "how_processed": gettext_lazy("how the request is processed"),
        "verification_process": gettext_lazy("how identity is verified"),
        "expected_response_date": gettext_lazy("when the answer will come"),
        "portable_format": gettext_lazy("a format that machines can read"),
        "specific_pieces": gettext_lazy("the specific pieces of data"),
        "ccpa_categories_collected": gettext_lazy("the categories collected"),
        "ccpa_sources": gettext_lazy("the categories of sources"),
        "ccpa_purposes": gettext_lazy("the purposes of collecting"),
        "ccpa_categories_third_parties": gettext_lazy("the categories of third parties"),
        "ccpa_categories_sold_shared": gettext_lazy("what is sold or shared, with whom: the shop must state it in this language"),
        "ccpa_categories_disclosed": gettext_lazy("the categories disclosed"),
        "ccpa_what_was_deleted": gettext_lazy("what was deleted, and what was not"),
        "ccpa_optout_link_if_deletion_denied": gettext_lazy("the offer to opt out of sale"),
        "ccpa_health_statement_250_words_if_correction_denied": gettext_lazy("the statement that a person may add on health data"),
        "controller_identity": gettext_lazy("who is responsible"),
        "criteria_used": gettext_lazy("the criteria of the processing"),
        "provision_relied_on": gettext_lazy("the provision"),
        "remedies_and_time_limit": gettext_lazy("the remedies, and within which time"),
        "assist_understanding": gettext_lazy("help in understanding the refusal"),
        "recourse": gettext_lazy("the recourse"),
        "how_to_appeal": gettext_lazy("how to object"),
        "procedure_information": gettext_lazy("how it goes on, and when"),
        "action_taken": gettext_lazy("what was done, and in which systems"),
        "kept_and_why": gettext_lazy("what is kept, why, and until when"),
        "recipients_told": gettext_lazy("which recipients were told"),
        "parts_refused": gettext_lazy("each part that is missing, and why"),
        "remedy": gettext_lazy("what the person can do against it"),
        "question": gettext_lazy("what is asked, and why"),
        "clock_effect": gettext_lazy("what waiting does to the date"),
        "identity_information": gettext_lazy("which information is asked for, and the doubt behind it"),
        "fee_amount": gettext_lazy("the amount, and how it was computed"),
        "fee_ground": gettext_lazy("the provision that allows the fee, and the facts"),
        "withdraw_option": gettext_lazy("that the request may be withdrawn before any fee is due"),
    },
)


def words(key: str) -> str:
    """Return what the content `key` is."""
    return str(_WORDS.get(key, key))


def named(codes: Iterable[Code]) -> list[dict[str, str]]:
    """Return each content in words, with the laws that ask for it; none where the house does."""
    return [{"what": words(code.key), "laws": ", ".join(REGIMES[law].short for law in code.laws)} for code in codes]
