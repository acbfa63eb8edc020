"""The verbs of messages and audiences, from a file to a letter."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

import shopmind
from shopmind.cli import app

TOML = """
public_url = "https://shop.example"
quiet = ["00:00", "00:00"]
[channels.email]
by = "files"
[campaigns.weekly]
title = "This week"
channel = "email"
at_least = 1
within_hours = 1
"""


@pytest.fixture
def folder(tiny_folder: Path, tmp_path: Path) -> Path:
    shop = Path(shutil.copytree(tiny_folder, tmp_path / "shop"))
    (shop / "messages.toml").write_text(TOML, "utf-8")
    users = [{"user_id": f"u0{n}", "consent": {"email": True}} for n in range(1, 5)]
    with shopmind.open(shop) as opened:
        opened.put_users(users)
    return shop


def run(*words: object, code: int = 0) -> str:
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == code, done.output
    return done.stdout if code == 0 else done.output


def test_from_a_file_of_contacts_to_letters_and_their_end(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "contacts.csv"
    rows = [f"u0{n},email,u0{n}@mail.example" for n in range(1, 6)] + ["u06,fax,1"]
    file.write_text("user_id,channel,address\n" + "\n".join(rows) + "\n", "utf-8")
    told = json.loads(run("messages", "contacts", folder, file, "--json"))
    assert told["contacts"] == {"accepted": 5, "rejected": 1}
    assert "fax" in told["faults"][0]
    run("messages", "stop", folder, "u02", "--channel", "email")
    plan = json.loads(run("messages", "plan", folder, "weekly", "--run", "r1", "--json"))
    assert plan["counts"] == {"asked": 1, "no consent": 1, "planned": 3}
    assert "there" in run("messages", "plan", folder, "weekly", "--run", "r1")
    assert "not sent: asked" in run("messages", "preview", folder, "weekly", "u02")
    assert json.loads(run("messages", "preview", folder, "weekly", "u01", "--json"))["not_sent"] == ""
    assert run("messages", "status", folder).strip() == "weekly r1 email: 3 planned"
    with shopmind.open(folder) as shop:
        for each in shop.postbox.outbox.listed("weekly", "r1", "planned"):
            assert each.send_at_ms > shop.folder.clock()
    assert "nothing is due" in run("messages", "send", folder)
    assert json.loads(run("messages", "send", folder, "--json"))["found"] == {}
    assert run("messages", "cancel", folder, "weekly", "r1").startswith("3 messages")
    assert json.loads(run("messages", "status", folder, "--json"))["messages"][0]["why"] == "cancelled"
    assert run("messages", "resolve", folder, "weekly", "r1", "sent").startswith("0 messages")
    assert "allowed" in run("messages", "allow", folder, "u02", "--channel", "email")
    assert "no stop" in run("messages", "allow", folder, "u02", "--channel", "email")


def test_what_is_not_there_is_said(folder: Path, tmp_path: Path) -> None:
    assert "there are: weekly" in run("messages", "plan", folder, "monthly", code=2)
    assert "no such file" in run("messages", "contacts", folder, tmp_path / "none.csv", code=2)
    assert "allowed: .csv" in run("messages", "contacts", folder, tmp_path / "none.xls", code=2)
    (folder / "messages.toml").unlink()
    assert "messages.toml" in run("messages", "plan", folder, "weekly", code=2)
    assert run("messages", "status", folder) == ""


def test_an_audience_is_printed_with_its_reasons(folder: Path) -> None:
    told = run("insight", "audience", folder, "--brand", "Quiet Hill", "--show", "2")
    assert "has chosen it before" in told or "曾选择过它" in told
    found = json.loads(run("insight", "audience", folder, "--item", "tea-01", "--json", "--n", "3"))
    assert len(found["people"]) == 3
    assert "exactly one" in run("insight", "audience", folder, code=2)


@pytest.mark.slow
def test_workers_side_by_side_plan_everybody_once(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "contacts.ndjson"
    rows = [{"user_id": f"u0{n}", "channel": "email", "address": f"u0{n}@mail.example"} for n in range(1, 5)]
    file.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    run("messages", "contacts", folder, file)
    told = json.loads(run("messages", "plan", folder, "weekly", "--run", "r1", "--workers", "2", "--json"))
    assert (told["people"], told["counts"]) == (4, {"planned": 4})
