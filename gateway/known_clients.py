"""Whether clients that were served would still get in, asked of the gateway model with their certificates.

A sighting holds a fingerprint. Its certificate, and the chain that the client probably sends, are known when
they were uploaded once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from accounts.models import Account
from certificates.models import Certificate as Row
from certificates.models import UploadedCertificate
from certificates.pki.certificate import Certificate, Undecodable
from certificates.pki.gateway.model import predict
from certificates.pki.gateway.settings import Prediction
from certificates.pki.naming import CanonicalName
from certificates.pki.roles import Role
from certificates.services.known import parsed

from .selectors import Opening

By = dict[CanonicalName, list[Certificate]]


@dataclass
class KnownClients:
    """Clients of an account, ready to be tried. Made by `known_clients`."""

    chains: Mapping[str, tuple[str, ...]]
    certificates: Mapping[str, Certificate]
    at: datetime
    _answers: dict[tuple[str, Opening], Prediction] = field(default_factory=dict)
    _stores: dict[Opening, By] = field(default_factory=dict)

    def knows(self, fingerprint: str, opening: Opening) -> bool:
        """Whether the client's certificate, and every issuer that opens the host, can be read."""
        return fingerprint in self.certificates and opening.issuers <= self.certificates.keys()

    def try_at(self, fingerprint: str, opening: Opening) -> Prediction:
        """What the gateway would do with this client at a host that opens like this. Raises KeyError unless
        `knows`."""
        asked = (fingerprint, opening)
        if asked not in self._answers:
            own = self.certificates[fingerprint]
            named = self.chains.get(fingerprint, ())
            chain = [own, *(self.certificates[one] for one in named if one in self.certificates)]
            store = [(issuer, Role.ANCHOR) for issuer in self._within_reach(chain, opening)]
            pinned = [(own, Role.CLIENT)] if fingerprint in opening.pins else []
            self._answers[asked] = predict(chain, [*store, *pinned], self.at)
        return self._answers[asked]

    def _within_reach(self, chain: Iterable[Certificate], opening: Opening) -> list[Certificate]:
        """The issuers to which names lead from this chain: the gateway looks at no others, and there may be
        thousands."""
        store = self._stores.get(opening)
        if store is None:
            store = self._stores[opening] = defaultdict(list)
            for fingerprint in sorted(opening.issuers):
                store[self.certificates[fingerprint].subject_key].append(self.certificates[fingerprint])
        found: dict[str, Certificate] = {}
        names = [certificate.issuer_key for certificate in chain]
        for name in names:
            for issuer in store.get(name, ()):
                if issuer.fingerprint not in found:
                    found[issuer.fingerprint] = issuer
                    names.append(issuer.issuer_key)
        return [found[fingerprint] for fingerprint in sorted(found)]


def known_clients(
    account: Account, fingerprints: Collection[str], openings: Iterable[Opening], at: datetime
) -> KnownClients:
    """Read these clients (SHA-256, lower-case hex) with the chains that were last uploaded with them, and the
    issuers of all `openings`, for the aware moment `at`. Three queries."""
    uploaded = UploadedCertificate.objects.filter(upload__account=account)
    latest: dict[str, int] = dict(
        uploaded.filter(certificate__fingerprint__in=fingerprints)
        .order_by("upload_id")
        .values_list("certificate__fingerprint", "upload_id")
    )
    parents: dict[int, dict[str, str]] = defaultdict(dict)
    rows = uploaded.filter(upload__in=set(latest.values()))
    for upload, own, parent in rows.values_list("upload_id", "certificate__fingerprint", "parent"):
        parents[upload][own] = parent
    chains = {one: _above(one, parents[upload]) for one, upload in latest.items()}
    wanted = {*fingerprints, *(one for chain in chains.values() for one in chain)}
    wanted.update(*(opening.issuers for opening in openings))
    found = {}
    for row in Row.objects.filter(account=account, fingerprint__in=wanted):
        try:
            found[row.fingerprint] = parsed(row)
        except Undecodable:
            continue  # kept by an older judge; what cannot be read cannot be tried
    return KnownClients(chains, found, at)


def _above(fingerprint: str, parents: Mapping[str, str]) -> tuple[str, ...]:
    """The issuer, its issuer and so on, as far as they were uploaded together."""
    found: list[str] = []
    here = parents.get(fingerprint, "")
    while here and here not in found:
        found.append(here)
        here = parents.get(here, "")
    return tuple(found)
