-- What only a superuser can give: done where one runs this, named where none does.
--
-- Runs before the migrations and changes nothing that is already right.

do $statements$
begin
    if exists (select from pg_extension where extname = 'pg_stat_statements') then
        return;
    end if;
    create extension pg_stat_statements with schema public;
exception
    when insufficient_privilege then
        raise warning using
            message = 'pg_stat_statements is not installed; statement statistics are missing',
            hint    = 'A superuser installs it by running sql/superuser.sql.';
end
$statements$;

do $attributes$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        if not (select rolreplication and rolbypassrls from pg_roles where rolname = 'eagle_backup') then
            raise warning using
                message = 'eagle_backup cannot stream or dump every row yet',
                hint    = 'A superuser gives it that by running sql/superuser.sql.';
        end if;
        return;
    end if;
    alter role eagle_backup with replication bypassrls inherit;
    alter role eagle_exporter with inherit;
    if not pg_has_role('eagle_backup', 'pg_read_all_data', 'member') then
        grant pg_read_all_data to eagle_backup;
    end if;
    if not pg_has_role('eagle_exporter', 'pg_monitor', 'member') then
        grant pg_monitor to eagle_exporter;
    end if;
end
$attributes$;
