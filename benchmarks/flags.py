"""Flags at size: python -m benchmarks.flags [proxies]

One truststore gets another version. Measured until every proxy of its host is flagged with the reason,
beside two rivals in the same run: *recompile all* (compile the account, compare every proxy, save row by row)
and *typed in* (one UPDATE that flags whatever is on the host, right or wrong, without a reason). Then the
page that lists the proxies, beside that of a small account. Times vary with the machine, so read the ratios.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

PER_HOST = 500
REPEAT = 3


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("proxies", nargs="?", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="countersign-bench-") as folder:
        os.environ.update(COUNTERSIGN_VAR=folder, DJANGO_SETTINGS_MODULE="portal.settings", LOG_LEVEL="ERROR")
        import django
        from django.core.management import call_command

        django.setup()
        (Path(folder) / "run").mkdir(exist_ok=True)
        call_command("migrate", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        measure(options.proxies)


def measure(proxies: int) -> None:
    """One account with so many proxies, and one with PER_HOST of them."""
    from django.db import transaction

    from benchmarks.estate import Estate, Size
    from catalog.models import Proxy

    hosts = max(1, proxies // PER_HOST)
    with transaction.atomic():
        estate = Estate(Size(hosts + 1, per_account=hosts, cas=3, proxies=PER_HOST))
        account, small = estate.accounts
        print(
            f"{Proxy.objects.filter(account=account).count():,} API proxies on {hosts:,} hosts of one account"
        )
        seconds = _timed(lambda: _live(account))
        print(f"compiled and stored as live: {seconds:.1f} s")
    ours, naive, typed = [], [], []
    for number in range(REPEAT):
        store = _another_version(account, number)
        ours.append(_timed(lambda store=store: _flag(store)))
        flagged = Proxy.objects.filter(needs_redeploy=True).count()
        assert flagged == PER_HOST * (number + 1), flagged
        typed.append(_timed(lambda store=store: _type_in(store)))
        _forget(store)
        naive.append(_timed(lambda: _recompile_all(account)))
    mine = statistics.median(ours)
    print(f"flags after one truststore change ({PER_HOST} proxies): {mine * 1000:,.0f} ms")
    print(f"  recompile all and save row by row: {statistics.median(naive) / mine:,.1f} × that")
    print(f"  typed in, one UPDATE, no reason:   {statistics.median(typed) / mine:,.3f} × that")
    _pages(account, small)


def _timed(act: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def _live(account: Any) -> None:
    """As if every node had proven the account as it is."""
    from gateway import compiling
    from gateway.models import Deployment

    compiled = compiling.compile_account(account, datetime.now(UTC), live=None)
    Deployment.objects.create(
        account=account,
        number=1,
        status="live",
        actor="estate",
        compiled=compiled.to_json(),
        digest=compiled.digest,
    )
    compiling.reflag(account, datetime.now(UTC))


def _another_version(account: Any, number: int) -> Any:
    from certificates.models import Entry, Truststore, TruststoreVersion

    store = Truststore.objects.filter(account=account).order_by("pk")[number]
    old = store.current
    store.current = TruststoreVersion.objects.create(truststore=store, number=2, created_by="estate")
    store.save()
    kept = old.entries.all()[1:]
    Entry.objects.bulk_create(
        Entry(version=store.current, certificate=entry.certificate, role=entry.role, alias=entry.alias)
        for entry in kept
    )
    return store


def _flag(store: Any) -> None:
    from gateway import tasks

    tasks.flag_for_truststore(str(store.uuid))


def _type_in(store: Any) -> None:
    from catalog.models import Proxy

    Proxy.objects.filter(placements__host__truststore=store).update(needs_redeploy=True)


def _forget(store: Any) -> None:
    """The rival finds the rows as they were before the change."""
    from django.db.models import F

    from catalog.models import Proxy

    rows = Proxy.objects.filter(placements__host__truststore=store)
    rows.update(needs_redeploy=False, reasons=[], wanted_digest=F("deployed_digest"))


def _recompile_all(account: Any) -> None:
    """Compile the whole account, read every proxy, and save each that differs."""
    from django.db import transaction

    from catalog.models import Proxy
    from gateway import compiling
    from gateway.translation.reasons import reasons

    with transaction.atomic():
        today = compiling.compile_account(account, datetime.now(UTC), live=None)
        live = compiling.live_deployment(account).compiled["proxies"]
        for proxy in Proxy.objects.filter(account=account):
            wanted, was = today.proxies[str(proxy.uuid)], live[str(proxy.uuid)]
            if wanted.digest != proxy.wanted_digest:
                proxy.wanted_digest, proxy.needs_redeploy = wanted.digest, wanted.digest != was["digest"]
                proxy.reasons = reasons(was["facts"], wanted.facts)
                proxy.save(update_fields=["wanted_digest", "needs_redeploy", "reasons"])


def _pages(account: Any, small: Any) -> None:
    """The page of flagged proxies: its time and its queries, beside a small account's."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from accounts.models import Member, User

    figures = []
    for number, one in enumerate((account, small)):
        user = User.objects.create_user(f"reader{number}@estate.test")
        Member.objects.create(account=one, user=user, role="administrator")
        client = Client(SERVER_NAME="localhost")
        client.force_login(user)
        client.get("/proxies/")
        with CaptureQueriesContext(connection) as seen:
            times = [_timed(lambda client=client: client.get("/proxies/")) for _ in range(5)]
        figures.append((statistics.median(times), len(seen) // 5))
    (large, queries), (few, few_queries) = figures
    print(f"list of proxies: {large * 1000:,.0f} ms, {queries} queries")
    print(f"  with {PER_HOST} proxies in the account: {few_queries} queries, and {few / large:,.2f} × that")


if __name__ == "__main__":
    main()
