"""What the person does who answers for a system: opens the link, types the figures, gives what was found."""

import re
from dataclasses import dataclass, field
from typing import Any, Final

from django.test import Client

from requests_app.errands.models import Errand, Keeper
from requests_app.sources.models import Source
from tests.mail import Post
from tests.running import run_all_due

KEEPER: Final = "archive@shop.example"
LEAD: Final = "lead@shop.example"
BINDERS: Final = """
dataset:
  - fides_key: binders
    name: Binders
    dsar:
      title: {en: Paper archive, fr: Archives papier}
    collections:
      - name: letters
        dsar: {topic: care, title: {en: Letters, fr: Lettres}}
        fields:
          - {name: number, data_categories: [user.unique_id], fides_meta: {primary_key: true}, dsar: {title: {en: Number}}}
          - {name: words, data_categories: [user.content], dsar: {title: {en: Words, fr: Texte}}}
          - {name: scan, data_categories: [user.content], dsar: {title: {en: Scan, fr: Copie}, file: {media_type: application/pdf}}}
      - name: notes
        dsar: {topic: care, title: {en: Notes, fr: Notes}}
        fields:
          - {name: number, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: text, data_categories: [user.content], dsar: {title: {en: Text of the note, fr: Texte de la note}}}
"""
PDF: Final = b"%PDF-1.4\n" + b"letter " * 50


@dataclass(slots=True)
class Office:
    """One system of people, its keeper, and the keeper's browser."""

    source: Source
    keeper: Keeper
    post: Post
    client: Client = field(default_factory=Client)

    @property
    def errand(self) -> Errand:
        return Errand.objects.select_related("dsr__brand", "source", "keeper").latest("asked_at")

    @property
    def home(self) -> str:
        return f"/{self.source.brand.slug}/en/tasks/"

    @property
    def page(self) -> str:
        return f"{self.home}{self.errand.pk}/"

    def link(self) -> str:
        """Return the path of the newest link that was mailed to the keeper."""
        found = [re.search(r"https?://[^/]+(/\S+/task/[\w-]+/)", one.text) for one in self.post.to(self.keeper.email)]
        return [one.group(1) for one in found if one][-1]

    def figures(self) -> str:
        found = [re.search(r": (\d{6})\s", one.text) for one in self.post.to(self.keeper.email)]
        return [one.group(1) for one in found if one][-1]

    def come_in(self, link: str = "") -> Any:
        """Open the newest link, have the figures sent, and type them."""
        self.client.get(link or self.link())
        self.client.post(f"{self.home}open/")
        run_all_due("errands.code")
        return self.client.post(f"{self.home}open/", {"code": self.figures()})

    def does(self, deed: str, **fields: Any) -> Any:
        return self.client.post(self.page, {"deed": deed, **fields})

    def types(self, collection: str, **values: str) -> Any:
        return self.does("add", collection=collection, **{f"record-{collection}-{name}": value for name, value in values.items()})
