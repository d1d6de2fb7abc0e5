"""Watch the files of a profile and hand what changed to the desk, whole or not at all."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from holdfast.config.errors import ConfigError
from holdfast.config.loader import load_profile
from holdfast.config.profile import Profile
from holdfast.config.watch import ProfileWatch, diff, restart_keys
from holdfast.desk.control.verb_slots import slot_plan
from holdfast.desk.desk import Desk
from holdfast.desk.leftovers import leftovers
from holdfast.desk.reload import PENDING, REFUSED, TAKEN, open_exits, take_up
from holdfast.domain.bookkeeping import ReloadNoted
from holdfast.domain.money import Instrument
from holdfast.engine.capacity import Fit
from holdfast.redaction.redactor import REDACTOR
from holdfast.telemetry import log
from holdfast.wiring.releases import release_by
from holdfast.wiring.rules import policy_of
from holdfast.wiring.sizing import shape_entries

HEAD = ("runtime", "env", "venue", "symbol", "secrets", "secret_commands", "allowed_accounts")


class ReloadState(msgspec.Struct, kw_only=True):
    """What became of the last edit, for status."""

    result: str = ""
    detail: str = ""
    pending: tuple[str, ...] = ()


class Reloader:
    """Looks once a tick; the desk keeps its last good profile whatever is in the file."""

    def __init__(
        self,
        profile: Profile,
        profiles: Path,
        overrides: Mapping[str, str],
        restart: Callable[[], None],
        *adopters: Callable[[Desk, Profile], None],
    ) -> None:
        self.profile = profile
        self.state = ReloadState()
        self._profiles = profiles
        self._overrides = overrides
        self._restart = restart
        self._adopters = adopters
        self._watch = ProfileWatch(profile.files)

    def __call__(self, desk: Desk) -> None:
        """Take up a settled edit, or say why not."""
        if not self._watch.changed():
            return
        try:
            edited = load_profile(
                self.profile.path,
                profiles=self._profiles,
                environ=os.environ,
                overrides=self._overrides,
            )
        except ConfigError as error:
            self._answer(desk, REFUSED, str(error), {})
            return
        self._watch = ProfileWatch(edited.files)
        self._weigh(desk, edited)

    def _weigh(self, desk: Desk, edited: Profile) -> None:
        changes = diff(self.profile.settings, edited.settings)
        problem = self._problem(desk, edited, changes)
        restart = restart_keys(changes)
        if problem:
            self._answer(desk, REFUSED, problem, changes)
        elif restart:
            self.state.pending = restart
            self._answer(desk, PENDING, f"needs a restart: {', '.join(restart)}", changes)
            self._restart()
        elif changes:
            self._take(desk, edited, changes)

    def _take(self, desk: Desk, edited: Profile, changes: Mapping[str, tuple[str, str]]) -> None:
        policy = policy_of(edited, desk.rules.genesis, self._instrument(desk))
        take_up(
            desk,
            rules=policy.rules,
            sizing=policy.sizing,
            limits=policy.limits,
            slots=policy.slots,
            sticky=policy.sticky,
            changes=changes,
            reason=f"profile {edited.name} was edited",
        )
        self.profile = edited
        shape_entries(desk, edited.settings)
        for adopt in self._adopters:
            adopt(desk, edited)
        release_by(desk, edited)
        self.state = ReloadState(result=TAKEN, detail=", ".join(sorted(changes)))
        log.info(f"profile {edited.name}: took up {', '.join(sorted(changes))}")

    def _instrument(self, desk: Desk) -> Instrument | None:
        return None if self.profile.venue == "paper" else desk.rules.instrument

    def _problem(self, desk: Desk, edited: Profile, changes: Mapping[str, tuple[str, str]]) -> str:
        moved = [name for name in HEAD if getattr(edited, name) != getattr(self.profile, name)]
        if moved:
            return f"{', '.join(moved)} cannot change while a desk runs; do: stop the desk first"
        if edited.settings.legacy_orphans == "removed" and (found := leftovers(desk.books)):
            return found
        plan = slot_plan(edited.settings.slots, edited)
        grows = edited.settings.slots > self.profile.settings.slots
        if grows and plan.fit is Fit.REFUSED:
            return f"slots: {'; '.join(plan.reasons)}; do: ask for fewer slots or raise the cap"
        cycling = not edited.settings.sticky_mode_enabled
        if "sticky_mode_enabled" in changes and cycling and open_exits(desk):
            return (
                "sticky_mode_enabled: exits are open and would age as orphans; do: switch slots "
                "one by one with toggle_sticky and confirm=true"
            )
        return ""

    def _answer(
        self, desk: Desk, result: str, detail: str, changes: Mapping[str, tuple[str, str]]
    ) -> None:
        self.state.result, self.state.detail = result, detail
        log.warning(f"profile edit {result}: {detail}")
        note = ReloadNoted(result=result, detail=detail, changes=dict(changes))
        desk.note(REDACTOR.note(note))
