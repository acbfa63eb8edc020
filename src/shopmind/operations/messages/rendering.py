"""Words around the items of a message, in the reader's language; nothing an item says becomes markup."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from shopmind.domain import Item
from shopmind.domain.money import DIGITS
from shopmind.kit.errors import InputError, NotFoundError
from shopmind.operations.messages.deliveries.delivery import Letter

FOLDER = "messages"
"""In the shop's folder: NAME/LANGUAGE/PART over the packaged templates."""
LANGUAGES = ("en", "zh")
PARTS: Mapping[str, tuple[str, ...]] = {
    "email": ("subject.txt", "body.txt", "body.html"),
    "sms": ("short.txt",),
    "push": ("subject.txt", "short.txt"),
}
LONGEST_SUBJECT = 200
LONGEST_SHORT: Mapping[str, int] = {"sms": 480, "push": 1_000}

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")


class Words:
    """The templates of one shop, in a sandbox: they see what is listed in docs/how-to/send-messages.md and no more."""

    def __init__(self, folder: Path, shop: str, public_url: str) -> None:
        self._shop = shop
        self._public_url = public_url.rstrip("/")
        self._environment = ImmutableSandboxedEnvironment(
            loader=jinja2.ChoiceLoader(
                [jinja2.FileSystemLoader(folder / FOLDER), jinja2.DictLoader(_packaged())],
            ),
            autoescape=lambda name: name is not None and name.endswith(".html"),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=_finalized,
        )
        self._environment.filters["short"] = _short

    def check(self, template: str, channel: str) -> None:
        """Raises InputError when a part of the template is missing or cannot be read."""
        for language in LANGUAGES:
            for part in PARTS[channel]:
                self._template(template, language, part)

    def letter(
        self,
        template: str,
        channel: str,
        language: str,
        items: Sequence[Item],
        *,
        message_id: str,
        address: str,
        title: str,
        token: str,
        data: Mapping[str, Any],
    ) -> Letter:
        """The finished letter.

        Args:
            items: what is shown, in order.
            token: of `unsubscribe`; "" leaves the link out.

        Raises:
            InputError: the template cannot be read or filled in.
        """
        language = language if language in LANGUAGES else LANGUAGES[0]
        url = f"{self._public_url}/unsubscribe/{token}" if self._public_url and token else ""
        context = {
            "title": title,
            "shop": self._shop,
            "language": language,
            "unsubscribe_url": url,
            "items": [self._shown(item, message_id) for item in items],
        }
        parts = {}
        for part in PARTS[channel]:
            try:
                parts[part] = self._template(template, language, part).render(context).strip()
            except jinja2.TemplateError as error:
                raise InputError(f"template {template}/{language}/{part}: {error}", field="template") from error
        text = parts.get("body.txt", "")
        if "short.txt" in parts:
            text = _plain(parts["short.txt"])[: LONGEST_SHORT[channel]]
        return Letter(
            message_id=message_id,
            channel=channel,
            address=address,
            language=language,
            subject=_short(_plain(parts.get("subject.txt", "")), LONGEST_SUBJECT),
            text=re.sub(r"\n{3,}", "\n\n", text) + "\n" if channel == "email" else text,
            html=parts.get("body.html", ""),
            unsubscribe_url=url,
            data=data,
        )

    def _shown(self, item: Item, message_id: str) -> dict[str, str]:
        """What a template sees of an item: plain texts, addresses that are web addresses."""
        return {
            "item_id": _plain(item.item_id),
            "title": _plain(item.title) or _plain(item.item_id),
            "brand": _plain(item.brand or ""),
            "price": _price(item),
            "url": self._address(item.url, {"request_id": message_id}),
            "image": self._address(item.image, {}),
        }

    def _address(self, given: str | None, more: Mapping[str, str]) -> str:
        """A web address, complete, with parameters added; "" for anything else, such as javascript:."""
        text = _CONTROL.sub("", given or "").strip()
        if text.startswith("/") and not text.startswith("//") and self._public_url:
            text = self._public_url + text
        try:
            parts = urlsplit(text)
        except ValueError:
            return ""
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return ""
        query = "&".join(each for each in (parts.query, urlencode(more)) if each)
        safe = quote(parts.path, safe="/%:@!$&'()*+,;=~-._")
        return urlunsplit((parts.scheme, parts.netloc, safe, quote(query, safe="=&%+/?:@!$'()*,;~-._"), parts.fragment))

    def _template(self, name: str, language: str, part: str) -> jinja2.Template:
        try:
            return self._environment.get_template(f"{name}/{language}/{part}")
        except jinja2.TemplateNotFound as error:
            raise NotFoundError(
                f"template {name}/{language}/{part}: there is no such file; put it into {FOLDER}/ of the shop",
                field="template",
            ) from error
        except jinja2.TemplateSyntaxError as error:
            where = f"template {name}/{language}/{part} line {error.lineno}"
            raise InputError(f"{where}: {error.message}", field="template") from error


@lru_cache(maxsize=1)
def _packaged() -> dict[str, str]:
    root = resources.files("shopmind.operations.messages").joinpath("templates")
    return {
        f"{name.name}/{language.name}/{part.name}": part.read_text(encoding="utf-8")
        for name in root.iterdir()
        for language in name.iterdir()
        for part in language.iterdir()
    }


def _plain(text: str) -> str:
    """One line without control characters, nor those that turn the direction of writing or cannot be seen."""
    return " ".join(_CONTROL.sub(" ", text).split())


def _finalized(value: Any) -> Any:
    return value if isinstance(value, Markup) or not isinstance(value, str) else _CONTROL.sub(" ", value)


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _price(item: Item) -> str:
    if item.price_minor is None or not item.currency:
        return ""
    digits = DIGITS.get(item.currency, 2)
    return f"{item.price_minor / 10**digits:,.{digits}f} {item.currency}"
