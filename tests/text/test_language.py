"""Languages by script."""

import pytest

from shopmind.text.language import detect


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("frozen pizza", "en"),
        ("iPhone 15 手机壳", "zh"),
        ("Tea week: 15% off green teas 绿茶", "en"),
        ("スマートフォン ケース 手帳型", "ja"),
        ("무선 이어폰", "ko"),
        ("سماعات", "ar"),
        ("Кофе", "ru"),
        ("12345 !!", ""),
        ("🍕", ""),
        ("", ""),
    ],
)
def test_the_prevailing_script_tells_the_language(text: str, language: str) -> None:
    assert detect(text) == language
