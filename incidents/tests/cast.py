"""How the tests of incidents come to an incident, and through its steps."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from certificates.services.truststores import create_truststore
from gateway import services as gateway
from gateway.models import Node
from incidents.models import Incident
from incidents.services import acceptance, links, raising

NOW = datetime.now(UTC)
PROBES = [
    {"host": "partners.harbourline.test", "what": what, "status": 400, "ok": True}
    for what in ("no certificate", "stranger")
]


def ticket(account, **changes):
    details = {
        "host_alias": "partners",
        "subdomain": account.subdomain,
        "account_id": str(account.uuid),
        "email": "mtls@partner.test",
        "partner": "Partner",
    }
    return raising.Ticket(**(details | changes))


def raised(owner) -> Incident:
    return raising.raise_incident(actor=owner, ticket=ticket(owner.account))


def token_in(mail) -> str:
    """The token of the secure link in a mail."""
    return re.search(r"/s/([\w-]+)/", mail.body).group(1)


def uploaded(worker, incident, identity):
    """The partner sends `identity` through the link; the worker judges it."""
    with worker():
        upload = links.upload_through_link(
            link=incident.links.first(), files=[("client.pem", identity.pem.encode())]
        )
    upload.refresh_from_db()
    incident.refresh_from_db()
    return upload


def accepted(owner, incident, upload, identity):
    store = create_truststore(actor=owner, name="clients")
    acceptance.accept(
        actor=owner,
        incident=incident,
        upload=upload,
        roles={identity.fingerprint: "client"},
        truststore=store,
        at=datetime.now(UTC),
    )
    return store


def deployed(owner):
    """Plan, check and deliver, as if the one node had proven it."""
    node, _ = Node.objects.get_or_create(name="local", defaults={"port": 8443})
    deployment = gateway.plan(actor=owner)
    gateway.prepare(deployment=deployment, at=datetime.now(UTC))
    gateway.start(actor=owner, deployment=deployment)
    node.refresh_from_db()
    gateway.proven(node=node, version=node.wanted_version, probes=PROBES, at=datetime.now(UTC))
    return node
