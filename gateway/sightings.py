"""What nodes saw, added up: clients of one certificate on one host with one outcome are one row."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Case, F, PositiveSmallIntegerField, QuerySet, When
from django.db.models.functions import Greatest, Least

from common.outbox import announce
from vhosts.models import VirtualHost

from .agent import seen as agent
from .models import Node, Proof, Sighting
from .selectors import TRIAL


@transaction.atomic
def add_batch(*, node: Node, batch: str, seen: list[agent.Sighting]) -> None:
    """Add a remote node's counts, once: a batch that it sends again, since our answer was lost, is known
    by its name. Hosts of accounts that were never delivered to the node are left out: it cannot have seen
    them."""
    last = Node.objects.select_for_update().values_list("last_batch", flat=True).get(pk=node.pk)
    if last == batch:
        return
    delivered = Proof.objects.filter(node=node).values("deployment__account")
    names = VirtualHost.objects.filter(account__in=delivered, name__in={item.host for item in seen})
    own = set(names.values_list("name", flat=True))
    add(node=node, seen=[item for item in seen if item.host in own])
    Node.objects.filter(pk=node.pk).update(last_batch=batch)


@transaction.atomic
def add(*, node: Node, seen: Iterable[agent.Sighting]) -> None:
    """Add a node's counts. Names that are no host (scanners) are left out. Hosts with news are announced."""
    seen = [item for item in seen if item.first and item.last]  # a line without a time is no evidence
    hosts = {host.name: host for host in _named({item.host for item in seen})}
    for item in seen:
        host = hosts.get(item.host)
        if host is None:
            continue
        row, is_new = Sighting.objects.get_or_create(
            host=host,
            node=node,
            fingerprint=item.fingerprint,
            issuer_fingerprint=item.issuer,
            outcome=item.outcome,
            reason=item.reason[:200],
            defaults={
                "count": item.count,
                "first_seen": datetime.fromisoformat(item.first),
                "last_seen": datetime.fromisoformat(item.last),
                "subject": item.subject[:500],
                "status": item.status,
            },
        )
        if not is_new:
            last = datetime.fromisoformat(item.last)
            Sighting.objects.filter(pk=row.pk).update(
                count=F("count") + item.count,
                first_seen=Least("first_seen", datetime.fromisoformat(item.first)),
                last_seen=Greatest("last_seen", last),
                status=Case(
                    When(last_seen__lte=last, then=item.status),
                    default="status",
                    output_field=PositiveSmallIntegerField(),
                ),
            )
    for host in {item.host for item in seen} & set(hosts):
        announce("host.seen", hosts[host].uuid)


def begin_trial(hosts: Collection[str]) -> None:
    """The hosts (uuids) are in trial from now on: what an earlier trial noted does not count for this one."""
    noted = Sighting.objects.filter(host__uuid__in=hosts, reason__startswith=TRIAL)
    noted.update(before_trial=F("count"))


def _named(names: set[str]) -> QuerySet[VirtualHost]:
    """The hosts of these names, deleted ones too as long as the gateway may still serve them."""
    return VirtualHost.with_deleted.filter(name__in=names, released_at=None)
