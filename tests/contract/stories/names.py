"""Names: how they are encoded, compared and constrained."""

from collections.abc import Iterator

from .. import der
from ..cases import Case, anchors, helpers, pins
from ..making import client, make
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
    yield from _in_the_store(der.named("a\ufffeb"))


def _in_the_store(odd: bytes) -> Iterator[Case]:
    """A name that Envoy cannot read, beside one that is sound."""
    root = make("sound root")
    leaf = client("sound leaf", root)
    helper = make("", root, subject=odd)
    stranger = make("", subject=odd)
    pinned = client("", subject=odd)
    yield Case("a noncharacter, another anchor's", anchors(root, stranger), (leaf,))
    yield Case("a noncharacter, a helper's", anchors(root) + helpers(helper), (leaf,))
    yield Case("a noncharacter, a stranger's helper", anchors(root) + helpers(stranger), (leaf,))
    yield Case("a noncharacter, another pin's", anchors(root) + pins(pinned), (leaf,))
    yield Case("a noncharacter, its own pin", pins(pinned), (pinned,))


def _comparisons() -> Iterator[Case]:
    pairs = {
        "PrintableString and UTF8String": (der.named("Nm", tag=der.PRINTABLE), der.named("Nm")),
        "other case": (der.named("Case CA"), der.named("CASE ca")),
        "two spaces": (der.named("Two  Spaces"), der.named("Two Spaces")),
        "spaces around": (der.named(" Around "), der.named("Around")),
        **_spaces(),
        "NumericString and PrintableString": (der.named("12", tag=0x12), der.named("12", tag=der.PRINTABLE)),
        "NumericString, twice": (der.named("12", tag=0x12), der.named("12", tag=0x12)),
        "NumericString with two spaces": (der.named("1  2", tag=0x12), der.named("1 2", tag=0x12)),
        "BMPString and UTF8String": (der.named("Nm", tag=der.BMP), der.named("Nm")),
        "two attributes in one part, other case": (_pair("m", "X"), _pair("M", "x")),
        "one attribute twice in one part": (_pair("m", "M"), der.sequence(der.attribute("m"))),
        "other case beyond ASCII": (der.named("\u00c4ra"), der.named("\u00e4ra")),
        "another name": (der.named("One"), der.named("Other")),
    }
    for label, (own, given) in pairs.items():
        yield usual(f"issuer by {label}", root={"subject": own}, middle={"issuer_name": given})
    yield from _buried()


def _buried() -> Iterator[Case]:
    """A noncharacter, not in a name that is compared but in one that an extension holds."""
    odd = der.named("a\ufffeb")
    yield usual("a noncharacter in an alternative name", leaf={"san": (("directory", odd),)})
    pinned = client("pinned", san=(("directory", odd),))
    yield Case("a noncharacter in an alternative name, pinned", pins(pinned), (pinned,))
    for who in ("root", "middle"):
        limit = der.name_constraints((), (("directory", odd),))
        yield usual(f"a noncharacter in a name constraint: {who}", **{who: {"extra": (limit,)}})
    root = make("named with a noncharacter")
    names = der.element(0xA1, der.general_name("directory", odd))
    number = der.element(0x82, der.integer(root.serial)[2:])
    identifier = der.extension("2.5.29.35", der.sequence(names, number))
    leaf = client("leaf", root, issuer_id=False, extra=(identifier,))
    yield Case("a noncharacter in an authority key identifier", anchors(root), (leaf,))


def _spaces() -> dict[str, tuple[bytes, bytes]]:
    """What BoringSSL takes for a space, and what it does not."""
    inside = {
        "a tab": "\t",
        "a line feed": "\n",
        "a vertical tab": "\v",
        "a form feed": "\f",
        "a carriage return": "\r",
        "a tab and a space": "\t ",
        "a file separator": "\x1c",
        "a unit separator": "\x1f",
        "a next line, U+0085": "\u0085",
        "a no-break space": "\u00a0",
        "an em space": "\u2003",
    }
    plain = der.named("A B")
    found = {f"{label} for a space": (der.named(f"A{one}B"), plain) for label, one in inside.items()}
    found["tabs around"] = (der.named("\tA B\r\n"), plain)
    found["a no-break space around"] = (der.named("A B\u00a0"), plain)
    return found


def _pair(one: str, other: str) -> bytes:
    """A name of one part with two common names."""
    texts = sorted(der.sequence(der.oid("2.5.4.3"), der.element(der.UTF8, x.encode())) for x in (one, other))
    return der.sequence(der.element(0x31, *texts))


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
