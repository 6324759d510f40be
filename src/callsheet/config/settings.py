"""Django's settings, made from `callsheet.config.env`; nothing is decided by file."""

from pathlib import Path
from typing import Any

from callsheet.config.csp import pages_policy
from callsheet.config.databases import application_url, django_database
from callsheet.config.email import django_mailers
from callsheet.config.env import get_env
from callsheet.config.files import django_storages
from callsheet.config.logs import django_logging
from callsheet.config.look import unfold_settings
from callsheet.config.single_sign_on import openid_connect

ENV = get_env()
PACKAGE = Path(__file__).parent.parent

DEBUG = ENV.debug
SECRET_KEY = ENV.secret()
ALLOWED_HOSTS = ENV.allowed_hosts or [str(ENV.site.hostname)]
ROOT_URLCONF = "callsheet.config.urls"
WSGI_APPLICATION = "callsheet.config.wsgi.application"

INSTALLED_APPS = [
    "callsheet.web",  # before those whose templates it replaces
    "unfold.apps.BasicAppConfig",  # the same
    "callsheet.web.site_app.StudioAdminConfig",  # the administration, with our own door
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",  # array and range fields
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "django_htmx",
    "django_vite",
    "lucide",
    "procrastinate.contrib.django",
    "callsheet.journal",
    "callsheet.tenants",
    "callsheet.catalogue",
    "callsheet.credits",
    "callsheet.projects",
    "callsheet.notifications",
    "callsheet.schedule",
]
AUTH_USER_MODEL = "tenants.User"

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "callsheet.config.csp.administration_policy",
    "callsheet.web.zones.studio_time",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "callsheet.web.errors.said_in_words",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "callsheet.web.frame.looks",
            ],
            "libraries": {"lucide": "callsheet.web.templatetags.icons"},  # drawn once
        },
    }
]

# -- database: the application's role; migrations come in as the owner (config.migration) --------
DATABASES = {"default": django_database(application_url(ENV), pool=ENV.database_pool)}
# Attempts at logins are counted for all web processes together, on all machines.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "web_cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Some constraints of the ledger are SQL that only the database checks: that is where they count.
# templates.W003: icons of `lucide` are drawn by our own tag, on purpose.
SILENCED_SYSTEM_CHECKS = ["models.W045", "templates.W003"]
PROCRASTINATE_IMPORT_PATHS = ["callsheet.jobs"]

# A brief of a thousand deliverables is one form.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

# -- people: login by e-mail, a second factor, limits on attempts --------------------------------
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "callsheet.config.accounts.InvitedOnly"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"}
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = f"[{ENV.studio_name}] "
ACCOUNT_EMAIL_NOTIFICATIONS = True  # of a changed password or second factor, to its owner
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not ENV.secure  # a browser itself allows only this machine
MFA_TOTP_ISSUER = ENV.studio_name
SOCIALACCOUNT_ADAPTER = "callsheet.config.accounts.KnownOnly"
SOCIALACCOUNT_PROVIDERS = openid_connect(ENV)
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True  # a verified address that is known here is that person
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
STAFF_NEED_SECOND_FACTOR = ENV.staff_need_second_factor
METRICS_TOKEN = ENV.metrics_token.get_secret_value() if ENV.metrics_token else ""
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

# -- days and words ------------------------------------------------------------------------------
USE_TZ = True
TIME_ZONE = "UTC"  # stored and computed; pages show the account's zone
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [PACKAGE / "locale"]
STUDIO_LANGUAGE = ENV.language  # of mails and notifications, for who chose none
FORMAT_MODULE_PATH = ["callsheet.config.formats"]

# -- files ---------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = ENV.data_dir / "static"
WHITENOISE_USE_FINDERS = True  # pages look right without a collectstatic before
WHITENOISE_AUTOREFRESH = DEBUG
# The pages' script and style, as Vite built them (tools/frontend).
DJANGO_VITE = {
    "default": {
        "static_url_prefix": "app",
        "manifest_path": PACKAGE / "web" / "static" / "app" / "manifest.json",
    }
}
STORAGES = django_storages(ENV)
FILE_TYPES = frozenset(ENV.file_types)

# -- safety --------------------------------------------------------------------------------------
SECURE_CSP = pages_policy(ENV)
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = [f"{ENV.site.scheme}://{ENV.site.netloc}"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENV.secure
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 7 * 24 * 3600
if ENV.secure:  # browsers then refuse the cookies from any other host or path
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
SECURE_SSL_REDIRECT = ENV.secure
# Load balancers and monitoring ask inside, without https.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^health/", r"^metrics$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if ENV.secure else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = ENV.secure
SECURE_REFERRER_POLICY = "same-origin"
if ENV.behind_proxy:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1

# -- mail and logs -------------------------------------------------------------------------------
MAILERS = django_mailers(ENV)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENV.email_from
LOGGING_CONFIG = None  # structlog does it, below
django_logging(ENV)

# -- the administration's looks -----------------------------------------------------------------
UNFOLD = unfold_settings(ENV.studio_name)

# -- the studio ----------------------------------------------------------------------------------
STUDIO_NAME = ENV.studio_name
STUDIO_TIME_ZONE = ENV.studio_time_zone
BASE_URL = ENV.site.geturl()
