from common.words import few


def test_it_names_the_first_ones_and_counts_the_rest():
    assert few(["a", "b"]) == "a, b"
    assert few(["a", "b", "c", "d"], 2) == "a, b and 2 more"
