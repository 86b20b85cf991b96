"""What consumers see: releases as they were published, and hosts as the gateway holds them now."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Account
from catalog.models import Product
from catalog.selectors import published_products
from certificates.devca import development_ca
from certificates.pki.certificate import Certificate, signed_by
from certificates.roots import public_roots
from gateway.compiling import live_deployment
from gateway.host_state import refuses_on
from vhosts.models import ClientAuth


def products_for(account: Account, *, search: str = "") -> QuerySet[Product]:
    """The published products; `search` looks into the title and the description of the current release."""
    products = published_products(account)
    if search:
        products = products.filter(current__content__title__icontains=search) | products.filter(
            current__content__description__icontains=search
        )
    return products


@dataclass
class Place:
    """A host of a release, with the APIs on it.

    `name`, `client_auth` and `refusal` ("" where nobody is refused) are what the gateway does now,
    `released_name` and `released_client_auth` what the release says. They are the same while the host is not
    live.
    """

    uuid: str
    name: str
    client_auth: str
    released_name: str
    released_client_auth: str
    is_live: bool
    refusal: str = ""
    apis: list[dict[str, str]] = field(default_factory=list)

    @property
    def asks(self) -> bool:
        """Whether the host asks for a client certificate."""
        return self.client_auth != ClientAuth.OFF

    @property
    def requires(self) -> bool:
        """Whether nobody is served without one."""
        return self.client_auth == ClientAuth.REQUIRED

    @property
    def changes(self) -> str:
        """What the gateway does otherwise than the release says, in sentences; "" when nothing."""
        said = []
        needed = self.released_client_auth == ClientAuth.REQUIRED
        if self.requires != needed:
            said.append(
                "It needs a client certificate now; it needed none then."
                if self.requires
                else "It needs no client certificate now; it needed one then."
            )
        elif self.client_auth != self.released_client_auth:
            said.append(f"Client authentication is {self.client_auth} now.")
        if self.name != self.released_name:
            said.append(f"It was called {self.released_name} then.")
        return " ".join(said)


def places_of(product: Product, live: dict[str, dict[str, Any]]) -> list[Place]:
    """The hosts of the product's current release, by name; each of `apis` has name, base_path and uuid.

    `live`: what the gateway does on each host now, by uuid (`gateway.selectors.live_hosts`).
    """
    places: dict[str, Place] = {}
    for proxy in product.current.content["proxies"]:
        for host in proxy["hosts"]:
            now = live.get(host["uuid"], host)
            place = places.setdefault(
                host["uuid"],
                Place(
                    uuid=host["uuid"],
                    name=now["name"],
                    client_auth=now["client_auth"],
                    released_name=host["name"],
                    released_client_auth=host["client_auth"],
                    is_live=host["uuid"] in live,
                    refusal=refuses_on(now),
                ),
            )
            place.apis.append({key: proxy[key] for key in ("uuid", "name", "base_path")})
    return sorted(places.values(), key=lambda place: place.name)


@dataclass(frozen=True)
class Door:
    """A host as the live deployment holds it.

    `issuers`: whoever shows a certificate of these CAs comes in. `singles`: single certificates are
    registered, too. `own`: the host's own certificate; `authorities`: who signed it, nearest first, and empty
    when every system knows them already (`is_public`) or nobody here does.
    """

    issuers: list[Certificate]
    singles: bool
    own: Certificate
    authorities: list[Certificate]
    is_public: bool

    @property
    def authorities_pem(self) -> str:
        """The authorities as one PEM file."""
        return "".join(authority.pem for authority in self.authorities)


def door_of(account: Account, host_uuid: str) -> Door | None:
    """What a consumer needs to know of a host; None while no live deployment holds it."""
    live = live_deployment(account)
    gates = live.compiled["ir"]["gates"] if live else []
    gate = next((gate for gate in gates if gate["host_id"] == host_uuid), None)
    if gate is None:
        return None
    files: dict[str, Any] = live.compiled["files"]
    chain = x509.load_pem_x509_certificates(files[gate["certificate_file"]].encode())
    trust = gate["trust"] or {"issuers": [], "pins": [], "ca_file": ""}
    issuers = x509.load_pem_x509_certificates(files[trust["ca_file"]].encode()) if trust["issuers"] else []
    # Beside the issuers the file may hold pinned clients, which let in nobody but themselves.
    issuers = [issuer for issuer in issuers if issuer.fingerprint(SHA256()).hex() in trust["issuers"]]
    issuers = [issuer for issuer in issuers if issuer.not_valid_after_utc > timezone.now()]
    is_public = _is_public(chain[-1])
    return Door(
        issuers=sorted(map(_judged, issuers), key=lambda issuer: issuer.common_name),
        singles=bool(trust["pins"]),
        own=_judged(chain[0]),
        authorities=[] if is_public else [_judged(signer) for signer in _signers(chain)],
        is_public=is_public,
    )


def _judged(certificate: x509.Certificate) -> Certificate:
    return Certificate.from_der(certificate.public_bytes(Encoding.DER))


def _signers(chain: list[x509.Certificate]) -> list[x509.Certificate]:
    """Who vouches for the first of the chain: what was stored with it, and our CA if it ends there."""
    signers, top = chain[1:], chain[-1]
    file = development_ca().folder / "ca.pem"
    ours = x509.load_pem_x509_certificate(file.read_bytes()) if file.exists() else None
    if ours and ours != top and _issued(top, ours):
        return [*signers, ours]
    return signers or ([top] if _issued(top, top) else [])


def _is_public(top: x509.Certificate) -> bool:
    return public_roots().issued(Certificate.from_der(top.public_bytes(Encoding.DER)))


def _issued(child: x509.Certificate, issuer: x509.Certificate) -> bool:
    return child.issuer == issuer.subject and signed_by(child, issuer)
