"""What pages of the apps below show of hosts."""

from __future__ import annotations

from django import template
from django.db.models import Q

from certificates.models import Keystore, Reference, Truststore
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
    naming = Q(reference=reference) | Q(keystore_reference=reference)
    return list(VirtualHost.objects.filter(naming).order_by("name"))


@register.simple_tag
def hosts_answering(keystore: Keystore) -> list[VirtualHost]:
    """The hosts that answer with a keystore, by name or through a reference:
    `{% hosts_answering keystore as hosts %}`.
    """
    answering = Q(keystore=keystore) | Q(keystore_reference__keystore=keystore)
    return list(VirtualHost.objects.filter(answering).select_related("keystore_reference").order_by("name"))
