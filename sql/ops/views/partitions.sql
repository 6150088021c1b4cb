create view ops.partitions as
select
    format('%I.%I', parent_namespace.nspname, parent.relname) as relation,
    format('%I.%I', namespace.nspname, partition.relname) as partition,
    ops.partition_bounds(partition.oid) as bounds,
    case
        when bound.parts is not null and bound.parts[1] = 'MINVALUE' then '-infinity'::timestamptz
        else btrim(bound.parts[1], '''')::timestamptz
    end as starts_at,
    case
        when bound.parts is not null and bound.parts[2] = 'MAXVALUE' then 'infinity'::timestamptz
        else btrim(bound.parts[2], '''')::timestamptz
    end as ends_at,
    greatest(partition.reltuples, 0)::bigint as estimated_rows,
    pg_total_relation_size(partition.oid) as total_bytes
  from pg_inherits as inherits
  join pg_class as partition on partition.oid = inherits.inhrelid
  join pg_namespace as namespace on namespace.oid = partition.relnamespace
  join pg_class as parent on parent.oid = inherits.inhparent
  join pg_namespace as parent_namespace on parent_namespace.oid = parent.relnamespace
  join pg_partitioned_table as strategy on strategy.partrelid = parent.oid
  left join lateral regexp_match(
      case when strategy.partstrat = 'r' then ops.partition_bounds(partition.oid) end,
      '^FOR VALUES FROM \((MINVALUE|''[^'']*'')\) TO \((MAXVALUE|''[^'']*'')\)$'
  ) as bound (parts) on true
 where partition.relispartition
   and partition.relkind = 'r'
   and parent_namespace.nspname in ('app', 'ops');

comment on view ops.partitions is
    'Every partition with its bounds and size, read from the catalogue.';
comment on column ops.partitions.relation is 'The partitioned table.';
comment on column ops.partitions.partition is 'The partition.';
comment on column ops.partitions.bounds is 'Which rows it holds.';
comment on column ops.partitions.starts_at is
    'First time it holds, where it is partitioned by time.';
comment on column ops.partitions.ends_at is 'First time after it, where it is partitioned by time.';
comment on column ops.partitions.estimated_rows is 'Rows as of the last analyze.';
comment on column ops.partitions.total_bytes is 'Size with indexes, in bytes.';
