"""Settings: one set for everywhere. Production sets environment variables; the embedded default fills in
the rest.

`./run --help` and docs/guides/production.md list the variables.
"""

from .base import *  # noqa: F403
from .services import *  # noqa: F403
