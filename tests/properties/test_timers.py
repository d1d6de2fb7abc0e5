"""The heap of due times says what a plain dictionary of them would."""

from hypothesis import given
from hypothesis import strategies as st
from slot_story import SlotStory
from strategies import SECOND

from holdfast.engine.rules import NEVER
from holdfast.engine.timers import Timers, due_time

acts = st.lists(
    st.one_of(
        st.tuples(st.just("set"), st.integers(0, 8), st.one_of(st.integers(0, 50), st.just(NEVER))),
        st.tuples(st.just("ripe"), st.integers(0, 60), st.none()),
    ),
    max_size=60,
)


@given(acts=acts)
def test_timers_say_what_a_plain_dictionary_says(acts):
    timers, plain = Timers(), {}
    for verb, one, due in acts:
        if verb == "ripe":
            expected = sorted(slot for slot, when in plain.items() if when <= one)
            assert timers.ripe(one) == expected
            plain = {slot: when for slot, when in plain.items() if when > one}
        elif due == NEVER:
            timers.set(one, due)
            plain.pop(one, None)
        else:
            timers.set(one, due)
            plain[one] = due
        assert timers.next() == min(plain.values(), default=NEVER)


@given(wait=st.integers(0, 5000), sticky=st.booleans(), leg=st.sampled_from(["A", "B"]))
def test_a_due_time_is_never_in_the_past_and_never_after_the_rule(wait, sticky, leg):
    story = SlotStory(sticky=sticky, reentry_cooldown=60 * SECOND)
    story.enter()
    story.fill(leg)
    opened = story.now
    story.wait(wait)
    due = due_time(story.slot, story.rules, story.now)
    assert due > story.now
    if sticky:
        assert due == NEVER
    else:
        assert due == max(story.now + 1, opened + 1350 * SECOND)
