from django.apps import AppConfig


class GatewayConfig(AppConfig):
    name = "gateway"

    def ready(self) -> None:
        """Register what deployments need of hosts and server keys."""
        from . import keepers  # noqa: F401
