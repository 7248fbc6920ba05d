"""The Django app that holds every table of Ombud."""

from __future__ import annotations

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """Named `store`, so that tables, migrations and permissions are."""

    name = "ombud.store"
    label = "store"
    verbose_name = "Ombud"
