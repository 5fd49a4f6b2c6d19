namespace Hoop.AppHost;

static class Tour
{
    public static void Print(Demo demo, EndpointReference postgres, EndpointReference portal) => Console.Out.WriteLine($"""

        Hoop is ready

          An agent's own Postgres client, with its access token as the password:
            export PGPASSWORD=$(./hoop token --as reporting-agent)
            psql "host={postgres.Host} port={postgres.Port} user=reporting-agent dbname=shop sslmode=require"

          and in psql:
            select name, email, ssn, card_number from customers limit 3;   -- masked
            select count(*) from orders;                                   -- plain
            drop table customers;                                          -- refused, says why
            delete from orders where id = 1;                               -- waits for bea

          Approve it in the portal   {portal.Url}   (sign in as bea)
          or in another terminal     ./hoop requests list --as bea
          Look under the bonnet      {demo.StatusUrl}

        Ctrl-C stops everything.
        """);
}
