create type app.project_module as enum (
    'signage.single_pole.direct_burial',
    'signage.single_pole.base_plate',
    'signage.two_pole.direct_burial'
);
comment on type app.project_module is 'The design module that made a payload.';
