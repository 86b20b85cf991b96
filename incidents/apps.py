from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "incidents"

    def ready(self) -> None:
        """Register what incidents need of hosts."""
        from . import keepers  # noqa: F401
