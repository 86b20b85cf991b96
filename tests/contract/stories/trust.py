"""What the truststore holds: anchors, pins, intermediates, and the holes that must stay shut."""

from collections.abc import Iterator

from .. import der
from ..cases import Case, anchors, helpers, pins
from ..making import DAY, client, make
from .usual import hierarchy


def stories() -> Iterator[Case]:
    root, middle, leaf = hierarchy("trust")
    stranger = make("stranger")
    yield Case("root trusted, intermediate not sent", anchors(root), (leaf,))
    yield Case("intermediate is the anchor", anchors(middle), (leaf,))
    yield Case("intermediate is the anchor and sent", anchors(middle), (leaf, middle))
    yield Case("intermediate is the anchor, root is sent too", anchors(middle), (leaf, middle, root))
    yield Case("both are anchors", anchors(root, middle), (leaf,))
    yield Case("helper in the store, not sent", anchors(root) + helpers(middle), (leaf,))
    yield Case("helper without its anchor", helpers(middle), (leaf,))
    yield Case("root is sent too", anchors(root), (leaf, middle, root))
    yield Case("sent in reverse order", anchors(root), (leaf, root, middle))
    yield Case("unrelated and double ones are sent", anchors(root), (leaf, stranger, middle, middle))
    yield Case("a stranger is trusted", anchors(stranger), (leaf, middle, root))
    yield Case("one certificate twice in the store", anchors(root, root), (leaf, middle))
    yield from _pins()
    yield from _holes()
    yield from _dead()


def _pins() -> Iterator[Case]:
    root, middle, leaf = hierarchy("pin")
    yield Case("pinned", pins(leaf), (leaf,))
    yield Case("pinned, sends its chain", pins(leaf), (leaf, middle))
    alone = client("alone")
    yield Case("pinned, self-signed", pins(alone), (alone,))
    yield Case("pinned for servers only", pins(one := client("srv", purposes=("server",))), (one,))
    issued = client("issued server", middle, purposes=("server",))
    yield Case("pinned and issued, for servers only", pins(issued), (issued,))
    yield Case("pinned, expired", pins(one := client("old", start=-90 * DAY, end=-DAY)), (one,))
    yield Case("pinned, not valid yet", pins(one := client("young", start=DAY)), (one,))
    yield Case("pinned, version 1", pins(one := client("v1", version=1)), (one,))
    yield Case("pinned, RSA 1024", pins(one := client("short", kind="rsa1024")), (one,))
    yield Case("pinned, Ed25519", pins(one := client("edwards", kind="ed25519")), (one,))
    policy = der.sequence(der.oid("1.3.6.1.4.1.99999.5"))
    twice = {"extra": (der.extension("2.5.29.32", der.sequence(policy, policy)),)}
    yield Case("pinned, names a policy twice", pins(one := client("twice", **twice)), (one,))
    one = client("twice issued", middle, **twice)
    yield Case("pinned and issued, names a policy twice", anchors(root) + pins(one), (one, middle))
    more = [make(f"filler {number}", kind="rsa2048") for number in range(5)]
    store = anchors(root) + pins(one)
    yield Case("pinned and issued, names a policy twice, sends a lot", store, (one, middle, *more))
    unsure = make("unsure middle", root, extra=(der.extension("2.5.29.33", b"\x05\x00"),))
    one = client("below unsure", unsure)
    yield Case("pinned, sends an issuer with broken mappings", anchors(root) + pins(one), (one, unsure))
    no_signing = client("mute", usage=("keyEncipherment",))
    yield Case("pinned, may not sign", pins(no_signing), (no_signing,))
    both = ("digitalSignature", "keyCertSign")
    yield Case("pinned CA", pins(one := make("pinned CA", usage=both, purposes=("client",))), (one,))
    dead = make("pin dead middle", root, start=-90 * DAY, end=-DAY)
    below = client("below the dead", dead)
    yield Case("pinned, sends an expired issuer", pins(below), (below, dead))
    forger = make("pin middle", slot="forger")
    forged = client("of the other", middle, issuer_id=False)
    yield Case("pinned, sends an issuer with the wrong key", pins(forged), (forged, forger))
    first, second = client("same", key_id=False), client("same", slot="second", key_id=False)
    yield Case("two pins of one name", pins(first, second), (second,))


def _holes() -> Iterator[Case]:
    ways = {
        "without key usage": {"usage": None},
        "with digitalSignature": {},
        "with keyCertSign": {"usage": ("digitalSignature", "keyCertSign")},
        "without basic constraints": {"basic": False, "usage": None},
    }
    for label, how in ways.items():
        pinned = client(f"pinned {label}", **how)
        rogue = client("rogue", pinned)
        yield Case(f"a pinned leaf {label} signs another", pins(pinned), (rogue,))
        yield Case(f"a pinned leaf {label} signs another and is sent", pins(pinned), (rogue, pinned))
    root, middle, _ = hierarchy("holes")
    issued = client("issued pin", middle, usage=None)
    yield Case("a pinned leaf with an issuer signs another", pins(issued), (client("rogue", issued),))
    no_ca = make("no CA", ca=False, usage=None, san=(), purposes=None)
    yield Case("an anchor that is no CA", anchors(no_ca), (client("of no CA", no_ca),))
    leaf = client("short leaf", middle, kind="rsa1024")
    yield Case("RSA 1024 under a good anchor", anchors(root), (leaf, middle))
    weak = make("weak middle", root, kind="rsa1024")
    yield Case("an intermediate with RSA 1024 under a good anchor", anchors(root), (client("a", weak), weak))
    short = make("short CA", kind="rsa1024")
    yield Case("an anchor with RSA 1024", anchors(short), (client("of short", short),))


def _dead() -> Iterator[Case]:
    long_ago = {"start": -900 * DAY, "end": -DAY}
    gone = make("gone root", **long_ago)
    middle = make("gone middle", gone)
    leaf = client("gone leaf", middle)
    yield Case("intermediate of an expired root is the anchor", anchors(middle), (leaf,))
    yield Case("the same, and the expired root is an anchor too", anchors(middle, gone), (leaf,))
    yield Case("expired root, intermediate is sent", anchors(gone), (leaf, middle))
    yield Case("helper of an expired root", anchors(gone) + helpers(middle), (leaf,))
    old, new = make("renewed", **long_ago), make("renewed")
    leaf = client("renewed leaf", new)
    yield Case("renewed root, old first", anchors(old, new), (leaf,))
    yield Case("renewed root, new first", anchors(new, old), (leaf,))
    early = make("early root", start=2 * DAY)
    between = make("early middle", early)
    leaf = client("early leaf", between)
    yield Case("helper of a root that is not valid yet", anchors(early) + helpers(between), (leaf,))
    root = make("patient root")
    between = make("early helper", root, start=2 * DAY)
    below = make("helper below the early one", between)
    leaf = client("impatient leaf", below)
    store = anchors(root) + helpers(between, below)
    yield Case("helper below a helper that is not valid yet", store, (leaf, below, between))
