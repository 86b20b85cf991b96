import subprocess
import sys


def test_it_needs_no_django() -> None:
    program = (
        "import sys, gateway.agent.loop; sys.exit(any(name in sys.modules for name in ('django', 'celery')))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
