"""manage.py onboard_account "Harbourline" --subdomain harbourline --domain apis.harbourline.example
--administrator a@b.example
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.actors import portal
from accounts.invitations import password_link
from accounts.permissions import Role
from accounts.services import add_member
from portal.onboarding import onboard

from .set_host_quota import host_number


class Command(BaseCommand):
    """Create an account with its keystore, its default host and its first administrator."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--subdomain", required=True)
        parser.add_argument("--domain", required=True, help="hosts are aliases under this DNS domain")
        parser.add_argument("--administrator", required=True, help="e-mail of the first administrator")
        parser.add_argument("--region", default="local")
        parser.add_argument("--host-quota", type=host_number, help="hosts beside the default host")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            account = onboard(
                name=options["name"],
                subdomain=options["subdomain"],
                region=options["region"],
                gateway_domain=options["domain"],
                host_quota=options["host_quota"],
            )
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        member, is_new = add_member(
            actor=portal(account), email=options["administrator"], full_name="", role=Role.ADMINISTRATOR
        )
        self.stdout.write(f"{account.name} is ready; its ID is {account.uuid}.")
        if is_new:
            self.stdout.write(f"{member.user.email} chooses a password here: {password_link(member.user)}")
