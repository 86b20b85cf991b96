"""The partner's REST twin of the secure page: who holds the token needs no account."""

from __future__ import annotations

from typing import Any

from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import Throttled
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from certificates.api.files import contents
from certificates.api.serializers import FindingOut
from certificates.models import Finding, Upload
from certificates.reports import to_partner
from certificates.services.uploads import MAX_BYTES, MAX_FILES
from certificates.standing import standing_of
from common.api import Schema, refuse_large_body
from common.errors import Conflict

from .. import access
from ..models import SecureLink
from ..services import links
from ..throttling import may_send
from .serializers import PartnerUploadIn


class LimitsOut(serializers.Serializer):
    """How much may be sent at one time."""

    files = serializers.IntegerField()
    bytes_each = serializers.IntegerField()


class FoundOut(FindingOut):
    """A finding, with a remedy that speaks to the partner."""

    remedy = serializers.SerializerMethodField()

    def get_remedy(self, finding: Finding) -> str:
        """As on the page of the link."""
        return to_partner(finding.remedy)


class SentOut(serializers.ModelSerializer):
    """What became of the partner's upload."""

    label = serializers.CharField(source="__str__")
    accepted = serializers.SerializerMethodField(help_text="null until it is judged")
    findings = FoundOut(many=True)

    class Meta:
        model = Upload
        fields = ("label", "status", "accepted", "findings")
        read_only_fields = fields

    def get_accepted(self, upload: Upload) -> bool | None:
        """The verdict of today."""
        return standing_of(upload, timezone.now()).accepted


class SecureOut(serializers.Serializer):
    """What the holder of a secure link may know."""

    host = serializers.CharField(source="incident.host.name")
    partner = serializers.CharField(source="incident.partner")
    state = serializers.ChoiceField(("open", "used", "expired"))
    expires_at = serializers.DateTimeField()
    limits = LimitsOut()
    upload = SentOut(allow_null=True)


class SecureView(APIView):
    """One secure link. Its token is in the address, so answers are not cached and refusals not logged by
    path.
    """

    authentication_classes = ()
    permission_classes = ()
    counts_attempts = True
    parser_classes = (MultiPartParser,)
    schema = Schema()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Bound the body before anything reads it."""
        refuse_large_body(request)
        super().initial(request, *args, **kwargs)

    @extend_schema(responses=SecureOut)
    def get(self, request: Request, token: str) -> Response:
        """The host, the limits, how long the link is open; after the upload its status and findings."""
        link = access.get_link(token)
        links.note_opened(link)
        return Response(_shown(link))

    @extend_schema(request={"multipart/form-data": PartnerUploadIn}, responses={201: SecureOut})
    def post(self, request: Request, token: str) -> Response:
        """Send certificates. It works once; a private key is refused, not kept, and leaves the link open."""
        link = access.get_link(token)
        if link.state != "open":
            raise Conflict("link_closed", "This link was used or has expired. Ask for a new one.")
        if not may_send(link.token_digest):
            raise Throttled(wait=3600)
        form = PartnerUploadIn(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        links.upload_through_link(link=link, files=contents(given["files"]), message=given["message"])
        return Response(_shown(access.get_link(token)), status=201)

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """Keep the answer out of caches."""
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        response["Referrer-Policy"] = "no-referrer"
        return response


def _shown(link: SecureLink) -> dict[str, Any]:
    if link.state == "expired":
        link.upload = None  # as on the page: after its end a link shows no report
    link.limits = {"files": MAX_FILES, "bytes_each": MAX_BYTES}
    return SecureOut(link).data
