"""The settings of the node endpoint's process: the portal's, with its own addresses and nothing around
them."""

from __future__ import annotations

from . import *  # noqa: F403

ROOT_URLCONF = "gateway.endpoint.urls"
MIDDLEWARE: list[str] = []
ALLOWED_HOSTS = ["*"]  # the name is checked by the node, against our certificate; nothing here depends on it
