"""Incidents and what is done in them."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import AccountViewSet
from certificates.access import get_upload
from certificates.api.entries import truststore_named
from certificates.api.files import contents
from common.api import SEARCH, Nothing
from common.errors import DomainError, NotFound

from .. import access, selectors
from ..lifecycle import IncidentStatus
from ..services import acceptance, links, raising
from .serializers import (
    AcceptIn,
    AskIn,
    CommentIn,
    IncidentDetailOut,
    IncidentIn,
    IncidentOut,
    PartnerUploadIn,
    WithdrawIn,
)

_STATUSES = [*IncidentStatus.values, "open", "ours"]
_STATUS = OpenApiParameter("status", str, enum=_STATUSES, description="A status, or `open`, or `ours`.")


class IncidentViewSet(AccountViewSet):
    """Enablement incidents of the queue. Every action answers with the incident as it is afterwards."""

    needs = {
        "list": "incidents:read",
        "retrieve": "incidents:read",
        "create": "incidents:raise",
        "comments": "incidents:raise",
        "uploads": "incidents:raise",
        "ask": "incidents:process",
        "accept": "incidents:process",
        "link": "incidents:process",
        "revoke_link": "incidents:process",
        "withdraw": "incidents:process",
    }

    @extend_schema(responses=IncidentOut(many=True), parameters=[SEARCH, _STATUS])
    def list(self, request: Request) -> Response:
        """Newest first; `search` looks into partner, host alias, e-mail and number."""
        status = self.chosen("status", _STATUSES)
        rows = selectors.incidents_of(self.actor.account, search=self.searched, status=status)
        return self.page(rows, IncidentOut)

    @extend_schema(responses=IncidentDetailOut)
    def retrieve(self, request: Request, uuid: UUID) -> Response:
        """One incident with its timeline, evidence, uploads and links."""
        return self._shown(uuid)

    @extend_schema(request=IncidentIn, responses={201: IncidentDetailOut})
    def create(self, request: Request) -> Response:
        """Raise an incident. The partner gets the secure link by e-mail."""
        ticket = raising.Ticket(**self.given(IncidentIn))
        incident = raising.raise_incident(actor=self.actor, ticket=ticket)
        return self._shown(incident.uuid, status=201)

    @extend_schema(request=CommentIn, responses=IncidentDetailOut)
    @action(detail=True, methods=["post"])
    def comments(self, request: Request, uuid: UUID) -> Response:
        """Say something."""
        incident = access.get_incident(self.actor, uuid, to=self.needed)
        raising.comment(actor=self.actor, incident=incident, **self.given(CommentIn))
        return self._shown(uuid)

    @extend_schema(request=AskIn, responses=IncidentDetailOut)
    @action(detail=True, methods=["post"])
    def ask(self, request: Request, uuid: UUID) -> Response:
        """Give the turn back to the partner, with a question and a new secure link by e-mail."""
        incident = access.get_incident(self.actor, uuid, to=self.needed)
        raising.ask_partner(actor=self.actor, incident=incident, text=self.given(AskIn)["text"])
        return self._shown(uuid)

    @extend_schema(request={"multipart/form-data": PartnerUploadIn}, responses={201: IncidentDetailOut})
    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser])
    def uploads(self, request: Request, uuid: UUID) -> Response:
        """Hand in certificates for the partner. A private key is refused and not kept."""
        incident = access.get_incident(self.actor, uuid, to=self.needed)
        given = self.given(PartnerUploadIn)
        links.upload_as_member(
            actor=self.actor,
            incident=incident,
            files=contents(given["files"]),
            message=given["message"],
        )
        return self._shown(uuid, status=201)

    @extend_schema(request=AcceptIn, responses=IncidentDetailOut)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, uuid: UUID) -> Response:
        """Import certificates of an upload in the given roles, and let the host require client
        certificates.
        """
        incident = access.get_incident(self.actor, uuid, to=self.needed)
        given = self.given(AcceptIn)
        try:
            upload = get_upload(self.actor, given["upload"], to=self.needed)
        except NotFound as error:
            raise DomainError("upload_unknown", error.message, field="upload") from error
        acceptance.accept(
            actor=self.actor,
            incident=incident,
            upload=upload,
            roles={fingerprint.lower(): role for fingerprint, role in given["roles"].items()},
            truststore=truststore_named(self.actor, given["truststore"]),
            at=timezone.now(),
        )
        return self._shown(uuid)

    @extend_schema(request=Nothing, responses=IncidentDetailOut)
    @action(detail=True, methods=["post"])
    def link(self, request: Request, uuid: UUID) -> Response:
        """Mail a new secure link. The one before closes."""
        self.given(Nothing)
        incident = access.get_incident(self.actor, uuid, to=self.needed)
        links.send_link(actor=self.actor, incident=incident)
        return self._shown(uuid)

    @extend_schema(responses=IncidentDetailOut)
    @link.mapping.delete
    def revoke_link(self, request: Request, uuid: UUID) -> Response:
        """Close the open secure link."""
        incident = access.get_incident(self.actor, uuid, to=self.needed)
        links.revoke_link(actor=self.actor, incident=incident)
        return self._shown(uuid)

    @extend_schema(request=WithdrawIn, responses=IncidentDetailOut)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, uuid: UUID) -> Response:
        """End it without evidence. Its secure links close."""
        incident = access.get_incident(self.actor, uuid, to=self.needed)
        raising.withdraw(actor=self.actor, incident=incident, reason=self.given(WithdrawIn)["reason"])
        return self._shown(uuid)

    def _shown(self, uuid: UUID, status: int = 200) -> Response:
        incident = access.get_incident(self.actor, uuid, to=self.needed)
        return Response(IncidentDetailOut(incident).data, status=status)
