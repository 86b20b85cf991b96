"""Judges each file named on the command line in a process of its own, under limits, and says what it cost.

Run as a program by `test_hostile`: a process that starts small shows what the judge needs, where the one of
the tests would hide it. Prints one JSON object a file.
"""

import json
import os
import resource
import sys
import time
from pathlib import Path

import certifi

from certificates.pki.judgement import judge
from certificates.pki.public_roots import PublicRoots
from certificates.pki.roles import Role, check_entry, check_store
from certificates.testing.builder import NOW

MEMORY_BYTES = 200_000_000
CPU_SECONDS = 3


def main() -> None:
    roots = PublicRoots.from_pem(certifi.contents())
    for path in sys.argv[1:]:
        child = os.fork()
        if child == 0:
            report(path, roots)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status:
            print(json.dumps({"file": path, "died": status}), flush=True)


def report(path: str, roots: PublicRoots) -> None:
    data = Path(path).read_bytes()
    begun_at_size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (begun_at_size + MEMORY_BYTES,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    begun = time.process_time()
    judged = judge([("upload", data)], NOW, public_roots=roots)
    entries = [(one.certificate, role) for one in judged.certificates for role in Role]
    findings = [*judged.findings, *check_store(entries, NOW)]
    for certificate, role in entries:
        findings += check_entry(certificate, role, NOW, public_roots=roots)
    spent = time.process_time() - begun
    cost = {"file": path, "seconds": spent, "findings": sorted({finding.code for finding in findings})}
    print(json.dumps(cost | {"accepted": judged.accepted}), flush=True)


if __name__ == "__main__":
    main()
