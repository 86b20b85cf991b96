"""A bundle: all that one node is to hold, private keys included, and its hand-over as a file."""

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.translation.node import NodeHost
from gateway.translation.secret import Secret


@dataclass(frozen=True)
class Bundle:
    """`lds` and `cds` are discovery files as JSON; `files` and `keys` map "files/<kind>-<sha256>.pem" to
    PEM text."""

    version: str
    lds: dict[str, Any]
    cds: dict[str, Any]
    files: dict[str, str]
    keys: dict[str, Secret]
    hosts: tuple[NodeHost, ...]

    def to_disk(self, path: Path) -> None:
        """Write the bundle as JSON, readable by this user only, and appear at `path` in one step."""
        plain = {
            "version": self.version,
            "lds": self.lds,
            "cds": self.cds,
            "files": self.files,
            "keys": {name: key.reveal() for name, key in self.keys.items()},
            "hosts": [vars(host) for host in self.hosts],
        }
        write_private(path, json.dumps(plain))

    @classmethod
    def from_disk(cls, path: Path) -> "Bundle":
        """Read what `to_disk` wrote. Raises OSError when it is absent, ValueError or KeyError when it is
        not one."""
        return cls.from_json(json.loads(path.read_text()))

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> "Bundle":
        """`plain`: what `NodeConfig.to_json()` gives, with the PEM texts of the keys in place of their
        ids."""
        return cls(
            version=plain["version"],
            lds=plain["lds"],
            cds=plain["cds"],
            files=plain["files"],
            keys={
                name: key if isinstance(key, Secret) else Secret(key) for name, key in plain["keys"].items()
            },
            hosts=tuple(NodeHost(**host) for host in plain["hosts"]),
        )


def write_private(path: Path, content: str) -> None:
    """Replace `path` atomically by a file of mode 0600. Its directory must exist."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")  # mkstemp opens with 0600
    try:
        with os.fdopen(handle, "w") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
