"""What `./test` runs: every check, then every test, then what was skipped and how to have it.

With COUNTERSIGN_TEST_DATABASE_URL (PostgreSQL) and COUNTERSIGN_TEST_REDIS_URL set, the tests run a second
time on those.
With CI set, a journey that was skipped is a failure.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
CHECKS = [
    ("formatting", [BIN / "ruff", "format", "--check", "--quiet", "."]),
    ("lint", [BIN / "ruff", "check", "--quiet", "."]),
    ("templates", [BIN / "djlint", "templates", "--check", "--lint", "--quiet"]),
    ("types of pki and translation", [BIN / "mypy"]),
    ("import directions", [BIN / "lint-imports"]),
    ("settings", [sys.executable, "manage.py", "check", "--fail-level", "WARNING"]),
    ("migrations", [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"]),
]


def main() -> int:
    """Returns the exit status: 0 when everything passed."""
    parser = argparse.ArgumentParser(
        prog="./test", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--fast", action="store_true", help="leave the journeys out")
    parser.add_argument("paths", nargs="*", help="only these tests, and no checks")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="countersign-test-") as data:
        return _run(options, Path(data))


def _run(options: argparse.Namespace, data: Path) -> int:
    environment = {
        **os.environ,
        "COUNTERSIGN_VAR": str(data / "var"),
        "PYTHONWARNINGS": "ignore::UserWarning",
    }
    failed = [] if options.paths else _check(environment)
    arguments = options.paths or (["-m", "not journey"] if options.fast else [])
    failed += _test("the tests", arguments, environment, data / "embedded.xml")
    reports = [data / "embedded.xml"]
    database, broker = (os.environ.get(f"COUNTERSIGN_TEST_{name}_URL") for name in ("DATABASE", "REDIS"))
    if database and broker and not options.paths:
        both = environment | {"DATABASE_URL": database, "REDIS_URL": broker}
        failed += _test("the tests on PostgreSQL and Redis", _on_servers(options), both, data / "servers.xml")
        reports.append(data / "servers.xml")
    elif not options.paths:
        print("\nNot run: the tests on PostgreSQL and Redis. Set COUNTERSIGN_TEST_DATABASE_URL and")
        print("COUNTERSIGN_TEST_REDIS_URL to an empty database and broker, as .ci/run does.")
    skipped = [line for report in reports for line in _skipped(report)]
    if skipped:
        print("\nSkipped:")
        print("\n".join(f"  {name}: {why}" for name, why in skipped))
        if os.environ.get("CI") and any("journeys" in name for name, _ in skipped):
            failed.append("a journey was skipped, which CI does not allow")
    print("\n" + ("FAILED: " + "; ".join(failed) if failed else "Everything passed."))
    return 1 if failed else 0


def _on_servers(options: argparse.Namespace) -> list[str]:
    """Where the database matters: all but the pure tests, the browser, and starting on an empty folder."""
    which = "not journey and not browser" if options.fast else "not browser"
    return [
        "-m",
        which,
        "--ignore=certificates/pki",
        "--ignore=gateway/agent",
        "--ignore=tests/contract",
        "--ignore=tests/journeys/test_run.py",
    ]


def _check(environment: dict[str, str]) -> list[str]:
    failed = []
    for name, command in CHECKS:
        begun = time.monotonic()
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        print(
            f"{'ok  ' if done.returncode == 0 else 'FAIL'} {name} ({time.monotonic() - begun:.1f} s)",
            flush=True,
        )
        if done.returncode:
            print(done.stdout + done.stderr)
            failed.append(name)
    return failed


def _test(name: str, arguments: list[str], environment: dict[str, str], report: Path) -> list[str]:
    print(f"\n{name}", flush=True)
    command = [sys.executable, "-m", "pytest", f"--junitxml={report}", "-p", "no:cacheprovider", *arguments]
    return [name] if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode else []


def _skipped(report: Path) -> list[tuple[str, str]]:
    if not report.exists():
        return []
    found = []
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314 - pytest wrote it a moment ago
        for skip in case.iter("skipped"):
            found.append((f"{case.get('classname')}.{case.get('name')}", skip.get("message", "")))
    return found


if __name__ == "__main__":
    sys.exit(main())
