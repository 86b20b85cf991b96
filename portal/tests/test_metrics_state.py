"""What the database knows of the product, as gauges."""

from datetime import UTC, datetime, timedelta

import pytest

from catalog.models import Product, Proxy
from catalog.services import create_product, create_proxy
from certificates.models import Certificate
from gateway import services
from gateway.agent.release import FORM
from gateway.models import Deployment, Node
from gateway.tests.page_cast import deployed, node, planned
from incidents.lifecycle import IncidentStatus
from incidents.models import Incident
from portal.tests.scraping import TOKEN, value
from portal.watch import signs


@pytest.fixture(autouse=True)
def _token(settings):
    settings.METRICS_TOKEN = TOKEN


def ago(seconds):
    return datetime.now(UTC) - timedelta(seconds=seconds)


def test_it_counts_deployments_by_status_and_proofs_that_wait(owner, host):
    node()
    assert value("deployments", status="ready") == 0
    deployment = planned(owner)
    assert value("deployments", status="ready") == 1
    services.start(actor=owner, deployment=deployment)
    Deployment.objects.update(changed_at=ago(90))
    assert (value("deployments", status="delivering"), value("proofs_waiting")) == (1, 1)
    assert 90 <= value("proofs_waiting_oldest_seconds") < 100


def test_it_counts_work_that_the_worker_has_not_done(owner):
    deployment = services.plan(actor=owner)
    Deployment.objects.filter(pk=deployment.pk).update(created_at=ago(400))
    assert value("work_waiting", kind="deployment") == 1
    assert 400 <= value("work_waiting_oldest_seconds", kind="deployment") < 410
    assert value("work_waiting", kind="upload") == 0


def test_it_counts_what_is_flagged(owner, host):
    proxy = create_proxy(actor=owner, name="O", base_path="/o", hosts=[host], target_url="http://127.0.0.1:9")
    create_product(actor=owner, name="p", title="P", description="", proxies=[proxy])
    assert (value("proxies_flagged"), value("products_flagged")) == (0, 0)
    Proxy.objects.update(needs_redeploy=True)
    Product.objects.update(needs_republish=True)
    assert (value("proxies_flagged"), value("products_flagged")) == (1, 1)


@pytest.mark.parametrize(
    ("state", "change"),
    [
        ("proven", {}),
        ("behind", {"wanted_version": "b"}),
        ("refusing", {"trouble": "It refused what it was given last."}),
        ("other_release", {"form": FORM + 1}),
        ("silent", {"last_seen": ago(300)}),
    ],
)
def test_it_says_how_the_nodes_are(db, state, change):
    one = node()
    Node.objects.filter(pk=one.pk).update(**change)
    states = ("proven", "behind", "refusing", "other_release", "silent")
    assert [value("nodes", state=each) for each in states] == [float(each == state) for each in states]


def test_it_says_for_how_long_a_node_is_silent_or_refuses(owner, host):
    deployed(owner)
    Node.objects.update(last_seen=ago(300))
    assert 300 <= value("nodes_longest_seconds", state="silent") < 310
    one = node()
    services.start(actor=owner, deployment=planned(owner))
    one.refresh_from_db()
    services.refused(node=one, version=one.wanted_version, reason="no", probes=[], at=datetime.now(UTC))
    Node.objects.update(trouble_since=ago(60))
    assert 60 <= value("nodes_longest_seconds", state="refusing") < 70


def test_it_counts_certificates_in_force_that_end(truststore, account):
    assert value("certificates_ending", kind="client", within_days="30") == 0
    Certificate.objects.filter(entries__version=truststore.current).update(not_after=ago(-5 * 86400))
    found = [value("certificates_ending", kind="client", within_days=days) for days in ("30", "7", "0")]
    assert found == [1, 1, 0]
    Certificate.objects.update(not_after=ago(1))  # the server certificate of the default host too
    assert value("certificates_ending", kind="server", within_days="0") == 1


def test_it_counts_open_incidents_by_turn(account, host):
    Incident.objects.create(
        account=account,
        number=1,
        host=host,
        host_alias="partners",
        subdomain="harbourline",
        account_ref=str(account.uuid),
        email="a@b.example",
        partner="Nordwind",
        raised_by="Ada",
        status=IncidentStatus.CHECKING,
    )
    Incident.objects.update(changed_at=ago(86400))
    assert value("incidents", status="checking", turn="us") == 1
    assert 86400 <= value("incidents_oldest_seconds", status="checking", turn="us") < 86410
    Incident.objects.update(status=IncidentStatus.CLOSED)
    assert value("incidents", status="checking", turn="us") == 0


def test_it_tells_the_signs_of_life_and_the_free_space(db):
    signs.leave(signs.WORKER)
    signs.leave(signs.of_sweep("flags"))
    assert 0 < value("worker_heartbeat_age_seconds") < 5
    assert 0 < value("sweep_age_seconds", sweep="flags") < 5
    assert value("data_free_bytes") > 0


def test_it_takes_a_constant_number_of_queries(owner, host, queries_of, stranger):
    deployed(owner)
    few = queries_of(lambda: value("nodes", state="proven"))
    deployed(stranger)
    Node.objects.create(name="second", port=8444)
    assert queries_of(lambda: value("nodes", state="proven")) == few
