"""Turn the references of a profile into secrets: once, at start.

Rules: every secret is there or the start is refused; the environment is read first, so that what is
run for another secret does not inherit it; two names of one reference share what was read.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from holdfast.config.secrets.from_command import from_command
from holdfast.config.secrets.from_environment import from_environment
from holdfast.config.secrets.from_file import from_file
from holdfast.config.secrets.from_prefect import from_prefect
from holdfast.config.secrets.reference import Place, Reference, Scheme, parse_reference
from holdfast.config.secrets.secret import Secret
from holdfast.config.secrets.sources import Sources

READERS: Mapping[Scheme, Callable[[Reference, Sources], Secret]] = MappingProxyType(
    {
        "env": from_environment,
        "file": from_file,
        "prefect": from_prefect,
        "command": from_command,
    }
)
ORDER = tuple(READERS)


def resolve(reference: Reference, sources: Sources) -> Secret:
    """Read one secret from where its reference says, or raise at the line that refers to it."""
    return READERS[reference.scheme](reference, sources)


def resolve_text(text: str, place: Place, sources: Sources) -> Secret:
    """Read the secret a setting refers to by its text; `place` is where the setting stands."""
    return resolve(parse_reference(text, place), sources)


def resolve_all(references: Mapping[str, Reference], sources: Sources) -> Mapping[str, Secret]:
    """Read every secret a profile refers to, by the name the profile gives it."""
    read: dict[str, Secret] = {}
    for reference in sorted(references.values(), key=lambda each: ORDER.index(each.scheme)):
        if str(reference) not in read:
            read[str(reference)] = resolve(reference, sources)
    return MappingProxyType({name: read[str(each)] for name, each in references.items()})
