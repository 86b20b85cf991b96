"""What can go wrong in the domain, said so that a person can act on it."""

from __future__ import annotations


class DomainError(Exception):
    """A refused act. Nothing was changed.

    `code` is stable and for machines, `message` is a sentence for people that ends with the remedy,
    `field` names the input it belongs to ("" when it belongs to none).
    """

    status = 400

    def __init__(self, code: str, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field


class Conflict(DomainError):
    """The object is not in the state that the act needs, or somebody was faster."""

    status = 409


class Forbidden(DomainError):
    """The person belongs to the account, and their role does not allow the act."""

    status = 403


class NotFound(DomainError):
    """Absent, or of another account: the two look alike on purpose."""

    status = 404

    def __init__(self, what: str, sentence: str = "") -> None:
        """`sentence`: what to say where there is no account to speak of."""
        super().__init__("not_found", sentence or f"No such {what} in this account.")
