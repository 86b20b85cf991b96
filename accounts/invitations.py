"""Links by e-mail with which people set their password: the first one, or another."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from common.counting import count

from .models import Member, User

LINKS_AN_HOUR = 5


class PasswordLinkForm(PasswordResetForm):
    """Django's form, for people who never had a password, too: nobody here signs in by other means."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "E-mail"

    def clean_email(self) -> str:
        """Nobody's mailbox is filled by others: a few links an hour for one address."""
        email = self.cleaned_data["email"].lower()
        digest = hashlib.sha256(email.encode()).hexdigest()
        if count(f"password-links:{digest}", 3600) > LINKS_AN_HOUR:
            raise ValidationError("Links were sent to this address already. Look for them, or wait an hour.")
        return email

    def get_users(self, email: str) -> Iterable[User]:
        """The active person with this address, in any case of its letters."""
        return User.objects.filter(email=email.lower(), is_active=True)

    def save(self, **options: Any) -> None:
        """Send the link. It leads to the portal's own address, whatever the request's Host header says."""
        portal = urlsplit(settings.PORTAL_URL)
        options |= {"domain_override": portal.netloc, "use_https": portal.scheme == "https"}
        super().save(**options | {"extra_email_context": {"days": _days()}})


def password_link(user: User) -> str:
    """The address under which a person sets a password. Whoever has it becomes them:
    mail it, show it to nobody.
    """
    where = [urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)]
    return settings.PORTAL_URL + reverse("password_reset_confirm", args=where)


def invite(member: Member, by: str) -> None:
    """Send a new person the link with which they set their first password. `by`: who added them.

    Raises OSError (smtplib's errors are of its kin) when the e-mail cannot be handed over.
    """
    user = member.user
    context = {
        "user": user,
        "account": member.account,
        "role": member.get_role_display(),
        "by": by,
        "url": password_link(user),
        "days": _days(),
    }
    subject = " ".join(render_to_string("accounts/invitation_subject.txt", context).split())
    send_mail(subject, render_to_string("accounts/invitation_email.txt", context), None, [user.email])


def _days() -> int:
    return settings.PASSWORD_RESET_TIMEOUT // 86400
