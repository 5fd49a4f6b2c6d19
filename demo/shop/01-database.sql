-- The application's own role and database. The password comes from the environment of the server's set-up (SHOP_PASSWORD).
\getenv shop_password SHOP_PASSWORD
create role shop_app login password :'shop_password';
create database shop owner shop_app;
-- Only those who belong there may connect.
revoke connect on database shop, postgres from public;

\connect shop
revoke all on schema public from public;
alter schema public owner to shop_app;
