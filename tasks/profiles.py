"""Load the profile a desk is asked to run, and find its folder."""

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
