"""For random truststores with mixed roles: who gets in on the real Envoy equals who should."""

import random
from collections.abc import Iterator

import pytest

from certificates.testing.hierarchy import DAY, Identity, ec_key, make
from gateway.agent.tests import cast
from gateway.agent.tests.cast import TODAY
from gateway.agent.tests.stage import Stage
from gateway.translation.model import Role

pytestmark = pytest.mark.journey


def _ca(name: str, issuer: Identity | None = None, days: int = 30, key: int | None = None) -> Identity:
    own_key = ec_key(key) if key else None
    return make(name, issuer, ca=True, key=own_key, start=TODAY - 400 * DAY, end=TODAY + days * DAY)


ROOTS = [_ca("Root 0"), _ca("Root 1"), _ca("Root that ended", days=-2)]
MIDDLE = [_ca(f"Middle {n}", root) for n, root in enumerate(ROOTS)]
LOWER = [_ca("Lower 0", MIDDLE[0]), _ca("Root 1", MIDDLE[0], key=77)]  # the second borrows a name
CAS = [*ROOTS, *MIDDLE, *LOWER]
LEAVES = [cast.client(f"leaf {n}", ca) for n, ca in enumerate(CAS)]
LATE = [cast.client(f"late {n}", ca, days=-2) for n, ca in enumerate(CAS[:2])]
PINS = [cast.client("pin 0", ku=None), cast.client("pin 1", ROOTS[0]), cast.client("pin that ended", days=-2)]
VOUCHED = [cast.client(f"vouched by {pin.certificate.subject.rfc4514_string()}", pin) for pin in PINS]
CLIENTS = [*LEAVES, *LATE, *PINS, *VOUCHED]

Store = dict[Identity, Role]


def _above(identity: Identity) -> Iterator[Identity]:
    while identity.issuer:
        identity = identity.issuer
        yield identity


def _valid(identity: Identity) -> bool:
    return identity.certificate.not_valid_after_utc > TODAY


def _linked(ca: Identity, store: Store) -> bool:
    """The store itself leads from this CA to one of its anchors, through valid certificates only."""
    for step in (ca, *_above(ca)):
        if step not in store or not _valid(step):
            return False
        if store[step] == "anchor":
            return True
    return False


def _should_enter(client: Identity, sent: list[Identity], store: Store) -> bool:
    """The rule in words of people: a valid pin, or a valid leaf under valid CAs, sent or stored, up to an
    anchor."""
    if not _valid(client):
        return False
    if store.get(client) == "client":
        return True
    for ca in _above(client):
        if ca in PINS or not _valid(ca):
            return False
        if store.get(ca) == "anchor" or (store.get(ca) == "intermediate" and _linked(ca, store)):
            return True
        if ca not in sent:
            return False
    return False


def _store(dice: random.Random) -> Store:
    roles: Store = dict.fromkeys(dice.sample(PINS, dice.randint(0, 3)), "client")
    roles |= dict.fromkeys(dice.sample([*MIDDLE, *LOWER], dice.randint(0, 3)), "intermediate")
    return roles | dict.fromkeys(dice.sample(CAS, dice.randint(0, 2)), "anchor")


def _name(identity: Identity) -> str:
    return identity.certificate.subject.rfc4514_string()


def _told(store: Store) -> list[tuple[str, str]]:
    return [(_name(identity), role) for identity, role in store.items()]


def test_it_lets_in_exactly_those_who_should(stage: Stage) -> None:
    dice = random.Random(20261122)  # noqa: S311
    stores = {f"host{n}.test": _store(dice) for n in range(14)}
    hosts = [stage.host(name, cast.truststore(*store.items())) for name, store in stores.items()]
    assert stage.deploy(stage.part(*hosts)).outcome == "live"
    differences, entered = [], 0
    for name, store in stores.items():
        for client in dice.sample(CLIENTS, 10) + [pin for pin in PINS if pin in store]:
            sent = [ca for ca in _above(client) if dice.random() < 0.7]
            wanted = 200 if _should_enter(client, sent, store) else 400
            got = stage.call(name, client, chain=sent).status
            entered += got == 200
            if got != wanted:
                differences.append((_name(client), wanted, got, [_name(ca) for ca in sent], _told(store)))
    assert not differences, "\n".join(map(str, differences))
    assert 20 < entered < 140
