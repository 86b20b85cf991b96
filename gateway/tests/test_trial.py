"""What a host in trial would refuse: counted, shown, named before the trial ends, and no evidence."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from gateway import selectors, sightings
from gateway.agent.seen import Sighting as Seen
from gateway.impact import impact_of
from gateway.models import Node
from gateway.tests.page_cast import deployed, planned
from vhosts.lifecycle import Operation
from vhosts.services import Wish, submit


def ask(owner, host, mode):
    wish = Wish(Operation.UPDATE, "", client_auth=mode, trust="partners", host=str(host.uuid))
    submit(actor=owner, wish=wish)


@pytest.fixture
def trial(owner, host, truststore):
    """The host, in trial on the gateway."""
    ask(owner, host, "trial")
    deployed(owner)
    return host


def seen(host, fingerprint, reason, count=1):
    at = datetime.now(UTC).isoformat()
    row = Seen(
        host.name, fingerprint, "", "served", reason, "CN=old-erp" if fingerprint else "", count, at, at
    )
    sightings.add(node=Node.objects.get(), seen=[row])


def some(host):
    seen(host, "", "trial_no_client_certificate", 4)
    seen(host, "a" * 64, "trial_client_certificate_refused", 7)
    seen(host, "b" * 64, "trial_name_not_allowed", 1)
    seen(host, "c" * 64, "", 100)


def test_it_counts_who_would_be_refused(trial):
    some(trial)
    found = selectors.trial_of(trial)
    assert (found.calls, found.bare, found.with_one, found.certificates) == (12, 4, 8, 2)
    assert selectors.totals(trial) == {"served": 112, "refused": 0}


def test_it_is_in_trial_since_the_first_deployment_that_had_it_so(owner, trial):
    since = selectors.trial_of(trial).since
    submit(actor=owner, wish=Wish(Operation.CREATE, "another"))
    deployed(owner)
    assert selectors.trial_of(trial).since == since


def test_it_is_in_no_trial_before_the_deployment_and_after_its_end(owner, host, truststore):
    ask(owner, host, "trial")
    assert selectors.trial_of(host) is None
    deployed(owner)
    ask(owner, host, "required")
    assert selectors.trial_of(host) is not None
    deployed(owner)
    assert selectors.trial_of(host) is None


def test_it_counts_a_second_trial_from_its_own_beginning(owner, owner_client, trial):
    some(trial)
    ask(owner, trial, "off")
    deployed(owner)
    ask(owner, trial, "trial")
    deployed(owner)
    found = selectors.trial_of(trial)
    assert (found.calls, found.certificates, found.latest) == (0, 0, [])
    seen(trial, "a" * 64, "trial_client_certificate_refused", 2)
    found = selectors.trial_of(trial)
    assert (found.calls, found.with_one, found.certificates) == (2, 2, 1)
    assert [row.noted for row in found.latest] == [2]
    ask(owner, trial, "required")
    assert [(one["fingerprint"][0], one["calls"]) for one in impact_of(planned(owner)).shut_out] == [("a", 2)]


def test_it_goes_on_counting_while_the_trial_goes_on(owner, trial):
    some(trial)
    submit(actor=owner, wish=Wish(Operation.CREATE, "another"))
    deployed(owner)
    assert selectors.trial_of(trial).calls == 12


def test_it_shows_them_on_the_page_of_the_host(owner_client, trial):
    some(trial)
    text = " ".join(owner_client.get(reverse("vhosts:detail", args=[trial.uuid])).content.decode().split())
    assert "12 calls would have been refused, 4 without a certificate and 8 by 2 certificates" in text
    assert "old-erp" in text
    assert "no name rule there allows one of its names" in text


def test_it_says_when_nobody_would_be_refused(owner_client, trial):
    text = owner_client.get(reverse("vhosts:detail", args=[trial.uuid])).content.decode()
    assert "no call so far would have been refused" in text


def test_it_names_whom_the_end_of_the_trial_shuts_out(owner, trial):
    some(trial)
    ask(owner, trial, "required")
    impact = impact_of(planned(owner))
    assert {client["fingerprint"][0] for client in impact.shut_out} == {"a", "b"}
    assert [(host.before, host.calls) for host in impact.locked] == [("trial", 4)]


def test_it_calls_a_host_that_requires_no_more_opened(owner, host, truststore):
    ask(owner, host, "required")
    deployed(owner)
    for mode in ("optional", "trial"):
        ask(owner, host, mode)
        assert impact_of(planned(owner)).opened == [host.name]
