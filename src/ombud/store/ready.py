"""Import this before any model: it sets Django up. A door (CLI, worker, benchmark) does it once, at its top."""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ombud.settings")
django.setup()
