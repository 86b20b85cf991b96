"""What attackers, big estates and time do to locked hosts, on the real Envoy."""

import ssl
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from certificates.testing.hierarchy import DAY, Identity, make
from gateway.agent.tests import cast
from gateway.agent.tests.stage import Stage, context

pytestmark = pytest.mark.journey

TRUSTED = cast.truststore((cast.ROOT, "anchor"))
VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]


def ask(stage: Stage, tls: ssl.SSLContext, session: ssl.SSLSession | None = None) -> tuple[int, object]:
    """The status of one request, and the session that a client could resume; 0 when TLS refuses."""
    try:
        with stage.wrap(tls, "a.test", session) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n")
            return int(connection.recv(100_000)[9:12] or 0), connection.session
    except (ssl.SSLError, ConnectionError):
        return 0, None


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("refusal", ["explain", "handshake"])
def test_it_lets_nobody_resume_after_the_anchor_was_removed(
    stage: Stage, version: ssl.TLSVersion, refusal: str
) -> None:
    stage.deploy(stage.part(stage.host("a.test", TRUSTED, refusal=refusal)))
    tls = context(cast.PARTNER)
    tls.minimum_version = tls.maximum_version = version
    status, session = ask(stage, tls)
    assert status == 200
    stage.deploy(stage.part(stage.host("a.test", cast.truststore(version=2), refusal=refusal)))
    assert ask(stage, tls, session)[0] in (400, 0)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("refusal", ["explain", "handshake"])
def test_it_lets_nobody_resume_after_the_certificate_expired(
    stage: Stage, version: ssl.TLSVersion, refusal: str
) -> None:
    stage.deploy(stage.part(stage.host("a.test", TRUSTED, refusal=refusal)))
    end = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=3)
    brief = make("brief.example", cast.ROOT, start=cast.TODAY - DAY, end=end)
    tls = context(brief)
    tls.minimum_version = tls.maximum_version = version
    status, session = ask(stage, tls)
    assert status == 200
    time.sleep(max(0, (end - datetime.now(UTC)).total_seconds()) + 1.2)
    assert ask(stage, tls, session)[0] in (400, 0)


def test_it_ends_a_live_http2_connection_after_a_removal(stage: Stage, tmp_path: Path) -> None:
    stage.deploy(stage.part(stage.host("a.test", TRUSTED)))
    key = tmp_path / "client.pem"
    key.write_text(cast.PARTNER.key_pem + cast.PARTNER.chain_pem)
    # One curl, one connection: a request every half second for six seconds.
    url = f"https://a.test:{stage.port}/?[1-12]"
    command = [
        *("curl", "--silent", "--insecure", "--http2", "--cert", str(key), "--rate", "2/s", "--output"),
        *("/dev/null", "--write-out", "%{http_version} %{num_connects} %{http_code}\\n"),
        *("--resolve", f"a.test:{stage.port}:127.0.0.1", url),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as curl:
        time.sleep(1.8)
        stage.deploy(stage.part(stage.host("a.test", cast.truststore(version=2))))
        answers = curl.communicate(timeout=30)[0].splitlines()
    assert answers[0] == "2 1 200"
    assert answers[1] == "2 0 200"  # the connection lived on
    assert [line.split()[2] for line in answers[-4:]] == ["400"] * 4


@pytest.mark.parametrize("refusal", ["explain", "handshake"])
def test_it_refuses_a_stranger_with_a_consumers_name(stage: Stage, refusal: str) -> None:
    rules = cast.truststore((cast.ROOT, "anchor", "dns exact partner.example"))
    stage.deploy(stage.part(stage.host("a.test", rules, refusal=refusal)))
    names = [x509.DNSName("partner.example")]
    forged = cast.client("partner.example", key=cast.ec_key(5), san=names)
    under = cast.client("partner.example", cast.OTHER_ROOT, key=cast.ec_key(6), san=names)
    assert ask(stage, context(cast.PARTNER))[0] == 200
    for identity in (forged, under):
        assert ask(stage, context(identity))[0] == {"explain": 400, "handshake": 0}[refusal]


@pytest.mark.parametrize("refusal", ["explain", "handshake"])
def test_it_serves_with_more_than_64_kib_of_ca_names(stage: Stage, refusal: str) -> None:
    long = "a certificate authority with a rather long name for a test of sizes " * 2
    many = [_ca(f"{long[:55]}{number}", organization=long[:60]) for number in range(600)]
    names = sum(len(ca.certificate.subject.public_bytes()) for ca in many)
    assert names > 65536
    store = cast.truststore((cast.ROOT, "anchor"), *((ca, "anchor") for ca in many))
    ack = stage.deploy(stage.part(stage.host("a.test", store, refusal=refusal)))
    assert (ack.outcome, ack.reason) == ("live", "")
    assert ask(stage, context(cast.PARTNER))[0] == 200
    assert ask(stage, context(cast.STRANGER))[0] in (400, 0)


def _ca(name: str, organization: str) -> Identity:
    dates = {"start": cast.TODAY - DAY, "end": cast.TODAY + 30 * DAY}
    return make(name, ca=True, organization=organization, **dates)


def test_it_serves_more_hosts_than_there_are_file_watches(stage: Stage) -> None:
    hosts = [stage.host(f"h{number}.test", TRUSTED) for number in range(140)]
    assert stage.deploy(stage.part(*hosts)).outcome == "live"
    changed = [stage.host("h7.test", cast.truststore(version=2)), *(h for h in hosts if h.name != "h7.test")]
    ack = stage.deploy(stage.part(*changed))
    assert ({probe.host for probe in ack.probes}, ack.outcome) == ({"h7.test"}, "live")
    assert stage.call("h139.test", cast.PARTNER).status == 200
    assert stage.call("h7.test", cast.PARTNER).status == 400


def test_it_answers_421_on_every_mode_when_the_connection_was_made_for_another_host(stage: Stage) -> None:
    modes = [("required", "handshake"), ("optional", "explain"), ("trial", "explain"), ("off", "explain")]
    hosts = [stage.host(f"{mode}.test", TRUSTED, mode=mode, refusal=refusal) for mode, refusal in modes]
    stage.deploy(stage.part(*hosts, stage.host("a.test", TRUSTED)))
    for mode, _ in modes:
        assert stage.call("a.test", cast.PARTNER, sni=f"{mode}.test").status == 421
