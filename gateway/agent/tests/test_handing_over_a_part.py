import json
import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.agent.bundle import Note, Part, Wanted, write_private
from gateway.agent.directory import NodeDirectory
from gateway.translation.canonical import sha256
from gateway.translation.node import NodeHost
from gateway.translation.secret import Secret

HOST = NodeHost("a.test", "off", "00", "11")
CRT = f"files/crt-{sha256('c')}.pem"
NOTE = Note("ab" * 32, {"a.test": "{}"}, {}, (HOST,), (CRT, "files/key-1.pem"))
PART = Part(NOTE, {CRT: "c"}, {"files/key-1.pem": Secret("KEY")})


def test_it_survives_the_way() -> None:
    assert Part.from_text(PART.revealed()) == PART


@pytest.mark.parametrize("cut", [1, 20, 200])
def test_it_refuses_a_truncated_part(cut: int) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Part.from_text(PART.revealed()[:-cut])


def test_it_refuses_a_certificate_file_whose_content_is_another() -> None:
    with pytest.raises(ValueError, match="does not hold what its name says"):
        Part.from_text(replace(PART, files={CRT: "d"}).revealed())


def test_it_refuses_a_part_that_lacks_a_file() -> None:
    with pytest.raises(ValueError, match="files are missing"):
        Part.from_text(replace(PART, keys={}).revealed())


@pytest.mark.parametrize("digest", ["../../etc/passwd", "", "AB" * 32])
def test_it_takes_only_a_digest_for_the_name_of_a_part(digest: str) -> None:
    with pytest.raises(ValueError, match="not a digest"):
        Wanted.from_json({"address": "127.0.0.1", "port": 1, "digests": [digest]})


def test_it_leaves_no_half_written_file_behind(tmp_path: Path) -> None:
    write_private(tmp_path / "part.json", PART.revealed())
    assert [path.name for path in tmp_path.iterdir()] == ["part.json"]
    assert (tmp_path / "part.json").stat().st_mode & 0o777 == 0o600


def test_it_never_prints_a_key() -> None:
    for text in (repr(PART), str(PART), f"{PART.keys}", f"{Secret('KEY'):>20}"):
        assert "KEY" not in text
    with pytest.raises(TypeError):
        pickle.dumps(PART)
    with pytest.raises(TypeError):
        json.dumps(PART.keys)


@pytest.mark.parametrize("name", ["files/../live/lds.json", "live/lds.json", "files/", "/etc/passwd"])
def test_it_writes_nothing_outside_its_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not a file of a part"):
        NodeDirectory(tmp_path).path(name)
