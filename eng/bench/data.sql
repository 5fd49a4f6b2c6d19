-- 100,000 customers (about 14 MB as COPY text); one note in five has a card, a number or an address in it. customers_open is the same without masks.
create table customers (id int primary key, name text not null, ssn text, credit_card text, email text, phone text, birth date, address text, balance numeric(12,2), note text);
select setseed(0.42);
insert into customers
select i, 'Ada Lovelace ' || i % 977, ssn, card, mail, '+1-' || 201 + i % 700 || '-555-01' || lpad((i % 100)::text, 2, '0'),
       date '1940-01-01' + i % 24000, i % 999 + 1 || ' Main St, Oslo', round((random() * 55000 - 5000)::numeric, 2),
       case i % 10 when 3 then 'paid with ' || card || ' by phone' when 7 then 'ssn on file ' || ssn else 'renewal due, prefers mail' end
from (select i, lpad((1 + i % 665)::text, 3, '0') || '-' || lpad((1 + i % 99)::text, 2, '0') || '-' || lpad((1 + i % 9999)::text, 4, '0') as ssn,
             (array['4111 1111 1111 1111', '5500000000000004', '3782-822463-10005', '6011111111111117'])[1 + i % 4] as card,
             'ada.lovelace' || i || '@example.org' as mail
      from generate_series(1, 100000) i) as made;
create table customers_open (like customers including all);
insert into customers_open select * from customers order by id;
create table bench_in (like customers);
alter table pgbench_accounts set (autovacuum_enabled = off);
alter table pgbench_tellers set (autovacuum_enabled = off);
alter table pgbench_branches set (autovacuum_enabled = off);
alter table pgbench_history set (autovacuum_enabled = off);
vacuum analyze customers, customers_open;
select count(*) from pgbench_accounts;
