"""Who may open what: every address of the console × everybody. An address that is not here fails the suite.

The request stands at review with a system that failed, so that every step of an officer is open. What is posted is
empty: an officer who may take the step is told that the page was old (409), one who may not is refused (403).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

NOBODY, FOREIGN, AUDITOR, OFFICER, ADMINISTRATOR, ONE_FACTOR, LEFT = (
    "nobody", "officer of another shop", "auditor", "officer", "administrator", "officer without second factor", "one who left",
)  # fmt: skip
WHO: Final = (NOBODY, FOREIGN, AUDITOR, OFFICER, ADMINISTRATOR, ONE_FACTOR, LEFT)

ALL: Final = (200, 200, 200, 200, 200, 200, 200)
INSIDE: Final = (302, 200, 200, 200, 200, 302, 302)  # nobody is led to sign in, one factor is led to the second
SIGNED_IN: Final = (302, 200, 200, 200, 200, 200, 302)
SEEN: Final = (302, 404, 200, 200, 200, 302, 302)  # another shop's request does not exist
DATA: Final = (302, 404, 403, 200, 200, 302, 302)
STEP: Final = (302, 404, 403, 409, 409, 302, 302)
LED_ON: Final = (302, 302, 302, 302, 302, 302, 302)
ONLY_GET: Final = (302, 405, 405, 405, 405, 302, 302)
ONLY_POST: Final = ONLY_GET

Row = tuple[int, ...]
TABLE: Final[Mapping[tuple[str, str], Row]] = MappingProxyType(
    {
        ("GET", "console:queue"): INSIDE,
        ("POST", "console:queue"): ONLY_GET,
        ("GET", "console:tab"): INSIDE,
        ("POST", "console:tab"): ONLY_GET,
        ("GET", "console:find"): ONLY_POST,
        ("POST", "console:find"): INSIDE,
        ("GET", "console:language"): ONLY_POST,
        ("POST", "console:language"): LED_ON,
        ("GET", "console:sources"): INSIDE,
        ("POST", "console:sources"): ONLY_GET,
        ("GET", "console:check_source"): ONLY_POST,
        ("POST", "console:check_source"): (302, 404, 404, 302, 302, 302, 302),
        ("GET", "console:detail"): SEEN,
        ("POST", "console:detail"): ONLY_GET,
        ("GET", "console:systems"): SEEN,
        ("POST", "console:systems"): ONLY_GET,
        ("GET", "console:match"): DATA,
        ("POST", "console:match"): STEP,
        ("GET", "console:records"): DATA,
        ("POST", "console:records"): ONLY_GET,
        ("GET", "console:part"): DATA,
        ("POST", "console:part"): ONLY_GET,
        ("GET", "console:timeline"): SEEN,
        ("POST", "console:timeline"): ONLY_GET,
        ("GET", "console:letters"): SEEN,
        ("POST", "console:letters"): ONLY_GET,
        ("GET", "console:approve"): DATA,
        ("POST", "console:approve"): STEP,
        ("GET", "console:refuse"): DATA,
        ("POST", "console:refuse"): STEP,
        ("GET", "console:search_again"): ONLY_POST,
        ("POST", "console:search_again"): STEP,
        ("GET", "console:invitation"): (410,) * 7,
        ("POST", "console:invitation"): (410,) * 7,
        ("GET", "console:invitation_link"): LED_ON,
        ("POST", "console:invitation_link"): (405,) * 7,
        ("GET", "account_login"): (200, 302, 302, 302, 302, 302, 200),
        ("POST", "account_login"): (200, 302, 302, 302, 302, 302, 200),
        ("GET", "account_logout"): (302, 200, 200, 200, 200, 200, 302),
        ("POST", "account_logout"): LED_ON,
        ("GET", "account_inactive"): ALL,
        ("POST", "account_inactive"): (405,) * 7,
        ("GET", "mfa_authenticate"): LED_ON,
        ("POST", "mfa_authenticate"): LED_ON,
        ("GET", "account_reauthenticate"): SIGNED_IN,
        ("POST", "account_reauthenticate"): SIGNED_IN,
        ("GET", "mfa_reauthenticate"): (302, 200, 200, 200, 200, 302, 302),
        ("POST", "mfa_reauthenticate"): (302, 200, 200, 200, 200, 302, 302),
        ("GET", "mfa_activate_totp"): (302, 302, 302, 302, 302, 200, 302),
        ("POST", "mfa_activate_totp"): (302, 302, 302, 302, 302, 200, 302),
        ("GET", "mfa_index"): INSIDE,
        ("POST", "mfa_index"): ONLY_GET,
        ("GET", "mfa_deactivate_totp"): INSIDE,
        ("POST", "mfa_deactivate_totp"): LED_ON,
        ("GET", "mfa_view_recovery_codes"): INSIDE,
        ("POST", "mfa_view_recovery_codes"): ONLY_GET,
        ("GET", "mfa_generate_recovery_codes"): INSIDE,
        ("POST", "mfa_generate_recovery_codes"): LED_ON,
        ("GET", "mfa_download_recovery_codes"): INSIDE,
        ("POST", "mfa_download_recovery_codes"): ONLY_GET,
        ("GET", "account_change_password"): INSIDE,
        ("POST", "account_change_password"): INSIDE,
    },
)
