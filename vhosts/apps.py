from django.apps import AppConfig


class VhostsConfig(AppConfig):
    name = "vhosts"

    def ready(self) -> None:
        """Register what hosts need of keystores."""
        from . import keepers  # noqa: F401
