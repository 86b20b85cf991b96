"""Dates, usages, basic constraints, versions, serial numbers, key identifiers, other extensions, sizes."""

from collections.abc import Iterator

from .. import der
from ..cases import Case, anchors
from ..making import DAY, client, make
from .usual import each, usual

_ODD = "1.3.6.1.4.1.99999."


def stories() -> Iterator[Case]:
    yield from each("expired", {"start": -400 * DAY, "end": -DAY})
    yield from each("not valid yet", {"start": 2 * DAY})
    yield from each("GeneralizedTime before 2050", {"generalized": True})
    yield usual("leaf outlives its CA", middle={"end": 30 * DAY})
    yield from _usages()
    yield from _authority()
    yield from _identifiers()
    yield from _extensions()
    for kilobytes in (30, 60, 95, 110):
        filling = der.extension(_ODD + "3", der.element(4, b"z" * (kilobytes << 10)))
        yield usual(f"leaf of {kilobytes} kB", leaf={"extra": (filling,)})


def _usages() -> Iterator[Case]:
    for purposes in (None, ("server",), ("any",), ("mail",), ("client", "server"), ("any", "client")):
        said = " and ".join(purposes) if purposes else "none"
        yield from each(f"extended key usage {said}", {"purposes": purposes})
    yield from each("critical extended key usage", {"purposes": ("client",), "purposes_critical": True})
    for usage in ("keyEncipherment", "keyAgreement", "nonRepudiation", "keyCertSign"):
        yield usual(f"leaf key usage {usage}", leaf={"usage": (usage,)})
    yield usual("leaf key usage with keyCertSign", leaf={"usage": ("digitalSignature", "keyCertSign")})
    yield from each("no key usage", {"usage": None})
    yield from each(
        "key usage without keyCertSign", {"usage": ("cRLSign", "digitalSignature")}, "root", "middle"
    )
    yield from each("empty key usage", {"usage": ()})


def _authority() -> Iterator[Case]:
    for label, usage in (("", "usual"), (", no key usage", None)):
        yield from each(f"no basic constraints{label}", {"basic": False, "usage": usage}, "root", "middle")
        no_ca = {"ca": False, "san": (), "purposes": None}
        no_ca["usage"] = ("keyCertSign",) if usage else None
        yield from each(f"CA:FALSE{label}", no_ca, "root", "middle")
    yield from each("basic constraints not critical", {"basic_critical": False}, "root", "middle")
    yield usual("leaf without basic constraints", leaf={"basic": False})
    both = ("digitalSignature", "keyCertSign")
    yield usual("leaf is a CA", leaf={"ca": True, "usage": both, "purposes": ("client",)})
    yield usual("leaf with a path length", leaf={"path_length": 0})
    yield from each("version 1", {"version": 1})
    yield from each("version 2", {"version": 2})
    yield usual("path length 0: middle", middle={"path_length": 0})
    yield usual("path length 0, one CA below: root", root={"path_length": 0})
    yield usual("path length 1: root", root={"path_length": 1})
    root = make("long root")
    upper = make("long upper", root, path_length=0)
    lower = make("long lower", upper)
    leaf = client("long leaf", lower)
    yield Case("path length 0, one CA below: middle", anchors(root), (leaf, lower, upper))
    for count in (4, 9, 20):
        chain = [make(f"deep {count} root")]
        for number in range(count):
            chain.append(make(f"deep {count} {number}", chain[-1]))
        leaf = client("deep leaf", chain[-1])
        yield Case(f"{count} intermediates", anchors(chain[0]), (leaf, *chain[:0:-1]))


def _identifiers() -> Iterator[Case]:
    for label, serial in (("zero", 0), ("negative", -5), ("26 octets", 1 << 200), ("one", 1)):
        yield from each(f"serial number {label}", {"serial": serial}, "root", "leaf")
    yield from each("no authority key identifier", {"issuer_id": False}, "middle", "leaf")
    yield from each("wrong authority key identifier", {"issuer_id": b"elsewhere"}, "middle", "leaf")
    yield from each("critical authority key identifier", {"issuer_id_critical": True}, "middle", "leaf")
    yield from each("no subject key identifier", {"key_id": False})
    for label, wrong in (("serial", False), ("wrong serial", True)):
        root = make(f"named by {label}")
        number = root.serial + wrong
        names = der.element(0xA1, der.general_name("directory", root.name))
        by = der.element(0x82, der.integer(number)[2:])
        identifier = der.extension("2.5.29.35", der.sequence(names, by))
        leaf = client("leaf", root, issuer_id=False, extra=(identifier,))
        yield Case(f"authority key identifier by issuer and {label}", anchors(root), (leaf,))


def _mappings(explicit: tuple[bytes, bytes]) -> Iterator[Case]:
    """Policy mappings in the intermediate; `explicit`: its demand for a policy, and a policy."""
    ours, theirs, any_policy = der.oid(_ODD + "5"), der.oid(_ODD + "6"), der.oid("2.5.29.32.0")
    forms = {
        "": der.sequence(der.sequence(ours, theirs)),
        ", two": der.sequence(der.sequence(ours, theirs), der.sequence(theirs, ours)),
        ", empty": der.sequence(),
        " to any policy": der.sequence(der.sequence(ours, any_policy)),
        " from any policy": der.sequence(der.sequence(any_policy, ours)),
        " of one policy": der.sequence(der.sequence(ours)),
        " of three policies": der.sequence(der.sequence(ours, theirs, ours)),
        " of a broken policy": der.sequence(der.sequence(ours, der.element(6, b"\x80\x01"))),
        ", something after them": der.sequence(der.sequence(ours, theirs)) + der.NULL,
    }
    for label, form in forms.items():
        made = (der.extension("2.5.29.33", form, True),)
        yield usual(f"policy mappings{label}", middle={"extra": made})
    made = der.extension("2.5.29.33", forms[""], True)
    leaf = {"extra": (der.extension("2.5.29.32", der.sequence(der.sequence(theirs))),)}
    yield usual("policy mappings, and a policy is required", middle={"extra": (*explicit, made)}, leaf=leaf)
    demanding = der.extension("2.5.29.36", der.sequence(der.element(0x80, b"\1")), True)
    yield usual("explicit policy required after one", middle={"extra": (demanding,)})
    yield usual("explicit policy required by the leaf", leaf={"extra": (explicit[0],)})
    anything = der.extension("2.5.29.32", der.sequence(der.sequence(any_policy)))
    above, below = (*explicit[:1], anything), (anything,)
    yield usual("any policy answers", middle={"extra": above}, leaf={"extra": below})
    inhibit = der.extension("2.5.29.54", der.integer(0), True)
    yield usual("any policy is inhibited", middle={"extra": (*above, inhibit)}, leaf={"extra": below})


def _extensions() -> Iterator[Case]:
    yield from each("unknown critical extension", {"extra": (der.extension(_ODD + "1", der.NULL, True),)})
    twice = der.extension(_ODD + "2", der.NULL)
    yield from each("extension twice", {"extra": (twice, twice)})
    policy = der.sequence(der.sequence(der.oid(_ODD + "5")))
    yield from each("critical policies", {"extra": (der.extension("2.5.29.32", policy, True),)})
    twice = der.sequence(*[der.sequence(der.oid(_ODD + "5"))] * 2)
    yield from each("one policy twice", {"extra": (der.extension("2.5.29.32", twice),)})
    explicit = der.extension("2.5.29.36", der.sequence(der.element(0x80, b"\0")), True)
    yield from each("explicit policy required", {"extra": (explicit,)}, "root", "middle")
    both = (explicit, der.extension("2.5.29.32", policy))
    with_policy = {"extra": (der.extension("2.5.29.32", policy),)}
    yield usual("explicit policy required and present", middle={"extra": both}, leaf=with_policy)
    yield usual("inhibit any policy", middle={"extra": (der.extension("2.5.29.54", der.integer(0), True),)})
    yield from _mappings(both)
    points = der.sequence(
        der.sequence(der.element(0xA0, der.element(0xA0, der.general_name("uri", "http://a/"))))
    )
    for critical in (False, True):
        label = "critical " if critical else ""
        made = der.extension("2.5.29.31", points, critical)
        yield from each(f"{label}CRL distribution points", {"extra": (made,)}, "middle", "leaf")
    no_check = der.extension("1.3.6.1.5.5.7.48.1.5", der.NULL, True)
    yield usual("critical OCSP no check", leaf={"extra": (no_check,)})
    server_only = der.extension("2.16.840.1.113730.1.1", der.bits(b"\x40", 6))
    yield usual("Netscape type server", leaf={"extra": (server_only,)})
    nonsense = der.extension("2.16.840.1.113730.1.1", b"\x30\x03\x01\x01\xff")
    yield from each("broken Netscape type", {"extra": (nonsense,)})
    yield from each("broken policy mappings", {"extra": (der.extension("2.5.29.33", b"\x05\x00"),)})
    broken = der.extension("1.3.6.1.5.5.7.1.1", b"\x30\x7f\x00")
    yield usual("broken authority information", leaf={"extra": (broken,)})
    yield usual(
        "empty alternative names", leaf={"san": (), "extra": (der.extension("2.5.29.17", der.sequence()),)}
    )
    yield usual("no alternative name", leaf={"san": ()})
    yield usual("critical alternative name", leaf={"san_critical": True})
