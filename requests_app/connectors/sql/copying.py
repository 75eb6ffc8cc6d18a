"""What COPY sends, row by row, straight from libpq's buffer: of a million rows, each costs a call and no more."""

import select
from collections.abc import Iterator
from typing import Any

from psycopg import OperationalError, errors
from psycopg.pq import ExecStatus

_PATIENCE = 1.0  # seconds in which a silent socket is looked at again


def copied(connection: Any, sql: bytes) -> Iterator[Any]:
    """Run the statement `COPY … TO STDOUT` and yield its rows; nothing else may run on `connection` meanwhile.

    Raises:
        psycopg.Error: of the server, or because it has gone.
    """
    libpq = connection.pgconn
    libpq.send_query(sql)
    _expect(libpq, ExecStatus.COPY_OUT)
    while True:
        size, row = libpq.get_copy_data(1)
        if size > 0:
            yield row
        elif size == 0:
            _wait(libpq)
        else:
            break
    _expect(libpq, ExecStatus.COMMAND_OK)
    while libpq.get_result() is not None:
        pass


def _wait(libpq: Any) -> None:
    select.select([libpq.socket], [], [], _PATIENCE)
    libpq.consume_input()


def _expect(libpq: Any, status: ExecStatus) -> None:
    libpq.flush()
    while libpq.is_busy():
        _wait(libpq)
    result = libpq.get_result()
    if result is None:
        raise OperationalError("the server stopped answering")
    if result.status != status:
        raise errors.error_from_result(result)
