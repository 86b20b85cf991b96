"""Operations and statuses of a host request."""

from django.db import models


class Operation(models.TextChoices):
    """What a host request asks for."""

    CREATE = "CREATE", "create"
    UPDATE = "UPDATE", "update"
    DELETE = "DELETE", "delete"


class RequestStatus(models.TextChoices):
    """Whose turn it is with a host request."""

    RECEIVED = "received", "received"  # the portal's
    COMPLETED = "completed", "completed"  # nobody's: the host is as asked; its proxies may need a redeploy
    FAILED = "failed", "failed"  # the asker's: mend the request


REQUEST_MOVES = {
    RequestStatus.RECEIVED: {RequestStatus.COMPLETED, RequestStatus.FAILED},
    RequestStatus.COMPLETED: set(),
    RequestStatus.FAILED: set(),
}
