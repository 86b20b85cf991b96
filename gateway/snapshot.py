"""The only reader of the ORM for the translation:
an account's hosts, trust and proxies, frozen at one moment.
"""

from __future__ import annotations

from collections import defaultdict
from ssl import DER_cert_to_PEM_cert

from django.db import transaction

from accounts.models import Account
from catalog.models import Proxy, ProxyHost
from certificates.models import Entry, ServerKey, Truststore
from vhosts.models import ClientAuth, VirtualHost

from .translation import model


@transaction.atomic
def take(account: Account) -> model.Snapshot:
    """Read what the gateway needs to know of an account. Takes a constant number of queries."""
    hosts = list(
        VirtualHost.objects.filter(account=account)
        .select_related(
            "truststore__current",
            "reference__truststore__current",
            "keystore",
            "keystore_reference__keystore",
        )
        .order_by("name")
    )
    entries = _entries([host.trusted for host in hosts if host.trusted])
    keys = _server_keys(hosts)
    places = defaultdict(list)
    for placement in (
        ProxyHost.objects.filter(proxy__account=account).select_related("host").order_by("host__name")
    ):
        places[placement.proxy_id].append(str(placement.host.uuid))
    return model.Snapshot(
        account=str(account.uuid),
        hosts=tuple(_host(host, entries, keys) for host in hosts if host.pk in keys),
        proxies=tuple(
            model.Proxy(
                str(proxy.uuid), proxy.name, proxy.base_path, tuple(places[proxy.pk]), proxy.target_url
            )
            for proxy in Proxy.objects.filter(account=account).order_by("pk")
        ),
    )


def _host(
    host: VirtualHost, entries: dict[int, tuple[model.Entry, ...]], keys: dict[int, model.ServerKey]
) -> model.Host:
    store, trust = host.trusted, None
    if store is not None and store.current is not None and host.client_auth != ClientAuth.OFF:
        via = str(host.reference) if host.reference else ""
        trust = model.Truststore(store.name, store.current.number, via, entries.get(store.current_id, ()))
    return model.Host(
        id=str(host.uuid),
        name=host.name,
        client_auth=host.client_auth,
        keystore=keys[host.pk],
        truststore=trust,
        refusal=host.refusal,
    )


def _entries(stores: list[Truststore]) -> dict[int, tuple[model.Entry, ...]]:
    """The entries of the stores' current versions, by version."""
    found = defaultdict(list)
    rows = Entry.objects.filter(version__in={store.current_id for store in stores}).select_related(
        "certificate"
    )
    for row in rows.order_by("pk"):
        certificate = row.certificate
        found[row.version_id].append(
            model.Entry(
                certificate.fingerprint,
                row.role,
                row.alias,
                DER_cert_to_PEM_cert(bytes(certificate.der)),
                certificate.not_before,
                certificate.not_after,
                row.rules,
            )
        )
    return {version: tuple(rows) for version, rows in found.items()}


def _server_keys(hosts: list[VirtualHost]) -> dict[int, model.ServerKey]:
    """The key that each host (by primary key) answers with: the newest under its alias, or of its store."""
    newest: dict[tuple[int, str], ServerKey] = {}
    stores = {host.key_store for host in hosts}
    for key in ServerKey.objects.filter(keystore__in=stores).select_related("keystore").order_by("pk"):
        newest[key.keystore_id, key.alias] = newest[key.keystore_id, ""] = key
    found = {}
    for host in hosts:
        key = newest.get((host.key_store.pk, host.key_alias))
        if key is not None:
            found[host.pk] = model.ServerKey(key.keystore.name, key.alias, key.chain_pem, str(key.uuid))
    return found
