"""Whatever is changed: a proxy is flagged exactly when its compiled configuration differs from the live one,
with a reason that names what changed and who did it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models import Proxy
from catalog.services import change_proxy, create_proxy
from certificates.models import Reference, Truststore
from certificates.pki.certificate import Certificate
from certificates.pki.roles import Role
from certificates.services.known import remember
from certificates.services.references import create_reference, repoint_reference
from certificates.services.truststores import NewEntry, add_version, create_truststore
from certificates.testing.hierarchy import STRANGER_ROOT
from common.errors import DomainError
from gateway import compiling, tasks
from gateway.tests.page_cast import deployed
from vhosts.lifecycle import Operation
from vhosts.models import VirtualHost
from vhosts.services import Wish, submit

NAMES = ("red", "green", "blue")
ACTS = ("version", "repoint", "host", "off", "target", "path", "words", "store words", "place")
changes = st.lists(
    st.tuples(st.sampled_from(ACTS), st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=6
)
estates = st.lists(st.tuples(st.integers(0, 2), st.booleans()), min_size=1, max_size=4)


@pytest.fixture
def changer(owner):
    """Another person of the account, to see whose name the reasons carry."""
    return replace(owner, label="Changer")


@pytest.fixture
def stores(owner, truststore):
    """Truststores “partners” and “others”, which trust different certificates, and a reference."""
    others = create_truststore(actor=owner, name="others")
    anchor = NewEntry(remember(owner.account, Certificate.from_der(STRANGER_ROOT.der)), Role.ANCHOR)
    add_version(actor=owner, store=others, entries=[anchor], at=datetime.now(UTC))
    create_reference(actor=owner, name="gate", truststore=truststore)
    return [truststore, others]


def build(owner, shape):
    """Hosts, some of which ask for certificates, each with proxies."""
    hosts = []
    for number, (kind, _) in enumerate(shape):
        trust = (None, "partners", "ref://gate")[kind]
        wish = Wish(
            Operation.CREATE, f"h{number}", client_auth="required" if trust else "off", trust=trust or ""
        )
        hosts.append(submit(actor=owner, wish=wish).host)
    for number, (_, everywhere) in enumerate(shape):
        create_proxy(
            actor=owner,
            name=f"p{number}",
            base_path=f"/p{number}",
            hosts=hosts if everywhere else [hosts[number]],
            target_url="http://127.0.0.1:9",
        )


def edit(actor, proxy, **new):
    now = {"name": proxy.name, "base_path": proxy.base_path, "hosts": list(proxy.hosts.all())}
    now |= {"target_url": proxy.target_url, "description": proxy.description}
    change_proxy(actor=actor, proxy=proxy, **(now | new))


def apply(actor, act, first, second):
    """One change that a person may make; some change nothing for the gateway."""
    proxies, hosts = list(Proxy.objects.order_by("pk")), list(VirtualHost.objects.order_by("pk"))
    proxy, host = proxies[first % len(proxies)], hosts[second % len(hosts)]
    stores = list(Truststore.objects.order_by("pk"))
    store = stores[first % 2]
    if act == "version":
        entry = store.current.entries.first()
        other = NewEntry(remember(actor.account, Certificate.from_der(STRANGER_ROOT.der)), Role.ANCHOR)
        entries = (
            [other] if second % 2 else [NewEntry(entry.certificate, Role(entry.role), f"alias {second}")]
        )
        add_version(actor=actor, store=store, entries=entries, keep=bool(second % 3), at=datetime.now(UTC))
    elif act == "repoint":
        repoint_reference(actor=actor, reference=Reference.objects.get(), truststore=store)
    elif act == "host":
        wish = Wish(Operation.UPDATE, "", client_auth="required", trust=store.name, host=str(host.uuid))
        submit(actor=actor, wish=wish)
    elif act == "off":
        submit(actor=actor, wish=Wish(Operation.UPDATE, "", client_auth="off", host=str(host.uuid)))
    elif act == "target":
        edit(actor, proxy, target_url=f"http://127.0.0.1:{9 + second}")
    elif act == "path":
        edit(actor, proxy, base_path=f"/{NAMES[second % 3]}")
    elif act == "words":
        edit(actor, proxy, name=f"p{first}-{second}", description=f"words {second}")
    elif act == "store words":
        Truststore.objects.filter(pk=store.pk).update(description=f"words {second}")
    elif act == "place":
        edit(actor, proxy, hosts=[host])


def told(act):
    """What the worker does after the announcements of one change; nothing after words of a truststore."""
    for kind, model, task in (
        ("version", Truststore, tasks.flag_for_truststore),
        ("repoint", Reference, tasks.flag_for_reference),
        ("host", VirtualHost, tasks.flag_for_host),
        ("off", VirtualHost, tasks.flag_for_host),
        *((name, Proxy, tasks.flag_for_proxy) for name in ("target", "path", "words", "place")),
    ):
        if kind == act:
            for uuid in model.objects.values_list("uuid", flat=True):
                task(uuid)


@settings(
    max_examples=25,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(shape=estates, story=changes, partly=st.booleans())
def test_it_flags_exactly_what_the_gateway_would_do_otherwise(
    owner, changer, stores, monkeypatch_envoy, shape, story, partly
):
    with transaction.atomic():
        build(owner, shape)
        live = deployed(owner)
        for act, first, second in story:
            try:
                with transaction.atomic():
                    apply(changer, act, first, second)
            except DomainError:
                continue  # refused, as it should be: nothing was changed
            told(act)
        if not partly:
            compiling.reflag(owner.account, datetime.now(UTC))
        scratch = compiling.compile_account(owner.account, datetime.now(UTC), live=None).proxies
        for proxy in Proxy.objects.filter(account=owner.account):
            before = live.compiled["proxies"][str(proxy.uuid)]
            differs = scratch[str(proxy.uuid)].digest != before["digest"]
            assert proxy.needs_redeploy == differs, (proxy, proxy.reasons)
            assert bool(proxy.reasons) == differs
            for reason in proxy.reasons:
                assert reason.endswith(", by Changer"), reason
        transaction.set_rollback(True)


@pytest.fixture
def monkeypatch_envoy(monkeypatch):
    """What Envoy says of a configuration has tests of its own."""
    monkeypatch.setattr("gateway.agent.envoy.validate", lambda *_, **__: None)
