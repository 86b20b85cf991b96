"""The worker's part of the gateway: compile plans, keep the flags."""

from __future__ import annotations

import logging

from celery import shared_task
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.actors import portal
from accounts.models import Account
from catalog import flags
from catalog.models import Product, Proxy
from certificates.models import Keystore, Reference, Truststore
from common.errors import Conflict
from vhosts.models import VirtualHost

from . import canaries, compiling, denials, rollouts, schedules, services
from .lifecycle import RolloutStatus
from .models import Denial, Deployment, Rollout

log = logging.getLogger(__name__)


@shared_task
def prepare_deployment(uuid: str) -> None:
    """Compile and check one planned deployment."""
    deployment = Deployment.objects.select_related("account").get(uuid=uuid)
    with services.about(deployment):
        services.prepare(deployment=deployment, at=timezone.now())


@shared_task
def tell_not_started(uuid: str) -> None:
    """A scheduled deployment did not start."""
    schedules.tell(Deployment.objects.select_related("account").get(uuid=uuid))


@shared_task
def advance_rollout_of(uuid: str) -> None:
    """A deployment was checked, or ended: a rollout may wait for it."""
    rollout = Rollout.objects.filter(batches__deployment__uuid=uuid).first()
    if rollout is not None:
        rollouts.advance(rollout)


@shared_task
def advance_rollout(uuid: str) -> None:
    """A rollout was started or resumed."""
    rollouts.advance(Rollout.objects.get(uuid=uuid))


def _reflag_hosts(hosts: QuerySet[VirtualHost], account: Account) -> None:
    reached = list(hosts.filter(account=account).values_list("pk", flat=True))
    if reached:
        compiling.reflag_hosts(account, reached, timezone.now())


@shared_task
def flag_for_truststore(uuid: str) -> None:
    """A truststore has another current version."""
    store = Truststore.objects.filter(uuid=uuid).select_related("account").first()
    if store is not None:
        trusting = Q(truststore=store) | Q(reference__truststore=store)
        _reflag_hosts(VirtualHost.objects.filter(trusting), store.account)


@shared_task
def flag_for_reference(uuid: str) -> None:
    """A reference points elsewhere."""
    reference = Reference.objects.filter(uuid=uuid).select_related("account").first()
    if reference is not None:
        using = Q(reference=reference) | Q(keystore_reference=reference)
        _reflag_hosts(VirtualHost.objects.filter(using), reference.account)


def _reflag(model: type, uuid: str) -> None:
    owner = model._base_manager.filter(uuid=uuid).select_related("account").first()
    if owner is not None:
        compiling.reflag(owner.account, timezone.now())


@shared_task
def flag_for_keystore(uuid: str) -> None:
    """A keystore holds another key."""
    _reflag(Keystore, uuid)


@shared_task
def flag_for_host(uuid: str) -> None:
    """A host was made, changed or deleted."""
    host = VirtualHost.objects.filter(uuid=uuid).select_related("account").first()
    if host is None:
        _reflag(VirtualHost, uuid)  # a deleted one: its name may be free now
    else:
        _reflag_hosts(VirtualHost.objects.filter(pk=host.pk), host.account)


@shared_task
def flag_for_proxy(uuid: str) -> None:
    """A proxy was made or changed."""
    _reflag(Proxy, uuid)


@shared_task
def flag_for_product(uuid: str) -> None:
    """A product holds other proxies."""
    product = Product.objects.filter(uuid=uuid).select_related("account").first()
    if product is not None:
        flags.flag_products(product.account)


@shared_task
def flag_for_denial(uuid: str) -> None:
    """A certificate is refused everywhere, or is so no longer."""
    _reflag(Denial, uuid)


@shared_task
def sweep_denials() -> None:
    """End denials whose time is over; give nodes the list that they should have."""
    denials.sweep()


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


@shared_task
def sweep_clock() -> None:
    """What happens at a time: scheduled starts, canaries that go on, rollouts whose news was lost."""
    schedules.start_due()
    canaries_go_on()
    ended = (RolloutStatus.DONE, RolloutStatus.FAILED, RolloutStatus.STOPPED)
    for rollout in Rollout.objects.exclude(status__in=ended):
        try:
            rollouts.advance(rollout)
        except Exception:
            log.exception("%s could not go on; the sweep tries again", rollout)


def canaries_go_on() -> None:
    """Canaries whose time has come go on, unless refusals rose or nobody called: then a person
    decides."""
    for deployment in canaries.due(timezone.now()):
        if why := canaries.why_hold(deployment.canary):
            canaries.hold(deployment.canary, why)
            continue
        try:
            services.go_on(actor=portal(deployment.account), deployment=deployment)
        except Conflict:
            log.info("%s went on, or was taken back, meanwhile", deployment)
