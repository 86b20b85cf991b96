"""The judge stays free of the web framework, the worker and the broker."""

import subprocess
import sys

WORLD = "import sys, certificates.pki.roles, certificates.pki.judgement; print(*sys.modules)"


def test_it_imports_no_framework() -> None:
    run = subprocess.run([sys.executable, "-c", WORLD], check=True, capture_output=True, text=True)
    loaded = {module.partition(".")[0] for module in run.stdout.split()}
    assert "cryptography" in loaded
    assert not loaded & {"django", "rest_framework", "celery", "redis"}
