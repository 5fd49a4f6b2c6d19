\connect shop
set role shop_app;

-- Synthetic and the same every time: nobody here exists, no card can be charged (4000 00… is a test range).
create function pg_temp.luhn_complete(payload text) returns text immutable language sql as $$
    select payload || (10 - sum(case when position % 2 = 1 then digit * 2 / 10 + digit * 2 % 10 else digit end) % 10) % 10
    from (select position, substr(payload, position, 1)::int as digit from generate_series(1, length(payload)) as position) as digits
$$;

insert into customers (name, email, phone, ssn, card_number, country, notes, created_at)
select first || ' ' || last,
       translate(lower(first || '.' || last || '.' || n || '@example.com'), 'éëá', 'eea'),
       format('+1-%s-555-01%s', 201 + n * 13 % 700, lpad((n % 100)::text, 2, '0')),
       format('%s-%s-%s', 100 + n * 37 % 500, lpad((1 + n * 7 % 99)::text, 2, '0'), lpad((1 + n * 31 % 9999)::text, 4, '0')),
       pg_temp.luhn_complete('400000' || lpad((n * 7919 % 1000000000)::text, 9, '0')),
       (array['US', 'CA', 'GB', 'DE', 'FR', 'ES', 'PT', 'NL'])[1 + n % 8],
       case n % 50
           when 1 then format('Prefers mail to %s@example.org.', lower(last))
           when 2 then format('Paid by phone with %s.', pg_temp.luhn_complete('400000' || lpad((n * 104729 % 1000000000)::text, 9, '0')))
           when 3 then 'Asked for an invoice in June.'
       end,
       timestamptz '2024-01-01 08:00:00+00' + n * interval '53 minutes'
from (
    select n,
           (array['Maria', 'José', 'Ingrid', 'Kenji', 'Amina', 'Lars', 'Chloë', 'Pavel', 'Aisha', 'Tomás', 'Yuki', 'Nadia', 'Olu', 'Sofia', 'Emre', 'Hana'])[1 + n % 16] as first,
           (array['Almeida', 'Berg', 'Castro', 'Dvorak', 'Evans', 'Fischer', 'Garcia', 'Haddad', 'Ivanova', 'Jensen', 'Kim', 'Larsen', 'Moreau', 'Nakamura', 'Okafor'])[1 + n / 16 % 15] as last
    from generate_series(1, 12000) as n
) as people;

insert into orders (customer_id, status, created_at)
select 1 + n * 7 % 12000,
       (array['open', 'paid', 'shipped', 'shipped', 'cancelled'])[1 + n % 5],
       timestamptz '2025-01-01 08:00:00+00' + n * interval '11 minutes'
from generate_series(1, 30000) as n;

insert into order_items (order_id, product, quantity, price)
select o.id,
       format('%s %s', (array['Oak', 'Steel', 'Linen', 'Glass', 'Cork'])[1 + kind % 5], (array['chair', 'lamp', 'table', 'shelf', 'tray', 'stool', 'vase', 'clock'])[1 + kind / 5]),
       1 + (o.id + line) % 3,
       5 + kind * 17 % 400 + 0.99
from orders o
cross join lateral generate_series(1, 1 + o.id::int % 3) as line
cross join lateral (select (o.id::int * 3 + line * 11) % 40 as kind) as product;

create index on orders (customer_id);
create index on order_items (order_id);
reset role;
analyze;
