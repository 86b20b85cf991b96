"""What runs beside Django: broker, worker, REST API, tokens, e-mail, gateway."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django_guid.integrations.celery import CeleryIntegration

from .base import PORTS, TESTING, VAR, env

# Broker and cache: REDIS_URL in production, the embedded broker's Unix socket otherwise (database 0 and 1).
REDIS_URL = env.str("REDIS_URL", "")
BROKER_SOCKET = VAR / "run" / "broker.sock"
if len(str(BROKER_SOCKET)) > 100:  # a Unix socket's path may have 107 bytes
    _short = hashlib.sha256(str(VAR).encode()).hexdigest()[:16]
    BROKER_SOCKET = Path(tempfile.gettempdir()) / f"countersign-{os.getuid()}-{_short}" / "broker.sock"
CELERY_BROKER_URL = REDIS_URL or f"redis+socket://{BROKER_SOCKET}?virtual_host=0"
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,  # above the longest task
    "unacked_restore_interval": 5,  # a task of a killed worker comes back in seconds instead of minutes
    "unacked_restore_throttle": 1,
}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "run" / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    # Sweeps compare wanted with actual, so a lost announcement costs time, never truth.
    "uploads": {"task": "certificates.tasks.sweep_uploads", "schedule": 10},
    "deployments": {"task": "gateway.tasks.sweep_deployments", "schedule": 30},
    "clock": {"task": "gateway.tasks.sweep_clock", "schedule": 10},
    "denials": {"task": "gateway.tasks.sweep_denials", "schedule": 10},
    "flags": {"task": "gateway.tasks.sweep_flags", "schedule": 60},
    "incidents": {"task": "incidents.tasks.sweep_incidents", "schedule": 30},
    "sessions": {"task": "portal.tasks.clear_ended_sessions", "schedule": 24 * 3600},
    "tokens": {"task": "portal.tasks.clear_expired_tokens", "schedule": 3600},
}

# Which tasks listen to which change below. The apps below never name a task above.
ANNOUNCEMENTS = {
    "upload.received": ["certificates.tasks.judge_upload"],
    "upload.judged": ["incidents.tasks.upload_judged"],
    "truststore.version_activated": ["gateway.tasks.flag_for_truststore"],
    "reference.repointed": ["gateway.tasks.flag_for_reference"],
    "keystore.changed": ["gateway.tasks.flag_for_keystore"],
    "host.changed": ["gateway.tasks.flag_for_host"],
    "proxy.changed": ["gateway.tasks.flag_for_proxy"],
    "product.changed": ["gateway.tasks.flag_for_product"],
    "denial.changed": ["gateway.tasks.flag_for_denial"],
    "deployment.planned": ["gateway.tasks.prepare_deployment"],
    "deployment.checked": ["gateway.tasks.advance_rollout_of"],
    "deployment.ended": ["incidents.tasks.deployment_ended", "gateway.tasks.advance_rollout_of"],
    "deployment.not_started": ["gateway.tasks.tell_not_started"],
    "rollout.advanced": ["gateway.tasks.advance_rollout"],
    "host.seen": ["incidents.tasks.host_seen"],
}

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    if TESTING
    else {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL or f"unix://{BROKER_SOCKET}?db=1",
        "KEY_PREFIX": "countersign",
        "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 2},  # one that hangs must not hang us
    }
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.BearerAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["common.parsers.Json"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.LimitOffsetPagination",
    "PAGE_SIZE": 50,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "common.problems.problem_handler",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Countersign",
    "DESCRIPTION": "Mutual TLS for API hosts. docs/guides/enable-two-way-ssl.md walks through the main flow.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": r"/(api/v1|apiportal)",
}

OAUTH2_PROVIDER_APPLICATION_MODEL = "accounts.ServiceKey"
OAUTH2_PROVIDER = {
    "ACCESS_TOKEN_EXPIRE_SECONDS": 900,  # tokens lie in the database in the clear: keep them short
    "SCOPES_BACKEND_CLASS": "accounts.oauth.KeyScopes",
    "CLIENT_SECRET_HASHER": "pbkdf2_sha256_random_secret",
    "OAUTH2_BACKEND_CLASS": "oauth2_provider.oauth2_backends.OAuthLibCore",
    "ALLOWED_GRANT_TYPES": ["client_credentials"],
}

# E-mail goes to files by default, so that a newcomer finds the secure link without a mail server.
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = str(VAR / "mail")
if env.str("EMAIL_URL", ""):
    vars().update(env.email_url("EMAIL_URL"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Countersign <countersign@localhost>")

# The gateway of the embedded default.
GATEWAY_DIR = VAR / "gateway"
GATEWAY_NODE = env.str("COUNTERSIGN_NODE", "local")
GATEWAY_PORT = env.int("COUNTERSIGN_GATEWAY_PORT", PORTS["gateway"])
DEV_CA_DIR = VAR / "ca"
# Loopback ports on which worker and agent tell how they are. 0: the worker does not, the agent takes any.
WORKER_PORT = env.int("COUNTERSIGN_WORKER_PORT", 0)
AGENT_PORT = env.int("COUNTERSIGN_AGENT_PORT", 0)
# Remote nodes: the CA of their certificates (PEM file with its key; "" makes one, sealed in the database),
# and what the node endpoint shows them (PEM files; "" takes the development CA).
NODE_CA_FILE = env.str("COUNTERSIGN_NODE_CA", "")
NODE_PORT = env.int("COUNTERSIGN_NODE_PORT", PORTS["node"])
NODE_TLS_CERTIFICATE = env.str("COUNTERSIGN_NODE_TLS_CERTIFICATE", "")
NODE_TLS_KEY = env.str("COUNTERSIGN_NODE_TLS_KEY", "")
SECURE_LINK_DAYS = env.int("COUNTERSIGN_SECURE_LINK_DAYS", 10)

# One id a request, from X-Request-ID or made, answered in the same header, and carried into its tasks.
DJANGO_GUID = {
    "GUID_HEADER_NAME": "X-Request-ID",
    "EXPOSE_HEADER": False,
    "INTEGRATIONS": [CeleryIntegration()],
}
LOG_FORMAT = env.str("COUNTERSIGN_LOG_FORMAT", "text")
if LOG_FORMAT not in ("text", "json"):
    raise ImproperlyConfigured(f"COUNTERSIGN_LOG_FORMAT is {LOG_FORMAT!r}; say text or json.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "portal.weblog.formatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        # It says for every request that it made an id.
        "django_guid": {"level": "WARNING"},
        # It would mail errors to ADMINS, with what was sent: they stay in the log instead, masked.
        "django": {"handlers": []},
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "WARNING" if TESTING else "INFO")},
}
