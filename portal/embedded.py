"""What `./run` keeps in the data folder: secrets, made once and readable by their owner only, and ports."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet

DEFAULT_PORTS = {"portal": 8000, "gateway": 8443, "target": 8090}


def embedded_secrets(folder: Path, *, given: bool) -> dict[str, str]:
    """SECRET_KEY and COUNTERSIGN_FIELD_KEYS from `folder`/secrets.json, made when it is missing.

    `given`: the environment has them all, so nothing is read and nothing is written.
    """
    if given:
        return {"SECRET_KEY": "", "COUNTERSIGN_FIELD_KEYS": ""}
    path = folder / "secrets.json"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "COUNTERSIGN_FIELD_KEYS": Fernet.generate_key().decode(),
    }
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return json.loads(path.read_text())
    with os.fdopen(descriptor, "w") as file:
        json.dump(fresh, file)
    return fresh


def embedded_ports(folder: Path) -> dict[str, int]:
    """The ports that `./run` used last, so that management commands name the addresses that work;
    else its defaults.
    """
    try:
        return DEFAULT_PORTS | json.loads((folder / "run" / "ports.json").read_text())
    except (OSError, ValueError):
        return DEFAULT_PORTS
