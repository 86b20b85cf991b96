"""Truststores and their versions, references, uploads."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import BooleanField, Case, Count, QuerySet, Value, When
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import AccountViewSet
from common.api import SEARCH, Nothing
from common.errors import NotFound
from common.parsers import Json

from .. import access, selectors
from ..models import Truststore, TruststoreVersion
from ..services import references, truststores, uploads, waivers
from ..standing import listed
from .entries import known_certificate, new_entries, store_named
from .files import contents
from .serializers import (
    ReferenceIn,
    ReferenceOut,
    RepointIn,
    TruststoreDetailOut,
    TruststoreIn,
    TruststoreOut,
    UploadDetailOut,
    UploadIn,
    UploadOut,
    VersionIn,
    VersionOut,
    WaiverIn,
    WaiverOut,
)


class TruststoreViewSet(AccountViewSet):
    """Truststores. Every change is a new version; an older one can be made current again."""

    needs = {
        "list": "certificates:read",
        "retrieve": "certificates:read",
        "create": "certificates:change",
        "versions": "certificates:read",
        "add_version": "certificates:change",
        "activate": "certificates:change",
    }

    @extend_schema(responses=TruststoreOut(many=True), parameters=[SEARCH])
    def list(self, request: Request) -> Response:
        """By name; `search` looks into names, aliases and the start of fingerprints."""
        rows = selectors.truststores_of(self.actor.account, search=self.searched)
        return self.page(rows, TruststoreOut)

    @extend_schema(responses=TruststoreDetailOut)
    def retrieve(self, request: Request, uuid: UUID) -> Response:
        """One truststore with the entries of its current version."""
        store = access.get_truststore(self.actor, uuid, to=self.needed)
        return Response(TruststoreDetailOut(store).data)

    @extend_schema(request=TruststoreIn, responses={201: TruststoreDetailOut})
    def create(self, request: Request) -> Response:
        """Create a truststore. Its version 1 is empty and trusts nobody."""
        store = truststores.create_truststore(actor=self.actor, **self.given(TruststoreIn))
        return Response(TruststoreDetailOut(store).data, status=201)

    @extend_schema(responses=VersionOut(many=True))
    @action(detail=True, methods=["get"], url_path="versions")
    def versions(self, request: Request, uuid: UUID) -> Response:
        """The versions, newest first."""
        store = access.get_truststore(self.actor, uuid, to=self.needed)
        return self.page(_versions(store), VersionOut)

    @extend_schema(request=VersionIn, responses={201: TruststoreDetailOut})
    @versions.mapping.post
    def add_version(self, request: Request, uuid: UUID) -> Response:
        """Add a version, which becomes current at once.
        Refused when it, or one of its entries, would be unfit.
        """
        given = self.given(VersionIn)
        with transaction.atomic():
            truststores.add_version(
                actor=self.actor,
                store=access.get_truststore(self.actor, uuid, to=self.needed),
                entries=new_entries(self.actor, given["entries"], to=self.needed),
                at=timezone.now(),
                note=given["note"],
                keep=given["keep"],
            )
        store = access.get_truststore(self.actor, uuid, to=self.needed)
        return Response(TruststoreDetailOut(store).data, status=201)

    @extend_schema(request=Nothing, responses=TruststoreDetailOut)
    @action(detail=True, methods=["post"], url_path="versions/<int:number>/activate")
    def activate(self, request: Request, uuid: UUID, number: int) -> Response:
        """Make an existing version current: the way back."""
        self.given(Nothing)
        store = access.get_truststore(self.actor, uuid, to=self.needed)
        version = store.versions.filter(number=number).first()
        if version is None:
            raise NotFound("truststore version")
        truststores.activate_version(actor=self.actor, version=version, at=timezone.now())
        store = access.get_truststore(self.actor, uuid, to=self.needed)
        return Response(TruststoreDetailOut(store).data)


def _versions(store: Truststore) -> QuerySet[TruststoreVersion]:
    current = Case(
        When(pk=store.current_id, then=Value(True)), default=Value(False), output_field=BooleanField()
    )
    return store.versions.annotate(entry_count=Count("entries"), is_current=current).order_by("-number")


class ReferenceViewSet(AccountViewSet):
    """References: `ref://name`, re-pointed to swap a truststore or a keystore."""

    needs = {
        "list": "certificates:read",
        "retrieve": "certificates:read",
        "create": "certificates:change",
        "update": "certificates:change",
        "partial_update": "certificates:change",
        "destroy": "certificates:change",
    }

    @extend_schema(responses=ReferenceOut(many=True))
    def list(self, request: Request) -> Response:
        """By name."""
        return self.page(selectors.references_of(self.actor.account), ReferenceOut)

    @extend_schema(responses=ReferenceOut)
    def retrieve(self, request: Request, uuid: UUID) -> Response:
        """One reference."""
        return Response(ReferenceOut(access.get_reference(self.actor, uuid, to=self.needed)).data)

    @extend_schema(request=ReferenceIn, responses={201: ReferenceOut})
    def create(self, request: Request) -> Response:
        """Create `ref://name`."""
        given = self.given(ReferenceIn)
        store = store_named(self.actor, given)
        reference = references.create_reference(actor=self.actor, name=given["name"], **store)
        return Response(ReferenceOut(reference).data, status=201)

    @extend_schema(request=RepointIn, responses=ReferenceOut)
    def update(self, request: Request, uuid: UUID) -> Response:
        """Let it point to another store of its kind. Proxies of every host that uses it may need a
        redeploy.
        """
        reference = access.get_reference(self.actor, uuid, to=self.needed)
        store = store_named(self.actor, self.given(RepointIn))
        references.repoint_reference(actor=self.actor, reference=reference, **store)
        return Response(ReferenceOut(reference).data)

    @extend_schema(request=RepointIn, responses=ReferenceOut)
    def partial_update(self, request: Request, uuid: UUID) -> Response:
        """The same as PUT: where it points is all that can change."""
        return self.update(request, uuid)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, uuid: UUID) -> Response:
        """Delete it. Refused while a host uses it."""
        reference = access.get_reference(self.actor, uuid, to=self.needed)
        references.delete_reference(actor=self.actor, reference=reference)
        return Response(status=204)


class UploadViewSet(AccountViewSet):
    """Uploads of certificates, judged by the worker."""

    needs = {
        "list": "certificates:read",
        "retrieve": "certificates:read",
        "create": "certificates:change",
        "again": "certificates:change",
    }
    parser_classes = (MultiPartParser,)

    @extend_schema(responses=UploadOut(many=True))
    def list(self, request: Request) -> Response:
        """Every upload, newest first."""
        shown = self.paginate_queryset(selectors.uploads_of(self.actor.account))
        return self.get_paginated_response(UploadOut(listed(shown, timezone.now()), many=True).data)

    @extend_schema(responses=UploadDetailOut)
    def retrieve(self, request: Request, uuid: UUID) -> Response:
        """One upload with the tree of its certificates and the findings."""
        return Response(UploadDetailOut(access.get_upload(self.actor, uuid, to=self.needed)).data)

    @extend_schema(request={"multipart/form-data": UploadIn}, responses={201: UploadDetailOut})
    def create(self, request: Request) -> Response:
        """Upload certificates. The worker judges them in a moment; a private key is refused and not kept."""
        files = contents(self.given(UploadIn)["files"])
        upload = uploads.receive(account=self.actor.account, sender=self.actor.label, files=files)
        return Response(UploadDetailOut(upload).data, status=201)

    @extend_schema(request=Nothing, responses={202: UploadDetailOut})
    @action(detail=True, methods=["post"], parser_classes=(Json,))
    def again(self, request: Request, uuid: UUID) -> Response:
        """Have it judged once more, with the clock and the profile of today."""
        self.given(Nothing)
        upload = access.get_upload(self.actor, uuid, to=self.needed)
        uploads.judge_again(actor=self.actor, upload=upload)
        return Response(UploadDetailOut(upload).data, status=202)


class WaiverViewSet(AccountViewSet):
    """Waivers: a person takes a needless refusal upon themselves, until a day. No service key can."""

    needs = {
        "list": "certificates:read",
        "retrieve": "certificates:read",
        "create": "certificates:waive",
        "withdraw": "certificates:waive",
    }

    @extend_schema(responses=WaiverOut(many=True), parameters=[SEARCH])
    def list(self, request: Request) -> Response:
        """Newest first, also those that are over; `search` looks at certificate, code, person and reason."""
        return self.page(selectors.waivers_of(self.actor.account, search=self.searched), WaiverOut)

    @extend_schema(responses=WaiverOut)
    def retrieve(self, request: Request, uuid: UUID) -> Response:
        """One waiver."""
        return Response(WaiverOut(access.get_waiver(self.actor, uuid, to=self.needed)).data)

    @extend_schema(request=WaiverIn, responses={201: WaiverOut})
    def create(self, request: Request) -> Response:
        """Waive an error, where the gateway would let the client in. One that is in force for it ends."""
        given = self.given(WaiverIn)
        certificate = known_certificate(self.actor, given.pop("fingerprint"), "fingerprint", to=self.needed)
        waiver = waivers.grant(actor=self.actor, certificate=certificate, at=timezone.now(), **given)
        return Response(WaiverOut(waiver).data, status=201)

    @extend_schema(request=Nothing, responses=WaiverOut)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, uuid: UUID) -> Response:
        """End it now. What is deployed stays; no new version of a truststore may hold the certificate."""
        self.given(Nothing)
        waiver = access.get_waiver(self.actor, uuid, to=self.needed)
        waivers.withdraw(actor=self.actor, waiver=waiver, at=timezone.now())
        return Response(WaiverOut(waiver).data)
