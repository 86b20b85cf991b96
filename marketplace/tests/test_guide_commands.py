"""The commands themselves: OpenSSL really runs, the others have the shape that their programs read."""

from __future__ import annotations

import ast
import shlex
import subprocess

import pytest
from cryptography import x509

from certificates.testing.hierarchy import ISSUING, PARTNER
from marketplace.guide import Endpoint, check_pair, curl, handshake, make_request, tabs

ASKING = Endpoint("api.example.com", 8443, "/orders", "gateway-ca.pem", asks=True)
OPEN = Endpoint("api.example.com", 443, "/status", "", asks=False)


def run(folder, text):
    done = subprocess.run(["bash", "-ec", text], cwd=folder, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def words_of(command):
    return shlex.split(command.text.replace("\\\n", ""))


def test_it_makes_a_key_and_a_request_that_openssl_accepts(tmp_path):
    make, look = make_request()
    run(tmp_path, make.text)
    seen = run(tmp_path, look.text)
    assert "verify OK" in seen
    assert "my-client" in seen
    request = x509.load_pem_x509_csr((tmp_path / "client.csr").read_bytes())
    assert request.is_signature_valid
    assert request.public_key().curve.name == "secp256r1"


def test_it_leaves_the_private_key_to_its_owner(tmp_path):
    run(tmp_path, make_request()[0].text)
    assert (tmp_path / "client.key").stat().st_mode & 0o077 == 0


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "client.key").write_text(PARTNER.key_pem)
    (tmp_path / "client.crt").write_text(PARTNER.pem)
    (tmp_path / "issuer.crt").write_text(ISSUING.pem)
    return tmp_path


def test_it_shows_that_key_and_certificate_belong_together(folder):
    first, second = run(folder, check_pair()[0].text).splitlines()
    assert first == second


def test_it_shows_that_they_do_not(folder):
    run(folder, make_request()[0].text)
    first, second = run(folder, check_pair()[0].text).splitlines()
    assert first != second


def test_it_reads_dates_and_verifies_the_issuer(folder):
    _, dates, chain = check_pair()
    assert "notAfter" in run(folder, dates.text)
    assert "client.crt: OK" in run(folder, chain.text.replace("-purpose", "-attime 1795348800 -purpose"))


def test_it_writes_curl_for_a_host_that_asks():
    expected = "curl --include --cacert gateway-ca.pem --cert client.crt --key client.key"
    assert words_of(curl(ASKING, certificate=True)) == [*shlex.split(expected), ASKING.url]
    assert ASKING.url == "https://api.example.com:8443/orders"


def test_it_writes_plain_curl_for_an_open_host_with_a_public_ca():
    assert words_of(curl(OPEN, certificate=False)) == ["curl", "--include", "https://api.example.com/status"]


def test_it_shakes_hands_by_name_even_under_localhost():
    local = Endpoint("partners.harbourline.localhost", 8443, "/orders", "gateway-ca.pem", asks=True)
    assert "-connect localhost:8443" in handshake(local).text
    assert "-servername partners.harbourline.localhost" in handshake(local).text


@pytest.mark.parametrize("endpoint", [ASKING, OPEN])
def test_it_writes_python_that_compiles(endpoint):
    (python,) = [tab for tab in tabs(endpoint) if tab.key == "python"]
    for step in python.steps:
        ast.parse(step.commands[0].text)
        assert endpoint.url in step.commands[0].text


def test_it_never_speaks_of_a_certificate_where_none_is_asked():
    texts = [command.text for tab in tabs(OPEN) for step in tab.steps for command in step.commands]
    assert not any("client." in text or "gateway-ca" in text for text in texts)


def test_it_never_switches_a_check_off():
    texts = [command.text for tab in tabs(ASKING) for step in tab.steps for command in step.commands]
    assert not any(
        word in text for text in texts for word in ("--insecure", " -k ", "verify=False", "rejectUn")
    )


@pytest.mark.parametrize(
    ("client_auth", "refusal", "said"),
    [
        ("required", "explain", "You read status 400"),
        ("required", "handshake", "There is no HTTP answer"),
        ("optional", "explain", "a certificate is not needed"),
        ("trial", "handshake", "the host is in trial"),
    ],
)
def test_it_says_what_a_call_without_a_certificate_gets(client_auth, refusal, said):
    endpoint = Endpoint("api.example.com", 443, "/o", "", True, client_auth, refusal)
    (tab,) = [tab for tab in tabs(endpoint) if tab.key == "curl"]
    assert said in tab.steps[-1].text
    assert "--cert" not in tab.steps[-1].commands[0].text
