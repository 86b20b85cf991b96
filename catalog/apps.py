from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "catalog"

    def ready(self) -> None:
        """Register what API proxies need of hosts."""
        from . import keepers  # noqa: F401
