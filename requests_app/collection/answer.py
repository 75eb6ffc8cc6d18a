"""One system's answer on its way into the vault."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from time import monotonic
from typing import Final

from requests_app.collection.cards import masked
from requests_app.collection.models import Part, Pull
from requests_app.connectors.base import Attachment, Batch, Form, Inventory, NotAsDescribed
from requests_app.ledger.claims import Claim
from requests_app.vault import services as vault
from requests_app.vault.models import StoredFile
from requests_app.vault.rows import Kind, csv_header

_NOTE_DELAY: Final = 1.0  # seconds between two notes of how far a pull is
_Key = tuple[str, Form]


class Answer:
    """Takes what a connector yields, as it comes; `parts` are there once `take` has ended."""

    def __init__(self, pull: Pull, claim: Claim, inventory: Inventory) -> None:
        self._pull, self._claim = pull, claim
        self._infos = {info.name: info for info in inventory.collections}
        self._headers = {info.name: csv_header(field.name for field in info.fields) for info in inventory.collections}
        self._texts: dict[_Key, vault.Draft] = {}
        self._counts: Counter[_Key] = Counter()
        self._files: list[tuple[Part, StoredFile]] = []
        self._noted_at = monotonic()

    @property
    def records(self) -> int:
        return sum(count for (_, form), count in self._counts.items() if form == Form.JSON)

    @property
    def parts(self) -> list[tuple[Part, StoredFile]]:
        texts = [
            (Part(collection=name, form=form, records=self._counts[name, form]), draft.file)
            for (name, form), draft in self._texts.items()
        ]
        return texts + self._files

    def take(self, findings: Iterator[Batch | Attachment]) -> None:
        """Write everything; nothing stays when the answer breaks off.

        Raises:
            NotAsDescribed: a collection is not described, or its two text forms do not hold the same number of records.
            LeaseLost: another worker has taken over.
        """
        with ExitStack() as stack:
            stack.push(self._forget_files)
            for found in findings:
                self._claim.hold()
                if found.collection not in self._headers:
                    raise NotAsDescribed(f"{found.collection} is not described.")
                if isinstance(found, Batch):
                    self._text(stack, found)
                else:
                    self._file(found)
                self._note()
            self._check()

    def _text(self, stack: ExitStack, batch: Batch) -> None:
        key = batch.collection, batch.form
        if key not in self._texts:
            header = self._headers[batch.collection] if batch.form == Form.CSV else b""
            self._texts[key] = stack.enter_context(vault.writing(self._pull.dsr, Kind(batch.form.value), header=header))
        self._texts[key].writer.write(masked(batch, self._infos[batch.collection]), batch.records)
        self._counts[key] += batch.records

    def _file(self, found: Attachment) -> None:
        with vault.writing(self._pull.dsr, Kind.FILE, level=0) as draft:
            for chunk in found.chunks:
                self._claim.hold()
                draft.writer.write(chunk)
        part = Part(
            collection=found.collection,
            form="file",
            record=found.record,
            field=found.field,
            media_type=found.media_type,
            name=found.name,
        )
        self._files.append((part, draft.file))

    def _check(self) -> None:
        for name in {name for name, _ in self._texts}:
            if len({self._counts[name, form] for form in Form}) > 1:
                raise NotAsDescribed(f"{name}: the text forms do not hold the same records.")

    def _forget_files(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            vault.discard([file for _, file in self._files])

    def _note(self) -> None:
        """Let the customer's page show that the search moves."""
        if monotonic() - self._noted_at > _NOTE_DELAY:
            self._noted_at = monotonic()
            Pull.objects.filter(pk=self._pull.pk).update(records=self.records)
