"""What callers of a host that requires certificates read, on the real Envoy."""

import pytest

from certificates.testing.hierarchy import Identity
from gateway.agent.tests import cast
from gateway.agent.tests.stage import Stage
from gateway.translation.model import Truststore

pytestmark = pytest.mark.journey

NO_CERTIFICATE = "No required SSL certificate was sent"
REFUSED = "The SSL certificate error"


def test_it_serves_the_trusted_and_tells_the_others_why(stage: Stage) -> None:
    ack = stage.deploy(stage.part(stage.host("a.test", cast.truststore((cast.ROOT, "anchor")))))
    assert (ack.outcome, ack.reason) == ("live", "")
    assert [(probe.what, probe.ok) for probe in ack.probes] == [("no certificate", True), ("stranger", True)]
    assert stage.call("a.test", cast.PARTNER).status == 200
    nobody, stranger = stage.call("a.test"), stage.call("a.test", cast.STRANGER)
    assert (nobody.status, nobody.body["message"]) == (400, NO_CERTIFICATE)
    assert (nobody.body["reason"], stranger.body["reason"]) == (
        "no_client_certificate",
        "client_certificate_refused",
    )
    assert (stranger.status, stranger.body["message"]) == (400, REFUSED)


def test_it_serves_a_pinned_client_only_within_its_dates(stage: Stage) -> None:
    pins = cast.truststore((cast.PINNED, "client"), (cast.PINNED_EXPIRED, "client"))
    stage.deploy(stage.part(stage.host("a.test", pins)))
    assert stage.call("a.test", cast.PINNED).status == 200
    assert stage.call("a.test", cast.PINNED_EXPIRED).status == 400
    assert stage.call("a.test", cast.PARTNER).status == 400
    assert stage.call("a.test").body["reason"] == "no_client_certificate"


def test_it_never_lets_a_pinned_client_vouch_for_others(stage: Stage) -> None:
    signing_pin = cast.client("signing-pin.example", ku=None)
    vouched = cast.client("vouched.example", signing_pin)
    store = cast.truststore((signing_pin, "client"), (cast.ROOT, "anchor"))
    stage.deploy(stage.part(stage.host("a.test", store)))
    assert stage.call("a.test", signing_pin).status == 200
    assert stage.call("a.test", vouched).status == 400
    assert stage.call("a.test", cast.PARTNER).status == 200


def test_it_lets_clients_omit_an_intermediate_that_the_store_links(stage: Stage) -> None:
    leaf_alone = Identity(cast.PARTNER.certificate, cast.PARTNER.key)
    linked = cast.truststore((cast.ROOT, "anchor"), (cast.ISSUING, "intermediate"))
    unlinked = cast.truststore((cast.ISSUING, "intermediate"))
    stage.deploy(stage.part(stage.host("a.test", linked), stage.host("b.test", unlinked)))
    assert stage.call("a.test", leaf_alone).status == 200
    assert stage.call("b.test", leaf_alone).status == 400
    assert stage.call("b.test", cast.PARTNER).status == 400


@pytest.mark.parametrize("store", [None, cast.truststore(), cast.truststore((cast.PINNED_EXPIRED, "client"))])
def test_it_refuses_everybody_when_there_is_nothing_to_trust(stage: Stage, store: Truststore | None) -> None:
    ack = stage.deploy(stage.part(stage.host("a.test", store)))
    assert ack.outcome == "live"
    for identity in (None, cast.PARTNER, cast.STRANGER, cast.PINNED_EXPIRED):
        assert stage.call("a.test", identity).status == 400


def test_it_refuses_an_expired_client_of_a_trusted_issuer(stage: Stage) -> None:
    late = cast.client("late.example", cast.ROOT, days=-2)
    stage.deploy(stage.part(stage.host("a.test", cast.truststore((cast.ROOT, "anchor")))))
    assert stage.call("a.test", late).body["reason"] == "client_certificate_refused"
