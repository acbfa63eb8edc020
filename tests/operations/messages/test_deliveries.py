"""What each way of delivery says of every way it can end, held against servers of this machine."""

from __future__ import annotations

import contextlib
import http.server
import socketserver
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.operations.messages.conftest import PEOPLE, TOML, Writing

from shopmind.kit.errors import InputError
from shopmind.operations.messages.deliveries.delivery import Letter
from shopmind.operations.messages.deliveries.smtp import Smtp
from shopmind.operations.messages.deliveries.webhook import Webhook

LETTER = Letter(
    "abc", "email", "ann@mail.example", "en", "Hello", "text\n.\nmore\n", "<p>hi</p>", "https://s.example/u/t"
)


class MailServer(socketserver.ThreadingTCPServer):
    """As much of SMTP as a sender needs; `answers` says what it answers to a verb, None hangs up. It takes `pace_s` for
    each answer; `lost` holds what was said last on every connection that ended without a QUIT."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        self.got: list[str] = []
        self.answers: dict[str, str | None] = {}
        self.lost: list[str] = []
        self.pace_s = 0.0
        server = self

        class Handler(socketserver.StreamRequestHandler):
            said = ""

            def handle(self) -> None:
                with contextlib.suppress(OSError):  # the sender is gone
                    self.talk()
                if self.said != "QUIT":
                    server.lost.append(self.said)

            def talk(self) -> None:
                self.wfile.write(b"220 here\r\n")
                while line := self.rfile.readline().decode("ascii", "replace").strip():
                    self.said = verb = line.split(" ")[0].split(":")[0].upper()
                    time.sleep(server.pace_s)
                    answer = server.answers.get(verb, {"DATA": "354 go on"}.get(verb, "250 ok"))
                    if answer is None:
                        return
                    self.wfile.write(answer.encode() + b"\r\n")
                    if verb == "QUIT":
                        return
                    if verb == "DATA" and answer.startswith("354"):
                        text = b""
                        while not text.endswith(b"\r\n.\r\n"):
                            if not (more := self.rfile.readline()):
                                return
                            text += more
                        self.said = "END"
                        server.got.append(text.decode("utf-8", "replace"))
                        time.sleep(server.pace_s)
                        end = server.answers.get("END", "250 taken")
                        if end is None:
                            return
                        self.wfile.write(end.encode() + b"\r\n")

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()  # seconds to see its end


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server
        server.shutdown()


def smtp(server: MailServer) -> Smtp:
    port = server.server_address[1]
    options = Smtp.Options("Tea <hello@shop.example>", "127.0.0.1", port, "none", timeout_s=5)
    return Smtp(options, None)  # type: ignore[arg-type]


def test_a_mail_arrives_whole_with_its_own_id_over_one_connection(mail_server: MailServer) -> None:
    delivery = smtp(mail_server)
    assert [delivery.hand_over(LETTER).state for _ in range(2)] == ["sent", "sent"]
    delivery.close()
    assert "Message-ID: <abc@shop.example>" in mail_server.got[0]
    assert "List-Unsubscribe: <https://s.example/u/t>" in mail_server.got[0]
    assert "\r\n..\r\n" in mail_server.got[0]  # a lone full stop does not end it
    assert delivery.was_handed("email", "abc") is None
    assert not delivery.repeatable


@pytest.mark.parametrize(
    ("answers", "state", "gone"),
    [
        ({"RCPT": "550 no such user"}, "failed", True),
        ({"RCPT": "451 later"}, "retry", False),
        ({"MAIL": None}, "retry", False),
        ({"DATA": "452 full"}, "retry", False),
        ({"END": "554 spam"}, "failed", False),
        ({"END": "451 later"}, "retry", False),
        ({"END": None}, "unknown", False),  # it has the whole text, and nobody knows what became of it
    ],
)
def test_every_answer_of_a_mail_server_means_one_thing(
    mail_server: MailServer, answers: dict[str, str | None], state: str, gone: bool
) -> None:
    mail_server.answers = answers
    delivery = smtp(mail_server)
    handed = delivery.hand_over(LETTER)
    assert (handed.state, handed.gone) == (state, gone)
    mail_server.answers = {}
    assert delivery.hand_over(LETTER).state == "sent"  # the next one is not harmed
    delivery.close()


def test_a_mail_server_that_is_not_there_has_taken_nothing() -> None:
    delivery = Smtp(Smtp.Options("a@b.example", "127.0.0.1", 9, "none", timeout_s=2), None)  # type: ignore[arg-type]
    assert delivery.hand_over(LETTER).state == "retry"


class Hook(http.server.ThreadingHTTPServer):
    """Answers with `status`; 0 hangs up after it has read the request."""

    def __init__(self) -> None:
        self.status = 204
        self.keys: list[str] = []
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                hook.keys.append(str(self.headers["idempotency-key"]))
                if hook.status:
                    self.send_response(hook.status)
                    self.send_header("content-length", "0")
                    self.end_headers()

            def log_message(self, *given: object) -> None:
                """Silent."""

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()  # seconds to see its end


@pytest.fixture
def hook() -> Iterator[Hook]:
    with Hook() as server:
        yield server
        server.shutdown()


@pytest.mark.parametrize(
    ("status", "state", "repeated"),
    [
        (204, "sent", "sent"),
        (302, "unknown", "retry"),
        (400, "failed", "failed"),
        (410, "failed", "failed"),
        (429, "retry", "retry"),
        (503, "retry", "retry"),
        (500, "unknown", "retry"),
        (0, "unknown", "retry"),
    ],
)
def test_every_answer_of_a_webhook_means_one_thing(hook: Hook, status: int, state: str, repeated: str) -> None:
    hook.status = status
    url = f"http://127.0.0.1:{hook.server_port}/letters"
    for idempotent, expected in ((False, state), (True, repeated)):
        delivery = Webhook(Webhook.Options(url, idempotent, timeout_s=5), None)  # type: ignore[arg-type]
        handed = delivery.hand_over(LETTER)
        assert (handed.state, handed.gone) == (expected, status == 410)
        assert delivery.repeatable is idempotent
        delivery.close()
    assert hook.keys == ["abc", "abc"]


def test_a_webhook_that_is_not_there_has_taken_nothing() -> None:
    delivery = Webhook(Webhook.Options("http://127.0.0.1:9/", timeout_s=2), None)  # type: ignore[arg-type]
    assert delivery.hand_over(LETTER).state == "retry"
    delivery.close()


def test_an_address_that_is_gone_is_never_written_to_again(writing: Writing, mail_server: MailServer) -> None:
    port = mail_server.server_address[1]
    by = f'by = "smtp"\nsender = "hello@shop.example"\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"'
    writing.settle(TOML.format(more="").replace('by = "files"', by, 1))
    mail_server.answers = {"RCPT": "550 no such user"}
    writing.plan()
    writing.day()
    assert writing.states() == {"failed": len(PEOPLE)}
    mail_server.answers = {}
    writing.at(24 * 8)
    assert writing.plan("weekly", "r2").counts == {"bounced": len(PEOPLE)}


def test_a_server_that_is_away_pauses_its_channel_and_loses_nothing(writing: Writing, mail_server: MailServer) -> None:
    port = mail_server.server_address[1]
    by = f'by = "smtp"\nsender = "hello@shop.example"\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"'
    writing.settle(TOML.format(more="late_hours = 48").replace('by = "files"', by, 1))
    mail_server.answers = {"MAIL": "421 away"}
    writing.plan()
    writing.at(24)
    told = writing.send()
    assert told.paused == {"email": "answered 421"}
    assert told.counts["email"]["planned"] == 3  # three in a row, then the rest is left for later
    mail_server.answers = {}
    writing.at(1)
    writing.send()
    assert writing.states() == {"sent": len(PEOPLE)}
    assert len(mail_server.got) == len(PEOPLE)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ('[channels.push]\nby = "pigeon"', "pigeon"),
        ('[channels.fax]\nby = "files"', "fax"),
        ('[channels.push]\nby = "webhook"\nurl = "ftp://x"', "url"),
        ('[channels.push]\nby = "smtp"\nsender = "nobody"', "sender"),
        ('[channels.push]\nby = "files"\nfolder = "x"', "unknown option"),
        ("[channels.push]", "'by' is required"),
        ('[campaigns.x]\nchannel = "email"', "'title' is required"),
        ('[campaigns.x]\ntitle = "x"\nchannel = "push"', "no [channels.push]"),
        ('[campaigns.x]\ntitle = "x"\nchannel = "email"\nscenario = "search"', "needs text"),
        ('[campaigns.x]\ntitle = "x"\nchannel = "email"\nscenario = "nowhere"', "nowhere"),
        ('[campaigns.x]\ntitle = "x"\nchannel = "email"\nn = 2', "at_least"),
        ('[campaigns.x]\ntitle = "x"\nchannel = "email"\nsegment = "city ="', "expected"),
        ('[campaigns.x]\ntitle = "x"\nchannel = "email"\ntarget = {}', "exactly one"),
        ('[campaigns.x]\ntitle = "x"\nchannel = "email"\ntempo = 1', "tempo"),
        ("[strange]\na = 1", "strange"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(writing: Writing, more: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        writing.settle(TOML.format(more="") + more)
    assert says in caught.value.message
    assert "messages.toml" in caught.value.message


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"21:00", "08:00"', '"21:30", "08:00"', "whole hours"),
        ('"21:00", "08:00"', '"00:00", "24:00"', "no hour"),
        ("day = 1, week = 3", "day = 0", "at least 1"),
        ("day = 1, week = 3", "year = 9", "year"),
        ("Europe/London", "London", "London"),
        ("https://shop.example", "shop", "no web address"),
        ('public_url = "https://shop.example"', "", "unsubscribe"),
    ],
)
def test_a_wrong_value_is_refused(writing: Writing, old: str, new: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        writing.settle(TOML.format(more="").replace(old, new))
    assert says in caught.value.message


def test_a_full_disk_gives_the_letter_back(writing: Writing) -> None:
    writing.plan()
    (writing.shop.path / "outbox").write_text("in the way", "utf-8")
    assert writing.day().get("sent", 0) == 0
    assert set(writing.states()) <= {"planned", "too late", "failed"}
    assert Path(writing.shop.path / "outbox").is_file()
