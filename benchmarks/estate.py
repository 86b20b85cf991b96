"""An estate for benchmarks: accounts with hosts, each with a truststore of its own and an API proxy.

Certificates are real and cheap: P-256, drawn from one pool of CAs, so that what is measured is the portal
and the gateway and not the making of keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from accounts.models import Account
from catalog.models import Proxy, ProxyHost
from certificates.models import Certificate, Entry, Keystore, ServerKey, Truststore, TruststoreVersion
from certificates.pki.certificate import Certificate as Parsed
from certificates.testing.builder import Identity, make
from common import secrets
from vhosts.models import ClientAuth, VirtualHost

NOW = datetime.now(UTC).replace(microsecond=0)
START, END = NOW - timedelta(days=1), NOW + timedelta(days=300)
POOL = 200


@dataclass(frozen=True)
class Size:
    """`hosts` over all accounts, `per_account` of them in each; `cas` in each truststore; `proxies` on each
    host."""

    hosts: int
    per_account: int = 5
    cas: int = 20
    proxies: int = 1


class Estate:
    """Fills the database that Django is set up for; `target` is where every proxy leads."""

    def __init__(self, size: Size, target: str = "http://127.0.0.1:9") -> None:
        self.size, self.target = size, target
        self.pool = [_identity(f"Pool CA {number:04}", ca=True) for number in range(max(size.cas + 1, POOL))]
        self.newcomer = _identity("Newcomer CA", ca=True)
        self.server = _identity("estate.test", san=[x509.DNSName("*.estate.test")])
        self._parsed = {one.der: Parsed.from_der(one.der) for one in (*self.pool, self.server)}
        starts = range(0, size.hosts, size.per_account)
        self.accounts = [self._account(first, min(first + size.per_account, size.hosts)) for first in starts]

    def cas_of(self, number: int) -> list[Identity]:
        """The CAs that host `number` trusts."""
        return [self.pool[(number + step) % len(self.pool)] for step in range(self.size.cas)]

    def _account(self, first: int, last: int) -> Account:
        account = Account.objects.create(
            name=f"Estate {first}", subdomain=f"estate-{first}", gateway_domain=f"a{first}.estate.test"
        )
        known: dict[str, Certificate] = {}
        keystore = Keystore.objects.create(account=account, name="default-domain")
        ServerKey.objects.create(
            keystore=keystore,
            alias="wildcard",
            certificate=self._row(account, self.server, known),
            chain_pem=self.server.pem,
            sealed_key=secrets.seal(self.server.key_pem),
        )
        hosts = VirtualHost.objects.bulk_create(
            VirtualHost(
                account=account,
                alias=f"h{number}",
                name=f"h{number}.a{first}.estate.test",
                client_auth=ClientAuth.REQUIRED,
                truststore=self._store(account, number, known),
                keystore=keystore,
            )
            for number in range(first, last)
        )
        proxies = Proxy.objects.bulk_create(
            Proxy(account=account, name=f"{host.alias} API {n}", base_path=f"/api{n}", target_url=self.target)
            for host in hosts
            for n in range(self.size.proxies)
        )
        places = [host for host in hosts for _ in range(self.size.proxies)]
        ProxyHost.objects.bulk_create(
            ProxyHost(proxy=proxy, host=host, base_path=proxy.base_path)
            for proxy, host in zip(proxies, places, strict=True)
        )
        return account

    def _store(self, account: Account, number: int, known: dict[str, Certificate]) -> Truststore:
        store = Truststore.objects.create(account=account, name=f"partners-{number}")
        store.current = TruststoreVersion.objects.create(truststore=store, number=1, created_by="estate")
        store.save()
        Entry.objects.bulk_create(
            Entry(version=store.current, certificate=row, role="anchor", alias=row.common_name)
            for row in (self._row(account, ca, known) for ca in self.cas_of(number))
        )
        return store

    def _row(self, account: Account, identity: Identity, known: dict[str, Certificate]) -> Certificate:
        parsed = self._parsed[identity.der]
        if parsed.fingerprint not in known:
            known[parsed.fingerprint] = Certificate.objects.create(
                account=account,
                fingerprint=parsed.fingerprint,
                der=parsed.der,
                subject=parsed.subject,
                issuer=parsed.issuer,
                common_name=parsed.common_name,
                serial=parsed.serial[:64],
                key=parsed.key,
                is_ca=parsed.is_ca,
                not_before=parsed.not_before,
                not_after=parsed.not_after,
            )
        return known[parsed.fingerprint]


def client_of(ca: Identity) -> Identity:
    """A client that `ca` has issued."""
    return _identity("client.example", issuer=ca)


def _identity(name: str, issuer: Identity | None = None, **how: object) -> Identity:
    return make(name, issuer, key=ec.generate_private_key(ec.SECP256R1()), start=START, end=END, **how)
