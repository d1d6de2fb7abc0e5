"""Change settings at an operator's word, by the same rules a profile is read by.

Rules: text in, a whole new `Settings` out; a value that does not fit, is not built or breaks a
relation is refused and nothing changes.
"""

from collections.abc import Mapping

from holdfast.config.errors import ConfigError
from holdfast.config.outside import from_command_line
from holdfast.config.relations import breaches
from holdfast.config.relations_risk import PAPER
from holdfast.config.settings import Settings


def amended(
    settings: Settings, changes: Mapping[str, str], venue: str = PAPER, symbol: str = ""
) -> Settings:
    """Make the settings that result from an operator's changes."""
    values = settings.model_dump() | {each.key: each.value for each in from_command_line(changes)}
    breach = next(breaches(values, venue, symbol), None)
    if breach is not None:
        raise ConfigError(
            breach.problem,
            key=f"settings.{breach.keys[0]}",
            allowed=breach.allowed,
            hint="choose another value",
        )
    return Settings.model_validate(values)
