-- Tables of signals, refused orders and limits of principals, folded from the events.
create table signals (
    received_seq bigint primary key,
    source varchar not null,
    signal_id varchar not null,
    payload_sha varchar not null,
    kind varchar not null,
    asked varchar not null,
    state varchar not null check (
        state in ('received', 'evaluated', 'rejected', 'intent_created', 'done')
    ),
    detail varchar not null,
    received_at bigint not null,
    updated_at bigint not null,
    updated_seq bigint not null
);

create table risk_refusals (
    seq bigint primary key,
    market_time bigint not null,
    recorded_at bigint not null,
    slot_id bigint not null,
    leg varchar not null,
    code varchar not null,
    codes varchar not null,
    allowed varchar not null,
    observed varchar not null,
    policy varchar not null
);

create table policies (
    limit_id varchar primary key,
    set_seq bigint not null,
    principal varchar not null,
    field varchar not null,
    value varchar not null,
    reason varchar not null,
    approver varchar not null,
    set_at bigint not null,
    ended_seq bigint,
    ended_at bigint,
    ended_reason varchar
);
