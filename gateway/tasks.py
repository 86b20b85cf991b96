"""The worker's part of the gateway: compile plans, keep the flags."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone

from accounts.models import Account
from catalog.models import Product, Proxy
from certificates.models import Keystore, Reference, Truststore
from vhosts.models import VirtualHost

from . import compiling, services
from .models import Deployment

log = logging.getLogger(__name__)


@shared_task
def prepare_deployment(uuid: str) -> None:
    """Compile and check one planned deployment."""
    deployment = Deployment.objects.select_related("account").get(uuid=uuid)
    with services.about(deployment):
        services.prepare(deployment=deployment, at=timezone.now())


def _reflag(model: type, uuid: str) -> None:
    owner = model._base_manager.filter(uuid=uuid).select_related("account").first()
    if owner is not None:
        compiling.reflag(owner.account, timezone.now())


@shared_task
def flag_for_truststore(uuid: str) -> None:
    """A truststore has another current version."""
    _reflag(Truststore, uuid)


@shared_task
def flag_for_reference(uuid: str) -> None:
    """A reference points elsewhere."""
    _reflag(Reference, uuid)


@shared_task
def flag_for_keystore(uuid: str) -> None:
    """A keystore holds another key."""
    _reflag(Keystore, uuid)


@shared_task
def flag_for_host(uuid: str) -> None:
    """A host was made, changed or deleted."""
    _reflag(VirtualHost, uuid)


@shared_task
def flag_for_proxy(uuid: str) -> None:
    """A proxy was made or changed."""
    _reflag(Proxy, uuid)


@shared_task
def flag_for_product(uuid: str) -> None:
    """A product holds other proxies."""
    _reflag(Product, uuid)


@shared_task
def sweep_flags() -> None:
    """Make up for lost announcements, and for certificates that end by themselves."""
    for account in Account.objects.all():
        try:
            compiling.reflag(account, timezone.now())
        except Exception:
            log.exception("the flags of %s could not be computed", account)


@shared_task
def sweep_deployments() -> None:
    """Give unfinished plans back to the queue; give nodes what they should have."""
    services.give_back_stale()
