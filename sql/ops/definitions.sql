-- What the migrations have left is recorded, to be compared with what is there later.
select ops.record_definitions();
analyze ops.recorded_definitions;
