"""What keeps the checkout up to date with the platform's contract."""

import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "avista_digital_exchange_sdk"

# These tools must run when the generated code is missing or broken, to mend it. The SDK's own
# `__init__` imports that code, so an empty one stands in for it here.
_package = ModuleType(PACKAGE.name)
_package.__path__ = [str(PACKAGE)]
sys.modules[PACKAGE.name] = _package
