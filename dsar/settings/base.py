"""What holds everywhere. dev, test and prod import it and change what differs."""

from pathlib import Path
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from dsar import logs
from dsar.settings import browser, env

BASE_DIR = Path(__file__).resolve().parent.parent.parent

DEBUG = False
SECRET_KEY = env.env("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.env_list("SECRET_KEY_FALLBACKS")
DSAR_BASE_URL = env.env("DSAR_BASE_URL").rstrip("/")
ALLOWED_HOSTS = env.env_list("ALLOWED_HOSTS", urlsplit(DSAR_BASE_URL).hostname or "")
CSRF_TRUSTED_ORIGINS = [DSAR_BASE_URL]
SECURE = urlsplit(DSAR_BASE_URL).scheme == "https"
TRUSTED_PROXIES = env.env_number("DSAR_TRUSTED_PROXIES", 0)

DSAR_DEMO = False
DSAR_DEMO_HOME = ""
DSAR_MASTER_KEY = env.env_key("DSAR_MASTER_KEY")
DSAR_MASTER_KEY_FALLBACKS = env.env_keys("DSAR_MASTER_KEY_FALLBACKS")  # while it is changed: docs/operating.md
DSAR_DIGEST_KEY = (env.env_keys("DSAR_DIGEST_KEY") or [b""])[0]  # of digests, once the master key is another one than at first
DSAR_SIGNING_KEY = env.env_key("DSAR_SIGNING_KEY")
DSAR_ANCHOR_FILE = env.env("DSAR_ANCHOR_FILE", "")  # without one, no head of the audit trail is kept outside the database
DSAR_ANCHOR_MAIL = env.env_list("DSAR_ANCHOR_MAIL")  # addresses of persons to whom heads are mailed
DSAR_ANCHOR_MAIL_HOURS = int(env.env("DSAR_ANCHOR_MAIL_HOURS", "24"))
DSAR_ANCHOR_TSA_CA = env.env("DSAR_ANCHOR_TSA_CA", "")  # a file: the certificates by which time stamps are checked
DSAR_ANCHOR_TSA = env.authority(env.env("DSAR_ANCHOR_TSA", ""), DSAR_ANCHOR_TSA_CA)
DSAR_KEY_STORE = Path(env.env("DSAR_KEY_STORE"))
DSAR_VAULT = env.vault(env.env("DSAR_VAULT"))
DSAR_BRANDS = BASE_DIR / "brands"
DSAR_LISTS = env.env("DSAR_LISTS", "")  # a folder; without one, no list of refusals is written as a file
DSAR_MAILBOXES = env.mailboxes()
DSAR_MAIL_HOOK_KEY = env.env("DSAR_MAIL_HOOK_KEY", "")  # without one, no provider can hand mail in
DSAR_SECURITY_CONTACT = env.contact(env.env("DSAR_SECURITY_CONTACT", ""))  # told in /.well-known/security.txt
DSAR_CLAMD = env.scanner(env.env("DSAR_CLAMD", ""))

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "django_htmx",
    "pgtrigger",
    "rest_framework",
    "drf_spectacular",
    "csp",
    "template_partials",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "requests_app",
]

MIDDLEWARE = [
    "dsar.middleware.logged",
    "dsar.middleware.never_echoed",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "dsar.middleware.private",
    "dsar.middleware.calm_database",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "dsar.urls"
WSGI_APPLICATION = "dsar.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Time comes from PostgreSQL; every connection speaks UTC and gives up rather than hang.
DATABASES = {"default": env.database(env.env("DATABASE_URL"))}
DATABASES["default"] |= {
    "ATOMIC_REQUESTS": False,
    "CONN_MAX_AGE": 60,
    "CONN_HEALTH_CHECKS": True,
}
DATABASES["default"]["OPTIONS"] |= {
    "connect_timeout": 5,
    "options": "-c statement_timeout=30s -c lock_timeout=5s -c idle_in_transaction_session_timeout=60s"
    # Compiling a statement takes seconds where many conditions meet many rows, and the statement then milliseconds.
    " -c jit=off"
    # Reports group a hundred thousand rows in memory; 4 MB, the default, would send them to the disk.
    " -c work_mem=16MB",
}
DSAR_APP_ROLE = env.env("DATABASE_APP_ROLE", "dsar_app")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MIGRATION_MODULES: dict[str, str] = {}

REDIS_URL = env.env("REDIS_URL")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French")), ("de", _("German")), ("el", _("Greek"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["dsar.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]

# Officers
AUTH_USER_MODEL = "requests_app.Officer"
AUTHENTICATION_BACKENDS = ["requests_app.officers.backend.Officers"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "requests_app.officers.passwords.NotOfTheHouse"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/console/"
LOGOUT_REDIRECT_URL = "/console/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "requests_app.officers.adapter.OfficersOnly"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
DSAR_PASSKEYS_ONLY = env.env_bool("DSAR_PASSKEYS_ONLY", default=False)  # no app, no codes: what cannot be phished, or nothing
MFA_SUPPORTED_TYPES = ["webauthn"] if DSAR_PASSKEYS_ONLY else ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # a finger, a face or a PIN: a key that was found opens nothing
MFA_FORMS = {"add_webauthn": "requests_app.officers.passkeys.AddPasskey"}
MFA_TOTP_ISSUER = "DSAR"
MFA_ADAPTER = "requests_app.officers.adapter.SealedFactors"
SOCIALACCOUNT_PROVIDERS = env.single_sign_on()
SOCIALACCOUNT_ADAPTER = "requests_app.officers.single_sign_on.OfficersOnly"
SOCIALACCOUNT_STORE_TOKENS = False
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = SECURE
CSRF_COOKIE_SECURE = SECURE
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "dsar.views.csrf_failure"
SESSION_COOKIE_NAME = "__Host-session" if SECURE else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE else "csrf"

SECURE_CONTENT_TYPE_NOSNIFF = True
# With "no-referrer" browsers send `Origin: null` with every form, which the CSRF check refuses.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_SSL_REDIRECT = SECURE
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = browser.CONTENT
PERMISSIONS_POLICY = browser.PERMISSIONS
WHITENOISE_ADD_HEADERS_FUNCTION = browser.of_a_file
WHITENOISE_ALLOW_ALL_ORIGINS = False

DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = 3
FILE_UPLOAD_HANDLERS = ["dsar.uploading.InMemory"]  # never in the clear on a disk
FILE_UPLOAD_PERMISSIONS = 0o600

vars().update(env.mail(env.env("EMAIL_URL")))
DEFAULT_FROM_EMAIL = env.env("DSAR_MAIL_FROM", "privacy@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
ADMINS: list[tuple[str, str]] = []

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "NUM_PROXIES": TRUSTED_PROXIES,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Privacy requests",
    "VERSION": "1",
    "DESCRIPTION": "Rights, requests, messages and the suppression list of one brand: docs/api.md",
    "SERVE_INCLUDE_SCHEMA": False,
    "PREPROCESSING_HOOKS": ["requests_app.api.described.only_the_api"],
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "requests_app.api.described.with_problems"],
    "ENUM_NAME_OVERRIDES": {"StateEnum": "requests_app.workflow.states.State.choices"},
}
API_RATES = {"key": env.env_number("DSAR_API_RATE_KEY", 300), "address": env.env_number("DSAR_API_RATE_ADDRESS", 600)}  # a minute

LOGGING = logs.settings(env.env("DSAR_LOG_LEVEL", "INFO"))
METRICS_TOKEN = env.env("DSAR_METRICS_TOKEN", "")  # without one, nobody is told any figures

# How long the ledger trusts a worker that has gone silent, and how often it beats (seconds).
LEDGER_LEASE_DELAY = 60
LEDGER_HEARTBEAT_DELAY = 15
LEDGER_POLL_DELAY = 5
LEDGER_WAKE_DELAY = 30  # a due step that was woken and not claimed is woken again
LEDGER_STEP_DELAY = 420  # long work keeps what it has after this time and goes on as the next step
LEDGER_CHAIN_DELAY = 2.0  # for so long a worker goes on with what follows from its work before others may take it
LEDGER_PATIENCE = 1.0  # scales the delays between attempts
LEDGER_RAISES = False  # raise what a handler did not foresee, after the step was put back

# A form that comes back sooner than this was filled by a program (seconds).
PORTAL_FILL_DELAY = 2
PORTAL_FILINGS_AN_HOUR = 60  # from one network; a household files a few, an office behind one address more
DSAR_VAULT_RESERVE = env.env_number("DSAR_VAULT_RESERVE", 256 * 1024 * 1024)  # bytes kept free for the database beside it
