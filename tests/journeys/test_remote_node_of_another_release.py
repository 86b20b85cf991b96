"""A node of another release than the portal’s: it serves on, is named, and nothing is deployed meanwhile."""

import hashlib
import json
import ssl
import urllib.error

import pytest

from gateway.agent.release import FORM
from tests.journeys.remote import Rest, eventually

pytestmark = pytest.mark.journey


def test_it_serves_on_and_is_named_until_it_is_updated(remote, product):
    node, rest = remote("outdated"), Rest(product)
    node.start()
    eventually(node.serves, 60, "the first answer of the node")
    eventually(lambda: rest.node("outdated")["status"] == "proven", what="the proof of the new node")

    node.kill_agent()
    node.start(form=FORM + 1)
    shown = eventually(lambda: (one := rest.node("outdated"))["status"] == "other release" and one)
    assert "update the portal before the next deployment" in shown["why"]
    assert node.serves()
    eventually(lambda: "takes nothing but denials" in node.log(), what="the word in the agent's log")
    plan = f"deployments/{rest.ask('deployments/', {})['uuid']}/"
    rest.wait(plan, "ready")
    with pytest.raises(urllib.error.HTTPError) as refused:
        rest.ask(f"{plan}deploy/", {})
    problem = json.load(refused.value)
    assert (refused.value.code, problem["code"]) == (409, "other_release")
    assert problem["detail"].startswith("Node outdated runs release ")

    pem = (product.data / "demo" / "nordwind.crt").read_text()
    first = pem[pem.index("-----BEGIN") : pem.index("-----END CERTIFICATE-----") + 26]
    stolen = hashlib.sha256(ssl.PEM_cert_to_DER_cert(first)).hexdigest()
    denial = rest.ask("denials/", {"fingerprint": stolen, "reason": "stolen"})
    eventually(lambda: node.call("/orders", trusted=True) == 400, 60, "the denial on the node")
    rest.ask(f"denials/{denial['uuid']}/lift/", {})
    eventually(node.serves, 60, "that the denial is lifted on the node")

    node.kill_agent()
    node.start()
    eventually(lambda: rest.node("outdated")["status"] == "proven", 60, "the updated agent")
    rest.add_proxy("/after-the-update", product.target)
    rest.wait(rest.deploy(), "live")
    assert node.call("/after-the-update", trusted=True) == 200
