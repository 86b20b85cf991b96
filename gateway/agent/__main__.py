"""python -m gateway.agent: the agent of a remote node.

enrol   trade the one-time token of `manage.py node add` for this node's certificate
run     bring what the portal wants to Envoy, prove it, report; keeps Envoy running too
envoy   only Envoy, with its last good configuration: for systemd, beside `run --envoy external`
"""

import argparse
import logging
import os
import signal
import sys
from pathlib import Path
from threading import Event
from typing import NoReturn

from gateway.agent import envoy
from gateway.agent.directory import NodeDirectory
from gateway.agent.keeper import Keeper
from gateway.agent.loop import INTERVAL, Agent
from gateway.agent.metrics import Metrics
from gateway.agent.remote.identity import Identity, NotEnrolled
from gateway.agent.remote.line import Away, Declined
from gateway.agent.remote.portal import RemotePortal
from gateway.agent.watch import exposed

WAIT_AFTER_TROUBLE = 1.0  # seconds
log = logging.getLogger("gateway.agent")


def main() -> int:
    """Returns the exit status: 0 when told to stop, 1 for trouble that a person can mend."""
    options = _options()
    os.umask(0o077)  # the folder holds keys
    logging.basicConfig(
        level=os.environ.get("LOG_LEVEL", "INFO"), format="%(asctime)s %(levelname)s %(message)s"
    )
    try:
        return options.act(options)
    except (NotEnrolled, ValueError) as trouble:
        print(f"countersign: {trouble}", file=sys.stderr)
    except Declined as no:
        print(f"countersign: the portal declined: {no.detail}", file=sys.stderr)
    except Away as error:
        print(f"countersign: {options.portal} does not answer as it should: {error}", file=sys.stderr)
    except OSError as error:  # a folder that it may not write to, a port that is taken
        print(f"countersign: {error}", file=sys.stderr)
    return 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m gateway.agent",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    acts = parser.add_subparsers(required=True, metavar="enrol | run | envoy")
    for name, act in (("enrol", _enrol), ("run", _run), ("envoy", _envoy)):
        one = acts.add_parser(name)
        one.set_defaults(act=act)
        one.add_argument("--dir", type=Path, required=True, help="where everything of this node lies")
        if name == "enrol":
            one.add_argument("--portal", required=True, help="the node endpoint: https://HOST:PORT")
            one.add_argument(
                "--token", required=True, help="what `manage.py node add` printed; - reads a line"
            )
            one.add_argument("--ca", type=Path, required=True, help="PEM file: who vouches for the endpoint")
        if name == "run":
            one.add_argument(
                "--watch-port",
                type=int,
                default=0,
                help="on loopback, for /metrics and /health; 0 takes a free one and logs it",
            )
            one.add_argument(
                "--envoy",
                choices=("child", "external"),
                default="child",
                help="child: started and kept here; external: another unit runs `envoy`",
            )
    return parser.parse_args()


def _enrol(options: argparse.Namespace) -> int:
    token = sys.stdin.readline().strip() if options.token == "-" else options.token  # noqa: S105
    name = _identity(options).enrol(options.portal, token, options.ca)
    print(f"This is node {name} now. Its key and certificate are in {options.dir}; start it with: run")
    return 0


def _run(options: argparse.Namespace) -> int:
    identity = _identity(options)
    name = identity.portal()["name"]
    directory = NodeDirectory(options.dir)
    stop = _stop_when_told()
    keeper = Keeper(directory, name) if options.envoy == "child" else None
    portal = RemotePortal(identity, identity.folder / "outbox.json")
    portal.start()
    metrics = Metrics(directory)
    agent: Agent | None = None
    with exposed(metrics, options.watch_port) as port:
        log.info("the agent of %s begins; /metrics and /health on 127.0.0.1:%s", name, port)
        while not stop.is_set():
            try:
                if keeper:
                    keeper.ensure()
                if agent is None and directory.bootstrap_file.exists():
                    agent = Agent(portal, directory, metrics=metrics)
                    portal.again()
                if agent:
                    agent.step()
                stop.wait(INTERVAL)
            except Exception:
                # Envoy keeps serving what it has; the agent starts over with the last good configuration.
                log.exception("the agent of %s starts over", name)
                if agent:
                    agent.close()
                agent = None
                stop.wait(WAIT_AFTER_TROUBLE)
    portal.close()
    if agent:
        agent.close()
    if keeper:
        keeper.stop()
    return 0


def _envoy(options: argparse.Namespace) -> NoReturn:
    """Becomes Envoy: systemd then watches it and no process between."""
    name = _identity(options).portal()["name"]
    directory = NodeDirectory(options.dir)
    directory.prepare(name)
    words = envoy.command(directory)
    os.chdir(directory.root)
    os.execvp(words[0], words)  # noqa: S606 - a fixed program, no shell


def _identity(options: argparse.Namespace) -> Identity:
    return Identity(options.dir / "agent")


def _stop_when_told() -> Event:
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


if __name__ == "__main__":
    sys.exit(main())
