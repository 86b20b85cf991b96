"""The only reader of the ORM for the translation:
an account's hosts, trust and proxies, frozen at one moment.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from ssl import DER_cert_to_PEM_cert

from django.db import transaction
from django.db.models import Q

from accounts.models import Account
from catalog.models import Proxy, ProxyHost
from certificates.models import Entry, ServerKey, Truststore
from vhosts.models import ClientAuth, VirtualHost

from . import denied_lists
from .translation import model


@transaction.atomic
def take(account: Account, around: Collection[int] | None = None) -> model.Snapshot:
    """Read what the gateway needs to know of an account. Takes a constant number of queries.

    `around`: only these hosts (primary keys), the proxies on them, and the other hosts of those proxies;
    None: all.
    """
    proxies, wanted = Proxy.objects.filter(account=account), VirtualHost.objects.filter(account=account)
    placements = ProxyHost.objects.filter(proxy__account=account)
    if around is not None:
        on_them = ProxyHost.objects.filter(host__in=around).values("proxy")
        proxies, placements = proxies.filter(pk__in=on_them), placements.filter(proxy__in=on_them)
        wanted = wanted.filter(Q(pk__in=around) | Q(pk__in=placements.values("host")))
    hosts = list(
        wanted.select_related(
            "truststore__current",
            "reference__truststore__current",
            "keystore",
            "keystore_reference__keystore",
        ).order_by("name")
    )
    entries = _entries([host.trusted for host in hosts if host.trusted])
    keys = _server_keys(hosts)
    places = defaultdict(list)
    for proxy, uuid in placements.order_by("host__name").values_list("proxy", "host__uuid"):
        places[proxy].append(str(uuid))
    return model.Snapshot(
        account=str(account.uuid),
        hosts=tuple(_host(host, entries, keys) for host in hosts if host.pk in keys),
        proxies=tuple(
            model.Proxy(
                str(proxy.uuid), proxy.name, proxy.base_path, tuple(places[proxy.pk]), proxy.target_url
            )
            for proxy in proxies.order_by("pk").only("uuid", "name", "base_path", "target_url")
        ),
        denied=denied_lists.fingerprints_of(account),
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
