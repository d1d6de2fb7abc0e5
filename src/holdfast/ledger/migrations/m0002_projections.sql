-- Typed tables folded from the events. Everything here can be dropped and folded again.
create table watermark (projected_to bigint not null);

insert into watermark values (0);

create table slots (
    slot_id bigint primary key,
    sticky boolean not null,
    phase varchar not null check (phase in ('S0', 'S1a', 'S1b', 'S2')),
    long_only boolean not null,
    short_only boolean not null,
    mode_source varchar not null,
    draining boolean not null,
    cycle_a bigint not null,
    cycle_b bigint not null,
    recoveries bigint not null,
    profit_pct decimal(38, 18) not null,
    net_profit decimal(38, 18) not null,
    settled decimal(38, 18) not null,
    fees decimal(38, 18) not null,
    realized_loss decimal(38, 18) not null,
    round_trips bigint not null,
    created_at bigint not null,
    retired_at bigint,
    updated_seq bigint not null,
    state varchar not null
);

create table orders (
    client_order_id varchar primary key,
    slot_id bigint not null,
    leg varchar not null check (leg in ('A', 'B')),
    role varchar not null check (role in ('entry', 'exit')),
    side varchar not null check (side in ('buy', 'sell')),
    cycle bigint not null,
    attempt bigint not null,
    local_id bigint not null,
    recovery_id bigint not null,
    revision bigint not null,
    price decimal(38, 18) not null,
    size decimal(38, 18) not null,
    hold decimal(38, 18) not null,
    filled decimal(38, 18) not null,
    cost decimal(38, 18) not null,
    fee decimal(38, 18) not null,
    status varchar not null check (
        status in (
            'placed', 'open', 'unknown', 'canceling', 'filled', 'canceled', 'expired', 'refused'
        )
    ),
    reason varchar not null,
    end_reason varchar not null,
    placed_seq bigint not null,
    placed_at bigint not null,
    acked_at bigint,
    ended_at bigint,
    updated_seq bigint not null
);

create table intents (
    seq bigint primary key,
    market_time bigint not null,
    kind varchar not null check (kind in ('place', 'reprice', 'cancel')),
    client_order_id varchar not null,
    slot_id bigint not null,
    revision bigint not null,
    price decimal(38, 18),
    size decimal(38, 18),
    reason varchar not null,
    status varchar not null check (
        status in ('created', 'accepted', 'refused', 'unknown', 'done')
    ),
    answered_at bigint
);

create table fills (
    seq bigint not null,
    market_time bigint not null,
    fill_id varchar primary key,
    client_order_id varchar not null,
    slot_id bigint not null,
    leg varchar not null,
    role varchar not null,
    side varchar not null,
    cycle bigint not null,
    recovery_id bigint not null,
    price decimal(38, 18) not null,
    size decimal(38, 18) not null,
    cost decimal(38, 18) not null,
    fee decimal(38, 18) not null,
    liquidity varchar not null,
    complete boolean not null,
    regime varchar,
    mark decimal(38, 18) not null
);

create table cycles (
    seq bigint not null,
    market_time bigint not null,
    slot_id bigint not null,
    leg varchar not null,
    cycle bigint not null,
    recovery_id bigint not null,
    entry_price decimal(38, 18) not null,
    exit_price decimal(38, 18) not null,
    size decimal(38, 18) not null,
    gross decimal(38, 18) not null,
    entry_fee decimal(38, 18) not null,
    exit_fee decimal(38, 18) not null,
    net decimal(38, 18) not null,
    settled decimal(38, 18) not null,
    quote_fee decimal(38, 18) not null,
    entry_time bigint not null,
    regime varchar,
    losses bigint not null,
    reason varchar not null,
    mark decimal(38, 18) not null
);

create table positions (
    position_id varchar primary key,
    slot_id bigint not null,
    leg varchar not null check (leg in ('A', 'B')),
    cycle bigint not null,
    slot_mode varchar not null check (slot_mode in ('legacy', 'sticky', 'cycling', 'churner')),
    entry_price decimal(38, 18) not null,
    entry_cost decimal(38, 18) not null,
    entry_fee decimal(38, 18) not null,
    entry_size decimal(38, 18) not null,
    entry_time bigint not null,
    entry_regime varchar,
    original_exit_price decimal(38, 18) not null,
    target_profit_pct decimal(38, 18) not null,
    current_exit_price decimal(38, 18) not null,
    exit_order_id varchar,
    times_repriced bigint not null,
    status varchar not null check (status in ('open', 'closed')),
    exit_price decimal(38, 18),
    exit_cost decimal(38, 18),
    exit_fee decimal(38, 18),
    exit_time bigint,
    net_profit decimal(38, 18),
    close_reason varchar check (
        close_reason is null
        or close_reason in ('filled', 'written_off', 'soft_closed', 'cancelled')
    ),
    opened_seq bigint not null,
    updated_seq bigint not null,
    check (
        (
            status = 'open'
            and exit_price is null
            and exit_cost is null
            and exit_fee is null
            and exit_time is null
            and net_profit is null
            and close_reason is null
        )
        or (
            status = 'closed'
            and exit_price is not null
            and exit_cost is not null
            and exit_fee is not null
            and exit_time is not null
            and net_profit is not null
            and close_reason is not null
        )
    )
);

create table position_journal (
    seq bigint not null,
    ordinal bigint not null,
    market_time bigint not null,
    position_id varchar not null,
    slot_id bigint not null,
    event_type varchar not null check (
        event_type in (
            'created', 'repriced', 'filled', 'written_off', 'soft_closed', 'cancelled',
            'churner_profit', 'over_performance', 'operator_action', 'keep_holding'
        )
    ),
    details varchar not null,
    credit decimal(38, 18) not null check (credit >= 0),
    debit decimal(38, 18) not null check (debit >= 0),
    primary key (seq, ordinal)
);

create table entries (
    seq bigint not null,
    market_time bigint not null,
    account varchar not null,
    asset varchar not null,
    amount decimal(38, 18) not null
);

create table holds (
    set_seq bigint primary key,
    name varchar not null,
    reason varchar not null,
    set_at bigint not null,
    cleared_seq bigint,
    cleared_at bigint,
    cleared_reason varchar
);

create table sessions (
    started_seq bigint primary key,
    epoch bigint not null,
    started_at bigint not null,
    pid bigint not null,
    profile varchar not null,
    version_text varchar not null,
    stopped_at bigint,
    stop_reason varchar
);

create table ticks (
    seq bigint not null,
    market_time bigint not null,
    recorded_at bigint not null,
    tick bigint not null,
    mark decimal(38, 18),
    events bigint not null,
    fills bigint not null,
    orders bigint not null,
    orchestrated boolean not null,
    task_run varchar not null
);

create table commands (
    seq bigint not null,
    market_time bigint not null,
    recorded_at bigint not null,
    action varchar not null,
    arguments varchar not null,
    principal varchar not null,
    accepted boolean not null,
    message varchar not null
);

create table rules (
    seq bigint not null,
    market_time bigint not null,
    digest varchar not null,
    reason varchar not null,
    changes varchar not null
);
