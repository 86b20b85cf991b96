"""Statuses of an incident and of a secure link. Every status says whose turn it is."""

from django.db import models


class IncidentStatus(models.TextChoices):
    """Where an enablement stands."""

    WAITING = "waiting", "partner's turn"  # the partner's: send certificates through the secure link
    CHECKING = "checking", "our turn"  # the processor's: look at the upload, assign roles or ask back
    ENABLING = "enabling", "our turn: deploy"  # the administrator's: redeploy what is flagged
    PROVING = "proving", "waiting for proof"  # the partner's: call once; the gateway's log is the evidence
    CLOSED = "closed", "closed on evidence"  # nobody's
    WITHDRAWN = "withdrawn", "withdrawn"  # nobody's: ended without evidence, with a reason


S = IncidentStatus
INCIDENT_MOVES = {
    S.WAITING: {S.CHECKING, S.WITHDRAWN},
    S.CHECKING: {S.WAITING, S.ENABLING, S.WITHDRAWN},
    S.ENABLING: {S.WAITING, S.PROVING, S.WITHDRAWN},
    S.PROVING: {S.WAITING, S.ENABLING, S.CLOSED, S.WITHDRAWN},
    S.CLOSED: set(),
    S.WITHDRAWN: set(),
}

# What the pages say in the turn strip: whose, and what to do.
TURN = {
    S.WAITING: ("partner", "The partner has the secure link and has not sent certificates yet."),
    S.CHECKING: (
        "us",
        "Look at the upload, give each certificate its role, and accept; or ask the partner again.",
    ),
    S.ENABLING: (
        "us",
        "The host asks for certificates as soon as the flagged proxies are deployed. Plan the deployment.",
    ),
    S.PROVING: (
        "partner",
        "The gateway enforces it. The incident closes when the partner's certificate was served.",
    ),
    S.CLOSED: ("done", "Closed on evidence: the partner was served, a stranger was refused."),
    S.WITHDRAWN: ("none", "Withdrawn. Nothing more happens here."),
}


class EventKind(models.TextChoices):
    """What a line of the timeline is about."""

    RAISED = "raised", "raised the incident"
    LINK_SENT = "link_sent", "sent the secure link"
    LINK_REVOKED = "link_revoked", "closed the secure link"
    KEY_REFUSED = "key_refused", "refused a file that held a private key"
    UPLOADED = "uploaded", "uploaded certificates"
    JUDGED = "judged", "checked the upload"
    ASKED = "asked", "asked the partner"
    COMMENTED = "commented", "commented"
    ACCEPTED = "accepted", "accepted the certificates"
    DEPLOYED = "deployed", "saw the gateway enforce it"
    CLOSED = "closed", "closed the incident on evidence"
    WITHDRAWN = "withdrawn", "withdrew the incident"


class QuotaStatus(models.TextChoices):
    """Whose turn it is with a request for more hosts."""

    WAITING = "waiting", "waiting"  # the processor's: grant or refuse
    GRANTED = "granted", "granted"  # nobody's: the quota is raised
    REFUSED = "refused", "refused"  # nobody's: the quota stays


QUOTA_MOVES = {
    QuotaStatus.WAITING: {QuotaStatus.GRANTED, QuotaStatus.REFUSED},
    QuotaStatus.GRANTED: set(),
    QuotaStatus.REFUSED: set(),
}
