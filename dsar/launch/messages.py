"""Turn translations (`.po`) into what gettext reads (`.mo`), without the gettext programs.

`python -m dsar.launch.messages` compiles all. The format: https://www.gnu.org/software/gettext/manual/html_node/MO-Files.html
"""

import ast
import re
import struct
from collections.abc import Iterator
from pathlib import Path

from dsar.launch.failure import CannotStart

_MAGIC, _HEADER = 0x950412DE, 28  # bytes
_KEYWORD = re.compile(r'(msgctxt|msgid_plural|msgid|msgstr)(?:\[(\d+)\])?\s+(".*")')


def compile_all(root: Path) -> None:
    """Compile every catalogue below `root`/locale that is newer than its result.

    Raises:
        CannotStart: a catalogue has a line that is none of a translation.
    """
    for catalogue in sorted((root / "locale").glob("*/LC_MESSAGES/*.po")):
        result = catalogue.with_suffix(".mo")
        if not result.exists() or result.stat().st_mtime < catalogue.stat().st_mtime:
            draft = catalogue.with_suffix(".mo.new")
            draft.write_bytes(packed(read(catalogue)))
            draft.replace(result)


def read(catalogue: Path) -> dict[str, str]:
    """Return the translations by key, both as they stand in a `.mo` file. What is fuzzy or empty is left out."""
    messages: dict[str, str] = {}
    for entry in _entries(catalogue):
        key = entry.get("msgid", "")
        if "msgctxt" in entry:
            key = f"{entry['msgctxt']}\x04{key}"
        if "msgid_plural" in entry:
            key = f"{key}\0{entry['msgid_plural']}"
        forms = [entry[name] for name in sorted(entry) if name.startswith("msgstr")]
        if all(forms) and forms:
            messages[key] = "\0".join(forms)
    return messages


def packed(messages: dict[str, str]) -> bytes:
    """Return the bytes of the `.mo` file: a table of keys, a table of translations, and all of them, each ended by a zero."""
    keys = sorted(messages, key=str.encode)
    texts = [text.encode() for text in (*keys, *(messages[key] for key in keys))]
    place = _HEADER + 8 * len(texts)
    table = b""
    for text in texts:
        table += struct.pack("<II", len(text), place)
        place += len(text) + 1
    header = struct.pack("<7I", _MAGIC, 0, len(keys), _HEADER, _HEADER + 8 * len(keys), 0, 0)
    return header + table + b"".join(text + b"\0" for text in texts)


def _entries(catalogue: Path) -> Iterator[dict[str, str]]:
    """The entries of the file; lines `#~` (obsolete) and other comments do not count, `#, fuzzy` drops the entry."""
    for block in re.split(r"\n[ \t]*(?=\n)", "\n" + catalogue.read_text(encoding="utf-8")):
        lines = [line for line in block.strip("\n").split("\n") if line]
        is_fuzzy = any(line.startswith("#,") and "fuzzy" in line for line in lines)
        if (entry := _entry(catalogue, [line for line in lines if not line.startswith("#")])) and not is_fuzzy:
            yield entry


def _entry(catalogue: Path, lines: list[str]) -> dict[str, str]:
    entry: dict[str, str] = {}
    name = ""
    for line in lines:
        if found := _KEYWORD.fullmatch(line.strip()):
            name = found[1] + (found[2] or "")
            entry[name] = _text(found[3])
        elif line.strip().startswith('"') and name:
            entry[name] += _text(line.strip())
        else:
            raise CannotStart(f"{catalogue}: this line is none of a translation: {line.strip()}")
    return entry


def _text(quoted: str) -> str:
    return str(ast.literal_eval(quoted))


if __name__ == "__main__":
    compile_all(Path(__file__).resolve().parent.parent.parent)
