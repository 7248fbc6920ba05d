"""Import this before any model: it sets Django up. A door (CLI, worker, benchmark) does it once, at its top."""

from __future__ import annotations

import os
import sys

import django

from ombud.domain.problems import OmbudError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ombud.settings")
try:
    django.setup()
except OmbudError as error:  # a setting that is none: there is no command line yet to say it
    sys.stderr.write(f"✗ {error}\n")
    raise SystemExit(2) from None
