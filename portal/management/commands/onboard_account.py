"""manage.py onboard_account "Harbourline" --subdomain harbourline --domain apis.harbourline.example
--administrator a@b.example
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts.actors import portal
from accounts.permissions import Role
from accounts.services import add_member
from portal.onboarding import onboard


class Command(BaseCommand):
    """Create an account with its keystore, its default host and its first administrator."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--subdomain", required=True)
        parser.add_argument("--domain", required=True, help="hosts are aliases under this DNS domain")
        parser.add_argument("--administrator", required=True, help="e-mail of the first administrator")
        parser.add_argument("--region", default="local")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            account = onboard(
                name=options["name"],
                subdomain=options["subdomain"],
                region=options["region"],
                gateway_domain=options["domain"],
            )
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        member, is_new = add_member(
            actor=portal(account), email=options["administrator"], full_name="", role=Role.ADMINISTRATOR
        )
        self.stdout.write(f"{account.name} is ready; its ID is {account.uuid}.")
        if is_new:
            where = [
                urlsafe_base64_encode(force_bytes(member.user.pk)),
                default_token_generator.make_token(member.user),
            ]
            url = settings.PORTAL_URL + reverse("password_reset_confirm", args=where)
            self.stdout.write(f"{member.user.email} chooses a password here: {url}")
