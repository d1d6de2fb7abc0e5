"""What the tables of signals, refusals and policies say of a story, and after a restart."""


def rows(ledger, sql):
    ledger.project()
    return ledger.cursor().execute(sql).fetchall()


def test_a_signal_has_one_row_with_how_far_it_came(filled):
    found = rows(
        filled, "select signal_id, state, asked, payload_sha from signals order by signal_id"
    )
    assert found == [
        ("1", "rejected", '{"reason":"x"}', "ab"),
        ("2", "done", '{"reason":"x"}', "ab"),
        ("3", "received", "{}", "ab"),
    ]


def test_a_refusal_keeps_all_its_codes(filled):
    found = rows(filled, "select slot_id, leg, code, codes, allowed, observed from risk_refusals")
    assert found == [(0, "B", "order_notional", "order_notional,reserve", "10", "11")]


def test_a_limit_is_kept_from_its_setting_to_its_end(filled):
    found = rows(
        filled,
        "select field, value, approver, ended_seq is null, ended_reason from policies"
        " order by set_seq, field",
    )
    assert found == [
        ("daily_loss_limit", "3", "", False, "less"),
        ("max_leverage", "1", "", False, "less"),
        ("daily_loss_limit", "2", "bob", True, None),
    ]


def test_rows_that_may_still_change_come_back_after_a_restart(filled, opened):
    filled.close()
    live = opened()._projector.live
    assert set(live.signals) == {("desk9", "3")}
    assert set(live.policies) == {("chat:1", "daily_loss_limit")}
