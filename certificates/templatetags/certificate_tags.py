"""What pages show of certificates in tables."""

from __future__ import annotations

from typing import Any

from django import template

from certificates.models import Certificate
from common.templatetags.countersign import life

register = template.Library()


@register.inclusion_tag("certificates/_lifetime.html")
def lifetime(certificate: Certificate) -> dict[str, Any]:
    """When a certificate ends, with the bar of its life: for a cell, where `life` is for a card."""
    return life(certificate.not_before, certificate.not_after)
