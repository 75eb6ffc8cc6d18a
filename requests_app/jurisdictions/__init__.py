"""The catalogue of laws: one data file each."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from requests_app.jurisdictions.base import Regime, read

REGIMES: Mapping[str, Regime] = MappingProxyType({path.stem: read(path) for path in sorted(Path(__file__).parent.glob("*.yaml"))})
