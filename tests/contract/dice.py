"""Random chains. `pick` chooses one of several options, the harmless first, so that Hypothesis, which shrinks
towards the first, ends with the healthy chain and the one thing that matters."""

import random
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from certificates.pki.roles import Role

from . import der
from .cases import Case, Entry
from .making import DAY, Made, client, key, make

_T = TypeVar("_T")
Pick = Callable[[Sequence[Any]], Any]

# Keys are chosen from these slots, so that a run does not spend its time on making RSA keys.
_SLOTS = ("a", "b", "c", "d")
_KINDS = (
    ("p256",) * 16 + ("rsa2048",) * 4 + ("p384", "p521", "rsa1024", "p224", "ed25519", "k256", "rsa2048e3")
)
_DIGESTS = ("sha256",) * 16 + ("sha384", "sha512", "sha1", "sha224")
_DATES = ((-DAY, 200 * DAY),) * 30 + ((-400 * DAY, -DAY), (2 * DAY, 90 * DAY))
_NETWORK = b"\x0a\0\0\0\xff\0\0\0"
_UNKNOWN = der.extension("1.3.6.1.4.1.99999.1", der.NULL, True)
_POLICY = der.extension("2.5.29.32", der.sequence(der.sequence(der.oid("1.3.6.1.4.1.99999.5"))))
_TWICE = der.extension("2.5.29.32", der.sequence(*[der.sequence(der.oid("1.3.6.1.4.1.99999.5"))] * 2))
_MAPPED = der.extension(
    "2.5.29.33",
    der.sequence(der.sequence(der.oid("1.3.6.1.4.1.99999.5"), der.oid("1.3.6.1.4.1.99999.6"))),
    True,
)
_ANY_POLICY = der.extension("2.5.29.32", der.sequence(der.sequence(der.oid("2.5.29.32.0"))))
_EXPLICIT = der.extension("2.5.29.36", der.sequence(der.element(0x80, b"\0")), True)
_OURS = der.sequence(der.attribute("Contract", "2.5.4.10"))
_CONSTRAINTS = (
    der.name_constraints((("dns", "partner.example"),)),
    der.name_constraints((("dns", "other.example"),)),
    der.name_constraints((("directory", _OURS),)),
    der.name_constraints((), (("directory", _OURS),)),
    der.name_constraints((("ip", _NETWORK),)),
    der.name_constraints((("mail", "partner.example"),)),
    der.name_constraints((("uri", ".example"),), (("dns", "x.partner.example"),)),
)
_EXTRA = ((),) * 30 + ((_UNKNOWN,), (_POLICY,), (_TWICE,), (_EXPLICIT,), (_EXPLICIT, _POLICY), (_ANY_POLICY,))
_CA_EXTRA = (*_EXTRA, (_MAPPED,), (_ANY_POLICY, _EXPLICIT), *((made,) for made in _CONSTRAINTS))
_SANS = (
    ((("dns", "client.partner.example"),),) * 8
    + ((), (("ip", b"\x0a\0\0\1"),), (("mail", "a@partner.example"),), (("uri", "https://client.example/x"),))
    + ((("uri", "urn:partner:1"),), (("dns", "x.partner.example"), ("ip", b"\x0b\0\0\1")))
)


def mostly(usual: _T, *odd: _T, share: int = 20) -> tuple[_T, ...]:
    """Options of which `usual` is drawn about `share` times as often as each of the others."""
    return (usual,) * share + odd


def with_dice(dice: random.Random) -> Pick:
    """A `pick` that rolls dice."""
    return dice.choice


def draw(name: str, pick: Pick) -> Case:
    """A case of this name, made of what `pick` picks."""
    line = [_ca(pick, "Root", None)]
    for number in range(pick((1, 1, 1, 0, 2, 3))):
        line.append(_ca(pick, f"Middle {number}", line[-1]))
    leaf = _leaf(pick, line[-1])
    if pick(mostly(False, True)):  # the leaf issues, too
        line.append(leaf)
        leaf = _leaf(pick, leaf)
    relatives = _relatives(pick, line)
    return Case(name, _store(pick, line, leaf, relatives), _sent(pick, line, leaf, relatives))


def _common(pick: Pick) -> dict[str, Any]:
    start, end = pick(_DATES)
    kind = pick(_KINDS)
    return {
        "kind": kind,
        "slot": pick(_SLOTS),
        "start": start,
        "end": end,
        "digest": pick(_DIGESTS),
        "version": pick(mostly(3, 1, share=30)),
        "key_id": pick(mostly(True, False)),
        "issuer_id": pick(mostly(True, False, b"elsewhere")),
        "signer": pick(mostly(None, key("p256", "nobody"), share=40)),
        "basic": pick(mostly(True, False)),
        "generalized": pick(mostly(False, True, share=30)),
    }


def _ca(pick: Pick, name: str, issuer: Made | None) -> Made:
    name = pick(mostly(name, "Root", "Middle 0", share=15))
    return make(
        name,
        issuer,
        **_common(pick),
        ca=pick(mostly(True, False, share=30)),
        path_length=pick(mostly(None, 0, 1, 2, share=8)),
        usage=pick(mostly("usual", None, ("cRLSign",), ("keyCertSign", "digitalSignature"), share=15)),
        purposes=pick(mostly("usual", ("client",), ("server",), ("any",), ("client", "server"), share=15)),
        basic_critical=pick(mostly(True, False)),
        extra=pick(_CA_EXTRA),
        issuer_name=pick(mostly(None, _respelled(issuer), share=15)),
    )


def _respelled(issuer: Made | None) -> bytes | None:
    """The issuer's name with the same letters in another case: the same name to BoringSSL."""
    return issuer.name.replace(b"Middle", b"mIDDLE").replace(b"Root", b"ROOT") if issuer else None


def _leaf(pick: Pick, issuer: Made) -> Made:
    usages = (None, ("keyEncipherment",), ("digitalSignature", "keyCertSign"), ("keyAgreement",))
    purposes = (None, ("server",), ("any",), ("client", "server"))
    return client(
        pick(mostly("leaf", "host.partner.example", "Middle 0", share=8)),
        pick(mostly(issuer, None)),
        **_common(pick),
        san=pick(_SANS),
        usage=pick(mostly("usual", *usages, share=15)),
        purposes=pick(mostly("usual", *purposes, share=15)),
        ca=pick(mostly(False, True, share=30)),
        extra=pick(_EXTRA),
    )


def _relatives(pick: Pick, line: Sequence[Made]) -> list[Made]:
    """Strangers, namesakes with another key, renewals, and cross-signed twins of the CAs."""
    found = []
    for kind in pick(
        mostly((), ("stranger",), ("namesake",), ("renewal",), ("cross",), ("cross", "namesake"), share=6)
    ):
        of = pick(line)
        if kind == "stranger":
            found.append(make("Stranger", kind="p256", slot=pick(_SLOTS)))
        elif kind == "namesake":
            start, end = pick(_DATES)
            found.append(make("", subject=of.name, kind="p256", slot="namesake", start=start, end=end))
        elif kind == "renewal":
            start, end = pick(((-400 * DAY, -DAY), (-DAY, 200 * DAY)))
            found.append(make("", subject=of.name, own_key=of.key, start=start, end=end))
        else:
            start, end = pick(_DATES)
            other = make("Stranger", kind="p256", slot="cross", start=start, end=end)
            found += [make("", other, subject=of.name, own_key=of.key), other]
    return found


def _sent(pick: Pick, line: Sequence[Made], leaf: Made, relatives: Sequence[Made]) -> tuple[Made, ...]:
    middles = list(line[:0:-1])
    how = pick(mostly("all", "none", "root too", "reverse", "first left out", share=6))
    above = {
        "all": middles,
        "none": [],
        "root too": [*middles, line[0]],
        "reverse": middles[::-1],
        "first left out": middles[1:],
    }[how]
    extra = list(relatives) if pick((False, True)) else []
    return (leaf, *extra, *above) if pick((False, True)) else (leaf, *above, *extra)


def _store(pick: Pick, line: Sequence[Made], leaf: Made, relatives: Sequence[Made]) -> tuple[Entry, ...]:
    first = pick(mostly("root", "lowest", "all", "leaf", "helpers", "pin and root", share=5))
    rest = [(made, Role.INTERMEDIATE) for made in line[1:]]
    store: list[Entry] = {
        "root": [(line[0], Role.ANCHOR)],
        "lowest": [(line[-1], Role.ANCHOR)],
        "all": [(made, Role.ANCHOR) for made in line],
        "leaf": [(leaf, Role.CLIENT)],
        "helpers": [(line[0], Role.ANCHOR), *rest],
        "pin and root": [(leaf, Role.CLIENT), (line[0], Role.ANCHOR)],
    }[first]
    if relatives and pick((False, True)):
        role = pick((Role.ANCHOR, Role.INTERMEDIATE))
        more: list[Entry] = [(made, role) for made in relatives]
        store = more + store if pick((False, True)) else store + more
    return tuple(store)
