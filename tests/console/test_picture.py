from __future__ import annotations

import pytest

from shopmind.console.picture import whereabouts

API = "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    ("image", "found"),
    [
        ("/pictures/a.jpg", (True, f"{API}/pictures/a.jpg")),
        ("pictures/a.jpg", (True, f"{API}/pictures/a.jpg")),
        (f"{API}/a.jpg", (True, f"{API}/a.jpg")),
        ("https://cdn.example/a.jpg", (False, "https://cdn.example/a.jpg")),
        ("//cdn.example/a.jpg", (False, "http://cdn.example/a.jpg")),
        ("http://127.0.0.1:8000@cdn.example/a.jpg", (False, "http://127.0.0.1:8000@cdn.example/a.jpg")),
        ("javascript:alert(1)", (False, "")),
        ("data:image/svg+xml,<svg onload=alert(1)>", (False, "")),
        ("http://[", (False, "")),
        ("", (False, "")),
        (None, (False, "")),
    ],
)
def test_a_picture_is_shown_from_the_shops_own_address_alone(image: str | None, found: tuple[bool, str]) -> None:
    assert whereabouts(API, image) == found
