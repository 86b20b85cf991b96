"""What is safe and decent about one certificate, whatever chain it stands in.

The table of codes and severities and its sources (BR = CA/B Forum Baseline Requirements, NIST SP 800-131A,
BSI TR-02102, measurements against the gateway) is kept with the project's research. Each rule is one
function that takes a certificate and yields findings; what a rule says about a whole chain or truststore is
in `forest` and `roles`.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from .certificate import Certificate
from .findings import Finding, Severity

SOON = timedelta(days=30)
RSA_MINIMUM_BITS, RSA_DECENT_BITS = 2048, 3000
_LEAF_CURVES = {"secp256r1", "secp384r1"}
_CA_CURVES = _LEAF_CURVES | {"secp521r1"}
_BROKEN_HASHES = {"md5": "MD5", "sha1": "SHA-1"}
_ASK_STRONGER = "Ask for a certificate with an EC P-256 or RSA 3072 key."


def about(
    certificate: Certificate, code: str, severity: Severity, sentence: str, remedy: str, file: str = ""
) -> Finding:
    """A finding about this certificate."""
    return Finding(code, severity, sentence, remedy, certificate.fingerprint, certificate.common_name, file)


def check_certificate(certificate: Certificate, at: datetime) -> Iterator[Finding]:
    """Every policy finding about one certificate as it stands, at the aware moment `at`."""
    yield from check_time(certificate, at)
    yield from check_key(certificate)
    yield from check_signature(certificate)
    if certificate.is_ca:
        yield from check_use_as_ca(certificate)
    else:
        yield from check_use_as_client(certificate)


def check_time(certificate: Certificate, at: datetime) -> Iterator[Finding]:
    """TIME: expired or not yet valid (both ends are inclusive, RFC 5280 section 4.1.2.5). TIME_SOON: under
    30 days."""
    if at > certificate.not_after:
        sentence = f"Expired on {_day(certificate.not_after)}, {_ago(at - certificate.not_after)}."
        yield about(
            certificate, "TIME", Severity.ERROR, sentence, "Ask the partner for the renewed certificate."
        )
    elif at < certificate.not_before:
        sentence = f"Not valid before {_day(certificate.not_before)}, {_ahead(certificate.not_before - at)}."
        remedy = "Wait until that day, or ask the partner for a certificate that is valid now."
        yield about(certificate, "TIME", Severity.ERROR, sentence, remedy)
    elif certificate.not_after - at < SOON:
        sentence = f"Expires on {_day(certificate.not_after)}, {_ahead(certificate.not_after - at)}."
        remedy = "Ask the partner when the renewed certificate will come."
        yield about(certificate, "TIME_SOON", Severity.WARNING, sentence, remedy)


def check_key(certificate: Certificate) -> Iterator[Finding]:
    """RSA_SHORT, RSA_LEGACY, LEAF_KEY_TYPE, CA_KEY_TYPE."""
    key = certificate.decoded.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size < RSA_MINIMUM_BITS:
            sentence = f"The RSA key has {key.key_size} bits; 2048 is the least that is safe."
            yield about(certificate, "RSA_SHORT", Severity.ERROR, sentence, _ASK_STRONGER)
        elif key.key_size < RSA_DECENT_BITS:
            sentence = f"RSA with {key.key_size} bits is accepted until 2030."
            remedy = "Ask for EC P-256 or RSA 3072 at the next renewal."
            yield about(certificate, "RSA_LEGACY", Severity.WARNING, sentence, remedy)
        return
    curves = _CA_CURVES if certificate.is_ca else _LEAF_CURVES
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in curves:
        return
    if certificate.is_ca:
        sentence = f"The gateway does not work with a CA key of the kind {certificate.key}."
        yield about(certificate, "CA_KEY_TYPE", Severity.ERROR, sentence, _ASK_STRONGER)
    else:
        sentence = f"A client cannot use a key of the kind {certificate.key} with the gateway."
        yield about(certificate, "LEAF_KEY_TYPE", Severity.ERROR, sentence, _ASK_STRONGER)


def check_signature(certificate: Certificate) -> Iterator[Finding]:
    """HASH_WEAK. A self-signature proves nothing and nobody relies on it, so its hash is never judged."""
    weak = _BROKEN_HASHES.get(certificate.signature_hash)
    if weak and not certificate.self_signed:
        sentence = f"It is signed with {weak}, which can be forged."
        remedy = "Ask the issuer to issue it again, signed with SHA-256."
        yield about(certificate, "HASH_WEAK", Severity.ERROR, sentence, remedy)


def check_use_as_client(certificate: Certificate) -> Iterator[Finding]:
    """EKU_LEAF, KU_LEAF: whether the gateway lets this leaf be used by a client."""
    purposes = certificate.extended_key_usage
    if purposes is None:
        sentence = "It does not say what it may be used for (no extended key usage)."
        remedy = "Ask for one with the usage clientAuth at the next renewal."
        yield about(certificate, "EKU_LEAF", Severity.WARNING, sentence, remedy)
    elif "clientAuth" not in purposes:
        sentence = f"It may be used for {_listed(purposes)} only, not by a client."
        remedy = "Ask the partner for a certificate with the extended key usage clientAuth."
        yield about(certificate, "EKU_LEAF", Severity.ERROR, sentence, remedy)
    if certificate.key_usage is not None and "digitalSignature" not in certificate.key_usage:
        sentence = "Its key may not be used for digital signatures, so the gateway refuses it."
        remedy = "Ask the partner for a certificate with the key usage digitalSignature."
        yield about(certificate, "KU_LEAF", Severity.ERROR, sentence, remedy)


def check_use_as_ca(certificate: Certificate) -> Iterator[Finding]:
    """EKU_CA, KU_CA: whether this CA may issue client certificates."""
    purposes = certificate.extended_key_usage
    if certificate.kind == "intermediate" and purposes is not None and "clientAuth" not in purposes:
        sentence = f"This CA may issue for {_listed(purposes)} only, not for clients."
        remedy = "Ask the partner for a client certificate from a CA that may issue for clientAuth."
        yield about(certificate, "EKU_CA", Severity.ERROR, sentence, remedy)
    if certificate.key_usage is None:
        sentence = "This CA does not say that it may sign certificates (no key usage)."
        yield about(
            certificate, "KU_CA", Severity.WARNING, sentence, "Nothing now. The issuer should correct it."
        )
    elif "keyCertSign" not in certificate.key_usage:
        sentence = "This CA's key may not be used to sign certificates (key usage without keyCertSign)."
        remedy = "Ask the partner for the right CA certificate."
        yield about(certificate, "KU_CA", Severity.ERROR, sentence, remedy)
    if certificate.basic_constraints_critical is False:
        sentence = "The basic constraints are not marked critical."
        yield about(
            certificate, "KU_CA", Severity.WARNING, sentence, "Nothing now. The issuer should correct it."
        )


def _listed(purposes: tuple[str, ...]) -> str:
    return " and ".join(purposes)


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%b %Y}"


def _ago(span: timedelta) -> str:
    return "today" if span.days == 0 else f"{_days(span)} ago"


def _ahead(span: timedelta) -> str:
    return "within a day" if span.days == 0 else f"in {_days(span)}"


def _days(span: timedelta) -> str:
    return "1 day" if span.days == 1 else f"{span.days} days"
