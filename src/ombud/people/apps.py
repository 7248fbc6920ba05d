"""The Django app of people: its tables are there where pages are served, and the command line needs none of them."""

from __future__ import annotations

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Named `people`, so that tables, migrations and the user model are."""

    name = "ombud.people"
    label = "people"
    verbose_name = "People"
