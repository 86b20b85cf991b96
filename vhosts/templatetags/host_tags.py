"""What pages of the apps below show of hosts."""

from __future__ import annotations

from django import template

from certificates.models import Reference, Truststore
from vhosts import selectors
from vhosts.models import VirtualHost

register = template.Library()


@register.simple_tag
def hosts_trusting(store: Truststore) -> list[VirtualHost]:
    """The hosts whose clients a truststore decides about: `{% hosts_trusting store as hosts %}`."""
    return list(selectors.hosts_trusting(store))


@register.simple_tag
def hosts_naming(reference: Reference) -> list[VirtualHost]:
    """The hosts that name a reference: `{% hosts_naming reference as hosts %}`."""
    return list(reference.hosts.order_by("name"))
