"""What a linter has to say about a certificate: optional advice, never part of a verdict.

The linter is DigiCert's `pkilint` with its checks for RFC 5280. Public CAs are held to more than that; a
partner's private CA need not be.
"""

import functools
from collections.abc import Iterable
from typing import Any

from .certificate import Certificate
from .findings import Finding, Severity, about
from .naming import printable

# A certificate of the usual size takes 2 to 4 ms; the time grows with the size.
LINT_LIMIT_BYTES, LINT_TOTAL_BYTES = 20_000, 40_000
_MOST = 20
# Named one by one, because a bare `except Exception` would also swallow the time limit of the worker.
_STUMBLES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)


def lint(certificate: Certificate) -> list[Finding]:
    """At most 20 remarks with the code LINT, in pkilint's words; empty when it has none.

    Never raises: a certificate over 20 kB, a linter that is not installed or one that stumbles gives no
    advice. The first call in a process loads the linter, which takes about a second.
    """
    if len(certificate.der) > LINT_LIMIT_BYTES:
        return []
    try:
        loader, validator, least, trouble = _linter()
    except ImportError:
        return []
    try:
        said = _said(
            validator.validate(loader.load_der_certificate(certificate.der, "certificate").root), least
        )
    except (*_STUMBLES, trouble):
        return []
    remedy = "Nothing has to be done; the issuer may like to know."
    return [about(certificate, "LINT", Severity.REMARK, sentence, remedy) for sentence in said[:_MOST]]


def lint_all(certificates: Iterable[Certificate]) -> list[Finding]:
    """The remarks about several certificates in the order given, until 40 kB of them have been looked at
    (half a second at most, 2 to 4 ms each for those of the usual size)."""
    left, found = LINT_TOTAL_BYTES, list[Finding]()
    for certificate in certificates:
        left -= len(certificate.der)
        if left < 0:
            break
        found += lint(certificate)
    return found


def _said(results: Iterable[Any], least: int) -> list[str]:
    found = [
        _sentence(described.finding.code, described.message)
        for result in results
        for described in result.finding_descriptions
        if described.finding.severity <= least
    ]
    return list(dict.fromkeys(found))


@functools.cache
def _linter() -> tuple[Any, Any, int, type[Exception]]:
    """The loader of documents, the checks, the least severity worth a remark, and what its parser raises."""
    from pkilint import loader  # type: ignore[import-untyped]
    from pkilint.pkix import certificate, extension, name  # type: ignore[import-untyped]
    from pkilint.validation import ValidationFindingSeverity  # type: ignore[import-untyped]
    from pyasn1.error import PyAsn1Error  # type: ignore[import-untyped]

    decoders = certificate.create_decoding_validators(
        name.ATTRIBUTE_TYPE_MAPPINGS, extension.EXTENSION_MAPPINGS
    )
    checks = [
        certificate.create_issuer_validator_container([]),
        certificate.create_validity_validator_container(),
        certificate.create_subject_validator_container([]),
        certificate.create_extensions_validator_container([]),
        certificate.create_spki_validator_container([]),
    ]
    validator = certificate.create_pkix_certificate_validator_container(decoders, checks)
    return loader, validator, int(ValidationFindingSeverity.NOTICE), PyAsn1Error


def _sentence(code: str, message: str | None) -> str:
    """`pkix.authority_key_identifier_extension_absent` as words, with the code to look it up."""
    words = code.rpartition(".")[2].replace("_", " ")
    detail = f": {printable(message)[:200]}" if message else ""
    return f"{words[:1].upper()}{words[1:]}{detail} ({code})."
