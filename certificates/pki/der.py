"""Just enough DER to see where an element ends; everything deeper is left to `cryptography`.

Source: ITU-T X.690, sections 8.1.2 to 8.1.5.
"""

from dataclasses import dataclass

INTEGER, OCTET_STRING, OID, SEQUENCE, SET = 0x02, 0x04, 0x06, 0x30, 0x31


@dataclass(frozen=True)
class Element:
    """Where one element lies in the bytes it was found in: `start` <= `body` <= `end`, all offsets.

    `end` may lie beyond the data: then the element is cut off. An indefinite length (BER, seen in PKCS#7
    files) reaches to the end of the data.
    """

    tag: int
    start: int
    body: int
    end: int


def element(data: bytes, start: int = 0) -> Element | None:
    """The element that begins at `start`, or None if no header can be read there."""
    if start + 2 > len(data):
        return None
    tag, length = data[start], data[start + 1]
    body = start + 2
    if length == 0x80:
        return Element(tag, start, body, len(data))
    if length > 0x80:
        size = length & 0x7F
        if size > 8 or body + size > len(data):
            return None
        length = int.from_bytes(data[body : body + size], "big")
        body += size
    return Element(tag, start, body, body + length)


def children(data: bytes, parent: Element, limit: int) -> list[Element]:
    """The first `limit` elements inside `parent`; fewer if they end or cannot be read."""
    found: list[Element] = []
    at = parent.body
    while len(found) < limit and at < min(parent.end, len(data)):
        child = element(data, at)
        if child is None:
            break
        found.append(child)
        at = child.end
    return found
