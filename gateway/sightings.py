"""What nodes saw, added up: clients of one certificate on one host with one outcome are one row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest, Least

from common.outbox import announce
from vhosts.models import VirtualHost

from .models import Node, Sighting


@dataclass(frozen=True)
class Seen:
    """A count that a node reports. `host` is the DNS name; fingerprints are hex SHA-256 or empty."""

    host: str
    fingerprint: str
    issuer_fingerprint: str
    subject: str
    outcome: str
    reason: str
    status: int
    count: int
    first: datetime
    last: datetime


@transaction.atomic
def add(*, node: Node, seen: Iterable[Seen]) -> None:
    """Add a node's counts. Names that are no host (scanners) are left out. Hosts with news are announced."""
    seen = list(seen)
    hosts = {host.name: host for host in VirtualHost.objects.filter(name__in={item.host for item in seen})}
    for item in seen:
        host = hosts.get(item.host)
        if host is None:
            continue
        row, is_new = Sighting.objects.get_or_create(
            host=host,
            node=node,
            fingerprint=item.fingerprint,
            issuer_fingerprint=item.issuer_fingerprint,
            outcome=item.outcome,
            reason=item.reason[:200],
            defaults={
                "count": item.count,
                "first_seen": item.first,
                "last_seen": item.last,
                "subject": item.subject[:500],
                "status": item.status,
            },
        )
        if not is_new:
            Sighting.objects.filter(pk=row.pk).update(
                count=F("count") + item.count,
                first_seen=Least("first_seen", item.first),
                last_seen=Greatest("last_seen", item.last),
                status=item.status,
            )
    for host in {item.host for item in seen} & set(hosts):
        announce("host.seen", hosts[host].uuid)
