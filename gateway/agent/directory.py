"""A node's directory on disk, where Envoy runs and reads from.

files/  certificates, truststores and keys, named by content; never changed, only added and pruned
live/   lds.json and cds.json; Envoy watches this directory for renames
denied/ list.json, the emergency list of refused certificates; watched as well
good/   wanted.json and parts/: what was proved last, without keys (they stay in files/)
run/    bootstrap.json, the admin socket, the socket on which the agent offers chains, the agent's own notes
log/    requests.jsonl, connections.jsonl, envoy.log
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path

from gateway.agent.bundle import (
    NOTHING,
    Holding,
    Note,
    Part,
    Wanted,
    holding,
    in_parts_folder,
    prune,
    write_private,
)
from gateway.translation import canonical, deny
from gateway.translation.node import CHAINS_SOCKET, bootstrap

LISTENERS, CLUSTERS = "lds", "cds"  # the names of the files in live/


class NodeDirectory:
    """Everything under `root`, which is made when absent. All directories are 0700, all files 0600."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self.bootstrap_file = self.root / "run" / "bootstrap.json"
        self.admin_socket = self.root / "run" / "admin.sock"
        self.chains_socket = self.root / CHAINS_SOCKET
        self.requests_log = self.root / "log" / "requests.jsonl"
        self.connections_log = self.root / "log" / "connections.jsonl"
        self._good = self.root / "good" / "wanted.json"
        self._notes = self.root / "good" / "parts"

    def prepare(self, node_id: str) -> None:
        """Make the directory ready for an Envoy to start: bootstrap, and the last good (or no) configuration.

        Call it before each start of Envoy, never while one runs here.
        """
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in ("files", "live", deny.FOLDER, "good", "good/parts", "run", "log"):
            (self.root / name).mkdir(exist_ok=True, mode=0o700)
            (self.root / name).chmod(0o700)
        write_private(self.bootstrap_file, json.dumps(bootstrap(node_id)))
        if not _is_a_list(self.denied_text()):  # chains name it, so it must be there
            self.publish_denied(deny.text(()))
        good = self.last_good()
        self.publish(CLUSTERS, good.cds())
        self.publish(LISTENERS, good.starting_lds())
        self.admin_socket.unlink(missing_ok=True)  # left by an Envoy that was killed

    def last_good(self) -> Holding:
        """What was proved last, or NOTHING. An unreadable note counts as none: Envoy then starts empty."""
        try:
            wanted = Wanted.from_json(json.loads(self._good.read_text()))
            notes = {
                digest: Note.from_json(json.loads(in_parts_folder(self._notes, digest).read_text()))
                for digest in wanted.digests
            }
            return holding(wanted, notes)
        except (OSError, ValueError, KeyError, TypeError):
            return NOTHING

    def proved_at(self) -> float | None:
        """When something was last proved (seconds since 1970), None before the first."""
        try:
            return self._good.stat().st_mtime
        except OSError:
            return None

    def write_files(self, part: Part) -> None:
        """Add a part's files. A certificate file that exists is left alone: its name is its content."""
        for name, content in part.files.items():
            if not self.path(name).exists():
                write_private(self.path(name), content)
        for name, key in part.keys.items():
            if not self.path(name).exists() or self.path(name).read_text() != key.reveal():
                write_private(self.path(name), key.reveal())

    def path(self, name: str) -> Path:
        """Where "files/..." lies. Raises ValueError for a name that would leave files/."""
        folder, _, file = name.partition("/")
        if folder != "files" or not file or Path(file).name != file:
            raise ValueError(f"{name!r} is not a file of a part")
        return self.root / "files" / file

    def live_clusters(self) -> dict[str, str]:
        """The clusters that Envoy was last told of, by name; none when that cannot be read."""
        try:
            known = json.loads(self.published(CLUSTERS))["resources"]
            return {cluster["name"]: canonical.text(cluster) for cluster in known}
        except (OSError, ValueError, KeyError, TypeError):
            return {}

    def publish(self, which: str, text: str) -> None:
        """Rename LISTENERS or CLUSTERS into place, where Envoy looks."""
        if not (self.root / deny.FILE).exists():  # Envoy refuses chains that name what is not there
            self.publish_denied(deny.text(()))
        write_private(self.root / "live" / f"{which}.json", text)

    def published(self, which: str) -> str:
        """What was published last."""
        return (self.root / "live" / f"{which}.json").read_text()

    def publish_denied(self, listed: str) -> None:
        """`listed`: as `deny.text` makes it. It outlives restarts of Envoy and of the agent."""
        (self.root / deny.FOLDER).mkdir(exist_ok=True, mode=0o700)  # Envoy may be older than the list
        write_private(self.root / deny.FILE, listed)

    def denied_text(self) -> str:
        """The list of refused certificates as it lies there; "" when it cannot be read."""
        try:
            return (self.root / deny.FILE).read_text()
        except (OSError, ValueError):
            return ""

    def mark_good(self, proved: Holding) -> None:
        """Remember it as the one to return to, and remove the files that it does not need."""
        for note in proved.notes:
            if not (path := in_parts_folder(self._notes, note.digest)).exists():
                write_private(path, json.dumps(note.to_json()))
        write_private(self._good, json.dumps(proved.wanted.to_json()))
        prune(self._notes, proved.wanted.digests)
        self.prune(proved.files)

    def prune(self, keep: Iterable[str]) -> None:
        """Remove the files that nobody in `keep` names."""
        wanted = {Path(name).name for name in keep}
        for entry in os.scandir(self.root / "files"):
            if entry.name not in wanted:
                Path(entry.path).unlink(missing_ok=True)


def _is_a_list(text: str) -> bool:
    try:
        return bool(json.loads(text)["resources"])
    except (ValueError, KeyError, TypeError):
        return False
