"""Lines of a text file with their numbers: compressed or not, in any encoding, and none too long to hold."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from shopmind.ingest.readers.batch import LONGEST_LINE

_SAMPLE = 1 << 20
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_ORDINARY_HAN = (0x4E00, 0x9FA5)


def open_bytes(path: Path) -> IO[bytes]:
    """The file's bytes, decompressed where the name ends in .gz."""
    return cast(IO[bytes], gzip.open(path, "rb")) if path.suffix == ".gz" else open(path, "rb")


def numbered_lines(path: Path) -> Iterator[tuple[int, bytes | None]]:
    """(1-based number, line without its end) of each line; None instead of a line that is too long.

    UTF-16 comes out as UTF-8; other encodings as they are, see `encoding_of`.
    """
    with open_bytes(path) as file:
        head = file.read(4)
        file.seek(0)
        encoding = next((name for bom, name in _BOMS if head.startswith(bom)), "")
        if encoding.startswith("utf-16"):
            yield from _transcoded(file, encoding)
            return
        if encoding:
            file.read(3)
        number = 0
        while line := file.readline(LONGEST_LINE):
            number += 1
            if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
                while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                    pass
                yield number, None
                continue
            yield number, line.rstrip(b"\r\n")


def _transcoded(file: IO[bytes], encoding: str) -> Iterator[tuple[int, bytes | None]]:
    number = 0
    with io.TextIOWrapper(file, encoding, errors="replace", newline=None) as text:
        while line := text.readline(LONGEST_LINE):
            number += 1
            if len(line) == LONGEST_LINE and not line.endswith("\n"):
                while (rest := text.readline(LONGEST_LINE)) and not rest.endswith("\n"):
                    pass
                yield number, None
                continue
            yield number, line.rstrip("\n").lstrip("\ufeff").encode("utf-8", "replace")


def encoding_of(path: Path) -> str:
    """The encoding most lines of the file's first megabyte are in: utf-8, gb18030 or cp1252."""
    with open_bytes(path) as file:
        sample = file.read(_SAMPLE)
    if sample[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-8"
    votes = {"utf-8": 0, "gb18030": 0, "cp1252": 0}
    for line in sample.split(b"\n")[:-1] or [sample]:
        if not line.isascii():
            votes[decoded(line, "utf-8")[1]] += 1
    best = max(votes, key=lambda name: votes[name])
    return best if votes[best] else "utf-8"


def decoded(line: bytes, encoding: str) -> tuple[str, str]:
    """The line as text and the encoding it was in: the expected one, or else the likeliest."""
    for name in dict.fromkeys(("utf-8", encoding)):
        try:
            return line.decode(name), name
        except UnicodeDecodeError:
            continue
    try:
        text = line.decode("gb18030")
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace") if _fits_cp1252(line) else line.decode("latin-1"), "cp1252"
    foreign = [char for char in text if char > "\x7f"]
    low, high = _ORDINARY_HAN
    ordinary = sum(low <= ord(char) <= high or 0x3000 <= ord(char) <= 0x303F or ord(char) >= 0xFF00 for char in foreign)
    if ordinary >= 0.9 * len(foreign) and len(foreign) >= 2:
        return text, "gb18030"
    return line.decode("cp1252") if _fits_cp1252(line) else line.decode("latin-1"), "cp1252"


def _fits_cp1252(line: bytes) -> bool:
    try:
        line.decode("cp1252")
    except UnicodeDecodeError:
        return False
    return True
