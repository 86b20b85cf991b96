"""What one node is to hold: a list of parts, one for each account that it serves, and what is in a part.

A part is named by the digest of its deployment and never changes, so a node that has it need not be given it
again: what travels grows with the change and not with the estate.
"""

import json
import os
import re
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from gateway.translation import canonical
from gateway.translation.node import NodeHost, cds_text, discovering_text, starting_text, version_of
from gateway.translation.secret import Secret

_DIGEST = re.compile(r"[0-9a-f]{64}")
_NAMED_BY_CONTENT = re.compile(r"files/(?:crt|ts)-([0-9a-f]{64})\.pem")


@dataclass(frozen=True)
class Note:
    """A part without the contents of its files. `chains`: host name to the JSON text of its FilterChain,
    `clusters`: name to the JSON text of the Cluster, `files`: names, "files/<kind>-<sha256>.pem"."""

    digest: str
    chains: dict[str, str]
    clusters: dict[str, str]
    hosts: tuple[NodeHost, ...]
    files: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {**vars(self), "hosts": [vars(host) for host in self.hosts]}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "Note":
        """Raises KeyError, TypeError or ValueError for what `to_json` did not make."""
        hosts = tuple(NodeHost(**host) for host in plain["hosts"])
        digest = checked_digest(plain["digest"])
        return cls(digest, dict(plain["chains"]), dict(plain["clusters"]), hosts, tuple(plain["files"]))


@dataclass(frozen=True)
class Part:
    """What one account brings to a node: a note, the texts of its certificate files and of its private
    keys, both by file name."""

    note: Note
    files: dict[str, str]
    keys: dict[str, Secret]

    @classmethod
    def of(cls, compiled: Mapping[str, Any], keys: Mapping[str, Secret]) -> "Part":
        """`compiled`: a deployment's `Compiled.to_json()`; `keys`: file name to private key (PEM)."""
        hosts = tuple(
            NodeHost(**{field.name: host[field.name] for field in fields(NodeHost) if field.name in host})
            for host in compiled["hosts"].values()
        )
        note = Note(
            compiled["digest"],
            {name: canonical.text(chain) for name, chain in compiled["chains"].items()},
            {name: canonical.text(cluster) for name, cluster in compiled["clusters"].items()},
            hosts,
            (*compiled["files"], *keys),
        )
        return cls(note, dict(compiled["files"]), dict(keys))

    def only(self, names: Collection[str]) -> "Part":
        """The same with the chains of these hosts alone."""
        chains = {name: chain for name, chain in self.note.chains.items() if name in names}
        return replace(self, note=replace(self.note, chains=chains))

    def revealed(self) -> str:
        """JSON with the private keys in it: for a file or a connection that only the node can read."""
        keys = {name: key.reveal() for name, key in self.keys.items()}
        return json.dumps({"note": self.note.to_json(), "files": self.files, "keys": keys})

    @classmethod
    def from_text(cls, text: str) -> "Part":
        """What `revealed` gave. Raises KeyError, TypeError or ValueError when it is damaged: a certificate
        file is named by the SHA-256 of its content, so a changed one shows."""
        plain = json.loads(text)
        part = cls(
            Note.from_json(plain["note"]),
            dict(plain["files"]),
            {name: Secret(key) for name, key in plain["keys"].items()},
        )
        for name, content in part.files.items():
            named = _NAMED_BY_CONTENT.fullmatch(name)
            if not named or canonical.sha256(content) != named[1]:
                raise ValueError(f"{name} does not hold what its name says")
        if set(part.note.files) != {*part.files, *part.keys}:
            raise ValueError("files are missing")
        return part


@dataclass(frozen=True)
class Wanted:
    """What the portal wants a node to serve at `address`:`port`: parts by their digests. Where two claim one
    host name, the part that comes first keeps it."""

    address: str
    port: int
    digests: tuple[str, ...]

    @cached_property
    def version(self) -> str:
        return version_of(self.digests, self.address, self.port)

    def to_json(self) -> dict[str, Any]:
        return {"address": self.address, "port": self.port, "digests": list(self.digests)}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "Wanted":
        """Raises KeyError, TypeError or ValueError for what `to_json` did not make."""
        digests = tuple(checked_digest(digest) for digest in plain["digests"])
        return cls(str(plain["address"]), int(plain["port"]), digests)


@dataclass(frozen=True)
class Holding:
    """What a node serves, or shall serve: the wish, and the note of each of its parts in the same order."""

    wanted: Wanted
    notes: tuple[Note, ...] = ()

    @property
    def version(self) -> str:
        """ "" when it holds nothing and was never asked to."""
        return self.wanted.version if self.wanted.port else ""

    @property
    def mark(self) -> str:
        """The version as Envoy's discovery files carry it, which may not be empty."""
        return self.version or "nothing"

    @cached_property
    def chains(self) -> dict[str, str]:
        """The first part that names a host keeps it."""
        found: dict[str, str] = {}
        for note in self.notes:
            found |= {name: chain for name, chain in note.chains.items() if name not in found}
        return dict(sorted(found.items()))

    @cached_property
    def clusters(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for note in self.notes:
            found |= note.clusters
        return dict(sorted(found.items()))

    @cached_property
    def hosts(self) -> dict[str, NodeHost]:
        """By name."""
        found: dict[str, NodeHost] = {}
        for note in self.notes:
            found |= {host.name: host for host in note.hosts if host.name not in found}
        return found

    @property
    def files(self) -> set[str]:
        return {file for note in self.notes for file in note.files}

    @cached_property
    def naming(self) -> str:
        """The version of the listener that names these chains: another only where a host came or went."""
        return canonical.digest([*self.chains, self.wanted.address, self.wanted.port])

    def lds(self) -> str:
        """The listener that names the chains, for an Envoy beside an agent."""
        return discovering_text(self.naming, [*self.chains], self.wanted.address, self.wanted.port)

    def starting_lds(self) -> str:
        """The listener with the chains in it, for an Envoy that starts."""
        return starting_text(self.mark, self.chains.values(), self.wanted.address, self.wanted.port)

    def cds(self) -> str:
        return cds_text(self.mark, self.clusters.values())


NOTHING = Holding(Wanted("", 0, ()))


def holding(wanted: Wanted, notes: Mapping[str, Note]) -> Holding:
    """`notes` by digest. Raises KeyError when one that is wanted is missing."""
    return Holding(wanted, tuple(notes[digest] for digest in wanted.digests))


def checked_digest(digest: str) -> str:
    """The digest, when it is one: it becomes the name of a file. Raises ValueError otherwise."""
    if not _DIGEST.fullmatch(digest):
        raise ValueError("not a digest")
    return digest


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


def in_parts_folder(folder: Path, digest: str) -> Path:
    """Where a part, or its note, lies in `folder`."""
    return folder / f"{checked_digest(digest)}.json"


def prune(folder: Path, keep: Sequence[str]) -> None:
    """Remove from a folder of parts all but the digests named."""
    names = {f"{digest}.json" for digest in keep}
    for path in folder.iterdir():
        if path.name not in names:
            path.unlink(missing_ok=True)
