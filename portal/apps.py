from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        """Let requests and tasks be counted, and worker and beat leave their signs of life."""
        from .watch import requests, tasks  # noqa: F401
