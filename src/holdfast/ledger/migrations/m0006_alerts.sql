-- Alerts from their beginning to their end, folded from the notes of the desk.
create table alerts (
    began_seq bigint primary key,
    name varchar not null,
    severity varchar not null,
    detail varchar not null,
    market_time bigint not null,
    began_at bigint not null,
    ended_seq bigint,
    ended_at bigint
);
