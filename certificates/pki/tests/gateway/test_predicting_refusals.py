"""The gateway model: names the reason for a refusal, and the certificate that it is about."""

import ipaddress

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from certificates.pki.gateway.settings import Outcome, Rendering, Settings
from certificates.testing.hierarchy import (
    DAY,
    EXPIRED,
    ISSUING,
    NAMESAKE_ROOT,
    NOW,
    PARTNER,
    ROOT,
    SERVER,
    SERVER_ONLY,
    STRANGER,
    Identity,
    ec_key,
    key_usage,
    make,
)

from .asking import asked

DEEP = make("Deep CA", ISSUING, ca=True)
POSING = make("posing.example", ISSUING, ku=None)
P521 = make("p521.example", ISSUING, key=ec_key(3, ec.SECP521R1()))


@pytest.mark.parametrize(
    ("code", "about", "sent"),
    [
        ("NO_PATH", "stranger.example", (STRANGER,)),
        ("NO_PATH", "partner.example", (PARTNER,)),
        ("EXPIRED", "partner-old.example", (EXPIRED, ISSUING)),
        ("PURPOSE", "api.partner.example", (SERVER_ONLY, ISSUING)),
        ("NOT_YET_VALID", "soon.example", (make("soon.example", ISSUING, start=NOW + DAY), ISSUING)),
        ("PATH_LENGTH", "Harbour Issuing CA", (make("deep.example", DEEP), DEEP, ISSUING)),
        ("NOT_A_CA", "posing.example", (make("below.example", POSING), POSING, ISSUING)),
        (
            "NO_DIGITAL_SIGNATURE",
            "mute.example",
            (make("mute.example", ISSUING, ku=key_usage(key_cert_sign=True)), ISSUING),
        ),
        ("LEAF_KEY", "p521.example", (P521, ISSUING)),
    ],
)
def test_it_names_the_reason(code: str, about: str, sent: tuple[Identity, ...]) -> None:
    said = asked(*sent, anchors=(ROOT,))
    assert said.verdict is Outcome.REFUSED
    assert said.code == code
    assert said.culprit is not None
    assert said.culprit.common_name == about
    assert said.sentence.endswith(".")
    assert said.remedy.endswith(".")


def test_it_takes_the_first_namesake_and_never_goes_back() -> None:
    leaf = make("unidentified.example", ROOT, key_ids=False)
    said = asked(leaf, anchors=(NAMESAKE_ROOT, ROOT))
    assert said.code == "SIGNATURE"


def test_it_lets_p521_in_with_tls_1_2_alone() -> None:
    assert asked(P521, ISSUING, anchors=(ROOT,), settings=Settings(tls=("1.2",))).accepted


def test_it_refuses_an_intermediate_that_may_only_issue_for_servers() -> None:
    middle = make("Server CA", ROOT, ca=True, eku=[SERVER])
    assert asked(make("a.example", middle), middle, anchors=(ROOT,)).code == "PURPOSE"


def test_it_refuses_address_constraints_above_an_address() -> None:
    network = x509.IPAddress(ipaddress.ip_network("10.0.0.0/8"))
    limit = (x509.NameConstraints([network], None), True)
    middle = make("Address CA", ROOT, ca=True, extra=[limit])
    leaf = make("a.example", middle, san=[x509.IPAddress(ipaddress.ip_address("10.0.0.1"))])
    assert asked(leaf, middle, anchors=(ROOT,)).code == "NAME_CONSTRAINT"


def test_it_refuses_more_than_100_kb() -> None:
    filling = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.3"), b"\x05\x00" * 52_000)
    leaf = make("large.example", ISSUING, extra=[(filling, False)])
    assert asked(leaf, ISSUING, anchors=(ROOT,)).code == "TOO_LARGE"


def test_it_sees_an_expired_anchor_beside_its_own_intermediate() -> None:
    gone = make("Gone Root CA", ca=True, start=NOW - 900 * DAY, end=NOW - DAY)
    middle = make("Gone Issuing CA", gone, ca=True)
    bare = Settings(rendering=Rendering.TRUSTED_CA)
    said = asked(make("a.example", middle), anchors=(middle, gone), settings=bare)
    assert (said.code, said.culprit and said.culprit.common_name) == ("EXPIRED", "Gone Root CA")
