"""A service that answers as the documents of Zendesk Support say: an agent's address with a token, a search that looks into every
property, pages by offset there and by cursor elsewhere, archived tickets only in the search, files behind a redirect.

Prints its port.
"""

from base64 import b64encode
from typing import Any, Final
from urllib.parse import urlencode

from tests.connectors.rest.vendors.service import Record, Said, Service, serve

AGENT, TOKEN = "agent@shop.example", "t0k3n"
HOSTILE: Final = "=1+1 <svg/onload=alert(1)> {{dc.evil}} \u202etxt.exe \u2603"
WHEN: Final = "2025-01-02T03:04:05Z"
ANN: Final = 35436


def user(number: int, name: str, email: str | None, **more: Any) -> Record:
    return {
        "id": number, "url": "x", "name": name, "email": email, "phone": None, "alias": None, "details": None,
        "notes": None, "tags": [], "user_fields": {}, "external_id": None, "locale": "fr", "time_zone": "Paris",
        "organization_id": None, "role": "end-user", "verified": True, "suspended": False, "active": True, "photo": None,
        "last_login_at": None, "created_at": WHEN, "updated_at": WHEN, **more,
    }  # fmt: skip


def identity(number: int, owner: int, value: str, kind: str = "email") -> Record:
    return {
        "id": number,
        "user_id": owner,
        "type": kind,
        "value": value,
        "verified": True,
        "primary": number % 2 == 0,
        "created_at": WHEN,
    }


def ticket(number: int, owner: int, **more: Any) -> Record:
    return {
        "id": number, "url": "x", "subject": f"Anneau n° {number}", "description": HOSTILE, "status": "open", "type": None,
        "priority": None, "tags": [], "custom_fields": [{"id": 1, "value": "52"}], "via": {"channel": "web"}, "recipient": None,
        "external_id": None, "requester_id": owner, "submitter_id": owner, "assignee_id": 900, "collaborator_ids": [],
        "satisfaction_rating": {"score": "unoffered"}, "created_at": WHEN, "updated_at": WHEN, **more,
    }  # fmt: skip


def comment(number: int, author: int, text: str, **more: Any) -> Record:
    return {
        "id": number, "type": "Comment", "author_id": author, "body": text, "html_body": text, "plain_body": text, "public": True,
        "attachments": [], "audit_id": number, "via": {"channel": "email"}, "created_at": WHEN,
        "metadata": {"system": {"ip_address": "203.0.113.7"}}, **more,
    }  # fmt: skip


def attachment(number: int, name: str) -> Record:
    return {
        "id": number, "file_name": name, "content_url": f"HOME/attachments/token/{number}/?name=x", "content_type": "text/plain",
        "size": 4, "inline": False, "deleted": False, "thumbnails": [],
    }  # fmt: skip


PHOTO: Final = {"content_url": "HOME/photos/1"}
USERS: Final = [
    user(ANN, "Zoë Ōkubo-Müller 李", "Ann@mail.example", phone="+33601020304", notes=HOSTILE, photo=PHOTO),
    user(2, "Ann", "ann+shop@mail.example"), user(3, "Ann", "ann@mail.example.org", notes="knows ann@mail.example"),
    user(4, "Joann", "joann@mail.example", suspended=True), user(5, "Bare", "bare@mail.example"),
    user(6, "ann@mail.example", None), user(7, "Second", "second@mail.example"),
]  # fmt: skip
IDENTITIES: Final = [
    *(identity(100 + turn, ANN, value) for turn, value in enumerate(("ann@mail.example", "zoe@work.example", "old@mail.example"))),
    identity(110, ANN, "+33601020304", "phone_number"),
    *(identity(200 + one["id"], one["id"], one["email"]) for one in USERS[1:] if one["email"]),
    identity(300, 7, "spare@mail.example"),
]  # fmt: skip
RATED: Final = {"id": 62, "score": "good", "comment": "Merci"}
TICKETS: Final = [
    *(ticket(turn, ANN, satisfaction_rating=RATED if turn == 2 else {"score": "unoffered"}) for turn in range(1, 8)),
    ticket(20, 3, collaborator_ids=[ANN, 2], subject="Of somebody else"), ticket(21, 2), ticket(22, 4),
]  # fmt: skip
ARCHIVED: Final = [ticket(90, ANN, status="closed"), ticket(91, 3, status="closed")]
YES: Final = attachment(503, "yes.txt")
CALL: Final = {
    "from": "+33601020304", "to": "+33100000000", "recording_url": "HOME/api/v2/recordings/7", "started_at": WHEN,
    "call_duration": 40, "transcription_text": "Allô", "answered_by_id": 900, "location": "Lyon",
}  # fmt: skip
COMMENTS: Final = {
    1: [
        comment(1001, ANN, HOSTILE, attachments=[attachment(501, "bague.txt")]),
        comment(1002, 900, "Bonjour"), comment(1003, 900, "Difficult", public=False), comment(1004, ANN, "Merci"),
        comment(1005, 900, "Call", type="VoiceComment", data=CALL), *(comment(1010 + turn, ANN, "…") for turn in range(2)),
    ],
    20: [
        comment(2001, 3, "Secret of hers", attachments=[attachment(502, "secret.txt")]),
        comment(2002, ANN, "I agree", attachments=[YES]),
    ],
    90: [comment(9001, ANN, "Long ago")],
}  # fmt: skip
RATING: Final = {"ticket_id": 2, "requester_id": ANN, "assignee_id": 900, "reason": None, "created_at": WHEN, **RATED}
RATINGS: Final = {62: RATING}
MEMBERSHIPS: Final = [
    {"id": 4, "user_id": ANN, "organization_id": 57, "organization_name": "Atelier", "default": True, "created_at": WHEN}
]
ORGANIZATION: Final = {"id": 57, "name": "Atelier", "details": "Owes us", "notes": "Ask Bob"}


class Zendesk(Service):
    def answer(self, path: list[str], query: dict[str, str]) -> Said:
        told = self.headers.get("authorization", "")
        if path[0] == "cdn":
            return file(path[-1])
        if told != "Basic " + b64encode(f"{AGENT}/token:{TOKEN}".encode()).decode():
            return self.fails(401, "Couldn't authenticate you")
        found = self.of_users(path[2:], query) or self.of_tickets(path[2:], query) or self.of_files(path)
        return found or self.fails(404, "RecordNotFound")

    def of_users(self, path: list[str], query: dict[str, str]) -> Said | None:
        match path:
            case ["users", "count"]:
                return Said({"count": {"value": len(USERS), "refreshed_at": WHEN}})
            case ["users", "search"]:
                return self.searched(query)
            case ["users", number, "identities"]:
                return self.cursor("identities", [one for one in IDENTITIES if one["user_id"] == int(number)], query)
            case ["users", number, "organization_memberships"]:
                return self.cursor("organization_memberships", [one for one in MEMBERSHIPS if one["user_id"] == int(number)], query)
            case ["organizations", "57"]:
                return Said({"organization": ORGANIZATION})
        return None

    def of_tickets(self, path: list[str], query: dict[str, str]) -> Said | None:
        match path:
            case ["users", number, "tickets", "requested"]:
                return self.cursor("tickets", [one for one in TICKETS if one["requester_id"] == int(number)], query)
            case ["users", number, "tickets", "ccd"]:
                return self.cursor("tickets", [one for one in TICKETS if int(number) in one["collaborator_ids"]], query)
            case ["search", "export"] if query.get("filter[type]") == "ticket":
                sought = int(query["query"].removeprefix("requester:"))
                older = [one for one in (*TICKETS[1:], *ARCHIVED) if sought in {one["requester_id"], *one["collaborator_ids"]}]
                return self.cursor("results", [{**one, "result_type": "ticket"} for one in older], query)
            case ["tickets", number, "comments"]:
                return self.cursor("comments", COMMENTS.get(int(number), []), query)
            case ["satisfaction_ratings", number] if int(number) in RATINGS:
                return Said({"satisfaction_rating": RATINGS[int(number)]})
        return None

    def of_files(self, path: list[str]) -> Said | None:
        match path:
            case ["attachments", "token", number] | ["attachments", "token", number, ""]:
                away = self.plan.get("away", self.home)
                return Said("", 302, {"Location": f"{away}/cdn/{number}"})
            case ["photos", number] | ["api", "v2", "recordings", number]:
                return file(number)
        return None

    def searched(self, query: dict[str, str]) -> Said:
        sought = query["query"].lower()
        found = [
            one for one in USERS if sought in f"{one['name']} {one['email']} {one['notes']}".lower() or sought in known(one["id"])
        ]
        size, page = int(query.get("per_page", 100)), int(query.get("page", 1))
        here = found[(page - 1) * size : page * size]
        more = (
            f"{self.home}{self.path.split('?')[0]}?{urlencode({**query, 'page': page + 1})}" if len(found) > page * size else None
        )
        beside = [one for one in IDENTITIES if one["user_id"] in {each["id"] for each in here}]
        asked = {"identities": beside} if query.get("include") == "identities" else {}
        return self.told({"users": here, **asked, "count": len(found), "next_page": more, "previous_page": None})

    def cursor(self, name: str, records: list[Record], query: dict[str, str]) -> Said:
        if "page[size]" not in query:
            return self.told({name: records[:100], "count": len(records), "next_page": None})
        size, after = int(query["page[size]"]), int(query.get("page[after]", "0"))
        more = len(records) > after + size
        link = f"{self.home}{self.path.split('?')[0]}?{urlencode({**query, 'page[after]': after + size})}"
        links = {"next": link if more else None, "prev": None}
        return self.told({name: records[after : after + size], "meta": {"has_more": more, "after_cursor": "x"}, "links": links})

    @property
    def home(self) -> str:
        return f"http://{self.headers['host']}"

    def told(self, body: Any) -> Said:
        return Said(in_place(body, self.home), 200, {"X-Rate-Limit": "700", "X-Rate-Limit-Remaining": "699"})

    def fails(self, status: int, message: str) -> Said:
        return Said({"error": message, "description": message}, status, {"Retry-After": "1"} if status == 429 else {})


def known(number: int) -> str:
    return " ".join(one["value"].lower() for one in IDENTITIES if one["user_id"] == number)


def file(number: str) -> Said:
    return Said(
        f"file {number}", 200, {"Content-Type": "text/plain", "Content-Disposition": f'attachment; filename="f{number}.txt"'}
    )


def in_place(value: Any, home: str) -> Any:
    """Put the service's own address where `HOME` stands."""
    if isinstance(value, dict):
        return {key: in_place(inner, home) for key, inner in value.items()}
    if isinstance(value, list):
        return [in_place(inner, home) for inner in value]
    return value.replace("HOME", home) if isinstance(value, str) else value


if __name__ == "__main__":
    serve(Zendesk)
