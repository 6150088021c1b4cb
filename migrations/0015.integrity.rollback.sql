drop function ops.check_integrity(boolean);
drop function ops.find_capacity_faults();
drop function ops.find_object_faults();
drop function ops.find_row_faults(boolean);
