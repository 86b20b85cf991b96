"""Certificates that cannot be read to their end are refused with the reason: one freezes a truststore."""

import base64

import pytest

from certificates.pki.reading import read
from certificates.testing.builder import encoded
from certificates.testing.hierarchy import PARTNER, make
from certificates.testing.raw import KEY, SUBJECT, Fields, extended, extension, resigned, sequence

PLAIN = extension("1.3.6.1.4.1.99999.2", False, b"\x05\0")
# The type of the common name changes from UTF8String to PrintableString, which has no underscore.
UNDERSCORE = make("partner_example").der
FORBIDDEN_LETTER = UNDERSCORE.replace(b"\x0c\x0fpartner_", b"\x13\x0fpartner_")


def invalid_text(fields: Fields) -> None:
    """A common name whose UTF-8 is none."""
    attribute = sequence(bytes.fromhex("0603550403"), encoded(0x0C, b"\xff\xfe"))
    fields[SUBJECT] = sequence(encoded(0x31, attribute))


def no_point(fields: Fields) -> None:
    """A public key that lies on no curve."""
    fields[KEY] = fields[KEY][:-64] + b"\x01" * 64


BROKEN = {
    "extension twice": (resigned(PARTNER, extended(PLAIN, PLAIN)).der, "appears twice"),
    "trailing byte": (PARTNER.der + b"\0", "broken"),
    "address of three octets": (
        resigned(
            PARTNER, extended(extension("2.5.29.17", False, sequence(b"\x87\x03abc")), drop=["2.5.29.17"])
        ).der,
        "",
    ),
    "broken access information": (
        resigned(PARTNER, extended(extension("1.3.6.1.5.5.7.1.1", False, b"\x30\x7f\0"))).der,
        "broken",
    ),
    "name that is no text": (resigned(PARTNER, invalid_text).der, "broken at subject"),
    "name with a forbidden letter": (
        FORBIDDEN_LETTER,
        "letters that its type, PrintableString, does not allow",
    ),
    "key that is no point": (resigned(PARTNER, no_point).der, ""),
}


@pytest.mark.parametrize(("der", "reason"), BROKEN.values(), ids=BROKEN.keys())
def test_it_says_why(der: bytes, reason: str) -> None:
    pem = b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der) + b"-----END CERTIFICATE-----\n"
    reading = read(pem, "broken.pem")
    assert reading.certificates == ()
    assert [(finding.code, finding.severity) for finding in reading.findings] == [("DECODE", "error")]
    assert reason in reading.findings[0].sentence
    assert "Error" not in reading.findings[0].sentence
