"""Why hosts, keystores and keys must stay: deployments that are live, or may be gone back to, need them."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet

from certificates.models import Keystore, ServerKey
from common.keepers import keeps
from common.words import few
from vhosts.models import VirtualHost

from .lifecycle import ON_NODES, DeploymentStatus
from .models import DeployedKey
from .selectors import KEPT, deployments_kept

ON_GATEWAY = (DeploymentStatus.LIVE, *ON_NODES)


@keeps(VirtualHost)
def deployments_serving(host: VirtualHost) -> Iterator[str]:
    """Deployments with an API on the host: the live one, and those that may be gone back to."""
    serving, going_back, older = [], [], []
    rows = deployments_kept(host.account).order_by("-pk")
    for number, status, back, routes in rows.values_list(
        "number", "status", "goes_back_to", "compiled__ir__routes"
    ):
        if any(str(host.uuid) in route["hosts"] for route in routes or ()):
            if status in ON_GATEWAY:
                serving.append(str(number))
            elif status == DeploymentStatus.SUPERSEDED:
                older.append(str(number))
            elif back is not None:  # any other plan gives way to the account as it is after the deletion
                going_back.append(str(number))
    if serving:
        yield "The gateway still serves an API on it. Deploy what waits first."
    if going_back:
        yield (
            f"Deployment {few(going_back)} is planned and goes back to an API on it. Plan another one first."
        )
    if older:
        yield (
            f"Going back to deployment {few(older)} would serve an API on it. The last {KEPT} that were live "
            "count: deploy until these are older, then delete it."
        )


@keeps(Keystore)
def deployments_with_keystore(keystore: Keystore) -> Iterator[str]:
    """Deployments that present a key of it, or would when they are gone back to."""
    return _presenting(DeployedKey.objects.filter(key__keystore=keystore))


@keeps(ServerKey)
def deployments_with(key: ServerKey) -> Iterator[str]:
    """Deployments that present the key, or would when they are gone back to."""
    return _presenting(DeployedKey.objects.filter(key=key))


def _presenting(rows: QuerySet[DeployedKey]) -> Iterator[str]:
    numbers = rows.order_by("-deployment__number").values_list("deployment__number", flat=True)
    if names := [str(number) for number in dict.fromkeys(numbers)]:
        yield (
            f"Deployment {few(names)} presents it. The last {KEPT} that were live may be gone back to: "
            "deploy until these are older, then delete it."
        )
