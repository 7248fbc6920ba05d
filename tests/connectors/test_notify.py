"""What is sent arrives whole and signed; what is not taken says why, and nothing reaches into the server's network."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core import mail
from pytest_django import Settings

from ombud.connectors.notify import Letter, NotSent, send, signature

AT = datetime(2026, 4, 20, 12, tzinfo=UTC)
LETTER = Letter("Новое дело", "Ответьте до 12:00", "ombud:case.opened:1", {"case_id": 1})


class Receiver(HTTPServer):
    """A webhook of somebody's: answers with `status`, keeps what came."""

    status = 200

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.came: list[tuple[dict[str, str], bytes]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.came.append((dict(self.headers), body))
        self.send_response(self.server.status)
        self.send_header("Location", "http://169.254.169.254/")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_webhook_gets_the_facts_signed(receiver: Receiver, settings: Settings) -> None:
    settings.WEBHOOKS_ANYWHERE = True
    send("webhook", receiver.address, LETTER, secret="s3cret", at=AT)
    [(headers, body)] = receiver.came
    assert json.loads(body) == {"case_id": 1, "title": LETTER.title, "text": LETTER.text}
    assert headers["X-Ombud-Key"] == LETTER.key
    assert headers["X-Ombud-Signature"] == f"sha256={signature('s3cret', headers['X-Ombud-Sent-At'], body)}"


@pytest.mark.parametrize(("status", "lasting"), [(500, False), (429, False), (410, True), (302, False)])
def test_an_answer_that_is_none_is_told_and_no_redirect_is_followed(
    receiver: Receiver, settings: Settings, status: int, lasting: bool
) -> None:
    settings.WEBHOOKS_ANYWHERE = True
    receiver.status = status
    if status == 302:
        send("webhook", receiver.address, LETTER, secret="", at=AT)
    else:
        with pytest.raises(NotSent, match=str(status)) as error:
            send("webhook", receiver.address, LETTER, secret="", at=AT)
        assert error.value.lasting is lasting
    assert len(receiver.came) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "10.0.0.1", "169.254.169.254", "0.0.0.0"])
def test_a_webhook_does_not_reach_into_the_network_of_the_server(host: str) -> None:
    with pytest.raises(NotSent, match="inside the network"):
        send("webhook", f"https://{host}/", LETTER, secret="", at=AT)


def test_a_mail_is_sent_with_its_key(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    send("mail", "desk@lumen.example", LETTER, secret="", at=AT)
    [message] = mail.outbox
    assert (message.subject, message.to) == (LETTER.title, ["desk@lumen.example"])
    assert message.extra_headers["X-Ombud-Key"] == LETTER.key


def test_a_mail_server_that_is_not_there_is_told(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    with pytest.raises(NotSent) as error:
        send("mail", "desk@lumen.example", LETTER, secret="", at=AT)
    assert not error.value.lasting
