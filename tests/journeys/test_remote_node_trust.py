"""Who is a node: the holder of a certificate of the node CA that the portal knows, and nobody else."""

import http.client
import json
import ssl
import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from gateway.agent.remote.identity import Identity
from gateway.agent.remote.line import Line
from tests.journeys.remote import Rest, eventually, manage

pytestmark = pytest.mark.journey


def ask(node, path="/node/wanted", context=None):
    """Status and problem code of a request with the node's own certificate, or another context."""
    if context is None:
        context = ssl.create_default_context(cafile=node.product.ready["ca_file"])
        context.load_cert_chain(node.folder / "agent" / "identity.pem")
    connection = http.client.HTTPSConnection("localhost", node.relay.port, context=context, timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = json.loads(answer.read() or "{}")
    return answer.status, body.get("code", "")


def test_it_takes_a_token_once(remote, tmp_path):
    node = remote("once")
    again = node.enrol(tmp_path / "thief")
    assert again.returncode == 1
    assert "unknown, spent or older than an hour" in again.stderr
    assert "Traceback" not in again.stderr
    assert not (tmp_path / "thief").exists()
    assert ask(node)[0] == 200


def test_it_refuses_a_retired_node_at_once_and_its_envoy_goes_on(remote, product):
    node = remote("leaver")
    node.start()
    eventually(node.serves, 60, "the first answer of the node")
    manage(product, "node", "retire", "leaver")
    assert ask(node) == (403, "certificate_refused")
    assert node.serves()
    rest = Rest(product)
    rest.add_proxy("/without-the-leaver", product.target)
    proofs = rest.wait(rest.deploy(), "live")["proofs"]
    assert "leaver" not in [proof["node"] for proof in proofs]
    assert node.call("/without-the-leaver", trusted=True) == 404


def test_it_refuses_a_certificate_of_another_ca(remote, tmp_path):
    node = remote("honest")
    words = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=honest"
    command = [*words.split(), "-keyout", "other.key", "-out", "other.crt"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    context = ssl.create_default_context(cafile=node.product.ready["ca_file"])
    context.load_cert_chain(tmp_path / "other.crt", tmp_path / "other.key")
    with pytest.raises((OSError, http.client.HTTPException)):
        ask(node, context=context)


def test_it_renews_its_certificate_and_the_old_one_ends_when_the_new_one_is_shown(remote):
    node = remote("renewer")
    identity = Identity(node.folder / "agent")
    old = ssl.create_default_context(cafile=node.product.ready["ca_file"])
    old.load_cert_chain(node.folder / "agent" / "identity.pem")
    assert not identity.is_due()
    assert identity.is_due(datetime.now(UTC) + timedelta(days=61))
    identity.renew(Line(node.relay.url, identity.context))
    assert ask(node, context=old)[0] == 200  # the answer might have been lost on its way
    assert ask(node)[0] == 200
    assert ask(node, context=old) == (403, "certificate_refused")


def test_it_reaches_nothing_of_the_portal_and_nothing_without_a_certificate(remote):
    node = remote("curious")
    bare = ssl.create_default_context(cafile=node.product.ready["ca_file"])
    assert ask(node, context=bare) == (403, "certificate_needed")
    assert ask(node, "/login/") == (404, "not_found")
    assert ask(node, f"/node/parts/{'0' * 64}") == (404, "not_found")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_it_speaks_no_tls_below_1_2(remote):
    node = remote("old-fashioned")
    context = ssl.create_default_context(cafile=node.product.ready["ca_file"])
    context.set_ciphers("ALL:@SECLEVEL=0")  # else our own side would not even try
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(ssl.SSLError, match=r"PROTOCOL_VERSION"):
        ask(node, context=context)
