"""The Django app of the pages: templates and files, no tables."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Named `web`."""

    name = "ombud.web"
    label = "web"
    verbose_name = "Pages"

    def ready(self) -> None:
        """Listens to what allauth says of logins."""
        from ombud.web import accounts

        accounts.listen()
