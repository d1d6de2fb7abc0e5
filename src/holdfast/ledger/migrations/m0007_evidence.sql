create table evidence (
    seq bigint not null,
    market_time bigint not null,
    recorded_at bigint not null,
    kind varchar not null,
    name varchar not null,
    run varchar not null,
    step varchar not null,
    verdict varchar not null,
    expected varchar not null,
    observed varchar not null,
    artefact_sha varchar not null
);
