"""The WSGI application: `gunicorn ombud.web.wsgi:application`, or `ombud serve`."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ombud.web.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
