"""Sends one message to a mail address, a chat or a webhook. It either was taken, or a `NotSent` says why not."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import json
import socket
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import apprise
import requests
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email

from ombud.domain.instants import format_instant
from ombud.domain.problems import N_, OmbudError, Problem

CHATS = ("tgram", "wecombot", "dingtalk", "feishu", "lark", "slack")
"""Telegram, WeCom, DingTalk, Feishu, Lark, Slack: Apprise speaks many more, and some of them to hosts of one's own."""
SECONDS = 15


class NotSent(Exception):  # noqa: N818 (it says what happened)
    """It was not taken. `lasting`: trying again would not help."""

    def __init__(self, reason: str, *, lasting: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason[:500]
        self.lasting = lasting


@dataclass(frozen=True, slots=True)
class Letter:
    """What is said. data: for programs, at a webhook.

    key: the same for every try, so that a receiver may drop doubles.
    """

    title: str
    text: str
    key: str
    data: Mapping[str, Any]


def check(kind: str, address: str) -> None:
    """Raises OmbudError where nothing can be sent to `address`; nothing is sent."""
    if kind == "mail":
        try:
            validate_email(address)
        except ValidationError:
            raise _no_address(address, N_("Write name@example.com.")) from None
    elif kind == "chat":
        if urlsplit(address).scheme not in CHATS or _opened(address) is None:
            raise _no_address(address, N_("Write tgram://, wecombot://, dingtalk://, feishu://, lark:// or slack:// …"))
    elif kind != "webhook" or not _is_web(address):
        raise _no_address(address, N_("Write https://example.com/…"))


def send(kind: str, address: str, letter: Letter, *, secret: str, at: datetime) -> None:
    """Sends it. Raises NotSent."""
    if kind == "mail":
        _mail(address, letter)
    elif kind == "chat":
        _chat(address, letter)
    else:
        _webhook(address, letter, secret, at)


def signature(secret: str, sent_at: str, body: bytes) -> str:
    """What a receiver compares: HMAC-SHA-256 over the instant, a point and the body, in hexadecimal digits."""
    return hmac.new(secret.encode(), sent_at.encode() + b"." + body, hashlib.sha256).hexdigest()


def _mail(address: str, letter: Letter) -> None:
    message = EmailMessage(letter.title, letter.text, to=[address], headers={"X-Ombud-Key": letter.key})
    try:
        message.send()
    except (OSError, ValueError) as error:  # smtplib's errors are OSErrors; a header with a line break is a ValueError
        raise NotSent(str(error) or type(error).__name__, lasting=isinstance(error, ValueError)) from error


def _chat(address: str, letter: Letter) -> None:
    chat = _opened(address)
    if chat is None:
        raise NotSent("no such chat", lasting=True)
    chat.socket_connect_timeout = chat.socket_read_timeout = SECONDS
    with apprise.LogCapture(level=apprise.logging.INFO) as log:  # type: ignore[no-untyped-call]
        if not chat.notify(title=letter.title, body=letter.text, body_format=apprise.NotifyFormat.TEXT):
            said = log.getvalue().strip().splitlines()
            raise NotSent(said[-1] if said else "the chat did not take it")


def _opened(address: str) -> apprise.NotifyBase | None:
    with warnings.catch_warnings():  # Telegram's imports imghdr, which Python 3.13 no longer has and Apprise can miss
        warnings.simplefilter("ignore", DeprecationWarning)
        return apprise.Apprise.instantiate(address)


def _webhook(address: str, letter: Letter, secret: str, at: datetime) -> None:
    if not _is_web(address):
        raise NotSent("no address of a webhook", lasting=True)
    host = urlsplit(address).hostname or ""
    if not settings.WEBHOOKS_ANYWHERE and not _is_public(host):
        raise NotSent(f"{host} is an address inside the network of this server", lasting=True)
    body = json.dumps({**letter.data, "title": letter.title, "text": letter.text}, ensure_ascii=False).encode()
    sent_at = format_instant(at)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Ombud",
        "X-Ombud-Key": letter.key,
        "X-Ombud-Sent-At": sent_at,
        "X-Ombud-Signature": f"sha256={signature(secret, sent_at, body)}",
    }
    try:
        answer = requests.post(address, data=body, headers=headers, timeout=SECONDS, allow_redirects=False)
    except requests.RequestException as error:
        raise NotSent(type(error).__name__) from error
    if not answer.ok:
        raise NotSent(f"HTTP {answer.status_code}", lasting=answer.status_code in {404, 410})


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    schemes = {"https", "http"} if settings.WEBHOOKS_ANYWHERE else {"https"}
    return parts.scheme in schemes and bool(parts.hostname) and not parts.username


def _is_public(host: str) -> bool:
    """A seller's webhook must not reach what only this server may."""
    try:
        found = {ipaddress.ip_address(info[4][0]) for info in socket.getaddrinfo(host, None)}
    except OSError as error:
        raise NotSent(f"{host} is not found") from error
    return all(address.is_global and not address.is_multicast for address in found)


def _no_address(address: str, mend: str) -> OmbudError:
    shown = address if "@" in address and "//" not in address else urlsplit(address).scheme or address[:40]
    text = N_("Nothing can be sent to {text!r}.")
    return OmbudError(Problem("no_address", text, {"text": shown}, mend=mend))  # (a chat's address holds its password)
