"""Text that was decoded with the wrong table, put right where that is certain.

Two accidents are mended: UTF-8 read as Windows-1252 or Latin-1 ("cafÃ©"), also when only part of the text suffered, and
GB 18030 read as Latin-1 ("ÖÐÎÄ"). What cannot be undone (U+FFFD, "锟斤拷") is only told by `damaged`.
"""

from __future__ import annotations

import re

_CP1252 = {
    0x80 + i: char
    for i, char in enumerate(
        "\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f"
        "\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178"
    )
}
_BYTES = {chr(code): code for code in range(0x80, 0x100)} | {char: code for code, char in _CP1252.items()}
_HIGH = "".join(re.escape(char) for char in _BYTES)
_TAIL = f"[{''.join(re.escape(char) for char, code in _BYTES.items() if code < 0xC0)}]"
_RUN = re.compile(
    f"(?:[ÂÃ]{_TAIL})+"  # Latin letters with accents
    f"|(?:â{_TAIL}{{2}})+"  # typographic punctuation
    f"|(?:ð{_TAIL}{{3}})+"  # emoji
    f"|(?:[ÐÑÎÏ]{_TAIL}){{2,}}"  # Cyrillic and Greek: one pair alone could be honest
    f"|(?:[á-ï]{_TAIL}{{2}}){{2,}}"  # Chinese, Japanese, Korean: likewise
)
_GB_RUN = re.compile("(?:[\u00b0-\u00f7][\u00a1-\u00fe]){3,}")  # two pairs may as well be Korean
_FIRST_LOOK = re.compile("[\u00b0-\u00ff]{2}|[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u2122]")
_HAN = re.compile("[\u4e00-\u9fff\u3000-\u303f\uff00-\uffef]+")
_DAMAGED = re.compile("\ufffd|锟斤拷|烫烫烫|屯屯屯")


def repair(text: str) -> str:
    """The text with mojibake undone; unchanged when there is none or it is not certain."""
    if text.isascii() or not _FIRST_LOOK.search(text):
        return text
    return _GB_RUN.sub(_from_gb, _RUN.sub(_from_utf8, text))


def damaged(text: str) -> bool:
    """Whether characters were lost for good before the text came here."""
    return not text.isascii() and _DAMAGED.search(text) is not None


def _from_utf8(found: re.Match[str]) -> str:
    try:
        return bytes(_BYTES[char] for char in found[0]).decode("utf-8")
    except UnicodeDecodeError:
        return found[0]


def _from_gb(found: re.Match[str]) -> str:
    try:
        decoded = found[0].encode("latin-1").decode("gb2312")
    except UnicodeError:
        return found[0]
    return decoded if _HAN.fullmatch(decoded) else found[0]
