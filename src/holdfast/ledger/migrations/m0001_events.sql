-- The truth: an append-only list of events, each linked to the one before it.
create table event (
    seq bigint not null,
    market_time bigint not null,
    recorded_at bigint not null,
    stream varchar not null,
    type varchar not null,
    version integer not null,
    payload varchar not null,
    chain_hash varchar not null
);

-- What the books are kept in; one row, written when the ledger is founded.
create table assets (base varchar not null, quote varchar not null);

-- Candles the desk traded on.
create table candles (
    opened_at bigint primary key,
    open decimal(38, 18) not null,
    high decimal(38, 18) not null,
    low decimal(38, 18) not null,
    close decimal(38, 18) not null,
    volume decimal(38, 18) not null
);
