"""The form of one certificate: version, serial, names, identifiers, extensions (RFC 5280 section 4)."""

from collections.abc import Iterator

from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from .certificate import Certificate
from .findings import Finding, Severity, about
from .legible import unreadable, unreadable_extension, unreadable_key
from .naming import shortened

NAME_LIMIT_BYTES = 1000
NAMES_USUAL = 100
_SERIAL_LEAST_BITS, _SERIAL_MOST_OCTETS = 64, 20
# A random number of 64 bits begins with zeros now and then; one in 256 is shorter than this.
_SERIAL_TOLERATED_BITS = _SERIAL_LEAST_BITS - 8
_AT_RENEWAL = "Tell the issuer; it can be put right at the next renewal."
# What a verifier has to understand when it is marked critical: what RFC 5280 section 6.1 processes. The rest
# of that document's extensions must not be marked critical, and the gateway refuses them.
UNDERSTOOD = {
    ExtensionOID.BASIC_CONSTRAINTS,
    ExtensionOID.KEY_USAGE,
    ExtensionOID.EXTENDED_KEY_USAGE,
    ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
    ExtensionOID.NAME_CONSTRAINTS,
    ExtensionOID.CERTIFICATE_POLICIES,
    ExtensionOID.POLICY_MAPPINGS,
    ExtensionOID.POLICY_CONSTRAINTS,
    ExtensionOID.INHIBIT_ANY_POLICY,
}


def check_shape(certificate: Certificate) -> Iterator[Finding]:
    """DECODE, SERIAL, SIZE (of a name), KEY_ID (a missing one), CRITICAL_EXT, and for a CA
    NAME_CONSTRAINT."""
    yield from check_legible(certificate)
    yield from check_serial(certificate)
    yield from check_names(certificate)
    yield from check_identifiers(certificate)
    yield from check_critical(certificate)
    yield from check_constraints(certificate)


def check_legible(certificate: Certificate) -> Iterator[Finding]:
    """DECODE: what we can read and the gateway cannot."""
    name = unreadable(certificate)
    if name:
        sentence = f"The gateway cannot read it and would reject its whole configuration: {name}."
        remedy = "Ask the issuer to issue it again with a name of ordinary characters."
        yield about(certificate, "DECODE", Severity.ERROR, sentence, remedy)
    part = unreadable_extension(certificate) or unreadable_key(certificate)
    if part:
        sentence = f"The gateway refuses every chain with it, because of what it cannot read: {part}."
        yield about(certificate, "DECODE", Severity.ERROR, sentence, "Ask the issuer to issue it again.")


def check_version(certificate: Certificate, *, as_ca: bool) -> Iterator[Finding]:
    """VERSION: version 1 has no extensions, so nothing in it limits what its key may be used for."""
    if certificate.decoded.version is not x509.Version.v1:
        return
    if as_ca:
        sentence = "It is a version 1 certificate, which cannot say that it is a CA or limit what it issues."
        remedy = "Ask the partner for the CA's certificate of version 3."
        yield about(certificate, "VERSION", Severity.ERROR, sentence, remedy)
    else:
        sentence = "It is a version 1 certificate, which cannot say what it may be used for."
        yield about(certificate, "VERSION", Severity.WARNING, sentence, _AT_RENEWAL)


def check_serial(certificate: Certificate) -> Iterator[Finding]:
    """SERIAL. A root or self-signed client chose its own number; how random it is does not matter there."""
    number = certificate.serial_number
    if number <= 0:
        sentence = f"Its serial number is {'zero' if number == 0 else 'negative'}."
    elif number.bit_length() >= _SERIAL_MOST_OCTETS * 8:
        sentence = f"Its serial number is longer than {_SERIAL_MOST_OCTETS} octets."
    elif number.bit_length() < _SERIAL_TOLERATED_BITS and not certificate.self_signed:
        sentence = (
            f"Its serial number has {number.bit_length()} bits and can be guessed; 64 random bits are usual."
        )
    else:
        return
    yield about(certificate, "SERIAL", Severity.WARNING, sentence, _AT_RENEWAL)


def check_names(certificate: Certificate) -> Iterator[Finding]:
    """SIZE: the names of all anchors travel in every handshake, so each has to be short."""
    for what, name in (("name", certificate.decoded.subject), ("issuer's name", certificate.decoded.issuer)):
        size = len(name.public_bytes())
        if size > NAME_LIMIT_BYTES:
            sentence = f"Its {what} is {size} bytes long; over {NAME_LIMIT_BYTES} is refused."
            remedy = "Ask the issuer for a certificate with a name of the usual length."
            yield about(certificate, "SIZE", Severity.ERROR, sentence, remedy)


def check_identifiers(certificate: Certificate) -> Iterator[Finding]:
    """KEY_ID: without identifiers the gateway finds an issuer by its name alone."""
    if certificate.is_ca and not certificate.ski:
        sentence = "It has no subject key identifier, so renewals of this CA cannot be told apart."
        yield about(certificate, "KEY_ID", Severity.WARNING, sentence, _AT_RENEWAL)
    if not certificate.self_signed and not certificate.names_issuer_key:
        sentence = "It does not say which key of its issuer signed it (no authority key identifier)."
        yield about(certificate, "KEY_ID", Severity.WARNING, sentence, _AT_RENEWAL)


def check_critical(certificate: Certificate) -> Iterator[Finding]:
    """CRITICAL_EXT: who does not understand an extension that is marked critical has to refuse."""
    unknown = [
        extension.oid.dotted_string
        for extension in certificate.decoded.extensions
        if extension.critical and extension.oid not in UNDERSTOOD
    ]
    if unknown:
        listed = " and ".join(unknown[:3])
        sentence = (
            f"It has a critical extension that few programs know ({listed}); the others have to refuse it."
        )
        remedy = "Ask the issuer for a certificate without it, or with it not marked critical."
        yield about(certificate, "CRITICAL_EXT", Severity.ERROR, sentence, remedy)


def check_alternative_names(certificate: Certificate, *, demanded: bool) -> Iterator[Finding]:
    """SAN of a client. `demanded`: the gateway will compare alternative names and let in nobody without."""
    if not certificate.san and demanded:
        sentence = "It has no subject alternative name, and the host lets in only by such a name."
        remedy = "Ask for a certificate with the alternative name that was agreed on."
        yield about(certificate, "SAN", Severity.ERROR, sentence, remedy)
    elif not certificate.san:
        sentence = "It names its owner only in the subject (no subject alternative name)."
        yield about(certificate, "SAN", Severity.WARNING, sentence, _AT_RENEWAL)
    if len(certificate.san) > NAMES_USUAL:
        sentence = f"It has {len(certificate.san)} alternative names, so it names no one client."
        remedy = "Ask for a certificate with the client's own name at the next renewal."
        yield about(certificate, "SAN", Severity.WARNING, sentence, remedy)
    wild = next((name for name in certificate.san if name.startswith("DNS:*")), None)
    if wild:
        sentence = (
            f"Its alternative name {shortened(wild[4:])} stands for many hosts, so it names no one client."
        )
        remedy = "Ask for a certificate with the client's own name at the next renewal."
        yield about(certificate, "SAN", Severity.WARNING, sentence, remedy)


def check_constraints(certificate: Certificate) -> Iterator[Finding]:
    """NAME_CONSTRAINT: that there is one. Whether it makes trouble for a client is a matter of its chain."""
    if certificate.constrained:
        kinds = " and ".join(sorted(certificate.constrained))
        sentence = f"This CA may issue only for some names (limits on {kinds})."
        remedy = "Check that the client's names are among them; the gateway refuses others."
        yield about(certificate, "NAME_CONSTRAINT", Severity.WARNING, sentence, remedy)
