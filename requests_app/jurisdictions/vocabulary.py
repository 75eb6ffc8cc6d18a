"""The words that the data files of the laws may use."""

from enum import StrEnum
from typing import Final

EVERY: Final = "*"


class Right(StrEnum):
    """The rights that laws grant, as one list for all of them."""

    ACCESS = "access"
    PORTABILITY = "portability"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    RESTRICTION = "restriction"
    OBJECTION = "objection"
    OBJECT_DIRECT_MARKETING = "object_direct_marketing"
    OPT_OUT_SALE = "opt_out_sale"
    OPT_OUT_TARGETED_ADVERTISING = "opt_out_targeted_advertising"
    OPT_OUT_PROFILING = "opt_out_profiling"
    LIMIT_SENSITIVE = "limit_sensitive"
    WITHDRAW_CONSENT = "withdraw_consent"
    AUTOMATED_DECISION_REVIEW = "automated_decision_review"
    POST_MORTEM = "post_mortem"
    THIRD_PARTY_LIST_SPECIFIC = "third_party_list_specific"
    THIRD_PARTY_LIST_CATEGORIES = "third_party_list_categories"


class Duty(StrEnum):
    """What a law orders beside the answer, with a clock of its own."""

    REFUSAL_NOTICE = "refusal_notice"
    COMPLAINT_ACK = "complaint_ack"
    COMPLETION_NOTICE = "completion_notice"
    TRANSFER_TO_OTHER_AGENCY = "transfer_to_other_agency"
    IMPLEMENTATION = "implementation"
    CLARIFICATION = "clarification"
    NOTIFY_RECIPIENTS = "notify_recipients"
    INFORMATION = "information"
    DO_NOT_CALL = "do_not_call"
    UNSUBSCRIBE = "unsubscribe"


class RegimeKind(StrEnum):
    REGIME = "regime"
    OVERLAY = "overlay"


class Status(StrEnum):
    IN_FORCE = "in_force"
    ENACTED = "enacted"


class Evidence(StrEnum):
    """Where the number of the answer's term was read."""

    STATUTE_OR_REGULATOR_TEXT = "statute_or_regulator_text"
    SECONDARY_PAGE = "secondary_page"
    NOT_SEEN = "not_seen"
    NOT_APPLICABLE = "not_applicable"


class ClockKind(StrEnum):
    ANSWER = "answer"
    ACKNOWLEDGEMENT = "acknowledgement"
    APPEAL = "appeal"
    DUTY = "duty"


class TermUnit(StrEnum):
    """The units of a term. Those without a number: `without_delay`, `not_set`, `as_soon_as_possible`; `immediate` is 0."""

    CALENDAR_MONTH = "calendar_month"
    CALENDAR_DAY = "calendar_day"
    BUSINESS_DAY = "business_day"
    WORKING_DAY = "working_day"
    HOUR = "hour"
    IMMEDIATE = "immediate"
    WITHOUT_DELAY = "without_delay"
    NOT_SET = "not_set"
    AS_SOON_AS_POSSIBLE = "as_soon_as_possible"


class ExtensionUnit(StrEnum):
    """The units of an extension; `open`: the law gives no number."""

    CALENDAR_MONTH = "calendar_month"
    CALENDAR_DAY = "calendar_day"
    BUSINESS_DAY = "business_day"
    WORKING_DAY = "working_day"
    HOUR = "hour"
    OPEN = "open"


class StartEvent(StrEnum):
    """What sets a clock going. `relevant_time`: the latest of receipt, information on identity, and fee."""

    RECEIPT = "receipt"
    RELEVANT_TIME = "relevant_time"
    APPEAL_RECEIPT = "appeal_receipt"
    COMPLAINT_RECEIPT = "complaint_receipt"
    ANSWER_GIVEN = "answer_given"
    ACTION_DONE = "action_done"


class Roll(StrEnum):
    """Where an end goes that falls on a closed day."""

    NONE = "none"
    NEXT_WORKING_DAY = "next_working_day"
    NEXT_DAY_NOT_SUNDAY_OR_HOLIDAY = "next_day_not_sunday_or_holiday"


class Basis(StrEnum):
    LAW = "law"
    GUIDANCE = "guidance"
    ANALOGOUS = "analogous"
    ASSUMED = "assumed"


class NoticeDue(StrEnum):
    WITHIN_BASE_PERIOD = "within_base_period"


class OpenKind(StrEnum):
    """Who sets the end of an extension that has no number."""

    CONTROLLER_SETS = "controller_sets"
    POSTPONEMENT = "postponement"
    REASONABLE = "reasonable"


class Trigger(StrEnum):
    """What a pause waits for."""

    IDENTITY_DOUBT = "identity_doubt"
    IDENTITY_INFORMATION = "identity_information"
    AUTHENTICATION_FAILED = "authentication_failed"
    CLARIFICATION = "clarification"
    FEE_REFLECTION = "fee_reflection"


class Effect(StrEnum):
    SUSPEND = "suspend"
    RESTART = "restart"


class Count(StrEnum):
    """How many days a pause adds: none, all again, or those between asking and the answer (both ends counted with `_plus_1`)."""

    ZERO = "zero"
    RESTART = "restart"
    RECEIVED_MINUS_ASKED = "received_minus_asked"
    RECEIVED_MINUS_ASKED_PLUS_1 = "received_minus_asked_plus_1"


class FeeKind(StrEnum):
    FREE = "free"
    MAY_CHARGE = "may_charge"
    UNSPECIFIED = "unspecified"


class Per(StrEnum):
    TWELVE_MONTHS = "12_months"
    SIX_MONTHS = "6_months"
    YEAR = "year"
    CALENDAR_MONTH = "calendar_month"


class LookbackKind(StrEnum):
    HELD_AT_REQUEST = "held_at_request"
    NONE_IN_STATUTE = "none_in_statute"
    TWELVE_MONTHS = "twelve_months"
    DISCLOSURES_ONE_YEAR = "disclosures_one_year"


class Channel(StrEnum):
    EMAIL = "email"
    SMS_CALL = "sms_call"
    ELECTRONIC = "electronic"
    ALL = "all"
    BROWSER_SIGNAL = "browser_signal"


class Topic(StrEnum):  # of what a member state adds
    ACCESS = "access"
    CLAIMS = "claims"
    ERASURE = "erasure"
    ERASURE_MINORS = "erasure_minors"
    IDENTITY = "identity"
    MINORS = "minors"
    PAUSE = "pause"
    POST_MORTEM = "post_mortem"
    PROOF = "proof"
    RESTRICTIONS = "restrictions"
    SUPPRESSION = "suppression"
