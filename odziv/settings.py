"""Django's settings, derived from `odziv.environment`; nothing here reads the environment itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from odziv.environment import ENV, ROOT
from odziv.lib.memory import SQLITE_HOLDS
from odziv.lib.own_keys import OwnKeys

PACKAGE = Path(__file__).resolve().parent


def database_settings(address: str) -> dict[str, Any]:
    """Django's settings for this address; for none, SQLite in the data folder."""
    url = urlsplit(address)
    if url.scheme == "postgresql":
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(url.path.lstrip("/")),
            "USER": unquote(url.username or ""),
            "PASSWORD": unquote(url.password or ""),
            "HOST": url.hostname or "",
            "PORT": str(url.port or ""),
            # A pool, not lasting connections: under ASGI those belong to threads that come and go, and pile up.
            "CONN_MAX_AGE": 0,
            "OPTIONS": {"pool": {"min_size": 1, "max_size": 40, "timeout": 10}},
        }
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": unquote(url.path) if url.scheme else str(ENV.data / "odziv.sqlite3"),
        # IMMEDIATE: a transaction that reads first and writes later waits for its turn instead of failing as "locked".
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # Python keeps 128; one that writes as many rows as it can takes 3 MB, and the next is another text.
            "cached_statements": 16,
            # FULL: a power cut must not undo "the server has it" (sent twice) or "the spool was read" (lost hits).
            # Each of some thirty threads may keep 32 MB of pages, all connections of a process 64 MB together.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-32000; "
            f"PRAGMA soft_heap_limit={SQLITE_HOLDS};",
        },
        "TEST": {"NAME": str(ENV.data / "test.sqlite3")},
    }


def _hosts() -> list[str]:
    named = {urlsplit(ENV.web_url).hostname or "", ENV.web_listen.host, "localhost", "127.0.0.1", "[::1]", *ENV.hosts}
    return sorted(host for host in named if host and host != "0.0.0.0")


_KEYS = OwnKeys.load_or_create(ENV.secret_keys)  # made at the first start
SECRET_KEY = _KEYS.signing
SECRET_KEY_FALLBACKS = list(_KEYS.signing_before)
PASSWORD_KEYS: list[str] = list(_KEYS.passwords)  # Fernet keys, newest first, for mailbox passwords at rest
MAIL_SECRET = _KEYS.mail  # each organisation's login at the built-in mail server is derived from it

DEBUG = ENV.debug
ALLOWED_HOSTS = _hosts()
CSRF_TRUSTED_ORIGINS = [ENV.web_url]
BASE_DIR = ROOT
ROOT_URLCONF = "odziv.urls"
ASGI_APPLICATION = "odziv.web.asgi.application"
AUTH_USER_MODEL = "odziv.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": database_settings(ENV.database_url)}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "odziv_cache"}}

INSTALLED_APPS = [
    "odziv.apps.OdzivConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "servestatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "django_htmx",
    "lucide",
    "ninja",
    "tinymce",
]

MIDDLEWARE = [
    *(["odziv.web.asked.AskedMiddleware"] if ENV.log_requests else []),
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "odziv.web.security.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "odziv.web.locale.UserLocaleMiddleware",
    "odziv.web.own_network.OwnNetworkMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "web" / "pages"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "odziv.web.context.frame",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "lucide.templatetags.lucide",
                "odziv.web.templatetags.ui",
                "odziv.web.templatetags.cells",
                "odziv.web.templatetags.records",
                "odziv.web.templatetags.templates",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

STATIC_URL = "/static/"
STATIC_ROOT = ROOT / "staticfiles"
STATICFILES_DIRS = [PACKAGE / "web" / "static"]
# The manifest is missing in a checkout that was not set up yet; then files are served as they lie.
_COLLECTED = not DEBUG and (STATIC_ROOT / "staticfiles.json").exists()
HASHED_STATIC = "odziv.web.statics.HashedStatic"
_PLAIN = "django.contrib.staticfiles.storage.StaticFilesStorage"
STORAGES = {
    "staticfiles": {"BACKEND": HASHED_STATIC if _COLLECTED else _PLAIN},
}
SERVESTATIC_USE_FINDERS = not _COLLECTED
SERVESTATIC_AUTOREFRESH = DEBUG

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("sl", "Slovenščina")]
LOCALE_PATHS = [PACKAGE / "locale"]
FORMAT_MODULE_PATH = "odziv.locale.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

AUTHENTICATION_BACKENDS = ["odziv.web.accounts.Backend"]
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # an address may have a user in each organisation; our backend knows (O2)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "odziv.web.accounts.ClosedSignup"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = urlsplit(ENV.web_url).scheme

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENV.web_url.startswith("https:")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.trusted_proxies else None
X_FRAME_OPTIONS = "SAMEORIGIN"

# A body is pasted as one form field, and the API takes a file in base64, a third larger; uploads stream to disk.
DATA_UPLOAD_MAX_MEMORY_SIZE = (ENV.upload_limit_mb * 4 // 3 + 8) * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = ENV.mail_listen.host
EMAIL_PORT = ENV.mail_listen.port

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "odziv.lib.logs.Line", "form": ENV.log, "full": ENV.debug}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "mail.log": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},  # it tells of every request
        # It reports every try of every second; whoever needs the database says that it is away.
        "psycopg.pool": {"level": "CRITICAL"},
    },
}

NINJA_PAGINATION_MAX_LIMIT = 200
