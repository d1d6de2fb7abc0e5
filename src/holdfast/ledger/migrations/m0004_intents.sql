-- One row for each step of an order's way to the venue, with the evidence for it.
create table intent_events (
    seq bigint not null,
    ordinal bigint not null,
    market_time bigint not null,
    recorded_at bigint not null,
    client_order_id varchar not null,
    before varchar,
    after varchar not null,
    evidence varchar not null,
    legal boolean not null,
    primary key (seq, ordinal)
);

-- Requests as they were about to leave, noted before they did.
create table submissions (
    seq bigint not null,
    market_time bigint not null,
    recorded_at bigint not null,
    client_order_id varchar not null,
    action varchar not null check (action in ('place', 'amend', 'cancel')),
    deadline bigint not null,
    epoch bigint not null,
    revision bigint not null,
    primary key (seq, client_order_id)
);

-- Modes, simulated orders, comparisons with the venue.
create table modes (
    seq bigint primary key,
    market_time bigint not null,
    recorded_at bigint not null,
    before varchar not null,
    after varchar not null,
    cause varchar not null,
    epoch bigint not null
);

create table simulated (
    seq bigint primary key,
    market_time bigint not null,
    recorded_at bigint not null,
    slot_id bigint not null,
    leg varchar not null,
    role varchar not null,
    side varchar not null,
    price varchar not null,
    size varchar not null
);

create table reconciliations (
    seq bigint primary key,
    market_time bigint not null,
    recorded_at bigint not null,
    result varchar not null,
    resent bigint not null,
    adopted bigint not null,
    filled bigint not null,
    ended bigint not null,
    unresolved bigint not null,
    calls bigint not null,
    foreign_orders varchar not null,
    gaps varchar not null
);
