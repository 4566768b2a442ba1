"""Write the table of the operations that each call sends, or check whether it is stale."""

import argparse
import json
import sys
from pathlib import Path

from avista_digital_exchange_sdk.contract import sdk_surface

from .recorder import record

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "src" / "avista_digital_exchange_sdk" / "contract" / sdk_surface.CALLS


def main() -> int:
    """Run the command line; the exit code is 1 if `--check` finds a stale table."""
    parser = argparse.ArgumentParser(prog="scripts/record", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit with 1 if the table is stale"
    )
    check = parser.parse_args().check
    text = json.dumps(record(), indent=2) + "\n"
    if TABLE.is_file() and TABLE.read_text("utf-8") == text:
        return 0
    if not check:
        TABLE.write_text(text, "utf-8")
    print(f"{'stale' if check else 'written'}: {TABLE.relative_to(ROOT)}")
    return 1 if check else 0


if __name__ == "__main__":
    sys.exit(main())
