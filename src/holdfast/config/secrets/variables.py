"""Name the variables of the environment that hold secrets of a profile, so that no one inherits them."""

import re

from holdfast.config.knob import spell
from holdfast.config.profile import Profile

REFERENCE = re.compile(r"secret://env/([A-Z_][A-Z0-9_]*)")
OF_PREFECT = frozenset({"PREFECT_API_KEY", "PREFECT_API_AUTH_STRING"})


def variables_of(profile: Profile) -> frozenset[str]:
    """List the variables its secrets, and references in its settings, are read from."""
    texts = [str(reference) for reference in profile.secrets.values()]
    texts += [spell(value) for _, value in profile.settings]
    # The server and its worker need to know each other whatever a profile says.
    return frozenset(name for text in texts for name in REFERENCE.findall(text)) - OF_PREFECT
