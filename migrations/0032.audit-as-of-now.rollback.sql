-- Nothing is undone: what was recorded is true, and goes with ops.evidence in the undo of 0031.
select;
