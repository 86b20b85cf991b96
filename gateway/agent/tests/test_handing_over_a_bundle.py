import json
import pickle
from pathlib import Path

import pytest

from gateway.agent.bundle import Bundle
from gateway.agent.directory import NodeDirectory
from gateway.translation.node import NodeHost
from gateway.translation.secret import Secret

HOST = NodeHost("a.test", "off", "00", "11")
FILES, KEYS = {"files/crt-1.pem": "c"}, {"files/key-1.pem": Secret("KEY")}
BUNDLE = Bundle("v1", {"resources": []}, {"resources": []}, FILES, KEYS, (HOST,))


def test_it_survives_the_disk(tmp_path: Path) -> None:
    BUNDLE.to_disk(tmp_path / "bundle.json")
    assert Bundle.from_disk(tmp_path / "bundle.json") == BUNDLE
    assert (tmp_path / "bundle.json").stat().st_mode & 0o777 == 0o600


def test_it_leaves_no_half_written_file_behind(tmp_path: Path) -> None:
    BUNDLE.to_disk(tmp_path / "bundle.json")
    assert [path.name for path in tmp_path.iterdir()] == ["bundle.json"]


def test_it_never_prints_a_key() -> None:
    for text in (repr(BUNDLE), str(BUNDLE), f"{BUNDLE.keys}", f"{Secret('KEY'):>20}"):
        assert "KEY" not in text
    with pytest.raises(TypeError):
        pickle.dumps(BUNDLE)
    with pytest.raises(TypeError):
        json.dumps(BUNDLE.keys)


@pytest.mark.parametrize("name", ["files/../live/lds.json", "live/lds.json", "files/", "/etc/passwd"])
def test_it_writes_nothing_outside_its_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not a file of a bundle"):
        NodeDirectory(tmp_path).path(name)
