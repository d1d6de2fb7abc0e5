-- Each change of the regime's tier, and what a gate that is only watched would have kept back.
create table regime_tiers (
    seq bigint not null,
    market_time bigint not null,
    recorded_at bigint not null,
    before bigint not null,
    tier bigint not null,
    side varchar not null,
    regime varchar not null,
    confidence varchar not null,
    bias varchar not null,
    reason varchar not null,
    dwell bigint not null,
    acted boolean not null,
    model bigint not null
);
create table gate_shadows (
    seq bigint not null,
    market_time bigint not null,
    recorded_at bigint not null,
    gate varchar not null,
    leg varchar not null,
    entries bigint not null,
    slots varchar not null
);
