\connect shop
-- The application owns its tables: what Hoop refuses below, the database alone would let it do.
set role shop_app;

create table customers (
    id          bigint generated always as identity primary key,
    name        text not null,
    email       text not null unique,
    phone       text not null,
    ssn         text not null,
    card_number text not null,
    country     text not null,
    notes       text,
    created_at  timestamptz not null
);

create table orders (
    id          bigint generated always as identity primary key,
    customer_id bigint not null references customers,
    status      text not null default 'open',
    created_at  timestamptz not null
);

create table order_items (
    id       bigint generated always as identity primary key,
    order_id bigint not null references orders on delete cascade,
    product  text not null,
    quantity int not null check (quantity > 0),
    price    numeric(10, 2) not null
);

-- Columns keep their masks through views, aliases and expressions.
create view customer_contacts as
    select id, name, email as contact, phone, country from customers;

create view order_totals as
    select o.id, o.customer_id, o.status, o.created_at, sum(i.quantity * i.price) as total
    from orders o join order_items i on i.order_id = o.id
    group by o.id;
