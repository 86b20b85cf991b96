"""Countersign and nginx with the same hosts and truststores, in one run: python -m benchmarks.gateway

Publishing: one host's truststore gets another CA; measured until a client of that CA is first let in. Ours
includes the portal (new version, plan, the worker's compilation and Envoy's check of it, delivery); nginx is
given its file and a reload, and no portal at all. Times vary with the machine, so read the ratios.
"""

from __future__ import annotations

import argparse
import os
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

LOST_UPDATES = 50
HANDSHAKES = 1500
OTHER = 7  # the host that stays as it is


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[10, 200, 1000], help="numbers of hosts")
    parser.add_argument("--updates", type=int, default=5, help="measured changes at each size")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)  # this process is the one for a size
    options = parser.parse_args()
    if options.one is None:
        command = [sys.executable, "-m", "benchmarks.gateway"]
        for size in options.sizes:  # each in a process and a data folder of its own
            subprocess.run([*command, "--one", str(size), "--updates", str(options.updates)], check=True)
        return
    with tempfile.TemporaryDirectory(prefix="countersign-bench-") as folder:
        os.environ.update(COUNTERSIGN_VAR=folder, DJANGO_SETTINGS_MODULE="portal.settings", LOG_LEVEL="ERROR")
        import django
        from django.core.management import call_command

        django.setup()
        (Path(folder) / "run").mkdir(exist_ok=True)
        call_command("migrate", verbosity=0)
        measure(options.one, options.updates, Path(folder))


def measure(size: int, updates: int, folder: Path) -> None:
    """Everything at one size, printed."""
    from django.db import transaction

    from benchmarks.estate import Estate, Size, client_of
    from benchmarks.rivals import Nginx, Ours, Target, memory_mb

    target = Target(folder / "target", _free_port())
    with transaction.atomic():
        estate = Estate(Size(size), target.url)
    newcomer = client_of(estate.newcomer)
    (folder / "newcomer.pem").write_text(newcomer.key_pem + newcomer.pem)
    partner = client_of(estate.pool[0])  # host 0 trusts it before and after
    (folder / "partner.pem").write_text(partner.key_pem + partner.pem)
    other = client_of(estate.pool[OTHER])
    (folder / "other.pem").write_text(other.key_pem + other.pem)
    rivals: list[Any] = [Ours(estate, _free_port()), Nginx(estate, _free_port(), folder / "nginx")]
    try:
        compile_ms = _compile(estate)
        print(f"\n{size} hosts. The portal compiles a changed host in {compile_ms:.0f} ms")
        published = {rival.name: _publish(rival, size, updates, folder) for rival in rivals}
        for rival in rivals:
            times = published[rival.name]
            print(
                f"  {rival.name:12} start {rival.start_seconds:6.2f} s, "
                f"change {statistics.median(times):6.2f} s ({min(times):.2f}-{max(times):.2f}), "
                f"memory {memory_mb(rival.pids):5.0f} MB"
            )
        ours, theirs = (statistics.median(published[rival.name]) for rival in rivals)
        print(f"  nginx takes {theirs / ours:.1f} times as long for a change")
        if size <= 200:
            _rates(rivals, folder)
            _lost(rivals, folder)
    finally:
        for rival in rivals:
            rival.stop()
        target.stop()


def _compile(estate: Any) -> float:
    from django.utils import timezone

    from gateway import compiling, delivery
    from gateway.models import Node

    times = []
    for account in (estate.accounts * 5)[:9]:
        begun = time.perf_counter()
        compiling.compile_account(account, timezone.now(), live=None)
        delivery.wanted_of(Node.objects.get())
        times.append(1000 * (time.perf_counter() - begun))
    return statistics.median(times)


def _publish(rival: Any, size: int, updates: int, folder: Path) -> list[float]:
    """Seconds from the change until it is enforced, on hosts all over the estate."""
    from benchmarks.callers import Caller, until
    from benchmarks.rivals import host_of

    caller, times = Caller(rival.port, folder / "newcomer.pem"), []
    for turn in range(updates):
        number = turn * (size - 1) // max(1, updates - 1) if turn else 0
        begun = time.perf_counter()
        rival.trust(number, [*rival.estate.cas_of(number), rival.estate.newcomer])
        times.append(until(caller, host_of(number).name, served=True) - begun)
        rival.settled(number)
        rival.trust(number, rival.estate.cas_of(number))
        until(caller, host_of(number).name, served=False)
        rival.settled(number)
    return times


def _rates(rivals: list[Any], folder: Path) -> None:
    from benchmarks.callers import Caller, handshakes
    from benchmarks.rivals import cpu_seconds, host_of

    host = host_of(0).name
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        figures = {}
        for rival in rivals:
            before = cpu_seconds(rival.pids)
            rate = handshakes(Caller(rival.port, folder / "partner.pem", version), host, HANDSHAKES)
            figures[rival.name] = rate, 1e6 * (cpu_seconds(rival.pids) - before) / HANDSHAKES
        told = ", ".join(f"{name} {rate:.0f}/s at {cpu:.0f} us CPU" for name, (rate, cpu) in figures.items())
        print(f"  full mTLS handshakes with a request, one client, {version.name}: {told}")


def _lost(rivals: list[Any], folder: Path) -> None:
    from benchmarks.callers import Caller, under_load
    from benchmarks.rivals import host_of

    for rival in rivals:

        def update(rival: Any = rival) -> None:
            for turn in range(LOST_UPDATES):
                cas = rival.estate.cas_of(0)
                rival.trust(0, [*cas, rival.estate.newcomer] if turn % 2 == 0 else cas)
                rival.settled(0)

        caller = Caller(rival.port, folder / "partner.pem")
        other = Caller(rival.port, folder / "other.pem")
        changed, untouched = host_of(0).name, host_of(OTHER).name
        load = under_load(
            [
                (who, host, keep)
                for who, host in ((caller, changed), (other, untouched))
                for keep in (True, False)
            ],
            update,
        )
        print(f"  {LOST_UPDATES} changes under load: {rival.name} lost {load.lost} of {load.sent} requests")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
