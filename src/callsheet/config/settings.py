"""Django's settings, made from `callsheet.config.env`; nothing is decided by file."""

from typing import Any

from callsheet.config.csp import PAGES
from callsheet.config.databases import application_url, django_database
from callsheet.config.email import django_mailers
from callsheet.config.env import get_env
from callsheet.config.logs import django_logging
from callsheet.config.look import unfold_settings

ENV = get_env()

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
    "procrastinate.contrib.django",
    "callsheet.journal",
    "callsheet.tenants",
    "callsheet.catalogue",
    "callsheet.credits",
    "callsheet.projects",
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
            ]
        },
    }
]

# -- database: the application's role; migrations come in as the owner (config.migration) --------
DATABASES = {"default": django_database(application_url(ENV), pool=ENV.database_pool)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Some constraints of the ledger are SQL that only the database checks: that is where they count.
SILENCED_SYSTEM_CHECKS = ["models.W045"]
PROCRASTINATE_IMPORT_PATHS = ["callsheet.jobs"]

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
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = ENV.studio_name
STAFF_NEED_SECOND_FACTOR = ENV.staff_need_second_factor
METRICS_TOKEN = ENV.metrics_token.get_secret_value() if ENV.metrics_token else ""
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

# -- days and words ------------------------------------------------------------------------------
USE_TZ = True
TIME_ZONE = "UTC"  # stored and computed; pages show the account's zone
LANGUAGE_CODE = "en-gb"
FORMAT_MODULE_PATH = ["callsheet.config.formats"]

# -- files ---------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = ENV.data_dir / "static"
WHITENOISE_USE_FINDERS = True  # pages look right without a collectstatic before
WHITENOISE_AUTOREFRESH = DEBUG

# -- safety --------------------------------------------------------------------------------------
SECURE_CSP = PAGES
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
