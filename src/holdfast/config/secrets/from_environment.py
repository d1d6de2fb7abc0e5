"""Read a secret from the environment, and take it out of there.

Rules: once read, the variable is gone, so that no child of the desk, no error reporter and no command
inherits it. (What the kernel shows of a process's first environment stays until the process ends;
a file is the better source.)
"""

from holdfast.config.secrets.reference import Reference
from holdfast.config.secrets.secret import Secret
from holdfast.config.secrets.sources import Sources, held


def from_environment(reference: Reference, sources: Sources) -> Secret:
    """Take the variable a reference names."""
    value = sources.environ.get(reference.name)
    if value is None:
        problem = f"the variable {reference.name} is not set"
        hint = "set it for the desk's process alone, or use secret://file/PATH"
        raise reference.place.fault(problem, hint=hint)
    secret = held(value.encode(), reference.place, f"the variable {reference.name}")
    del sources.environ[reference.name]
    return secret
