"""What BoringSSL checks once it has a path, and what TLS checks before that.

The engine is OpenSSL, given exactly the path and nothing to choose from. On top of it stand the measured
differences: what BoringSSL refuses and OpenSSL does not. The other way round: of a trusted certificate
BoringSSL looks at dates, signature, name constraints and policies only, so OpenSSL gets the untrusted part
alone, its top as a partial chain, unless there are name constraints to be carried down.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from cryptography import x509
from cryptography.x509.oid import ExtensionOID, NameOID

from .. import certificate_policies
from ..certificate import Certificate, signed_by
from ..legible import unreadable
from . import keys, openssl
from .nodes import Node
from .paths import Path
from .reasons import Refusal
from .settings import Settings

# BoringSSL's limit for the Certificate message is 100 KiB (SSL_MAX_CERT_LIST_DEFAULT). Each certificate costs
# five bytes more than its DER, the message four (RFC 8446 section 4.4.2).
_MESSAGE_LIMIT, _PER_CERTIFICATE, _PER_MESSAGE = 100 * 1024, 6, 16

# The critical extensions that BoringSSL handles (X509_supported_extension); OpenSSL knows more.
_CRITICAL_KNOWN = {
    ExtensionOID.KEY_USAGE,
    ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
    ExtensionOID.BASIC_CONSTRAINTS,
    ExtensionOID.CERTIFICATE_POLICIES,
    ExtensionOID.EXTENDED_KEY_USAGE,
    ExtensionOID.POLICY_CONSTRAINTS,
    ExtensionOID.NAME_CONSTRAINTS,
    ExtensionOID.POLICY_MAPPINGS,
    ExtensionOID.INHIBIT_ANY_POLICY,
}
_CONSTRAINABLE = (x509.DNSName, x509.RFC822Name, x509.UniformResourceIdentifier, x509.DirectoryName)


def handshake(leaf: Node, sent: Sequence[Node], settings: Settings) -> Refusal | None:
    """What ends the handshake whatever the truststore holds, pins included."""
    chain = [leaf, *sent]
    size = sum(len(node.certificate.der) + _PER_CERTIFICATE for node in chain) + _PER_MESSAGE
    if size > _MESSAGE_LIMIT:
        return Refusal("TOO_LARGE", None, str(size // 1000))
    for node in chain:
        if reason := unreadable(node.certificate):
            return Refusal("SENT_UNREADABLE", node.certificate, reason)
    certificate = leaf.certificate
    if not keys.usable_by_client(certificate, settings.tls):
        return Refusal("LEAF_KEY", certificate, certificate.key)
    if certificate.key_usage is not None and "digitalSignature" not in certificate.key_usage:
        return Refusal("NO_DIGITAL_SIGNATURE", certificate)
    return None


def lock(chain: Sequence[Node]) -> Refusal | None:
    """What the product's own lock refuses after a good handshake and Envoy would not: a short RSA key
    anywhere in what the client sends (see `gateway.translation.lock`). Pins are not asked: no store takes a
    short one.
    """
    for node in chain:
        if keys.short_rsa(node.certificate):
            return Refusal("SHORT_KEY", node.certificate, node.certificate.key)
    return None


def pinned(chain: Sequence[Node]) -> Refusal | None:
    """What keeps out even a pinned client, which needs no path: BoringSSL still walks what is sent, and
    policies that it cannot read leave an error behind, which ends a handshake whose messages come in more
    than one piece (measured from 4 kB on; with TLS 1.3 only sometimes). How a client cuts them is not known,
    so none is trusted with it."""
    for node in chain:
        if reason := certificate_policies.malformed(node.certificate):
            return Refusal("POLICY", node.certificate, reason)
    return None


def path(way: Path, at: datetime) -> Refusal | None:
    """Why BoringSSL refuses this path at the aware moment `at`; None when it does not."""
    return next(_refusals(way, at), None)


def _refusals(way: Path, at: datetime) -> Iterator[Refusal]:
    for node in way.nodes:
        yield from _dates(node.certificate, at)
        if node.contradiction:
            yield Refusal("EXTENSION", node.certificate, node.contradiction)
    for node in way.nodes[1:]:
        if not keys.usable_by_ca(node.certificate):
            yield Refusal("CA_KEY", node.certificate, node.certificate.key)
    for node in way.nodes[:-1]:
        if not keys.signature_known(node.certificate):
            yield Refusal(
                "SIGNATURE_ALGORITHM", node.certificate, node.certificate.signature_hash or "unknown"
            )
    if unmet := certificate_policies.unmet(way.certificates):
        yield Refusal("POLICY", unmet.certificate, unmet.reason)
    yield from _untrusted(way.untrusted)
    yield from _constraints(way.nodes)
    yield from _by_openssl(way, at)


def _dates(certificate: Certificate, at: datetime) -> Iterator[Refusal]:
    if at < certificate.not_before:
        yield Refusal("NOT_YET_VALID", certificate)
    if at >= certificate.not_after:  # BoringSSL counts the last second as over
        yield Refusal("EXPIRED", certificate)


def _untrusted(nodes: Sequence[Node]) -> Iterator[Refusal]:
    """BoringSSL's check_chain_extensions; it does not look at trusted certificates."""
    for place, node in enumerate(nodes):
        certificate = node.certificate
        unknown = [
            e.oid for e in certificate.decoded.extensions if e.critical and e.oid not in _CRITICAL_KNOWN
        ]
        if unknown:
            yield Refusal("CRITICAL_EXTENSION", certificate, unknown[0].dotted_string)
        if place and not (certificate.is_ca and node.may_sign):
            yield Refusal("NOT_A_CA", certificate)
        # anyExtendedKeyUsage alone is not enough, for a leaf as for a CA.
        purposes = certificate.extended_key_usage
        if purposes is not None and "clientAuth" not in purposes:
            yield Refusal("PURPOSE", certificate)


def _constraints(nodes: Sequence[Node]) -> Iterator[Refusal]:
    """Where BoringSSL's name constraints are stricter than OpenSSL's: it knows four kinds of names, and it
    fears a host name in the common name that no constraint was applied to."""
    constrained = False
    for place, node in enumerate(nodes):
        found = node.extension(x509.NameConstraints)
        if place == 0 or found is None:
            continue
        constrained = True
        trees = [*(found.value.permitted_subtrees or ()), *(found.value.excluded_subtrees or ())]
        odd = {type(tree) for tree in trees if not isinstance(tree, _CONSTRAINABLE)}
        for below in nodes[:place]:
            if any(type(name) in odd for name in _names(below)):
                detail = ", which are of a kind that the gateway does not support"
                yield Refusal("NAME_CONSTRAINT", below.certificate, detail)
            if any(isinstance(tree, x509.RFC822Name) for tree in trees) and not _plain_mail(below):
                yield Refusal("NAME_CONSTRAINT", below.certificate, " with an unusual e-mail address")
    leaf = nodes[0]
    if constrained and leaf.extension(x509.SubjectAlternativeName) is None and _common_name_is_host(leaf):
        detail = ": its common name looks like a host name and it has no subject alternative name"
        yield Refusal("NAME_CONSTRAINT", leaf.certificate, detail)


def _names(node: Node) -> tuple[x509.GeneralName, ...]:
    found = node.extension(x509.SubjectAlternativeName)
    return tuple(found.value) if found else ()


def _plain_mail(node: Node) -> bool:
    """Whether every e-mail address in it has one @ and something on both sides."""
    subject = node.certificate.decoded.subject
    mails = [name.value for name in _names(node) if isinstance(name, x509.RFC822Name)]
    mails += [str(attribute.value) for attribute in subject.get_attributes_for_oid(NameOID.EMAIL_ADDRESS)]
    parts = [mail.split("@") for mail in mails]
    return all(len(both) == 2 and all(both) and "".join(both).isascii() for both in parts)


def _common_name_is_host(leaf: Node) -> bool:
    """BoringSSL's x509v3_looks_like_dns_name: labels of letters, digits, - and _ with dots between them."""
    for attribute in leaf.certificate.decoded.subject.get_attributes_for_oid(NameOID.COMMON_NAME):
        labels = str(attribute.value).removesuffix(".").split(".")
        if all(label and set(label) <= _HOST_LETTERS for label in labels):
            return True
    return False


_HOST_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_:*")


def _by_openssl(way: Path, at: datetime) -> Iterator[Refusal]:
    constrained = any(node.certificate.constrained for node in way.trusted)
    if constrained and len(way.nodes) > 1:
        yield from openssl.refusals(way.nodes, at)
    elif way.untrusted:
        yield from openssl.refusals(way.untrusted, at)
    for child, issuer in pairwise(way.nodes):
        if issuer in way.trusted and not signed_by(child.certificate.decoded, issuer.certificate.decoded):
            yield Refusal("SIGNATURE", child.certificate)
