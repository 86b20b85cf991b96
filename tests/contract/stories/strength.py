"""Keys and signatures."""

from collections.abc import Iterator

from ..cases import Case
from ..making import key, spki
from .usual import each, usual

_CA_KEYS = ("rsa2048", "rsa2048e3", "rsa1024", "p384", "p521", "p224", "k256", "ed25519")


def stories() -> Iterator[Case]:
    yield usual("healthy")
    yield usual("healthy RSA", *({"kind": "rsa2048"} for _ in range(3)))
    for kind in (*_CA_KEYS, "rsa2047", "rsa3072", "brainpool", "dsa"):
        yield usual(f"leaf key {kind}", leaf={"kind": kind})
    for kind in _CA_KEYS:
        yield from each(f"CA key {kind}", {"kind": kind}, "root", "middle")
    yield from _odd_keys()
    for digest in ("md5", "sha1", "sha224", "sha384", "sha512"):
        rsa = {"kind": "rsa2048"}
        for who in ("root", "middle", "leaf"):
            parts = {one: dict(rsa) for one in ("root", "middle", "leaf")}
            parts[who] |= {"digest": digest}
            yield usual(f"RSA signed with {digest}: {who}", **parts)
    for digest in ("sha1", "sha224", "sha512"):
        yield from each(f"ECDSA signed with {digest}", {"digest": digest}, "middle", "leaf")
    for salt in ("usual", "short"):
        for digest in ("sha256", "sha384"):
            pss = {"kind": "rsa2048", "digest": digest, "pss": salt}
            yield usual(f"PSS with {digest}, {salt} salt", {"kind": "rsa2048"}, pss, {**pss, "kind": "p256"})
    yield from each("spoiled signature", {"spoiled": True})
    yield from each("signed by another key", {"signer": key("p256", "another")}, "middle", "leaf")


def _odd_keys() -> Iterator[Case]:
    squeezed, bound = key("p256", "squeezed"), key("rsa2048", "bound")
    bare = {"own_key": bound, "own_spki": spki(bound, bare=True)}
    yield from each("RSA key without parameters", bare)
    yield usual("RSA signature without parameters", {"kind": "rsa2048"}, {"odd_parameters": True})
    yield from each("ECDSA signature with parameters", {"odd_parameters": True})
    for who in ("root", "middle", "leaf"):
        short = {"own_key": squeezed, "own_spki": spki(squeezed, compressed=True)}
        yield usual(f"compressed EC point: {who}", **{who: short})
        yield usual(
            f"key bound to PSS: {who}", **{who: {"own_key": bound, "own_spki": spki(bound, pss=True)}}
        )
