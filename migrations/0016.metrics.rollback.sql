drop function ops.metrics();
