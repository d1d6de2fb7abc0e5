"""Load the profile a desk is asked to run, and find its folder."""

import hashlib
import os

from holdfast.config.folders import find_profiles, home
from holdfast.config.loader import load_profile
from holdfast.config.profile import Profile
from holdfast.ledger.paths import Runtime, runtime
from holdfast.wiring.live import DeskOptions


def profile_of(options: DeskOptions) -> Profile:
    """Load the profile the options name, with what they override."""
    return load_profile(
        options.profile,
        profiles=find_profiles(os.environ, named=options.profiles),
        environ=os.environ,
        overrides=options.overrides,
    )


def runtime_of(options: DeskOptions) -> Runtime:
    """Name the folders of the runtime the options lead to."""
    return runtime(profile_of(options).runtime, home(os.environ, named=options.profiles))


def desk_tag(profile: str) -> str:
    """Name a desk among all that record on one server, without telling where it lives."""
    place = f"{home(os.environ)}|{profile}"
    return f"desk:{hashlib.sha256(place.encode()).hexdigest()[:12]}"
