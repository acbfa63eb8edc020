"""Cleaning: `clean` for what is kept and shown, `fold` for what is compared.

Both are linear in the length of the text, so a field of 10 MB costs time but never hangs.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass

from shopmind.text.mojibake import repair

_TAGS = (
    "a abbr address article aside audio b blockquote body br button canvas caption center code col colgroup dd del "
    "details div dl dt em embed fieldset figcaption figure font footer form h1 h2 h3 h4 h5 h6 head header hr html i "
    "iframe img input ins label legend li link main map mark meta nav noscript object ol optgroup option p param "
    "picture pre q s samp section select small source span strike strong sub summary sup svg table tbody td template "
    "textarea tfoot th thead time title tr track tt u ul var video wbr"
)
_UNSEEN = ("script", "style")
_COMMENT = re.compile("<!--[^<>]*-->")
_TAG = re.compile(rf"</?(?:{'|'.join(_TAGS.split())})(?=[\s/>])[^<>]*>|<!doctype[^<>]*>", re.I)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\u200b\u2060\ufeff\ufff9-\ufffb\ud800-\udfff]")
_SPACE = re.compile(r"\s+")
_PLAIN = re.compile(r"[!-%'-;=-~]+(?: [!-%'-;=-~]+)*")
_WIDE = {code: code - 0xFEE0 for code in range(0xFF10, 0xFF5B) if chr(code).isalnum()} | {0x3000: " "}
_FRACTION_SIGN = re.compile("(?<=\\d)(?=[\u00bc-\u00be\u2150-\u215e])")
_LATIN_MARKS = re.compile("([a-z])[\u0300-\u036f]+")
_LATIN_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ı": "i"})
_ARABIC_MARKS = re.compile("[\u064b-\u065f\u0670\u0640]")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A cleaned text and what was mended in it: any of "encoding", "html", "entities", "control"."""

    text: str
    mended: tuple[str, ...] = ()


def clean(text: str) -> Cleaned:
    """The text fit to be kept and shown: no mark-up, entities, control characters, mojibake or stray white space.

    Letters, case and punctuation stay as written; full-width Latin letters and digits become plain ones.
    """
    if _PLAIN.fullmatch(text) or not text:
        return Cleaned(text)
    mended = []
    if not text.isascii():
        repaired = repair(text)
        if repaired != text:
            text = repaired
            mended.append("encoding")
        text = unicodedata.normalize("NFC", text).translate(_WIDE)
    if "&" in text and _ENTITY.search(text):
        text = html.unescape(html.unescape(text) if "&amp;" in text else text)
        mended.append("entities")
    if "<" in text:
        stripped = strip_html(text)
        if stripped != text:
            text = stripped
            mended.append("html")
    if _CONTROL.search(text):
        text = _CONTROL.sub("", text)
        mended.append("control")
    return Cleaned(_SPACE.sub(" ", text).strip(), tuple(mended))


def strip_html(text: str) -> str:
    """Without tags, scripts, styles and comments; "a < b" and "<M>" are not tags and stay."""
    for name in _UNSEEN:
        text = _without(name, text)
    return _TAG.sub(" ", _COMMENT.sub(" ", text))


def _without(name: str, text: str) -> str:
    """Drops elements with their content; finds instead of one regex, which would be quadratic on hostile text."""
    small = text.lower() if text.isascii() else text
    kept, start = [], 0
    while (opening := small.find(f"<{name}", start)) >= 0 and (closing := small.find(f"</{name}", opening)) >= 0:
        kept.append(text[start:opening])
        end = small.find(">", closing)
        start = len(text) if end < 0 else end + 1
    return " ".join([*kept, text[start:]]) if kept else text


def fold(text: str) -> str:
    """The form that is compared: NFKC, no mark-up or entities, lower case, Latin letters without accents."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _FRACTION_SIGN.sub(" ", _CONTROL.sub("", text)))
    if "&" in text:
        text = html.unescape(text)
    if "<" in text:
        text = strip_html(text)
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFD", text.casefold()).translate(_LATIN_LETTERS)
    text = _ARABIC_MARKS.sub("", _LATIN_MARKS.sub(r"\1", text))
    return unicodedata.normalize("NFKC", text).replace("’", "'")
