"""Let the listener's tests find their world."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
