"""How gunicorn serves the portal: `gunicorn portal.wsgi -c python:portal.web`.

Its worker processes count for themselves, into files of one folder, and any of them answers for all
(prometheus_client's multiprocess mode, which must be set before that library is imported).
"""

from __future__ import annotations

import os
import shutil
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

from django.conf import settings

FOLDER = settings.VAR / "run" / "metrics-portal"
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(FOLDER)

logger_class = "portal.weblog.MaskingLogger"
control_socket_disable = True
access_log_format = '%(h)s %(l)s %(u)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s" %({x-request-id}o)s'


def on_starting(server: Any) -> None:
    """Before the first worker process: what the last start counted is gone, as counters begin anew."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True, mode=0o700)


def child_exit(server: Any, worker: Any) -> None:
    """A worker process ended: what it had under way is not under way any more. What it counted stays."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)
