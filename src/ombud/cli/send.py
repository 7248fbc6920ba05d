"""`ombud send`: what lies in the outbox goes to mails, chats and webhooks."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Annotated

import typer
from django.conf import settings
from django.db import connection

from ombud.actions.alerts import Sent, send_due
from ombud.cli import say
from ombud.cli.say import _
from ombud.domain.problems import OmbudError
from ombud.store import database


def send(
    once: Annotated[bool, typer.Option("--once", help="Send what is due now, and end.")] = False,
    every: Annotated[int, typer.Option(min=1, max=3600, help="Seconds between two looks.")] = 10,
) -> None:
    """Send what is to be told, until Ctrl-C. Run it beside `ombud work`; several may run at once."""
    database.prepare()
    while True:
        try:
            with database.spoken():
                done = send_due(datetime.now(UTC), link=settings.URL)
        except OmbudError as error:
            if once or not {problem.code for problem in error.problems} <= database.PASSING:
                raise
            say.fail(error)  # the store is away for a moment: the next look tries again
            connection.close()
        else:
            if done != Sent() or once:
                words = _("{sent} messages sent, {failed} not taken.")
                say.out.print(words.format(sent=done.sent, failed=done.failed))
        if once:
            return
        try:
            time.sleep(every)
        except KeyboardInterrupt:
            return
