"""The two gateways of the benchmark, with the same hosts and stores: ours (Envoy and its agent, programmed by
the portal) and nginx, programmed by files and a reload."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from accounts import actors
from accounts.models import Account
from benchmarks.estate import Estate
from certificates.models import ServerKey
from certificates.pki.certificate import Certificate
from certificates.pki.roles import Role
from certificates.services.known import remember
from certificates.services.truststores import NewEntry, add_version
from certificates.testing.builder import Identity
from gateway import compiling, delivery, services
from gateway.agent import envoy
from gateway.agent.directory import NodeDirectory
from gateway.models import DeployedHost, DeployedKey, Deployment, Node
from portal import broker
from portal.celery import app as celery
from vhosts.models import VirtualHost

ROOT = Path(__file__).parent.parent
TEMPORARY = "".join(
    f"{what}_temp_path t-{what}; " for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
)
TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pids: list[int]) -> float:
    """User and system time of processes so far (proc(5))."""
    total = 0
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, FileNotFoundError):
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
    return total / TICK


def memory_mb(pids: list[int]) -> float:
    """Proportional set size of processes, in MB."""
    total = 0
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, FileNotFoundError):  # an old worker that has just gone
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
            total += int(next(line for line in rollup.splitlines() if line.startswith("Pss:")).split()[1])
    return total / 1000


class Ours:
    """Envoy with the product's agent, worker and broker; this process is the portal."""

    name = "Countersign"

    def __init__(self, estate: Estate, port: int) -> None:
        self.estate, self.port, self.processes = estate, port, []
        self.node = Node.objects.create(name="bench", port=port)
        for account in estate.accounts:
            _already_live(account)
        self.directory = NodeDirectory(delivery.node_directory(self.node))
        delivery.hand_over(self.node)
        self.directory.prepare("bench")
        self._run(broker.command(settings.BROKER_SOCKET, settings.BROKER_SOCKET.parent), ROOT)
        worker = "-m celery -A portal worker --pool threads --concurrency 4 -l error"
        self._run([sys.executable, *worker.split()], ROOT)
        begun = time.perf_counter()
        self.envoy = self._run(envoy.command(self.directory), self.directory.root)
        self._run([sys.executable, "manage.py", "gateway_agent", "--node", "bench"], ROOT)
        while not self.directory.last_good().version:
            time.sleep(0.05)
        self.start_seconds = time.perf_counter() - begun
        while not celery.control.ping(timeout=1):
            time.sleep(0.1)

    def _run(self, command: list[str], folder: Path) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, start_new_session=True)
        self.processes.append(process)
        return process

    @property
    def pids(self) -> list[int]:
        return [self.envoy.pid]

    def trust(self, number: int, cas: list[Identity]) -> None:
        """Publish another version of a host's truststore: version, plan, the worker's check, delivery."""
        host = host_of(number)
        actor = actors.portal(host.account)
        entries = [NewEntry(remember(host.account, Certificate.from_der(ca.der)), Role.ANCHOR) for ca in cas]
        add_version(actor=actor, store=host.truststore, entries=entries, at=timezone.now(), keep=False)
        deployment = services.plan(actor=actor)
        while deployment.status in ("planned", "checking"):
            time.sleep(0.005)
            deployment.refresh_from_db(fields=["status", "problem"])
        if deployment.status != "ready":
            raise RuntimeError(f"{deployment.status}: {deployment.problem}")
        services.start(actor=actor, deployment=deployment)

    def settled(self, number: int) -> None:
        """Wait until the change is proven."""
        account = host_of(number).account
        while Deployment.objects.filter(account=account, status="delivering").exists():
            time.sleep(0.02)

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.terminate()
            process.wait(20)


def _already_live(account: Account) -> None:
    """A live deployment of the account as it is, without the way to it."""
    compiled = compiling.compile_account(account, timezone.now(), live=None)
    live = Deployment.objects.create(
        account=account,
        number=1,
        status="live",
        actor="estate",
        digest=compiled.digest,
        compiled=compiled.to_json(),
    )
    DeployedHost.objects.bulk_create(
        DeployedHost(deployment=live, name=host.name) for host in compiled.hosts.values()
    )
    keys = {str(key.uuid): key for key in ServerKey.objects.filter(keystore__account=account)}
    DeployedKey.objects.bulk_create(
        DeployedKey(deployment=live, key=keys[key_id], file=file) for file, key_id in compiled.keys.items()
    )
    compiling.reflag(account, timezone.now())


class Nginx:
    """nginx of the distribution: one server block a host, a reload for each change."""

    name = "nginx"

    def __init__(self, estate: Estate, port: int, folder: Path) -> None:
        self.estate, self.port, self.folder = estate, port, folder
        folder.mkdir(exist_ok=True)
        (folder / "server.pem").write_text(estate.server.pem)
        (folder / "server.key").write_text(estate.server.key_pem)
        names = list(VirtualHost.objects.order_by("pk").values_list("name", flat=True))
        for number in range(len(names)):
            self._write(number, estate.cas_of(number))
        (folder / "nginx.conf").write_text(self._configuration(names))
        begun = time.perf_counter()
        self.command = ["nginx", "-p", str(folder), "-c", "nginx.conf", "-e", "error.log"]
        subprocess.run(self.command, check=True, capture_output=True)
        self.start_seconds = time.perf_counter() - begun
        self.master = int((folder / "nginx.pid").read_text())

    def _write(self, number: int, cas: list[Identity]) -> None:
        (self.folder / f"ca-{number}.pem").write_text("".join(ca.pem for ca in cas))

    def _configuration(self, names: list[str]) -> str:
        servers = "".join(
            f"server {{ listen 127.0.0.1:{self.port} ssl; server_name {name};\n"
            f"  ssl_client_certificate ca-{number}.pem; ssl_verify_client on;\n"
            f"  location / {{ proxy_pass {self.estate.target}; }} }}\n"
            for number, name in enumerate(names)
        )
        return (
            f"pid nginx.pid; worker_processes 2; events {{ worker_connections 4096; }}\n"
            f"http {{ access_log access.log; {TEMPORARY}\n"
            " server_names_hash_max_size 65536;\n"
            " server_names_hash_bucket_size 128; ssl_session_tickets off;\n"
            " ssl_protocols TLSv1.2 TLSv1.3;\n"
            f" ssl_certificate server.pem; ssl_certificate_key server.key;\n{servers}}}\n"
        )

    @property
    def pids(self) -> list[int]:
        children = Path(f"/proc/{self.master}/task/{self.master}/children").read_text().split()
        return [self.master, *map(int, children)]

    def trust(self, number: int, cas: list[Identity]) -> None:
        self._write(number, cas)
        os.kill(self.master, signal.SIGHUP)

    def settled(self, number: int) -> None:
        """Until old workers have gone: a second reload before that would only pile up."""
        while any("shutting down" in _title(pid) for pid in self.pids):
            time.sleep(0.02)

    def stop(self) -> None:
        os.kill(self.master, signal.SIGQUIT)


def _title(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except (ProcessLookupError, FileNotFoundError):
        return ""


class Target:
    """Where the proxies lead: a second nginx that says yes."""

    def __init__(self, folder: Path, port: int) -> None:
        folder.mkdir()
        self.url, self.folder = f"http://127.0.0.1:{port}", folder
        (folder / "nginx.conf").write_text(
            "pid nginx.pid; worker_processes 1; events { worker_connections 4096; }\n"
            f"http {{ access_log off; {TEMPORARY}\n"
            f" server {{ listen 127.0.0.1:{port}; location / {{ return 200 ok; }} }} }}\n"
        )
        subprocess.run(["nginx", "-p", str(folder), "-c", "nginx.conf", "-e", "error.log"], check=True)

    def stop(self) -> None:
        os.kill(int((self.folder / "nginx.pid").read_text()), signal.SIGQUIT)


def host_of(number: int) -> VirtualHost:
    return VirtualHost.objects.select_related("account").order_by("pk")[number]
