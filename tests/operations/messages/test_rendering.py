"""Words around hostile goods, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from shopmind.domain import Item
from shopmind.kit.errors import InputError
from shopmind.operations.messages.deliveries.delivery import Letter
from shopmind.operations.messages.deliveries.smtp import Smtp
from shopmind.operations.messages.rendering import Words

HOSTILE = "<script>alert(1)</script>\"'&\r\nBcc: all@victim.example\x00\u202e {{ 7 * 7 }} {% raw %}"


def letter(tmp_path: Path, channel: str = "email", language: str = "en", **item: object) -> Letter:
    words = Words(tmp_path, "Tea & <House>", "https://shop.example/")
    goods = [Item("tea-01", **{"title": "Green tea", "price_minor": 1250, "currency": "GBP", **item})]  # type: ignore[arg-type]
    return words.letter(
        "picks",
        channel,
        language,
        goods,
        message_id="abc123",
        address="a@mail.example",
        title="This week",
        token="t.email.s",
        data={},
    )


def test_a_hostile_title_never_becomes_markup_or_a_header(tmp_path: Path) -> None:
    made = letter(tmp_path, title=HOSTILE, brand="<b>", url='https://x.example/"><script>?a="b')
    assert "<script>" not in made.html
    assert "&lt;script&gt;" in made.html
    assert "<b>" not in made.html
    assert "Tea &amp; &lt;House&gt;" in made.html
    assert "{{ 7 * 7 }}" in made.text  # what an item says is not a template
    for part in (made.subject, made.text, made.html):
        assert "\x00" not in part
        assert "\u202e" not in part
    assert "\n" not in made.subject
    mail = Smtp(Smtp.Options(sender="Tea <hello@shop.example>"), None).mail(made)  # type: ignore[arg-type]
    assert "Bcc" not in mail
    assert mail["Subject"].startswith("This week: <script>")
    assert mail["Message-ID"] == "<abc123@shop.example>"
    assert mail["List-Unsubscribe"] == "<https://shop.example/unsubscribe/t.email.s>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("/tea", "https://shop.example/tea?request_id=abc123"),
        ("https://x.example/a?b=1#c", "https://x.example/a?b=1&request_id=abc123#c"),
        ("javascript:alert(1)", ""),
        ("//elsewhere.example", ""),
        ("data:text/html,x", ""),
        ("https://", ""),
        ("https://[x", ""),
        (None, ""),
    ],
)
def test_only_web_addresses_are_linked_and_they_carry_the_request(tmp_path: Path, url: str | None, shown: str) -> None:
    made = letter(tmp_path, url=url)
    if shown:
        assert shown in made.text
    else:
        assert "request_id" not in made.text
        assert "javascript" not in made.html


def test_each_language_and_channel_has_its_words(tmp_path: Path) -> None:
    assert "because you agreed to it" in letter(tmp_path).text
    chinese = letter(tmp_path, language="zh", title="龙井绿茶")
    assert "您已同意接收" in chinese.text
    assert "退订" in chinese.html
    assert 'lang="zh"' in chinese.html
    assert letter(tmp_path, language="fr").language == "en"
    short = letter(tmp_path, "sms", title="x" * 500)
    assert short.html == short.subject == ""
    assert "…" in short.text
    assert len(short.text) < 480
    assert "12.50 GBP" in letter(tmp_path).html
    assert "1,250 JPY" in letter(tmp_path, currency="JPY").html


def test_words_of_the_shops_own_stand_before_the_packaged_ones_and_stay_in_the_sandbox(tmp_path: Path) -> None:
    own = tmp_path / "messages" / "picks" / "en"
    own.mkdir(parents=True)
    (own / "subject.txt").write_text("For you: {{ items[0].title }}", "utf-8")
    made = letter(tmp_path)
    assert made.subject == "For you: Green tea"
    assert "because you agreed" in made.text
    (own / "subject.txt").write_text("{{ ''.__class__.__mro__ }}", "utf-8")
    with pytest.raises(InputError, match=r"picks/en/subject"):
        letter(tmp_path)
    (own / "subject.txt").write_text("{{ nothing }}", "utf-8")
    with pytest.raises(InputError, match="nothing"):
        letter(tmp_path)
