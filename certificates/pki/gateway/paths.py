"""The path that BoringSSL walks from a leaf: the first issuer that fits, trusted before sent, never going
back (X509_verify_cert in BoringSSL's crypto/x509/x509_vfy.cc, with the flags that Envoy sets: TRUSTED_FIRST
and PARTIAL_CHAIN).

Among trusted certificates of one name, which one comes first depends on how BoringSSL sorts its store. So
all of them are followed, and a chain is accepted only if every one leads to acceptance.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..certificate import Certificate
from ..naming import CanonicalName
from .nodes import Node

# More ways than this through trusted certificates of equal names are not followed.
WAYS = 32


@dataclass(frozen=True)
class Path:
    """`untrusted`: what is checked in full, leaf first. `trusted`: what follows from the store, of which only
    dates, signatures, name constraints and policies are checked. If the leaf itself is in the store and
    nothing above it is, then the whole path, sent certificates included, is looked at no closer than that."""

    untrusted: tuple[Node, ...]
    trusted: tuple[Node, ...]

    @property
    def nodes(self) -> tuple[Node, ...]:
        return self.untrusted + self.trusted

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        return tuple(node.certificate for node in self.nodes)


class Trusted:
    """The anchors of a store, to be looked up by name."""

    def __init__(self, certificates: Iterable[Certificate]) -> None:
        self._by_name: dict[CanonicalName, list[Node]] = defaultdict(list)
        self._fingerprints: set[str] = set()
        for certificate in certificates:
            if certificate.fingerprint not in self._fingerprints:
                self._fingerprints.add(certificate.fingerprint)
                self._by_name[certificate.subject_key].append(Node(certificate))

    def issuers(self, child: Node) -> list[Node]:
        """Every trusted certificate that could be taken for the issuer of `child`."""
        named = self._by_name.get(child.certificate.issuer_key, ())
        return [node for node in named if node.issued(child)]

    def holds(self, node: Node) -> bool:
        return node.certificate.fingerprint in self._fingerprints


class TooManyWays(Exception):
    """Trusted certificates of equal names give more than `WAYS` paths."""


class TooDeep(Exception):
    """A path is longer than the depth allows."""


def sent_part(leaf: Node, sent: Sequence[Node], trusted: Trusted, depth: int) -> list[Node]:
    """The leaf and the sent certificates above it, up to the first with a trusted issuer, none at all, or
    itself."""
    path, pool = [leaf], [leaf, *sent]
    while not path[-1].self_signed and not trusted.issuers(path[-1]):
        above = next((node for node in pool if node.issued(path[-1])), None)
        if above is None:
            break
        pool.remove(above)
        path.append(above)
        if len(path) > depth + 1:
            raise TooDeep
    return path


def paths(leaf: Node, sent: Sequence[Node], trusted: Trusted, depth: int) -> list[Path]:
    """All paths that BoringSSL may come to check; [] when nothing in them is trusted.

    `depth`: as many CAs may a path have. Raises TooManyWays and TooDeep.
    """
    below = sent_part(leaf, sent, trusted, depth)
    if below[-1].self_signed:
        if len(below) == 1:
            # It must itself be trusted; a trusted namesake that also fits may be found in its place.
            alone = [node.certificate for node in trusted.issuers(leaf)] == [leaf.certificate]
            return [Path((), (leaf,))] if alone else []
        below.pop()  # a root that was sent counts for nothing; it is looked up in the store
    found = []
    for above in _climb((below[-1],), trusted, depth + 1 - len(below)):
        if above:
            found.append(Path(tuple(below), above))
        elif trusted.holds(leaf):
            found.append(Path((), tuple(below)))
        if len(found) > WAYS:
            raise TooManyWays
    return found


def _climb(so_far: tuple[Node, ...], trusted: Trusted, room: int) -> Iterator[tuple[Node, ...]]:
    """Every way up from the first of `so_far` through the store; BoringSSL climbs on as long as it finds an
    issuer. CAs that signed each other would make it go round until its depth ends it: once round is the
    same."""
    node = so_far[-1]
    issuers = [] if node.self_signed or node in so_far[:-1] else trusted.issuers(node)
    if not issuers:
        yield so_far[1:]
    elif room <= 0:
        raise TooDeep
    for issuer in issuers:
        yield from _climb((*so_far, issuer), trusted, room - 1)
