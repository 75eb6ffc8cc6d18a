"""Words for the codes of descriptions: topics, kinds of data, legal bases, recipients, safeguards, countries, faults."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from requests_app.connectors.base import Role, Words
from requests_app.connectors.portable import Why

TOPICS: Final = {
    "account": _("Your account"),
    "addresses": _("Your addresses"),
    "orders": _("Your orders"),
    "payments": _("Your payments"),
    "service": _("Repairs and warranties"),
    "care": _("Your conversations with us"),
    "preferences": _("Your tastes and wishes"),
    "marketing": _("What we know for marketing"),
    "consents": _("Your choices and consents"),
    "website": _("Your visits to our website"),
    "checks": _("Checks that the law or our safety asks for"),
    "reviews": _("Your reviews"),
    "other": _("Other data"),
}
CATEGORIES: Final = {
    "user": _("Other data about you"),
    "user.account": _("Your customer account"),
    "user.account.settings": _("Settings of your account"),
    "user.authorization": _("How you sign in"),
    "user.authorization.password": _("Your password (never shown)"),
    "user.behavior": _("What you do in our shops and on our website"),
    "user.behavior.browsing_history": _("Pages you looked at"),
    "user.behavior.purchase_history": _("What you bought"),
    "user.behavior.search_history": _("What you searched for"),
    "user.biometric": _("Voice, face or other traits of the body"),
    "user.biometric.voice": _("Recordings of your voice"),
    "user.childrens": _("Data about children"),
    "user.contact": _("How to reach you"),
    "user.contact.address": _("Your postal addresses"),
    "user.contact.email": _("Your e-mail addresses"),
    "user.contact.phone_number": _("Your telephone numbers"),
    "user.content": _("What you wrote or sent"),
    "user.content.private": _("What you wrote or sent in private"),
    "user.content.public": _("What you published"),
    "user.criminal_history": _("Offences"),
    "user.demographic": _("Facts about you"),
    "user.demographic.date_of_birth": _("Your date of birth"),
    "user.demographic.gender": _("Your form of address or gender"),
    "user.demographic.language": _("Your language"),
    "user.demographic.marital_status": _("Your marital status"),
    "user.demographic.political_opinion": _("Your political opinions"),
    "user.demographic.profile": _("Your profile as a customer"),
    "user.demographic.race_ethnicity": _("Your origin"),
    "user.demographic.religious_belief": _("Your beliefs"),
    "user.demographic.sexual_orientation": _("Your sex life or orientation"),
    "user.demographic.union_membership": _("Your membership in a union"),
    "user.device": _("Your devices"),
    "user.device.advertising_id": _("Identifiers for advertising"),
    "user.device.cookie": _("Cookies"),
    "user.device.cookie_id": _("Identifiers in cookies"),
    "user.device.device_id": _("Identifiers of your devices"),
    "user.device.ip_address": _("Your internet addresses"),
    "user.financial": _("Your financial data"),
    "user.financial.bank_account": _("Your bank account"),
    "user.financial.credit": _("What is known of your credit"),
    "user.genetic": _("Your genes"),
    "user.government_id": _("Numbers of official documents"),
    "user.government_id.immigration": _("Your immigration status"),
    "user.government_id.passport_number": _("Your passport"),
    "user.health_and_medical": _("Your health"),
    "user.job_title": _("Your profession"),
    "user.location": _("Where you were"),
    "user.name": _("Your name"),
    "user.payment": _("Your payments"),
    "user.privacy_preferences": _("Your choices about privacy"),
    "user.sensor": _("Measurements"),
    "user.social": _("Your family and social circle"),
    "user.social.contacts": _("Your contacts"),
    "user.telemetry": _("Technical records of use"),
    "user.unique_id": _("Numbers by which we recognise you"),
    "user.workplace": _("Your workplace"),
    "user.workplace.leave": _("Your absences from work"),
    "user.workplace.payroll": _("Your pay"),
    "user.workplace.resume": _("Your CV"),
    "system": _("Technical data"),
}
# Special categories of personal data (GDPR Art. 9(1)) and offences (Art. 10).
SENSITIVE: Final = (
    *("user.biometric", "user.criminal_history", "user.genetic", "user.health_and_medical"),
    *("user.demographic.political_opinion", "user.demographic.race_ethnicity", "user.demographic.religious_belief"),
    *("user.demographic.sexual_orientation", "user.demographic.union_membership"),
)
LEGAL_BASES: Final = {
    "consent": _("Your consent"),
    "contract": _("A contract with you"),
    "legal_obligation": _("A duty that the law gives us"),
    "legitimate_interest": _("Our legitimate interest"),
    "legitimate_interests": _("Our legitimate interest"),
    "vital_interest": _("Protection of someone’s life"),
    "vital_interests": _("Protection of someone’s life"),
    "public_task": _("A task in the public interest"),
    "public_interest": _("A task in the public interest"),
}
RECIPIENTS: Final = {
    "accounting": _("Accounting"),
    "advertising": _("Advertising"),
    "analytics": _("Analysis of use"),
    "authority": _("Authorities"),
    "buyer": _("Buyers of the business"),
    "group": _("Companies of our group"),
    "hosting": _("Computer services"),
    "insurance": _("Insurance"),
    "legal": _("Legal advice"),
    "mail": _("Sending of mail"),
    "partner": _("Business partners"),
    "payment": _("Payments"),
    "repair": _("Repairs"),
    "shipping": _("Delivery"),
    "support": _("Customer care"),
    "research": _("Market research"),
    "telephony": _("Telephone"),
    "users": _("Other users of our website"),
}
SAFEGUARDS: Final = {
    "adequacy decision": _("The European Commission found its protection adequate"),
    "standard contractual clauses": _("Standard contractual clauses of the European Commission"),
    "binding corporate rules": _("Binding corporate rules"),
    "consent": _("Your explicit consent"),
}
FAULTS: Final = {
    "unreachable": _("This system could not be reached."),
    "refused": _("This system did not let us in."),
    "not_as_described": _("This system had changed, so that its answer could not be trusted."),
    "bad_description": _("This system could not be read correctly."),
    "incomplete": _("The answer of this system was not whole, so we used none of it."),
    "busy": _("This system had too many questions to answer."),
    "cannot": _("Nobody could look into this system; the reason is on record with us."),
    "no_keeper": _("Nobody was there to look into this system."),
    "foreign_record": _("The answer of this system mixed in data of somebody else, so we used none of it."),
}
ROLES: Final = {
    Role.INSTRUCTED: _("Works for us alone, on our written instructions"),
    Role.AUTHORITY: _("An authority, where a law obliges us"),
    Role.INDEPENDENT: _("Decides itself what it does with them"),
    Role.CONSENTED: _("Gets them only with your consent"),
}
LEFT_OUT: Final = {
    Why.LEGAL_OBLIGATION: _("A law obliges us to hold it; you did not give it to us by consent or for a contract."),
    Why.OTHER_BASIS: _("We use it on our legitimate interest, not by your consent or for a contract with you."),
    Why.DERIVED: _("We worked it out ourselves; you neither gave it to us nor caused it by what you did."),
    Why.ELSEWHERE: _("It came to us from somebody else, not from you."),
    Why.UNSTATED: _("We have not written down why we hold it, so we cannot say that it may be taken elsewhere."),
}
RIGHTS: Final = {
    "access": _("You may ask again for a copy of your data."),
    "rectification": _("You may have wrong data corrected, and incomplete data completed."),
    "erasure": _("You may have data erased that we need no longer and must not keep."),
    "restriction": _("You may have the use of your data restricted while a question about it is open."),
    "objection": _("You may object to uses that rest on our legitimate interest, and to advertising at any time."),
    "portability": _("You may take the data that you gave us to another company, in a form that machines can read."),
    "withdrawal": _("Where we rely on your consent, you may withdraw it at any time, for the future."),
    "complaint": _("You may complain to a data protection authority."),
}
COUNTRIES: Final = {
    "AD": _("Andorra"),
    "AE": _("United Arab Emirates"),
    "AR": _("Argentina"),
    "AT": _("Austria"),
    "AU": _("Australia"),
    "BE": _("Belgium"),
    "BG": _("Bulgaria"),
    "BR": _("Brazil"),
    "CA": _("Canada"),
    "CH": _("Switzerland"),
    "CN": _("China"),
    "CY": _("Cyprus"),
    "CZ": _("Czechia"),
    "DE": _("Germany"),
    "DK": _("Denmark"),
    "EE": _("Estonia"),
    "ES": _("Spain"),
    "FI": _("Finland"),
    "FR": _("France"),
    "GB": _("United Kingdom"),
    "GR": _("Greece"),
    "HK": _("Hong Kong"),
    "HR": _("Croatia"),
    "HU": _("Hungary"),
    "IE": _("Ireland"),
    "IL": _("Israel"),
    "IN": _("India"),
    "IS": _("Iceland"),
    "IT": _("Italy"),
    "JP": _("Japan"),
    "KR": _("South Korea"),
    "LI": _("Liechtenstein"),
    "LT": _("Lithuania"),
    "LU": _("Luxembourg"),
    "LV": _("Latvia"),
    "MA": _("Morocco"),
    "MT": _("Malta"),
    "MX": _("Mexico"),
    "NL": _("Netherlands"),
    "NO": _("Norway"),
    "NZ": _("New Zealand"),
    "PL": _("Poland"),
    "PT": _("Portugal"),
    "RO": _("Romania"),
    "SE": _("Sweden"),
    "SG": _("Singapore"),
    "SI": _("Slovenia"),
    "SK": _("Slovakia"),
    "TN": _("Tunisia"),
    "TR": _("Türkiye"),
    "UA": _("Ukraine"),
    "US": _("United States"),
    "UY": _("Uruguay"),
    "ZA": _("South Africa"),
}
# The countries in which the GDPR itself holds: the Union, and Iceland, Liechtenstein and Norway (EEA Agreement, Annex XI 5e).
EEA: Final = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK".split()  # noqa: SIM905 - readable
)
CLAIMS: Final = {
    "name": _("Name"),
    "email": _("E-mail address"),
    "phone_number": _("Telephone number"),
    "customer_id": _("Customer number"),
}
FILE_TYPES: Final = {
    "application/pdf": _("PDF document"),
    "audio": _("Sound recording"),
    "image": _("Picture"),
    "video": _("Film"),
    "text": _("Text"),
    "": pgettext_lazy("a file of any type", "File"),
}


def said(words: Words, language: str) -> str:
    """Return what a description says in `language`, else in English."""
    return words.get(language) or words.get(language.partition("-")[0]) or words["en"]


def spelled(name: str) -> str:
    """Make something readable of a technical name for which there are no words."""
    return name.replace("_", " ").replace("-", " ").strip().capitalize()


def topic(name: str) -> str:
    return str(TOPICS.get(name) or spelled(name))


def category(key: str) -> str:
    """Return words for a data category, or for the nearest one above it."""
    while key and key not in CATEGORIES:
        key = key.rpartition(".")[0]
    return str(CATEGORIES.get(key) or CATEGORIES["user"])


def is_sensitive(key: str) -> bool:
    """Whether a data category is one of those that the law protects specially."""
    return any(key == one or key.startswith(f"{one}.") for one in SENSITIVE)


def legal_basis(name: str) -> str:
    return str(LEGAL_BASES.get(name) or spelled(name))


def recipient(name: str) -> str:
    return str(RECIPIENTS.get(name) or spelled(name))


def role(of: Role | None) -> str:
    """Return in what part somebody receives data; empty where nobody said."""
    return str(ROLES[of]) if of else ""


def safeguard(name: str) -> str:
    return str(SAFEGUARDS.get(name.lower()) or name)


def country(code: str) -> str:
    return str(COUNTRIES.get(code.upper()) or code)


def fault(code: str) -> str:
    return str(FAULTS.get(code) or _("This system gave no complete answer."))


def why_left_out(why: Why) -> str:
    return str(LEFT_OUT[why])


def file_type(media_type: str) -> str:
    return str(FILE_TYPES.get(media_type) or FILE_TYPES.get(media_type.partition("/")[0]) or FILE_TYPES[""])
