"""Names: how they are encoded, compared and constrained."""

from collections.abc import Iterator

from .. import der
from ..cases import Case
from .usual import each, usual

_NETWORK = b"\x0a\0\0\0\xff\0\0\0"
_HOST = b"\x0a\0\0\1"


def stories() -> Iterator[Case]:
    yield from _encodings()
    yield from _comparisons()
    yield from _constraints()


def _encodings() -> Iterator[Case]:
    odd = {
        "null byte in the name": der.named(b"a.example\0.evil"),
        "invalid UTF-8": der.named(b"\xff\xfe\xfa"),
        "a noncharacter, U+FFFE": der.named("a\ufffeb"),
        "a noncharacter, U+FDD0": der.named("a\ufdd0b"),
        "a private character": der.named("a\ue000b"),
        "NumericString with letters": der.named("letters", tag=0x12),
        "VisibleString": der.named("visible", tag=0x1A),
        "UniversalString": der.named("uni".encode("utf-32-be"), tag=0x1C),
        "UniversalString of odd length": der.named(b"abcde", tag=0x1C),
        "an attribute that is no string": der.sequence(
            der.element(0x31, der.sequence(der.oid("2.5.4.3"), der.integer(7)))
        ),
        "a unique identifier": der.sequence(
            der.attribute("u"), der.element(0x31, der.sequence(der.oid("2.5.4.45"), der.bits(b"\x05")))
        ),
        "T61String": der.named(b"M\xfcller", tag=der.T61),
        "BMPString": der.named("Hafen \u00c4", tag=der.BMP),
        "BMPString of odd length": der.named(b"abc", tag=der.BMP),
        "200 letters": der.named("x" * 200),
        "10 kB": der.named("y" * 10240),
        "empty": der.sequence(),
        "@ in a PrintableString": der.named("a@b*c", tag=der.PRINTABLE),
        "high bit in an IA5String": der.named(b"caf\xe9", tag=der.IA5),
        "empty common name": der.named(""),
        "two attributes in one part": der.sequence(
            der.element(
                0x31,
                *sorted(
                    (
                        der.sequence(der.oid("2.5.4.3"), der.element(der.UTF8, b"m")),
                        der.sequence(der.oid("2.5.4.5"), der.element(der.PRINTABLE, b"7")),
                    )
                ),
            )
        ),
    }
    for label, subject in odd.items():
        yield from each(f"name: {label}", {"subject": subject}, "root", "leaf")


def _comparisons() -> Iterator[Case]:
    pairs = {
        "PrintableString and UTF8String": (der.named("Nm", tag=der.PRINTABLE), der.named("Nm")),
        "other case": (der.named("Case CA"), der.named("CASE ca")),
        "two spaces": (der.named("Two  Spaces"), der.named("Two Spaces")),
        "spaces around": (der.named(" Around "), der.named("Around")),
        "a tab for a space": (der.named("A\tTab"), der.named("A Tab")),
        "other case beyond ASCII": (der.named("\u00c4ra"), der.named("\u00e4ra")),
        "another name": (der.named("One"), der.named("Other")),
    }
    for label, (own, given) in pairs.items():
        yield usual(f"issuer by {label}", root={"subject": own}, middle={"issuer_name": given})


def _constraints() -> Iterator[Case]:
    ours = der.sequence(der.attribute("Contract", "2.5.4.10"))
    theirs = der.sequence(der.attribute("Other", "2.5.4.10"))
    dns, other = (("dns", "partner.example"),), (("dns", "other.example"),)
    mail, uri = (("mail", "partner.example"),), (("uri", "partner.example"),)
    rules = {
        "DNS fits": (dns, (), {}),
        "DNS does not fit": (other, (), {}),
        "DNS excluded": ((), dns, {}),
        "DNS with a leading dot": ((("dns", ".partner.example"),), (), {}),
        "directory fits": ((("directory", ours),), (), {}),
        "directory does not fit": ((("directory", theirs),), (), {}),
        "directory excluded": ((), (("directory", ours),), {}),
        "address above an address": ((("ip", _NETWORK),), (), {"san": (("ip", _HOST),)}),
        "address above a DNS name": ((("ip", _NETWORK),), (), {}),
        "registered ID above one": ((("id", b"\x2a\x03"),), (), {"san": (("id", b"\x2a\x03"),)}),
        "URI fits": (uri, (), {"san": (("uri", "https://partner.example/x"),)}),
        "URI does not fit": (uri, (), {"san": (("uri", "https://other.example/x"),)}),
        "URN": (uri, (), {"san": (("uri", "urn:partner:x"),)}),
        "SPIFFE": (uri, (), {"san": (("uri", "spiffe://partner.example/x"),)}),
        "mail fits": (mail, (), {"san": (("mail", "a@partner.example"),)}),
        "mail does not fit": (mail, (), {"san": (("mail", "a@other.example"),)}),
        "mail with two @": (mail, (), {"san": (("mail", "a@b@partner.example"),)}),
        "host as common name, no SAN": (dns, (), {"san": (), "subject": der.named("h.other.example")}),
        "plain common name, no SAN": (dns, (), {"san": ()}),
    }
    for label, (permitted, excluded, leaf) in rules.items():
        made = (der.name_constraints(permitted, excluded),)
        for who in ("root", "middle"):
            yield usual(f"constraint: {label}: {who}", leaf=leaf, **{who: {"extra": made}})
