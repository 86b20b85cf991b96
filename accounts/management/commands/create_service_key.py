"""manage.py create_service_key ACCOUNT --scope hosts:request --scope hosts:read"""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import keyfile
from accounts.actors import portal
from accounts.models import Account
from accounts.permissions import SCOPES
from accounts.services import create_service_key
from common.errors import DomainError


class Command(BaseCommand):
    """Create a service key and print it as JSON. The secret is shown this once."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account", help="the account's subdomain")
        parser.add_argument(
            "--scope", action="append", default=[], help="repeat for several; 'all' for every scope"
        )
        parser.add_argument("--name", default="command line", help="what the portal lists the key as")

    def handle(self, *args: Any, **options: Any) -> None:
        account = Account.objects.filter(subdomain=options["account"]).first()
        if account is None:
            known = ", ".join(Account.objects.values_list("subdomain", flat=True)) or "none yet"
            raise CommandError(f"No account has the subdomain “{options['account']}”. Known: {known}.")
        scopes = list(SCOPES) if options["scope"] == ["all"] else options["scope"]
        try:
            new = create_service_key(actor=portal(account), name=options["name"], scopes=scopes)
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(json.dumps(keyfile.document(new), indent=2))
