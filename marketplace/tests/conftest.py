"""Two published products: “orders” on a host that asks for certificates, “status” on one that does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import Member, User
from accounts.permissions import Role
from catalog.models import Proxy
from catalog.services import create_product, create_proxy, publish_product
from certificates.pki.certificate import Certificate
from certificates.pki.roles import Role as EntryRole
from certificates.services.known import remember
from certificates.services.truststores import NewEntry, add_version
from certificates.testing.builder import make
from gateway.compiling import compile_account
from gateway.lifecycle import DeploymentStatus
from gateway.models import Deployment
from vhosts.lifecycle import Operation
from vhosts.models import ClientAuth, VirtualHost
from vhosts.services import Wish, submit


@pytest.fixture
def asking(owner, truststore, partner):
    """partners.harbourline.test: it trusts the CA “Nordwind Issuing” and one single certificate."""
    now = datetime.now(UTC).replace(microsecond=0)
    ca = make("Nordwind Issuing", ca=True, start=now, end=now + timedelta(days=900), serial=77)
    entries = [
        NewEntry(remember(owner.account, Certificate.from_der(partner.der)), EntryRole.CLIENT),
        NewEntry(remember(owner.account, Certificate.from_der(ca.der)), EntryRole.ANCHOR),
    ]
    add_version(actor=owner, store=truststore, entries=entries, at=now)
    wish = Wish(Operation.CREATE, "partners", client_auth=ClientAuth.REQUIRED, trust="partners")
    return submit(actor=owner, wish=wish).host


def _publish(owner, name, host, base_path):
    proxy = create_proxy(
        actor=owner, name=name, base_path=base_path, hosts=[host], target_url="http://127.0.0.1:9"
    )
    product = create_product(
        actor=owner, name=name.lower(), title=f"{name} API", description=f"All {name}.", proxies=[proxy]
    )
    Proxy.objects.filter(pk=proxy.pk).update(deployed_digest="d", wanted_digest="d", needs_redeploy=False)
    publish_product(actor=owner, product=product)
    product.refresh_from_db()
    return product


@pytest.fixture
def orders(owner, asking):
    """A product on the host that asks."""
    return _publish(owner, "Orders", asking, "/orders")


@pytest.fixture
def open_host(account):
    """The default host, which asks nobody."""
    return VirtualHost.objects.get(account=account, is_default=True)


@pytest.fixture
def status(owner, open_host):
    """A product on the default host."""
    return _publish(owner, "Status", open_host, "/status")


@pytest.fixture
def live(account):
    """`live()`: what there is now is what the gateway serves."""

    def deploy():
        compiled = compile_account(account, datetime.now(UTC), live=None).to_json()
        return Deployment.objects.create(
            account=account, number=1, status=DeploymentStatus.LIVE, actor="Portal", compiled=compiled
        )

    return deploy


@pytest.fixture
def consumer_client(client, account):
    """A consumer of harbourline, signed in."""
    user = User.objects.create_user("consumer@nordwind.test")
    Member.objects.create(account=account, user=user, role=Role.CONSUMER)
    client.force_login(user)
    return client
