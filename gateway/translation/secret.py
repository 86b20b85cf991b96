"""A text that cannot print itself: for private keys on their way to a gateway's disk."""

from typing import NoReturn


class Secret:
    """Holds a text; `reveal()` is the only way to it. repr, str and format show a mask, pickling raises
    TypeError (and so does json.dumps, which knows no such type). Two secrets are equal when their texts
    are."""

    __slots__ = ("__text",)

    def __init__(self, text: str) -> None:
        self.__text = text

    def reveal(self) -> str:
        return self.__text

    def __repr__(self) -> str:
        return "Secret(•••)"

    def __str__(self) -> str:
        return "•••"

    def __format__(self, spec: str) -> str:
        return "•••"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other.reveal() == self.__text

    def __hash__(self) -> int:
        return hash(self.__text)

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a secret is not pickled: pass the id of what holds it")
