"""`bin/contract`: the stories and many random chains against the real Envoy.

Exit status 1 when the model was dangerous once, refused needlessly too often, or the table has changed.
"""

import argparse
import secrets
import sys
import warnings

from certificates.pki.gateway.settings import Rendering

from .comparison import Tally, compare, random_cases
from .stories import all_stories
from .table import FILE, table

NEEDLESS_LIMIT = 0.03
_AT_ONCE = 500


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/contract", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the table of the stories anew")
    parser.add_argument("--random", type=int, default=20_000, help="random chains (20,000)")
    parser.add_argument("--seed", type=int, help="the first seed; each next one is one higher")
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # what cryptography thinks of odd certificates is known
    rows = compare(all_stories())
    tally, bad = Tally(), []
    tally.add(rows)
    print(f"stories\n{tally}")
    bad += tally.dangerous
    if options.write:
        FILE.write_text(table(rows))
    elif FILE.read_text() != table(rows):
        bad.append("The table of the stories has changed: bin/contract --write, then read the difference.")
    bad += _random(options.random, secrets.randbits(32) if options.seed is None else options.seed)
    print("\n".join(str(one) for one in bad))
    return 1 if bad else 0


def _random(count: int, seed: int) -> list[object]:
    tally = Tally()
    for done in range(0, count, _AT_ONCE):
        tally.add(compare(random_cases(seed, min(_AT_ONCE, count - done))))
        print(f"random, seed {seed}, {done + _AT_ONCE} of {count}\n{tally}", flush=True)
        seed += 1
    often = [r for r in Rendering if tally.share_needless(r) > NEEDLESS_LIMIT]
    return [*tally.dangerous, *(f"{r.value}: more than 3 % are refused needlessly" for r in often)]


if __name__ == "__main__":
    sys.exit(main())
