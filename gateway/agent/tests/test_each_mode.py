"""What each client authentication and each style of refusal does with callers, on the real Envoy."""

import ssl

import pytest
from cryptography import x509

from certificates.testing.hierarchy import Identity
from gateway.agent.tests import cast
from gateway.agent.tests.stage import Stage
from gateway.translation.model import Truststore

pytestmark = pytest.mark.journey

TRUSTED = cast.truststore((cast.ROOT, "anchor"), (cast.PINNED, "client"))
TWINS = [cast.client("twin.example", key_ids=False, key=cast.ec_key(n)) for n in (71, 72)]
BROKEN = (ssl.SSLError, ConnectionError)


def answer(stage: Stage, identity: Identity | None, host: str = "a.test") -> int:
    """The status that a caller reads; 0 when TLS refuses it."""
    try:
        return stage.call(host, identity).status
    except BROKEN:
        return 0


def live(stage: Stage, mode: str, refusal: str = "explain", store: Truststore = TRUSTED) -> None:
    ack = stage.deploy(stage.part(stage.host("a.test", store, mode=mode, refusal=refusal)))
    assert (ack.outcome, ack.reason) == ("live", "")


def names(*sans: x509.GeneralName) -> Identity:
    return cast.client("named.example", cast.ISSUING, san=sans)


@pytest.mark.parametrize(
    ("mode", "refusal", "nobody", "stranger"),
    [
        ("required", "explain", 400, 400),
        ("required", "handshake", 0, 0),
        ("optional", "explain", 200, 400),
        ("optional", "handshake", 200, 0),
        ("trial", "explain", 200, 200),
        ("trial", "handshake", 200, 200),
    ],
)
def test_it_refuses_exactly_those_whom_the_mode_refuses(
    stage: Stage, mode: str, refusal: str, nobody: int, stranger: int
) -> None:
    live(stage, mode, refusal)
    got = [answer(stage, who) for who in (None, cast.STRANGER, cast.PARTNER, cast.PINNED)]
    assert got == [nobody, stranger, 200, 200]


@pytest.mark.parametrize("mode", ["optional", "trial"])
@pytest.mark.parametrize("refusal", ["explain", "handshake"])
@pytest.mark.parametrize(
    "store",
    [
        cast.truststore(),
        cast.truststore((cast.PINNED, "client")),
        cast.truststore((cast.ROOT, "anchor", "dns exact partner.example")),
    ],
)
def test_it_lets_callers_without_a_certificate_in_unless_it_requires_one(
    stage: Stage, mode: str, refusal: str, store: Truststore
) -> None:
    live(stage, mode, refusal, store)
    assert answer(stage, None) == 200
    assert (answer(stage, cast.STRANGER) == 200) is (mode == "trial")


@pytest.mark.parametrize("refusal", ["explain", "handshake"])
def test_it_names_to_the_target_only_whom_it_accepts(stage: Stage, refusal: str) -> None:
    forged = {"X-Client-Cert-Sha256": "forged", "X-Client-Cert-Subject": "forged"}
    for mode in ("trial", "optional"):
        live(stage, mode, refusal)
        for who in (None, cast.STRANGER) if mode == "trial" else (None,):
            headers = stage.call("a.test", who, headers=forged).body["headers"]
            assert not [name for name in headers if name.startswith("x-client-cert")]
        told = []
        for who in (cast.PARTNER, cast.PINNED):
            headers = stage.call("a.test", who, headers=forged).body["headers"]
            told.append({n: v for n, v in headers.items() if n.startswith("x-client-cert")})
        assert [each["x-client-cert-sha256"] for each in told] == [
            cast.PARTNER.fingerprint,
            cast.PINNED.fingerprint,
        ]
        assert told[0]["x-client-cert-issuer-sha256"] == cast.ISSUING.fingerprint
        assert told[0]["x-client-cert-subject"] == "CN=partner.example"
        ends = cast.PARTNER.certificate.not_valid_after_utc
        assert told[0]["x-client-cert-not-after"] == f"{ends:%Y-%m-%dT%H:%M:%S}.000Z"
        assert "x-client-cert-issuer-sha256" not in told[1]


def test_it_answers_403_where_tls_cannot_tell_the_refused_apart(stage: Stage) -> None:
    twins = cast.truststore((TWINS[0], "client"), (TWINS[1], "client"))
    live(stage, "required", "handshake", twins)
    assert [answer(stage, who) for who in (*TWINS, cast.STRANGER, None)] == [200, 200, 403, 0]
    assert stage.call("a.test", cast.STRANGER).body["reason"] == "client_certificate_refused"


def test_it_never_lets_a_pin_vouch_in_a_handshake(stage: Stage) -> None:
    signing = cast.client("signing-pin.example", ku=None)
    vouched = cast.client("vouched.example", signing)
    live(stage, "required", "handshake", cast.truststore((signing, "client"), (cast.ROOT, "anchor")))
    assert [answer(stage, who) for who in (signing, vouched, cast.PARTNER)] == [200, 403, 200]


@pytest.mark.parametrize("refusal", ["explain", "handshake"])
def test_it_keeps_short_rsa_keys_out_in_every_mode(stage: Stage, refusal: str) -> None:
    weak = cast.client("weak.example", cast.ROOT, key=cast.rsa_key(1024))
    refused = {"explain": 400, "handshake": 403}[refusal]
    for mode in ("required", "optional"):
        live(stage, mode, refusal)
        assert answer(stage, weak) == refused
    live(stage, "trial", refusal)
    assert "x-client-cert-sha256" not in stage.call("a.test", weak).body["headers"]


@pytest.mark.parametrize(
    ("rule", "good", "bad"),
    [
        ("dns suffix .partner.test", x509.DNSName("GW.Partner.test"), x509.DNSName("gw.evil-partner.test")),
        ("dns exact gw.partner.test", x509.DNSName("*.partner.test"), x509.DNSName("gw.partner.test.evil")),
        ("email suffix @partner.test", x509.RFC822Name("edi@partner.test"), x509.RFC822Name("a@b.test")),
        (
            "uri exact urn:p:one",
            x509.UniformResourceIdentifier("urn:p:one"),
            x509.UniformResourceIdentifier("urn:evil,urn:p:one"),
        ),
        (
            "uri prefix spiffe://p.test/",
            x509.UniformResourceIdentifier("spiffe://p.test/edi"),
            x509.DNSName("spiffe.p.test"),
        ),
        (
            "ip exact 2001:db8::1",
            x509.IPAddress(cast.ip_address("2001:db8:0::1")),
            x509.IPAddress(cast.ip_address("10.0.0.1")),
        ),
    ],
)
@pytest.mark.parametrize("refusal", ["explain", "handshake"])
def test_it_compares_names_as_the_rule_says(
    stage: Stage, rule: str, good: x509.GeneralName, bad: x509.GeneralName, refusal: str
) -> None:
    live(stage, "required", refusal, cast.truststore((cast.ROOT, "anchor", rule)))
    assert answer(stage, names(bad, good)) == 200
    assert answer(stage, names(bad)) == {"explain": 400, "handshake": 0}[refusal]
    assert answer(stage, names()) != 200


def test_it_refuses_an_issuer_of_unknown_rules_and_says_so(stage: Stage) -> None:
    rules = (cast.ROOT, "anchor", "dns exact partner.example"), (cast.OTHER_ROOT, "anchor")
    live(stage, "required", store=cast.truststore(*rules))
    assert [answer(stage, who) for who in (cast.PARTNER, cast.OTHER_PARTNER)] == [400, 200]
    held = cast.truststore(*rules, (cast.ISSUING, "intermediate"), version=2)
    live(stage, "required", store=held)
    assert [answer(stage, who) for who in (cast.PARTNER, cast.OTHER_PARTNER)] == [200, 200]
