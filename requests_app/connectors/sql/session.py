"""One open, read-only snapshot of a SQL system, whatever engine it runs on."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from sqlalchemy.sql import Select

from requests_app.connectors.base import Config, Misconfigured, SourceFault
from requests_app.connectors.sql.gifts import Gifts
from requests_app.connectors.sql.speech import Column, Prepared, Reading, Speech
from requests_app.connectors.sql.text import written

CONNECT_TIMEOUT: Final = 5  # seconds


@dataclass(frozen=True, slots=True)
class Table:
    """Where a described table lies; `schema` and `database` are empty where the connection's own are meant."""

    name: str
    schema: str = ""
    database: str = ""


Found = Mapping[Table, Mapping[str, Column]]
Keys = Mapping[Table, tuple[str, ...]]


class Session(ABC):
    """A connection inside one read-only transaction."""

    speech: Speech
    folds_tables: ClassVar[bool] = False
    folds_columns: ClassVar[bool] = True

    def __init__(self, config: Config, timeout: int, gifts: Gifts | None = None) -> None:
        """Connect, hand over values that are too many for one statement, and begin.

        Raises:
            Exception: of the driver; `fault` translates it.
        """
        self.config, self.timeout, self.gifts = config, timeout, gifts or Gifts({})
        self.connection: Any = self._connect()

    def close(self) -> None:
        self.connection.close()

    @abstractmethod
    def _connect(self) -> Any: ...

    @classmethod
    @abstractmethod
    def fault(cls, error: Exception, config: Config) -> SourceFault | None:
        """Translate a driver's exception, without its text; None when it is not the driver's."""

    @abstractmethod
    def columns(self, tables: Sequence[Table]) -> tuple[Sequence[Any], ...]:
        """Return the live columns as plain rows, which are equal as long as the tables are: what `understood` reads."""

    @abstractmethod
    def understood(self, tables: Sequence[Table], rows: Sequence[Sequence[Any]]) -> Found:
        """Return what the rows of `columns` say."""

    @abstractmethod
    def keys(self, tables: Sequence[Table]) -> Keys:
        """Return the columns of each table's primary key, or of a unique index on columns that are never NULL."""

    @abstractmethod
    def lacks_index(self, table: Table, column: Column, *, email: bool) -> str:
        """Return words for the index that finding records by the column (`is_email`, or equality) lacks; empty for a view."""

    @abstractmethod
    def estimate(self, table: Table) -> int:
        """About how many rows the table has."""

    @abstractmethod
    def rows(self, statement: Select[Any] | Prepared, values: Mapping[str, Any] | None = None) -> Iterator[Sequence[Any]]:
        """Yield rows; other statements may run in between."""

    def few(self, statement: Select[Any] | Prepared, values: Mapping[str, Any] | None = None) -> Sequence[Sequence[Any]]:
        """Return rows whose number is bounded."""
        return list(self.rows(statement, values))

    def stream(self, prepared: Prepared, values: Mapping[str, Any]) -> Iterator[Sequence[Any]]:
        """Yield rows without ever holding many; no other statement may run in between."""
        return self.rows(prepared, values)

    def batches(self, reading: Reading, values: Mapping[str, Any]) -> Iterator[tuple[bytes, int]]:
        """Yield text of about `BATCH` bytes with its number of records, in the order of the key."""
        if reading.line is None:
            raise TypeError("this engine writes no text")
        return written(self.stream(reading.prepared, values), reading.line)

    def _asked(self, statement: Select[Any] | Prepared, values: Mapping[str, Any] | None) -> tuple[str, Any]:
        prepared = statement if isinstance(statement, Prepared) else self.speech.compile(statement)
        return prepared.sql, prepared.parameters(values or {})


def option(config: Config, name: str, default: int) -> int:
    """Return a whole number above 0 from the options.

    Raises:
        Misconfigured: it is something else.
    """
    text = config.options.get(name, str(default))
    if not (text.isascii() and text.isdecimal() and int(text)):
        raise Misconfigured(f"{config.name}: the option {name} must be a whole number above 0")
    return int(text)
