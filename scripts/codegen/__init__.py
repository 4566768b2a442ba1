"""Tools that keep the checkout up to date with the platform's schema."""

import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "avista_digital_exchange_sdk"

# These tools must run even if the generated code is missing or broken. The SDK's `__init__` imports
# that code, so it is replaced by an empty module here.
_package = ModuleType(PACKAGE.name)
_package.__path__ = [str(PACKAGE)]
sys.modules[PACKAGE.name] = _package
