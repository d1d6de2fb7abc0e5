"""Give a desk the policy of automatic release that its profile asks for, and take an older one away."""

from holdfast.config.profile import Profile
from holdfast.desk.desk import Desk
from holdfast.desk.policy import without
from holdfast.desk.release.auto import AutoRelease
from holdfast.desk.release.look import release_rules
from holdfast.engine.gates import Tier


def release_by(desk: Desk, profile: Profile) -> None:
    """Join the policy; a profile that allows no tier, and was draining nothing, needs none."""
    settings = profile.settings
    others = without(desk.policies, AutoRelease)
    wanted = release_rules(settings).tiers is not Tier.NONE or desk.books.panic_latched
    on_paper = profile.venue == "paper"
    seconds = float(settings.candle_seconds if on_paper else settings.poll_interval_seconds)
    policy = AutoRelease(desk, settings, seconds) if wanted else None
    desk.policies = others if policy is None else (*others, policy)
    desk.outlook.wakes_above = None if policy is None else policy.wakes_above
    desk.watch_again()
