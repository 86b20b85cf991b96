"""What `./run` keeps in the data folder: secrets, made once and readable by their owner only, and ports."""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet

DEFAULT_PORTS = {"portal": 8000, "gateway": 8443, "target": 8090, "node": 8444}
WATCH_PORTS = ("worker", "agent")  # where they tell how they are; free ones are taken
NAMES = ("SECRET_KEY", "COUNTERSIGN_FIELD_KEYS", "COUNTERSIGN_METRICS_TOKEN")


def embedded_secrets(folder: Path, *, given: bool) -> dict[str, str]:
    """SECRET_KEY, COUNTERSIGN_FIELD_KEYS and COUNTERSIGN_METRICS_TOKEN from `folder`/secrets.json, made
    when it is missing.

    `given`: the environment has the first two, so nothing is read and nothing is written.
    """
    if given:
        return dict.fromkeys(NAMES, "")
    path = folder / "secrets.json"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "COUNTERSIGN_FIELD_KEYS": Fernet.generate_key().decode(),
        "COUNTERSIGN_METRICS_TOKEN": secrets.token_urlsafe(32),
    }
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        kept = json.loads(path.read_text())
        if missing := fresh.keys() - kept.keys():  # a folder of an earlier version
            kept |= {name: fresh[name] for name in missing}
            _replace(path, kept)
        return kept
    with os.fdopen(descriptor, "w") as file:
        json.dump(fresh, file)
    return fresh


def _replace(path: Path, content: dict[str, str]) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".secrets-")  # 0600
    with os.fdopen(handle, "w") as file:
        json.dump(content, file)
    os.replace(temporary, path)


def embedded_ports(folder: Path) -> dict[str, int]:
    """The ports that `./run` used last, so that management commands name the addresses that work;
    else its defaults.
    """
    try:
        return DEFAULT_PORTS | json.loads((folder / "run" / "ports.json").read_text())
    except (OSError, ValueError):
        return DEFAULT_PORTS
