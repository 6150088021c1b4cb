-- A time-ordered UUID, version 7 (RFC 9562), on every supported server; PostgreSQL has its own from 18 on.
--
--     select ops.uuid_v7();
--     -- 01…-7…
--
create function ops.uuid_v7()
    returns uuid
    language sql
    volatile
    parallel safe
    return encode(
        set_bit(
            set_bit(
                overlay(
                    uuid_send(gen_random_uuid())
                    placing substring(int8send(floor(extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
                    from 1 for 6
                ),
                52, 1
            ),
            53, 1
        ),
        'hex'
    )::uuid;
comment on function ops.uuid_v7() is 'A time-ordered UUID, version 7, to the millisecond.';
