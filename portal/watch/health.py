"""Whether the portal can do its work: each check, and how old what it rests on is."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection

from . import signs

log = logging.getLogger(__name__)
WORKER_SILENT = 30.0  # seconds
MISSED = 3  # sweeps that may be missed in a row
GRACE = 30.0  # seconds; a sweep may take a while
DISK_FREE = 100_000_000  # bytes; below, the database and the gateway's files are in danger
Check = Callable[[], tuple[bool, float | None]]


def state() -> dict[str, dict[str, Any]]:
    """By check: `ok`, and `age` in seconds of the last sign of life (0 for what was tried just now, None for
    what was never seen, or is not known without the broker). A check that fails to run has failed.
    """
    ages: dict[str, float] = {}

    def broker() -> tuple[bool, float]:
        ages.update(signs.ages())  # asked once: a broker that hangs shall not hang us three times
        return True, 0.0

    checks: dict[str, Check] = {
        "database": _database,
        "broker": broker,
        "worker": lambda: _worker(ages),
        "sweeps": lambda: _sweeps(ages),
        "disk": _disk,
    }
    return {name: _tried(name, check) for name, check in checks.items()}


def _tried(name: str, check: Check) -> dict[str, Any]:
    try:
        ok, age = check()
    except Exception as error:  # the reason is for the log: an error's text may hold an address
        log.warning("health: %s failed: %s", name, type(error).__name__)
        ok, age = False, None
    return {"ok": ok, "age": None if age is None else round(age, 1)}


def _database() -> tuple[bool, float]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,), 0.0


def _worker(ages: dict[str, float]) -> tuple[bool, float | None]:
    age = ages.get(signs.WORKER)
    return age is not None and age < WORKER_SILENT, age


def _sweeps(ages: dict[str, float]) -> tuple[bool, float | None]:
    """The sweep that is the most late decides. Beat's start counts like one: the first come later."""
    begun = ages.get(signs.BEAT)
    worst: tuple[float, float | None] = (0.0, None)
    for name, period in signs.sweeps().items():
        known = [age for age in (ages.get(signs.of_sweep(name)), begun) if age is not None]
        if not known:
            return False, None
        worst = max(worst, (min(known) / (MISSED * period + GRACE), min(known)))
    return worst[0] < 1, worst[1]


def _disk() -> tuple[bool, float]:
    return disk_free() > DISK_FREE, 0.0


def disk_free() -> int:
    """Bytes that are free where the data folder lies."""
    return shutil.disk_usage(settings.VAR).free
