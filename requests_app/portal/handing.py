"""Handing over a copy: a stream of bytes that is let go when the browser has it, or goes away."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from typing import Self

from django.http import StreamingHttpResponse

from requests_app.bundle import services as bundle
from requests_app.bundle.models import Bundle


class _Stream:
    """The bytes of an archive; `close` lets go of what was opened even where nothing was read."""

    def __init__(self, opened: AbstractContextManager[Iterator[bytes]]) -> None:
        self._open = ExitStack()
        self._bytes: Iterator[bytes] = self._open.enter_context(opened)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        return next(self._bytes)

    def close(self) -> None:
        self._open.close()


def over(copy: Bundle) -> StreamingHttpResponse:
    """Answer with the copy, as a file that no browser opens in this place (T-6.06). Counts a download.

    Raises:
        NotAvailable: it has expired or was downloaded often enough.
    """
    return streamed(bundle.handed_over(copy), name=f"{copy.dsr.reference}.zip", size=copy.size)


def streamed(opened: AbstractContextManager[Iterator[bytes]], *, name: str, size: int) -> StreamingHttpResponse:
    """Answer with an archive as a file called `name`; raises what opening it raises."""
    return StreamingHttpResponse(
        _Stream(opened),
        content_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Length": str(size),
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
        },
    )
