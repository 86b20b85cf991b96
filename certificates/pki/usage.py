"""What a certificate says that it may be used for (RFC 5280 sections 4.2.1.3, 4.2.1.9 and 4.2.1.12)."""

from collections.abc import Iterator

from .certificate import Certificate
from .findings import Finding, Severity, about

_LET_IT_BE = "Nothing has to be done now. Tell the issuer, to correct it at the next renewal."


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
        yield about(certificate, "KU_CA", Severity.WARNING, sentence, _LET_IT_BE)
    elif "keyCertSign" not in certificate.key_usage:
        sentence = "This CA's key may not be used to sign certificates (key usage without keyCertSign)."
        remedy = "Ask the partner for the right CA certificate."
        yield about(certificate, "KU_CA", Severity.ERROR, sentence, remedy)
    if certificate.basic_constraints_critical is False:
        sentence = "It says that it is a CA where software may overlook it (basic constraints not critical)."
        yield about(certificate, "KU_CA", Severity.WARNING, sentence, _LET_IT_BE)


def _listed(purposes: tuple[str, ...]) -> str:
    return " and ".join(purposes[:5]) or "nothing"
