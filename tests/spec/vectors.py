"""The synthetic numbers every validator is held against."""

import json
from pathlib import Path
from typing import Any

VECTORS: dict[str, Any] = json.loads(
    Path(__file__).with_name("identity_number_vectors.json").read_text(encoding="utf-8")
)
