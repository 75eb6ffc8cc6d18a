"""A service that answers as the documents of Klaviyo's API say: JSON:API, a key and a revision in headers, filters in a language of
their own, cursors in links, windows of questions. Prints its port.
"""

import re
from base64 import b64encode
from typing import Any, Final
from urllib.parse import urlencode

from tests.connectors.rest.vendors.service import Record, Said, Service, serve

KEY: Final = "pk_0123"
JSON_API: Final = "application/vnd.api+json"
HOSTILE: Final = "=cmd|' /C calc'!A0 <script>alert(1)</script> \u202eevil\u0000 \u2603"
LARGEST: Final = {"profiles": 100, "events": 1000, "coupon-codes": 100}
FILTER: Final = re.compile(r'equals\((\w+(?:\.\w+)?),"((?:[^"\\]|\\.)*)"\)')
CONSENT: Final = {
    "can_receive_email_marketing": True, "consent": "SUBSCRIBED", "consent_timestamp": "2025-01-02T03:04:05+00:00",
    "last_updated": "2025-01-02T03:04:05+00:00", "method": "FORM_ID", "method_detail": "footer", "custom_method_detail": None,
    "double_optin": True, "suppression": [], "list_suppressions": [],
}  # fmt: skip
SUPPRESSED: Final = {
    **CONSENT, "can_receive_email_marketing": False, "consent": "UNSUBSCRIBED",
    "suppression": [{"reason": "USER_SUPPRESSED", "timestamp": "2025-05-05T05:05:05+00:00"}],
}  # fmt: skip
BARE: Final[Record] = dict.fromkeys(
    ("phone_number", "external_id", "first_name", "last_name", "organization", "title", "locale", "image", "location",
     "predictive_analytics", "last_event_date"),
)  # fmt: skip
LOCATION: Final = {
    "address1": "1 rue du Marché", "address2": None, "city": "Lyon", "country": "France", "latitude": 45.76, "longitude": "4.83",
    "region": None, "zip": "69001", "timezone": "Europe/Paris", "ip": "203.0.113.9",
}  # fmt: skip
FULL: Final[Record] = {
    "phone_number": "+33601020304", "external_id": "C-17", "first_name": "Zoë 李", "last_name": "Ōkubo-Müller",
    "organization": None, "title": "Goldsmith", "locale": "fr-FR", "image": None, "location": LOCATION,
    "predictive_analytics": {"historic_clv": 93.87, "churn_probability": 0.25, "expected_date_of_next_order": None},
    "last_event_date": "2026-01-07T00:00:00+00:00",
}  # fmt: skip


def profile(number: str, email: str | None, **told: Any) -> Record:
    consent = told.pop("consent", CONSENT)
    attributes = {
        "email": email, **BARE, "created": "2024-01-01T00:00:00+00:00", "updated": "2026-01-01T00:00:00+00:00",
        "properties": {}, "subscriptions": {"email": {"marketing": consent}, "sms": None, "mobile_push": None}, **told,
    }  # fmt: skip
    return {"type": "profile", "id": number, "attributes": attributes, "relationships": {}, "links": {"self": "x"}}


def owned(kind: str, number: str, owner: str, more: Record, **attributes: Any) -> Record:
    relations = {"profile": {"data": {"type": "profile", "id": owner}, "links": {"self": "x", "related": "x"}}, **more}
    return {"type": kind, "id": number, "attributes": attributes, "relationships": relations, "links": {"self": "x"}}


def event(number: str, owner: str, metric: str, **properties: Any) -> Record:
    told = {"timestamp": 1735689600, "datetime": "2025-01-01T00:00:00+00:00", "uuid": f"u-{number}", "event_properties": properties}
    return owned("event", number, owner, {"metric": {"data": {"type": "metric", "id": metric}}}, **told)


def code(number: str, owner: str) -> Record:
    coupon = {"coupon": {"data": {"type": "coupon", "id": "10OFF"}}}
    return owned("coupon-code", number, owner, coupon, unique_code=number[-4:], expires_at=None, status="ASSIGNED_TO_PROFILE")


def named(kind: str, number: str, **attributes: Any) -> Record:
    return {"type": kind, "id": number, "attributes": attributes, "relationships": {}, "links": {"self": "x"}}


PROFILES: Final = [
    profile("P1", "ann@mail.example", **FULL, properties={"Ring size": 52, "note": HOSTILE}),
    profile("P2", "ann+shop@mail.example"), profile("P3", "ann@mail.example.org"), profile("P4", "joann@mail.example"),
    profile("P5", "bare@mail.example"), profile("P6", "gone@mail.example", consent=SUPPRESSED, last_name="Gone"),
    profile("P7", "o'neil\"x@mail.example"), profile("P8", None, phone_number="+33600000000"), profile("P9", "ánn@mail.example"),
    profile("PA", "a_n@mail.example"),
]  # fmt: skip
ITEMS: Final = [{"sku": "R-1", "gift": {"to": "Léa"}}]
EVENTS: Final = [
    *(event(f"E{turn}", "P1", "M1" if turn % 2 else "M2", Items=ITEMS, value=turn) for turn in range(7)),
    event("E8", "P2", "M1"), event("E9", "P3", "M3"),
]  # fmt: skip
TOKEN: Final = {
    "created": "2025-01-01T00:00:00+00:00", "token": "apns-1", "enablement_status": "AUTHORIZED", "platform": "ios",
    "vendor": "APNs", "background": "AVAILABLE", "recorded_date": "2025-01-01T00:00:00+00:00",
    "metadata": {"device_model": "iPhone12,1"},
}  # fmt: skip
RULE: Final = {"condition_groups": [{"conditions": [{"type": "profile-metric"}]}]}
LISTS: Final = (
    named("list", "L1", name="Newsletter", opt_in_process="double_opt_in"), named("list", "L2", name="VIP", opt_in_process=None),
)  # fmt: skip
OF_PROFILE: Final = {
    "lists": {"P1": [*LISTS]},
    "segments": {"P1": [named("segment", "S1", name="Will leave soon", definition=RULE)]},
    "push-tokens": {"P1": [owned("push-token", "T1", "P1", {}, **TOKEN)]},
}  # fmt: skip
METRICS: Final = {"M1": "Placed Order", "M2": "Opened Email"}
CODES: Final = [code("10OFF-AAAA", "P1"), code("10OFF-BBBB", "P2")]


FILTERED: Final = {"profiles": (PROFILES, "email"), "events": (EVENTS, "profile_id"), "coupon-codes": (CODES, "profile.id")}


class Klaviyo(Service):
    def answer(self, path: list[str], query: dict[str, str]) -> Said:
        if self.headers.get("authorization") != f"Klaviyo-API-Key {KEY}":
            return self.fails(401, "Incorrect authentication credentials.")
        if not re.fullmatch(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", self.headers.get("revision", "")):
            return self.fails(400, "A valid revision is needed.")
        if self.headers.get("accept") != JSON_API:
            return self.fails(406, "Could not satisfy the request Accept header.")
        return self.known(path, query) or self.fails(404, "A resource with that id does not exist.")

    def known(self, path: list[str], query: dict[str, str]) -> Said | None:
        match path:
            case ["api", "profiles", number, what] if what in OF_PROFILE and number in {one["id"] for one in PROFILES}:
                return self.tells(OF_PROFILE[what].get(number, []), {"self": "x"})
            case ["api", what] if what in FILTERED:
                return self.filtered(FILTERED[what][0], query, FILTERED[what][1])
            case ["api", "accounts"]:
                return self.tells([named("account", "A1")], {})
            case ["api", "metrics", number] if number in METRICS:
                return self.tells(named("metric", number, name=METRICS[number], integration={"name": "API"}), {"self": "x"})
        return None

    def filtered(self, records: list[Record], query: dict[str, str], name: str) -> Said:
        meant = FILTER.fullmatch(query.get("filter", ""))
        if not meant or meant[1] != name:
            return self.fails(400, "Invalid filter provided.")
        value = re.sub(r"\\(.)", r"\1", meant[2])
        if name == "email":
            found = [one for one in records if one["attributes"]["email"] == value.lower()]
            if "subscriptions" not in query.get("additional-fields[profile]", ""):
                found = [
                    {**one, "attributes": {k: v for k, v in one["attributes"].items() if k != "subscriptions"}} for one in found
                ]
        else:
            found = [one for one in records if one["relationships"]["profile"]["data"]["id"] == value]
        return self.page(found, query)

    def page(self, records: list[Record], query: dict[str, str]) -> Said:
        what = self.path.split("?")[0].rsplit("/", 1)[-1]
        size, at = int(query.get("page[size]", 20)), int(query.get("page[cursor]", "c0").removeprefix("c"))
        if not 1 <= size <= LARGEST[what]:
            return self.fails(400, "Page size must be in range.")
        here = f"http://{self.headers['host']}{self.path.split('?')[0]}"
        more = f"{here}?{urlencode({**query, 'page[cursor]': f'c{at + size}'})}" if len(records) > at + size else None
        return self.tells(records[at : at + size], {"self": here, "next": more, "prev": None})

    def tells(self, data: Any, links: Record) -> Said:
        limits = {"RateLimit-Limit": "75", "RateLimit-Remaining": "74", "RateLimit-Reset": "0", "Content-Type": JSON_API}
        return Said({"data": data, "links": links}, 200, limits)

    def fails(self, status: int, message: str) -> Said:
        told = {"id": b64encode(message.encode()).decode(), "status": status, "code": "error", "title": message, "detail": message}
        more = {"Retry-After": "1"} if status == 429 else {}  # too many
        return Said({"errors": [{**told, "source": {"pointer": "/data/"}}]}, status, {"Content-Type": JSON_API, **more})


if __name__ == "__main__":
    serve(Klaviyo)
