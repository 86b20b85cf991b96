"""What pages of the apps below show of incidents."""

from __future__ import annotations

from typing import Any

from django import template

from certificates.models import Upload
from incidents import selectors
from incidents.models import Incident
from vhosts.models import VirtualHost

register = template.Library()


@register.inclusion_tag("incidents/_on_host.html", takes_context=True)
def incidents_on(context: template.Context, host: VirtualHost) -> dict[str, Any]:
    """A panel with the latest incidents about a host; nothing for a person who may not see incidents."""
    actor = context.get("actor")
    if actor is None or not actor.may("incidents:read"):
        return {"incidents": None}
    return {
        "incidents": list(selectors.incidents_on(host)[:5]),
        "host": host,
        "may_raise": actor.may("incidents:raise") and not host.is_default and not host.deleted_at,
    }


@register.simple_tag
def incident_of(upload: Upload) -> Incident | None:
    """The incident that an upload belongs to: `{% incident_of upload as incident %}`."""
    return Incident.objects.filter(uploads__upload=upload).first()
