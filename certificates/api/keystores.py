"""Keystores on the REST API: private keys go in as files, and nothing of them comes out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import AccountViewSet
from common.api import Strict

from .. import access, selectors
from ..models import Keystore, ServerKey
from ..services import keystores
from .files import contents
from .serializers import CertificateOut

_FILES = ("key", "certificates", "pkcs12")


class KeyOut(serializers.ModelSerializer):
    """A key entry: the certificate in use under an alias. The private key is not shown anywhere."""

    certificate = CertificateOut()

    class Meta:
        model = ServerKey
        fields = ("uuid", "alias", "certificate", "created_at")
        read_only_fields = fields


class KeystoreOut(serializers.ModelSerializer):
    """A keystore with the certificate in use under each alias."""

    entries = serializers.SerializerMethodField()
    references = serializers.SerializerMethodField(help_text="each `ref://name` that points here")

    class Meta:
        model = Keystore
        fields = ("uuid", "name", "entries", "references", "created_at")
        read_only_fields = fields

    def get_entries(self, store: Keystore) -> list[dict[str, Any]]:
        """By alias."""
        return KeyOut(selectors.keys_in_use(store), many=True).data

    def get_references(self, store: Keystore) -> list[str]:
        """By name."""
        return [str(reference) for reference in store.references.all()]


class KeyIn(Strict):
    """A private key with its certificates as multipart/form-data: `key` and `certificates`, or `pkcs12`."""

    key = serializers.FileField(required=False, help_text="private key, PEM or DER")
    certificates = serializers.FileField(
        required=False,
        help_text="certificate and chain in any order, PEM or PKCS#7; may stand in the file of the key",
    )
    pkcs12 = serializers.FileField(required=False, help_text="all in one file (.p12, .pfx)")
    password = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False, max_length=500)


class NewKeyIn(KeyIn):
    """A key entry to add."""

    alias = serializers.CharField(max_length=200)


class KeystoreIn(NewKeyIn):
    """A keystore to create, with its first key entry."""

    name = serializers.CharField(max_length=200)


class KeystoreViewSet(AccountViewSet):
    """Keystores: with which key and certificate hosts answer."""

    needs = {
        "list": "certificates:read",
        "retrieve": "certificates:read",
        "create": "keystores:change",
        "destroy": "keystores:change",
        "add_key": "keystores:change",
        "replace_key": "keystores:change",
        "delete_key": "keystores:change",
    }
    parser_classes = (MultiPartParser,)

    @extend_schema(responses=KeystoreOut(many=True))
    def list(self, request: Request) -> Response:
        """By name."""
        return self.page(selectors.keystores_of(self.actor.account), KeystoreOut)

    @extend_schema(responses=KeystoreOut)
    def retrieve(self, request: Request, uuid: UUID) -> Response:
        """One keystore."""
        return self._shown(uuid)

    @extend_schema(request={"multipart/form-data": KeystoreIn}, responses={201: KeystoreOut})
    @sensitive_variables()
    def create(self, request: Request) -> Response:
        """Create a keystore with its first key entry. The key is encrypted before it is stored."""
        given = self.given(KeystoreIn)
        key = keystores.create_keystore(
            actor=self.actor,
            name=given["name"],
            alias=given["alias"],
            files=_files(given),
            at=timezone.now(),
        )
        return self._shown(key.keystore.uuid, status=201)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, uuid: UUID) -> Response:
        """Delete it with its keys. Refused while a host, a reference or a deployment needs it."""
        store = access.get_keystore(self.actor, uuid, to=self.needed)
        keystores.delete_keystore(actor=self.actor, store=store)
        return Response(status=204)

    @extend_schema(request={"multipart/form-data": NewKeyIn}, responses={201: KeystoreOut})
    @action(detail=True, methods=["post"], url_path="keys")
    @sensitive_variables()
    def add_key(self, request: Request, uuid: UUID) -> Response:
        """Add a key entry under a new alias."""
        store = access.get_keystore(self.actor, uuid, to=self.needed)
        given = self.given(NewKeyIn)
        files = _files(given)
        keystores.add_key(actor=self.actor, store=store, alias=given["alias"], files=files, at=timezone.now())
        return self._shown(uuid, status=201)

    @extend_schema(request={"multipart/form-data": KeyIn}, responses=KeystoreOut)
    @action(detail=True, methods=["put"], url_path="keys/<str:alias>")
    @sensitive_variables()
    def replace_key(self, request: Request, uuid: UUID, alias: str) -> Response:
        """Let another key stand under an alias. Proxies of every host that answers with it may need a
        redeploy.
        """
        store = access.get_keystore(self.actor, uuid, to=self.needed)
        files = _files(self.given(KeyIn))
        keystores.replace_key(actor=self.actor, store=store, alias=alias, files=files, at=timezone.now())
        return self._shown(uuid)

    @extend_schema(responses={204: None})
    @replace_key.mapping.delete
    def delete_key(self, request: Request, uuid: UUID, alias: str) -> Response:
        """Delete a key entry. Refused while a host or a deployment needs it."""
        store = access.get_keystore(self.actor, uuid, to=self.needed)
        keystores.in_use(store, alias)
        keystores.delete_key(actor=self.actor, store=store, alias=alias)
        return Response(status=204)

    def _shown(self, uuid: UUID, status: int = 200) -> Response:
        store = access.get_keystore(self.actor, uuid, to=self.needed)
        return Response(KeystoreOut(store).data, status=status)


@sensitive_variables()
def _files(given: dict[str, Any]) -> keystores.KeyFiles:
    sent = {name: contents([given[name]])[0][1] for name in _FILES if name in given}
    return keystores.KeyFiles(**sent, password=given.get("password", ""))
