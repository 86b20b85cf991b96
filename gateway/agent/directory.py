"""A node's directory on disk, where Envoy runs and reads from.

files/  certificates, truststores and keys, named by content; never changed, only added and pruned
live/   lds.json and cds.json; Envoy watches this directory for renames
good/   bundle.json: the last bundle that was proved, without keys (they stay in files/)
run/    bootstrap.json, the admin socket, the agent's own notes
log/    requests.jsonl, connections.jsonl, envoy.log
"""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.agent.bundle import Bundle, write_private
from gateway.translation.node import NodeHost, bootstrap
from gateway.translation.secret import Secret

_EMPTY: dict[str, Any] = {"version_info": "empty", "resources": []}


@dataclass(frozen=True)
class Manifest:
    """A bundle without its contents: the resources, the names of the files they need, and the hosts."""

    version: str
    lds: dict[str, Any]
    cds: dict[str, Any]
    files: tuple[str, ...]
    hosts: tuple[NodeHost, ...]


NOTHING = Manifest("", _EMPTY, _EMPTY, (), ())


def manifest(bundle: Bundle) -> Manifest:
    return Manifest(bundle.version, bundle.lds, bundle.cds, (*bundle.files, *bundle.keys), bundle.hosts)


class NodeDirectory:
    """Everything under `root`, which is made when absent. All directories are 0700, all files 0600."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self.bootstrap_file = self.root / "run" / "bootstrap.json"
        self.admin_socket = self.root / "run" / "admin.sock"
        self.requests_log = self.root / "log" / "requests.jsonl"
        self.connections_log = self.root / "log" / "connections.jsonl"
        self._good = self.root / "good" / "bundle.json"

    def prepare(self, node_id: str) -> None:
        """Make the directory ready for an Envoy to start: bootstrap, and the last good (or no) configuration.

        Call it before each start of Envoy, never while one runs here.
        """
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in ("files", "live", "good", "run", "log"):
            (self.root / name).mkdir(exist_ok=True, mode=0o700)
            (self.root / name).chmod(0o700)
        write_private(self.bootstrap_file, json.dumps(bootstrap(node_id)))
        good = self.last_good()
        self.publish_clusters(good.cds)
        self.publish_listeners(good.lds)
        self.admin_socket.unlink(missing_ok=True)  # left by an Envoy that was killed

    def last_good(self) -> Manifest:
        """The last proved bundle, or NOTHING. An unreadable note counts as none: Envoy then starts empty."""
        try:
            plain = json.loads(self._good.read_text())
            hosts = tuple(NodeHost(**host) for host in plain["hosts"])
            return Manifest(plain["version"], plain["lds"], plain["cds"], tuple(plain["files"]), hosts)
        except (OSError, ValueError, KeyError, TypeError):
            return NOTHING

    def write_files(self, files: dict[str, str], keys: dict[str, Secret]) -> None:
        """Add a bundle's files. A certificate file that exists is left alone: its name is its content."""
        for name, content in files.items():
            if not self.path(name).exists():
                write_private(self.path(name), content)
        for name, key in keys.items():
            if not self.path(name).exists() or self.path(name).read_text() != key.reveal():
                write_private(self.path(name), key.reveal())

    def path(self, name: str) -> Path:
        """Where "files/..." lies. Raises ValueError for a name that would leave files/."""
        folder, _, file = name.partition("/")
        if folder != "files" or not file or Path(file).name != file:
            raise ValueError(f"{name!r} is not a file of a bundle")
        return self.root / "files" / file

    def live_clusters(self) -> list[dict[str, Any]]:
        """The clusters that Envoy was last told of; none when that cannot be read."""
        try:
            return list(json.loads((self.root / "live" / "cds.json").read_text())["resources"])
        except (OSError, ValueError, KeyError, TypeError):
            return []

    def publish_clusters(self, cds: dict[str, Any]) -> None:
        write_private(self.root / "live" / "cds.json", json.dumps(cds))

    def publish_listeners(self, lds: dict[str, Any]) -> None:
        write_private(self.root / "live" / "lds.json", json.dumps(lds))

    def mark_good(self, proved: Manifest) -> None:
        """Remember the bundle as the one to return to, and remove the files that it does not need."""
        plain = {**vars(proved), "hosts": [vars(host) for host in proved.hosts]}
        write_private(self._good, json.dumps(plain))
        self.prune(proved.files)

    def prune(self, keep: Iterable[str]) -> None:
        """Remove what neither `keep` nor the last good bundle names."""
        wanted = {Path(name).name for name in (*keep, *self.last_good().files)}
        for entry in os.scandir(self.root / "files"):
            if entry.name not in wanted:
                Path(entry.path).unlink(missing_ok=True)
