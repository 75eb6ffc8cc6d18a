"""Files that records name go with what names them: before the commit, so that a crash leaves records, never files of nobody."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import FromClause, and_, exists, literal, quoted_name, select, table
from sqlalchemy import column as named

from requests_app.connectors.base import Problem
from requests_app.connectors.erasing import CannotErase, Deed
from requests_app.connectors.sql.description import Field
from requests_app.connectors.sql.erasing.deeds import ruled
from requests_app.connectors.sql.erasing.made import Made
from requests_app.connectors.sql.erasing.pile import Pile
from requests_app.connectors.sql.files import folder_of
from requests_app.connectors.sql.text import Family


@dataclass(frozen=True, slots=True)
class _Named:
    """A temporary table of the paths in one column of the records that lose them."""

    table: str
    pile: Pile
    field: Field

    @property
    def where(self) -> str:
        return f"{self.pile.collection.table}.{self.field.column}"


class Papers:
    """The files that go in one run: which, is asked before the records change; they are deleted when all else is done."""

    def __init__(self, made: Made, folder: Path | None) -> None:
        self._piles, self._hand, self._deeds, self._folder = made.piles, made.piles.hand, made.deeds, folder
        self._found = list(self._gathered())

    def shred(self) -> None:
        """Delete every file that no record of its collection names any more.

        Raises:
            CannotErase: there is no folder of files, or a file cannot be deleted.
        """
        for one in self._found:
            for (path,) in self._hand.rows(self._unnamed(one)):
                self._delete(one, str(path))

    def _gathered(self) -> Iterator[_Named]:
        for pile in self._piles:
            for field in pile.collection.fields:
                rulings = self._losing(pile, field)
                if rulings and self._is_path(pile, field):
                    one = _Named(f"dsar_files_{pile.number}_{pile.collection.fields.index(field)}", pile, field)
                    if self._hand.keep(one.table, self._paths(one, rulings), {}, ()):
                        yield one

    def _is_path(self, pile: Pile, field: Field) -> bool:
        live = self._piles.fitted.live[pile.collection.name][field.column]
        return field.info.is_file and live.family is not Family.BINARY

    def _losing(self, pile: Pile, field: Field) -> list[int]:
        return [
            number
            for number, ruling in enumerate(pile.rulings)
            if ruling.deed is Deed.ERASE or field.name in ruling.blanked
        ]  # fmt: skip

    def _paths(self, one: _Named, rulings: list[int]) -> Any:
        rows, found = self._deeds.bare(one.pile).alias(), one.pile.rows()
        path = rows.c[one.field.column]
        chosen = and_(self._piles.same(one.pile, found, rows), ruled(found, rulings), path.is_not(None), path != literal(""))
        return select(path.label("path")).select_from(found, rows).where(chosen).distinct()

    def _unnamed(self, one: _Named) -> Any:
        rows: FromClause = self._deeds.bare(one.pile).alias()
        gone = table(one.table, named(quoted_name("path", quote=True))).alias()
        still = exists(select(literal(1)).select_from(rows).where(rows.c[one.field.column] == gone.c.path))
        return select(gone.c.path).where(~still)

    def _delete(self, one: _Named, path: str) -> None:
        if self._folder is None:
            raise CannotErase(Problem("no_files", one.where, "the record names a file, but no folder of files is configured"))
        try:
            with folder_of(self._folder, path) as (here, name), suppress(FileNotFoundError):
                os.unlink(name, dir_fd=here)
        except FileNotFoundError:
            return  # a folder on the way is gone, and the file with it
        except (OSError, ValueError) as error:
            reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else "its path leads out of the folder"
            raise CannotErase(Problem("file_stays", one.where, f"a file cannot be deleted: {reason}")) from None
