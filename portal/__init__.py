"""The top layer: settings, URLs, the frame of the pages, and the process that `./run` starts."""

from .celery import app as celery_app

__all__ = ["celery_app"]
