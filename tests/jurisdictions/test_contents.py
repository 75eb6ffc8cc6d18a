"""What a letter must say under the laws of its request."""

from datetime import date
from itertools import product

import pytest

from requests_app.jurisdictions import REGIMES, required
from requests_app.jurisdictions.base import Regime
from requests_app.jurisdictions.contents import listed
from requests_app.jurisdictions.tables import Letter, content, letters
from requests_app.jurisdictions.vocabulary import Right

LAWS = [law for law in REGIMES.values() if not law.is_overlay]
REMEDIES = {"judicial_remedy", "appeal_instructions", "recourse", "how_to_appeal", "remedies_and_time_limit", "remedy"}


def keys(laws: list[str], right: str, letter: str) -> set[str]:
    return {code.key for code in required(laws, right, letter)}


@pytest.mark.parametrize("letter", list(Letter))
def test_every_letter_on_every_right_has_something_to_say(letter: Letter) -> None:
    assert [right for right in Right if not required([], right, letter)] == []


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.id)
def test_whatever_a_law_lists_is_said_in_the_letter_of_some_right(law: Regime) -> None:
    for letter in set(Letter) - {Letter.APPEAL_GRANTED}:  # a granted appeal leads on to nobody
        theirs = {code for right in Right for code in listed(law, right, letter, date.max)}
        said = {code for right in Right for code in keys([law.id], right, letter)}
        assert theirs <= said, letter


@pytest.mark.parametrize("law", [law.id for law in LAWS])
def test_no_denial_lacks_reason_provision_authority_and_remedy(law: str) -> None:
    for right, letter in product(Right, (Letter.REFUSAL, Letter.PARTIAL_ANSWER)):
        said = keys([law], right, letter)
        assert {"refusal_reason", "provision_relied_on", "complaint_notice"} <= said
        assert said & REMEDIES


def test_an_access_answer_under_the_gdpr_says_all_of_article_15() -> None:
    assert keys(["eu-gdpr", "eu-gdpr-fr"], "access", "answer") == {
        "confirm_processing", "copy_of_data", "purposes", "categories", "recipients", "retention_period", "rights_notice",
        "complaint_notice", "source", "automated_logic", "transfer_safeguards",
    }  # fmt: skip


def test_two_laws_want_what_either_wants_and_each_is_named() -> None:
    both = {code.key: code.laws for code in required(["eu-gdpr", "us-ca-ccpa"], "access", "refusal")}

    assert both["refusal_reason"] == ("eu-gdpr", "us-ca-ccpa")
    assert both["judicial_remedy"] == ("eu-gdpr",)
    assert both["remedy"] == ("us-ca-ccpa",)
    assert both["provision_relied_on"] == ()


def test_a_law_that_does_not_grant_the_right_has_no_say_unless_none_does() -> None:
    laws = {law for code in required(["eu-gdpr", "us-ca-ccpa"], "restriction", "refusal") for law in code.laws}
    alone = {law for code in required(["us-ca-ccpa"], "restriction", "refusal") for law in code.laws}

    assert (laws, alone) == ({"eu-gdpr"}, {"us-ca-ccpa"})


def test_only_a_denied_deletion_describes_the_rest_and_only_a_denied_correction_offers_a_statement() -> None:
    deletion, correction = (keys(["us-ca-ccpa"], right, "refusal") for right in ("erasure", "rectification"))
    statement = "ccpa_health_statement_250_words_if_correction_denied"

    assert "ccpa_what_was_deleted" in deletion - correction
    assert statement in correction - deletion


def test_an_extension_that_the_law_gives_no_other_right_is_not_asked_to_say_its_words() -> None:
    access, opt_out = (required(["us-ca-ccpa"], right, "extension") for right in ("access", "opt_out_sale"))

    assert {code.key: code.laws for code in access} == {"extension_reason": ("us-ca-ccpa",), "new_deadline": ()}
    assert {code.key: code.laws for code in opt_out} == {"extension_reason": (), "new_deadline": ()}


def test_new_zealand_adds_the_complaint_to_its_notice() -> None:
    assert keys(["nz-privacy"], "access", "extension") == {"extension_reason", "new_deadline", "complaint_notice"}


def test_only_a_denied_appeal_leads_to_the_attorney_general() -> None:
    assert "ag_contact" in keys(["us-va-vcdpa"], "access", "appeal_denied") - keys(["us-va-vcdpa"], "access", "appeal_granted")


def test_erasure_says_what_stays_and_until_when() -> None:
    assert "kept_and_why" in keys(["eu-gdpr"], "erasure", "answer") & keys([], "erasure", "completion")


def test_every_code_says_what_it_means_and_why_it_is_there() -> None:
    for right, letter in product(Right, Letter):
        for code in required(["eu-gdpr", "us-ca-ccpa", "ca-qc-law25"], right, letter):
            assert code.says == content()[code.key]
            assert all(why.endswith(".") for why in code.because)
            assert code.because


def test_no_row_of_the_table_is_idle() -> None:
    """A row that asks for nothing anywhere, or nothing that another row does not ask for, is a mistake in the table."""
    for row in letters():
        asked = {
            code.key for right, letter in product(row.rights or Right, row.letters) for law in LAWS
            for code in required([law.id], right, letter) if row.because in code.because
        }  # fmt: skip
        assert set(row.codes) == asked, row.because


@pytest.mark.parametrize(
    ("right", "letter", "law"), [("acces", "answer", "eu-gdpr"), ("access", "reply", "eu-gdpr"), ("access", "answer", "gdpr")]
)
def test_what_is_not_known_is_refused(right: str, letter: str, law: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        required([law], right, letter)
