from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        """Let worker and beat leave their signs of life, and the worker count its tasks."""
        from .watch import tasks  # noqa: F401
