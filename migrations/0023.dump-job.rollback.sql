delete from ops.jobs where job = 'backup-dump';
