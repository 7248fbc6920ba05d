"""What pages need beside the settings of the store. Everything an installation may change is in docs/settings.md."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir

from ombud.settings import *  # noqa: F403 (everything the store needs, the pages need)
from ombud.settings import DATABASE_URL, SECRET_KEY, STORAGES
from ombud.settings import INSTALLED_APPS as _OF_THE_STORE

_WEB = Path(__file__).parent

INSTALLED_APPS = [
    *_OF_THE_STORE,
    "ombud.people.apps.PeopleConfig",
    "ombud.web.apps.WebConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]
AUTH_USER_MODEL = "people.User"
MIDDLEWARE = [
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "ombud.web.middleware.headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "ombud.web.middleware.clock",
    "ombud.web.middleware.scope",
    "ombud.web.middleware.language",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "ombud.web.middleware.problems",
]
ROOT_URLCONF = "ombud.web.urls"
WSGI_APPLICATION = "ombud.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_WEB / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "ombud.web.context.page",
            ],
            "builtins": ["ombud.web.templatetags.show"],
            "string_if_invalid": "",
        },
    }
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "ombud.web.accounts.Adapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # people come by invitations to their address, never by signing up
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # the page says the same, and strangers get no mail
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key", "reset_password": "20/m/ip,5/m/key"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Ombud"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # nobody signs up with an address that is somebody else's

STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
STATIC_URL = "/static/"
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 31_536_000  # every address of a file carries the hash of its content

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SECURE = os.environ.get("OMBUD_HTTPS", "") == "1"
"""Whether pages are reached by HTTPS: cookies are then sent over nothing else."""
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
ALLOWED_HOSTS = [host for host in os.environ.get("OMBUD_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if host]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if SECURE else []
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_000_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000

READERS = int(os.environ.get("OMBUD_READERS", "2"))
"""Workers of each process of the server that read files of evidence; 0: it reads none."""

EMAIL_BACKEND = os.environ.get("OMBUD_MAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
EMAIL_HOST = os.environ.get("OMBUD_MAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("OMBUD_MAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("OMBUD_MAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("OMBUD_MAIL_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("OMBUD_MAIL_TLS", "") == "1"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("OMBUD_MAIL_FROM", "ombud@localhost")

WEBHOOKS_ANYWHERE = os.environ.get("OMBUD_WEBHOOKS_ANYWHERE", "") == "1"
"""Whether webhooks may go to addresses inside the network of this server, and without HTTPS."""
URL = os.environ.get("OMBUD_URL", "http://127.0.0.1:8000")
"""Where the pages are reached: links in messages begin so."""

BACKGROUND = True
"""Whether what takes long is done beside the page that asked for it; tests wait for it."""
WORKPLACE = str(Path(gettempdir()) / f"ombud-{os.getuid()}-{sha256(DATABASE_URL.encode()).hexdigest()[:12]}")
"""A folder of this machine for what takes long and for books nobody has decided on yet: nothing that must last."""

CLOCK = "ombud.web.clock.now"
"""Where pages read what time it is; a demo and the tests move it."""
DEMO = os.environ.get("OMBUD_DEMO", "")
"""The file that holds the clock of a demo world; empty: this is no demo."""
SIGNED = SECRET_KEY  # links to buyers and invitations are signed by it: changing it ends them
