"""Say what the figures were measured on.

Rules: what is not known is called unknown; no name of the machine or of a person.
"""

import os
import platform
from pathlib import Path

CPU_FACTS = Path("/proc/cpuinfo")


def describe() -> str:
    """Name the processor, its cores, the system and Python in one line."""
    cores = os.cpu_count() or 0
    system = f"{platform.system()} {platform.machine()}"
    return f"{_processor()}, {cores} cores, {system}, Python {platform.python_version()}"


def load_average() -> float:
    """Say how many processes wanted to run in the last minute."""
    return round(os.getloadavg()[0], 2)


def _processor() -> str:
    if CPU_FACTS.exists():
        for line in CPU_FACTS.read_text().splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or "unknown processor"
