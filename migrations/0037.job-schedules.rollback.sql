-- Accept again every schedule that has the form of one.

alter table ops.jobs drop constraint jobs_schedule_check;
alter table ops.jobs add constraint jobs_schedule_check check (
    schedule ~ '^([0-9*/,-]+ ){4}(\*|[a-z]{3}([,-][a-z]{3})*)$'
    and length(schedule) <= 200
) not valid;
alter table ops.jobs validate constraint jobs_schedule_check;

drop function ops.is_schedule(text);
