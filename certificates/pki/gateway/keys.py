"""Which keys and signatures this Envoy can work with. What is not known to work counts as not working.

Sources: BoringSSL's crypto/x509/algorithm.cc and rsa_pss.cc (signatures), Envoy's default signature
algorithms for client certificates, and the contract suite, which shows each line on the binary.
"""

from collections.abc import Collection

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import SignatureAlgorithmOID as Signature

from ..certificate import CRYPTOGRAPHY_ERRORS, Certificate
from ..legible import rsa_key_as_usual
from .settings import TlsVersion

_CA_CURVES = {"secp224r1", "secp256r1", "secp384r1", "secp521r1"}
_LEAF_CURVES: dict[TlsVersion, set[str]] = {
    "1.2": {"secp256r1", "secp384r1", "secp521r1"},
    "1.3": {"secp256r1", "secp384r1"},
}
# BoringSSL reads RSA keys from 512 to 16384 bits; beyond what the suite shows nothing is promised.
_RSA_BITS = range(1024, 8193)
_RSA_EXPONENT = range(3, 1 << 33)

_SIGNATURES = {
    Signature.RSA_WITH_SHA1,
    Signature.RSA_WITH_SHA224,
    Signature.RSA_WITH_SHA256,
    Signature.RSA_WITH_SHA384,
    Signature.RSA_WITH_SHA512,
    Signature.ECDSA_WITH_SHA1,
    Signature.ECDSA_WITH_SHA224,
    Signature.ECDSA_WITH_SHA256,
    Signature.ECDSA_WITH_SHA384,
    Signature.ECDSA_WITH_SHA512,
    Signature.ED25519,
}
_PSS_HASHES = (hashes.SHA256, hashes.SHA384, hashes.SHA512)


def usable_by_client(certificate: Certificate, tls: Collection[TlsVersion]) -> bool:
    """Whether a client can prove to hold this leaf's key, with each of these TLS versions."""
    key = _key(certificate)
    if isinstance(key, ec.EllipticCurvePublicKey):
        return all(key.curve.name in _LEAF_CURVES[version] for version in tls)
    return _decent_rsa(certificate, key)


def usable_by_ca(certificate: Certificate) -> bool:
    """Whether BoringSSL can check a signature that was made with this certificate's key."""
    key = _key(certificate)
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key.curve.name in _CA_CURVES
    return isinstance(key, ed25519.Ed25519PublicKey) or _decent_rsa(certificate, key)


def short_rsa(certificate: Certificate) -> bool:
    """Whether it has an RSA key under 2048 bits."""
    key = _key(certificate)
    return isinstance(key, rsa.RSAPublicKey) and key.key_size < 2048


def signature_known(certificate: Certificate) -> bool:
    """Whether BoringSSL checks signatures of the kind that this certificate carries."""
    decoded = certificate.decoded
    try:
        if decoded.signature_algorithm_oid == Signature.RSASSA_PSS:
            return _usual_pss(decoded)
        return decoded.signature_algorithm_oid in _SIGNATURES
    except CRYPTOGRAPHY_ERRORS:
        return False


def _usual_pss(decoded: x509.Certificate) -> bool:
    how, digest = decoded.signature_algorithm_parameters, decoded.signature_hash_algorithm
    if not isinstance(how, padding.PSS) or not isinstance(digest, _PSS_HASHES):
        return False
    return how._salt_length == digest.digest_size and how.mgf._algorithm.name == digest.name


def _key(certificate: Certificate) -> object:
    try:
        return certificate.decoded.public_key()
    except CRYPTOGRAPHY_ERRORS:
        return None


def _decent_rsa(certificate: Certificate, key: object) -> bool:
    """RSA named as such: a key that is bound to RSASSA-PSS is no key for BoringSSL."""
    if not isinstance(key, rsa.RSAPublicKey) or not rsa_key_as_usual(certificate, key):
        return False
    exponent = key.public_numbers().e
    return key.key_size in _RSA_BITS and exponent in _RSA_EXPONENT and exponent % 2 == 1
