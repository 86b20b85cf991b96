"""A small demo account, loaded once: one host that asks for client certificates, a partner who has one,
and a product.

It is made by the same services that people use, and deployed by the real worker, agent and Envoy.
"""

from __future__ import annotations

import json
import secrets
import time
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificate
from django.conf import settings
from django.urls import reverse

from accounts.actors import Actor, person
from accounts.models import Account, Member
from accounts.permissions import SCOPES, Role
from accounts.services import add_member, create_service_key, set_host_quota
from catalog.models import Product
from catalog.services import create_product, create_proxy, publish_product
from certificates.devca import Authority, development_ca, write_private
from certificates.pki.certificate import Certificate
from certificates.pki.roles import Role as EntryRole
from certificates.services import references, truststores
from certificates.services.known import remember
from gateway import services as gateway
from gateway.lifecycle import DeploymentStatus
from gateway.models import Deployment
from vhosts.lifecycle import Operation
from vhosts.models import ClientAuth, VirtualHost
from vhosts.services import Wish, submit

from .onboarding import onboard
from .processes import NotStarted

SUBDOMAIN = "harbourline"
DOMAIN = "harbourline.localhost"  # curl and browsers take every name under localhost to loopback
PEOPLE = [
    (Role.ADMINISTRATOR, "administrator@harbourline.example", "Ada Lindqvist"),
    (Role.PROCESSOR, "processor@harbourline.example", "Pavel Okafor"),
    (Role.DEVELOPER, "developer@harbourline.example", "Dina Castellanos"),
    (Role.CONFIGURATOR, "configurator@harbourline.example", "Cato Brandt"),
    (Role.AUDITOR, "auditor@harbourline.example", "Aude Marchetti"),
    (Role.CONSUMER, "consumer@nordwind.example", "Nora Weiss"),
]
PRODUCTS = ["freight-partner", "status"]
HOST_QUOTA = 10  # room for every guide; the quota of a new account is 3
PATIENCE = 120.0  # seconds for the first deployment


def load(ports: dict[str, int], stop: Event) -> dict[str, Any]:
    """Load the demo if it is not there, wait until the gateway serves it, and return what `ready.json`
    says.
    """
    folder = Path(settings.VAR)
    account = Account.objects.filter(subdomain=SUBDOMAIN).first()
    if account is None:
        account = onboard(name="Harbourline", subdomain=SUBDOMAIN, region="local", gateway_domain=DOMAIN)
        set_host_quota(actor=Actor(account, "Portal", frozenset()), quota=HOST_QUOTA)
    sign_ins = _people(account, folder / "sign-ins.json")
    actor = person(Member.objects.get(account=account, user__email=PEOPLE[0][1]))
    key_file = _service_key(actor, folder / "service-key.json")
    certificate = _partner(folder / "demo")
    _catalog(actor, certificate, ports["target"])
    _deploy(actor, stop)
    return _summary(ports, sign_ins, key_file, folder / "demo")


def _people(account: Account, path: Path) -> list[dict[str, str]]:
    if path.exists():
        return json.loads(path.read_text())
    maker = Actor(account, "Portal", frozenset())
    sign_ins = []
    for role, email, name in PEOPLE:
        member = Member.objects.filter(account=account, user__email=email).select_related("user").first()
        if member is None:
            member, _ = add_member(actor=maker, email=email, full_name=name, role=role)
        password = secrets.token_urlsafe(12)
        member.user.set_password(password)
        member.user.save(update_fields=["password"])
        sign_ins.append({"role": role.value, "email": email, "password": password})
    write_private(path, json.dumps(sign_ins, indent=2))
    return sign_ins


def _service_key(actor: Actor, path: Path) -> Path:
    if not path.exists():
        new = create_service_key(actor=actor, name="demo", scopes=list(SCOPES))
        content = {"clientId": new.key.client_id, "clientSecret": new.client_secret}
        write_private(path, json.dumps(content))
    content = json.loads(path.read_text())
    # The portal's address may differ from the last start's.
    content |= {"url": settings.PORTAL_URL, "tokenUrl": settings.PORTAL_URL + reverse("oauth-token")}
    path.write_text(json.dumps(content, indent=2))
    return path


def _partner(folder: Path) -> Certificate:
    """The demo partner's CA and client;
    the key stays in the data folder, as it would stay with the partner.
    """
    ca = Authority(folder / "nordwind-ca", "Nordwind Issuing CA")
    if not (folder / "nordwind.crt").exists():
        issued = ca.issue_client("nordwind-tms", "urn:nordwind:tms")
        (folder / "nordwind.key").unlink(missing_ok=True)
        write_private(folder / "nordwind.key", issued.key_pem)
        write_private(folder / "nordwind.crt", issued.pem)
    pem = load_pem_x509_certificate((folder / "nordwind.crt").read_bytes())
    return Certificate.from_der(pem.public_bytes(Encoding.DER))


def _catalog(actor: Actor, certificate: Certificate, target_port: int) -> None:
    account = actor.account
    if VirtualHost.objects.filter(account=account, alias="partners").exists():
        return
    store = truststores.create_truststore(
        actor=actor, name="partner-clients", description="Clients of our partners"
    )
    entry = truststores.NewEntry(remember(account, certificate), EntryRole.CLIENT, "nordwind-tms")
    truststores.add_version(
        actor=actor, store=store, entries=[entry], at=datetime.now(UTC), note="demo partner"
    )
    references.create_reference(actor=actor, name="partner-trust", truststore=store)
    wish = Wish(Operation.CREATE, "partners", client_auth=ClientAuth.REQUIRED, trust="ref://partner-trust")
    partners = submit(actor=actor, wish=wish).host
    default = VirtualHost.objects.get(account=account, is_default=True)
    target = f"http://127.0.0.1:{target_port}"
    status = create_proxy(
        actor=actor,
        name="Status",
        base_path="/status",
        hosts=[default],
        target_url=target,
        description="Open to all.",
    )
    orders = create_proxy(
        actor=actor,
        name="Orders",
        base_path="/orders",
        hosts=[partners],
        target_url=target,
        description="Orders of our partners.",
    )
    create_product(
        actor=actor,
        name=PRODUCTS[0],
        title="Freight Partner API",
        description="Orders and their state, for partners with a client certificate.",
        proxies=[orders],
    )
    create_product(
        actor=actor, name=PRODUCTS[1], title="Status API", description="Is it up?", proxies=[status]
    )


def _deploy(actor: Actor, stop: Event) -> None:
    """Deploy the demo for the first time and publish its products; later starts only wait for the gateway."""
    mine = Deployment.objects.filter(account=actor.account)
    if not mine.filter(status=DeploymentStatus.LIVE).exists():
        deployment = gateway.plan(actor=actor, note="the demo")
        _wait(deployment, DeploymentStatus.READY, stop)
        if not stop.is_set():
            gateway.start(actor=actor, deployment=deployment)
            _wait(deployment, DeploymentStatus.LIVE, stop)
    if not stop.is_set():
        for product in Product.objects.filter(account=actor.account, name__in=PRODUCTS, current=None):
            publish_product(actor=actor, product=product)


def _wait(deployment: Deployment, status: str, stop: Event) -> None:
    end = time.monotonic() + PATIENCE
    while not stop.is_set():
        deployment.refresh_from_db(fields=["status", "problem"])
        if deployment.status == status:
            return
        if deployment.status == DeploymentStatus.REJECTED:
            raise NotStarted(f"The demo could not be deployed: {deployment.problem}")
        if time.monotonic() > end:
            raise NotStarted(f"The demo was not {status} within {PATIENCE:.0f} seconds; see the logs.")
        time.sleep(0.1)


def _summary(
    ports: dict[str, int], sign_ins: list[dict[str, str]], key_file: Path, folder: Path
) -> dict[str, Any]:
    port, ca = ports["gateway"], development_ca().ca_file
    host = f"partners.{DOMAIN}"
    curl = f"curl --silent --show-error --cacert {ca} --resolve {host}:{port}:127.0.0.1"
    url = f"https://{host}:{port}/orders"
    return {
        "portal_url": settings.PORTAL_URL,
        "gateway_url": f"https://{host}:{port}",
        "node_endpoint_url": f"https://localhost:{ports['node']}",
        "ca_file": str(ca),
        "sign_ins": sign_ins,
        "service_key_file": str(key_file),
        "watch": {
            "health": f"{settings.PORTAL_URL}/health/ready",
            "portal": f"{settings.PORTAL_URL}/metrics",
            "worker": f"http://127.0.0.1:{ports['worker']}/metrics",
            "agent": f"http://127.0.0.1:{ports['agent']}/metrics",
            "token": settings.METRICS_TOKEN,
        },
        "commands": {
            "refused": f"{curl} {url}",
            "served": f"{curl} --cert {folder / 'nordwind.crt'} --key {folder / 'nordwind.key'} {url}",
        },
    }
