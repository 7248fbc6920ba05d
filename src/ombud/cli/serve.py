"""`ombud serve`: the pages, from the server that production uses too."""

from __future__ import annotations

import os
from typing import Annotated, Any

import typer
from gunicorn.app.base import BaseApplication

from ombud.cli import say
from ombud.cli.say import _
from ombud.store import database

_THREADS = 8


class Server(BaseApplication):  # type: ignore[misc]  # (gunicorn has no types)
    """gunicorn, told all that it needs: it reads no file and no command line."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        """Takes what it was told."""
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The pages."""
        from ombud.web.wsgi import application

        return application


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 for every one of this machine.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8000,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; default: one on SQLite, two for each core on PostgreSQL.")
    ] = None,
) -> None:
    """Serve the pages until Ctrl-C. Run `ombud work` beside it: pages show and take, the loop does what is due."""
    from django.db import connection

    database.prepare()
    count = workers or (1 if connection.vendor == "sqlite" else 2 * (os.cpu_count() or 1))
    connection.close()  # each worker opens its own
    say.out.print(_("Serving http://{host}:{port}/").format(host=host, port=port), soft_wrap=True)
    Server(
        {
            "bind": f"{host}:{port}",
            "workers": count,
            "worker_class": "gthread",
            "threads": _THREADS,
            "timeout": 60,
            "graceful_timeout": 20,
            "max_requests": 20_000,
            "max_requests_jitter": 1_000,
            "loglevel": "warning",
            "preload_app": True,
            "control_socket_disable": True,  # a file in the home that two servers of one machine would share
        }
    ).run()
