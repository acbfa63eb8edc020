"""The report of ads on the command line, which reads the real clock."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

import shopmind
from shopmind.cli import app


def test_the_command_tells_what_was_shown_spent_and_held(shop_folder: Path) -> None:
    with shopmind.open(shop_folder) as shop:
        slate = shop.recommend("ads", anchors=["ele-01"])
        shop.track({"type": "click", "item_id": "ad-nova", "request_id": slate.request_id})
    told = CliRunner().invoke(app, ["insight", "ads", str(shop_folder)])
    assert told.exit_code == 0, told.output
    assert "Nova: shown 1, 100.00% clicked" in told.output
    assert "ad-puer (古道, cpc 0.35): 0.00 of 40.00 USD spent, 0.00 held; bids" in told.output
