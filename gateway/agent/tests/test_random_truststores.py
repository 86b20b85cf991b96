"""For random truststores with mixed roles and name rules, in every mode and style: who gets in on the real
Envoy equals who should. COUNTERSIGN_RANDOM_STORES sets how many stores are tried, COUNTERSIGN_RANDOM_SEED
which."""

import os
import random
import ssl
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from cryptography import x509

from certificates.testing.hierarchy import DAY, Identity, ec_key, make
from gateway.agent.tests import cast
from gateway.agent.tests.cast import TODAY
from gateway.agent.tests.stage import Stage
from gateway.translation.model import Role

pytestmark = pytest.mark.journey
STORES = int(os.environ.get("COUNTERSIGN_RANDOM_STORES", "8"))
SEED = int(os.environ.get("COUNTERSIGN_RANDOM_SEED", "20261122"))

URI, DNS, MAIL = x509.UniformResourceIdentifier, x509.DNSName, x509.RFC822Name
SANS: list[list[x509.GeneralName]] = [
    [],
    [URI("urn:p:one")],
    [URI("urn:evil,urn:p:one"), DNS("x.other.test")],
    [DNS("GW.Partner.test")],
    [MAIL("bob@partner.test")],
    [MAIL("a@partner.test.evil.test"), URI("urn:q")],
]
# A rule, and which of SANS it allows: written down, not computed.
RULES = {
    "uri exact urn:p:one": {1},
    "dns suffix .partner.test": {3},
    "email exact bob@partner.test": {4},
    "email suffix @partner.test\nuri exact urn:q": {4, 5},
    "uri prefix urn:p:": {1},
}
MODES = [(mode, style) for mode in ("required", "optional", "trial") for style in ("explain", "handshake")]


def _ca(name: str, issuer: Identity | None = None, days: int = 30, key: int | None = None) -> Identity:
    own_key = ec_key(key) if key else None
    return make(name, issuer, ca=True, key=own_key, start=TODAY - 400 * DAY, end=TODAY + days * DAY)


ROOTS = [_ca("Root 0"), _ca("Root 1"), _ca("Root that ended", days=-2)]
MIDDLE = [_ca(f"Middle {n}", root) for n, root in enumerate(ROOTS)]
LOWER = [_ca("Lower 0", MIDDLE[0]), _ca("Root 1", MIDDLE[0], key=77)]  # the second borrows a name
CAS = [*ROOTS, *MIDDLE, *LOWER]
LEAVES = {
    cast.client(f"leaf {n} {s}", ca, san=names): s for n, ca in enumerate(CAS) for s, names in enumerate(SANS)
}
LATE = [cast.client(f"late {n}", ca, days=-2) for n, ca in enumerate(CAS[:2])]
PINS = [
    cast.client("pin 0", ku=None),
    cast.client("pin 1", ROOTS[0]),
    cast.client("pin that ended", days=-2),
    cast.client("pin twin", key=ec_key(81), key_ids=False),
    cast.client("pin twin", key=ec_key(82), key_ids=False),
]
VOUCHED = [cast.client(f"vouched {n}", pin, san=SANS[1]) for n, pin in enumerate(PINS)]
CLIENTS = [*LATE, *PINS, *VOUCHED]


@dataclass
class Store:
    """What the portal holds: roles, and the rules of anchors by their text ("" for none)."""

    roles: dict[Identity, Role]
    rules: dict[Identity, str] = field(default_factory=dict)


def _above(identity: Identity) -> Iterator[Identity]:
    while identity.issuer:
        identity = identity.issuer
        yield identity


def _valid(identity: Identity) -> bool:
    return identity.certificate.not_valid_after_utc > TODAY


def _linked(ca: Identity, store: Store) -> bool:
    """The store itself leads from this CA to one of its anchors, through valid certificates only."""
    for step in (ca, *_above(ca)):
        if step not in store.roles or not _valid(step):
            return False
        if store.roles[step] == "anchor":
            return True
    return False


def _rules_of(ca: Identity, store: Store) -> frozenset[str]:
    """The rules of a CA of the store: those of every anchor at or above it that the store leads to; none
    where one of these anchors has none."""
    found = set()
    for step in (ca, *_above(ca)):
        if step not in store.roles or not _valid(step):
            break
        if store.roles[step] == "anchor":
            found.add(store.rules.get(step, ""))
    return frozenset() if "" in found else frozenset(found)


def _should_enter(client: Identity, sent: list[Identity], store: Store) -> bool:
    """The rule in words of people: a valid pin; or a valid leaf under valid CAs, sent or stored, up to one of
    the store, with a name that its rules allow. Where rules differ, that CA must have issued the leaf
    itself."""
    if not _valid(client):
        return False
    if store.roles.get(client) == "client":
        return True
    held = [ca for ca in CAS if _linked(ca, store)]
    differ = len({_rules_of(ca, store) for ca in held}) > 1
    for place, ca in enumerate(_above(client)):
        if ca in PINS or not _valid(ca):
            return False
        if ca in held:
            rules = _rules_of(ca, store)
            named = any(LEAVES.get(client) in RULES[rule] for rule in rules)
            return (not rules or named) and not (differ and place)
        if ca not in sent:
            return False
    return False


def _store(dice: random.Random) -> Store:
    roles: dict[Identity, Role] = dict.fromkeys(dice.sample(PINS, dice.choice([0, 0, 1, 2, 3])), "client")
    roles |= dict.fromkeys(dice.sample([*MIDDLE, *LOWER], dice.randint(0, 3)), "intermediate")
    anchors = dice.sample(CAS, dice.randint(0, 3))
    roles |= dict.fromkeys(anchors, "anchor")
    choices, same = ["", "", *RULES], dice.choice(["", *RULES])
    equal = dice.random() < 0.3
    return Store(roles, {ca: same if equal else dice.choice(choices) for ca in anchors})


def _status(stage: Stage, host: str, client: Identity | None, sent: list[Identity]) -> int:
    try:
        return stage.call(host, client, chain=sent).status
    except (ssl.SSLError, ConnectionError):
        return 0


def _allowed(mode: str, style: str, client: Identity | None, enters: bool) -> set[int]:
    """The statuses that a caller may get; 0 when TLS refuses."""
    if mode == "trial" or enters or (client is None and mode == "optional"):
        return {200}
    return {400} if style == "explain" else {0, 403}


def test_it_lets_in_exactly_those_who_should(stage: Stage) -> None:
    dice = random.Random(SEED)  # noqa: S311
    stores = {f"s{n}": _store(dice) for n in range(STORES)}
    hosts = []
    for name, store in stores.items():
        held = cast.truststore(*((who, role, store.rules.get(who, "")) for who, role in store.roles.items()))
        for mode, style in MODES:
            hosts.append(stage.host(f"{name}.{mode}.{style}.test", held, mode=mode, refusal=style))
    ack = stage.deploy(stage.part(*hosts))
    assert (ack.outcome, ack.reason) == ("live", "")
    differences, seen = [], Counter[tuple[str, int]]()
    for name, store in stores.items():
        near = [leaf for leaf in LEAVES if any(ca in store.roles for ca in _above(leaf))]
        clients = [*dice.sample(near, min(5, len(near))), *dice.sample(CLIENTS, 2), None]
        for client in [*clients, *(pin for pin in PINS if pin in store.roles)]:
            sent = [ca for ca in _above(client) if dice.random() < 0.8] if client else []
            enters = client is not None and _should_enter(client, sent, store)
            for mode, style in MODES:
                got = _status(stage, f"{name}.{mode}.{style}.test", client, sent)
                seen[mode, got] += 1
                if got not in _allowed(mode, style, client, enters):
                    differences.append((mode, style, _name(client), enters, got, _told(sent, store)))
    assert not differences, "\n".join(map(str, differences))
    assert seen["required", 200] > STORES * 2
    assert seen["required", 400] > STORES * 2
    assert seen["required", 0] > STORES


def _name(identity: Identity | None) -> str:
    return identity.certificate.subject.rfc4514_string() if identity else "nobody"


def _told(sent: list[Identity], store: Store) -> tuple[list[str], list[tuple[str, str, str]]]:
    held = [(_name(who), role, store.rules.get(who, "")) for who, role in store.roles.items()]
    return [_name(ca) for ca in sent], held
