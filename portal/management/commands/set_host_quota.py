"""manage.py set_host_quota harbourline 10"""

from __future__ import annotations

from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actors import portal
from accounts.models import Account
from accounts.services import set_host_quota


def host_number(text: str) -> int:
    """A number of hosts: 0 to 10,000."""
    if not text.isdecimal() or int(text) > 10_000:
        raise ArgumentTypeError("give a number from 0 to 10000")
    return int(text)


class Command(BaseCommand):
    """Change how many hosts an account may have beside its default host."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("subdomain")
        parser.add_argument("quota", type=host_number)

    def handle(self, *args: Any, **options: Any) -> None:
        account = Account.objects.filter(subdomain=options["subdomain"]).first()
        if account is None:
            raise CommandError(f"No account with the subdomain “{options['subdomain']}”.")
        set_host_quota(actor=portal(account), quota=options["quota"])
        self.stdout.write(f"{account.name} may have {account.host_quota} hosts beside its default host.")
