using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Sql.Understanding.Stored;
using Shouldly;
using Xunit;
using static Hoop.Ingress.Sql.Tests.Understanding.Ask;

namespace Hoop.Ingress.Sql.Tests.Understanding;

/// <summary>Bodies of functions and DO blocks: what they say is reported, and never less than they can do.</summary>
public class StoredCodeTests
{
    /// <summary>Every place of PL/pgSQL's grammar where an expression or a statement can stand, each with a function of its own.</summary>
    const string Everything = """
        <<top>>
        declare a int := f1(); r record; c cursor(k int) for select f2() from orders where id = k; list int[]; cur refcursor;
          fixed constant text not null default f3(); row orders%rowtype; z orders.id%type;
        begin
          a := f4(); a = f5(); list[f6()] := f7(); list[f8() + 1:f9()] = f10(); r.field := f11(); top.a := f12();
          select f13() into strict a from orders; insert into orders values (f14()) returning id into a;
          perform f15(); with q as (delete from gone returning *) select count(*) into a from q;
          if f16() then perform f17(); elsif f18() then perform f19(); else perform f20(); end if;
          case f21() when f22(), f23() then perform f24(); else perform f25(); end case;
          case when f26() then perform f27(); end case;
          loop exit when f28(); continue when f29(); perform f30(); end loop;
          while f31() loop perform f32(); end loop;
          for i in reverse f33()..f34() by f35() loop perform f36(); end loop;
          for r in select f37() loop perform f38(); end loop;
          for r in execute f39() using f40() loop perform f41(); end loop;
          for r in c(f42()) loop perform f43(); end loop;
          foreach a slice 0 in array f44() loop perform f45(); end loop;
          raise notice 'x %', f46() using hint = f47(); assert f48(), f49();
          open cur for select f50(); open cur for execute f51() using f52(); open c(f53());
          fetch relative f54() from cur into a; move forward f55() in cur; close cur;
          return query select f56(); return query execute f57() using f58();
          call f59(f60()); execute f61() into a using f62();
          declare inner int = f63(); begin perform f64(); exception when others then perform f65(); get stacked diagnostics fixed2 = message_text; end;
          do $x$ begin perform f66(); end $x$;
          return next f67();
          commit; rollback and chain;
        exception when division_by_zero or sqlstate '22012' then perform f68(); raise;
        end
        """;

    [Fact]
    public void No_expression_of_plpgsql_is_overlooked()
    {
        var code = FunctionReader.Read(new CatalogFunction(1, "public", "all", 'v', "plpgsql", false, null)
        {
            Definition = $"CREATE FUNCTION all_of_it(fixed2 text DEFAULT f69()) RETURNS SETOF integer LANGUAGE plpgsql AS $body${Everything}$body$",
        }).ShouldNotBeNull();
        code.RunsText.ShouldBeTrue();
        var text = string.Concat(code.Trees.Select(t => t.GetRawText()));
        for (var i = 1; i <= 69; i++)
            (i == 66 ? text.Contains("f66()") : text.Contains($"\"sval\":\"f{i}\"")).ShouldBeTrue($"f{i}");
        code.Variables.ShouldBeSubsetOf([.. code.Variables, "a"]);
        foreach (var name in (string[])["a", "r", "c", "k", "list", "cur", "fixed", "row", "z", "i", "inner", "top", "fixed2", "all_of_it"]) code.Variables.ShouldContain(name);
    }

    static CatalogSnapshot Shop(params CatalogFunction[] functions) => Snapshot([Table("public", "orders", columns: ["id", "paid"]), Table("public", "log")], functions);

    static string Called(params CatalogFunction[] functions) => Summary(Of("select f()", Context(Shop(functions))));

    static CatalogFunction Plpgsql(string body, char volatility = 's', string name = "f", bool definer = false) => 
        Function("public", name, "plpgsql", volatility, definer: definer) with { Definition = $"CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $body${body}$body$" };

    static CatalogFunction Created(string rest, string language = "sql", char volatility = 's') =>
        Function("public", "f", language, volatility) with { Definition = $"CREATE FUNCTION public.f{rest}" };

    [Theory]
    [InlineData("begin return 1; end", "execute public.f | read")]
    [InlineData("begin return (select max(id) from orders); end", "execute public.f, select public.orders | read")]
    [InlineData("begin delete from orders; end", "execute public.f, delete public.orders | read, write, masswrite")]
    [InlineData("begin if false then delete from orders where id = 1; end if; end", "execute public.f, delete public.orders | read, write")]
    [InlineData("begin return dblink('a', 'b'); end", "execute public.f, execute public.dblink | read, network, dynamic")]
    [InlineData("begin execute 'delete from ' || 'orders'; end", "execute public.f | read, dynamic")]
    [InlineData("begin return query execute 'select 1'; end", "execute public.f | read, unknown")] // it returns no set: the grammar says no
    [InlineData("begin nonsense; end", "execute public.f | read, unknown")]
    [InlineData("begin perform g(); end", "execute public.f, execute public.g | read, unknown")]
    [InlineData("begin create temp table orders (id int); delete from orders; end", "execute public.f, create pg_temp.orders, delete public.orders | read, write, masswrite, ddl")]
    public void A_plpgsql_function_is_as_good_as_its_body(string body, string expected) => Called(Plpgsql(body)).ShouldBe(expected);

    [Fact]
    public void A_function_that_may_change_something_stays_unknown_and_its_deeds_are_reported()
    {
        Called(Plpgsql("begin delete from orders where id = 1; end", 'v')).ShouldBe("execute public.f, ~delete public.orders | read, write, unknown");
        Called(Plpgsql("begin insert into log values (1); end", definer: true)).ShouldBe("execute public.f, ~insert public.log | read, write, unknown");
        Summary(Of("call f()", Context(Shop(Plpgsql("begin truncate orders; end", 'v'))))).ShouldBe("call public.f, ~truncate public.orders | write, masswrite, destructive, unknown");
    }

    [Fact]
    public void Functions_are_followed_into_functions_and_round_in_circles()
    {
        Called(Plpgsql("begin perform g(); end"), Plpgsql("begin perform h(); end", name: "g"), Plpgsql("begin delete from log where true; end", name: "h"))
            .ShouldBe("execute public.f, execute public.g, execute public.h, delete public.log | read, write, masswrite");
        Called(Plpgsql("begin perform f(); end")).ShouldBe("execute public.f | read, unknown");
        Called(Plpgsql("begin perform g(); end"), Plpgsql("begin perform f(); perform pg_read_file('x'); end", name: "g"))
            .ShouldBe("execute public.f, execute public.g, execute pg_catalog.pg_read_file | read, fileaccess, unknown");
    }

    [Fact]
    public void A_net_of_functions_does_not_keep_the_reader_busy()
    {
        var net = Enumerable.Range(0, 12).Select(i => Plpgsql($"begin {string.Concat(Enumerable.Repeat($"perform f{i + 1}();", 20))} end", name: i == 0 ? "f" : $"f{i}"))
            .Append(Plpgsql("begin truncate orders; end", name: "f12")).ToArray();
        Called(net).ShouldContain("unknown");
    }

    [Theory]
    [InlineData("(a text DEFAULT pg_read_file('/etc/passwd')) RETURNS text LANGUAGE sql STABLE AS $$ select a $$", "execute public.f, execute pg_catalog.pg_read_file | read, fileaccess")]
    [InlineData("() RETURNS int LANGUAGE sql STABLE BEGIN ATOMIC SELECT id FROM public.orders; END", "execute public.f, select public.orders | read")]
    [InlineData("() RETURNS text LANGUAGE sql STABLE RETURN pg_read_file('x')", "execute public.f, execute pg_catalog.pg_read_file | read, fileaccess")]
    [InlineData("() RETURNS int LANGUAGE sql STABLE SET search_path TO 'other', 'pg_temp' AS $$ select id from things $$", "execute public.f, select other.things | read")]
    [InlineData("() RETURNS int LANGUAGE sql STABLE SET role TO 'admin' AS $$ select 1 $$", "execute public.f | read, session, unknown")]
    [InlineData("() RETURNS int LANGUAGE sql STABLE SET standard_conforming_strings TO 'off' AS $$ select 1 $$", "execute public.f | read, session, unknown")]
    [InlineData("() RETURNS int LANGUAGE sql STABLE SET statement_timeout TO '1s' AS $$ select 1 $$", "execute public.f | read")]
    [InlineData("(everyone bool) RETURNS int LANGUAGE sql STABLE AS $$ delete from orders where everyone $$", "execute public.f, delete public.orders | read, write, masswrite")]
    public void All_of_a_functions_definition_counts(string rest, string expected) => Called(Created(rest)).ShouldBe(expected);

    [Fact]
    public void Untrusted_languages_run_code_and_aggregates_run_their_functions()
    {
        Called(Function("public", "f", "plpython3u", 's') with { Untrusted = true }).ShouldBe("execute public.f | read, codeexec, unknown");
        Called(Function("public", "f", "plperl", 's')).ShouldBe("execute public.f | read, unknown");
        Called(Function("public", "f", "internal", 'i')).ShouldBe("execute public.f | read, unknown");
        Called(Function("public", "f", "internal", 'i') with { Calls = ["public.step"] }, Plpgsql("begin delete from orders where id = 1; end", name: "step"))
            .ShouldBe("execute public.f, execute public.step, delete public.orders | read, write");
        Called(Function("public", "f", "internal", 'i') with { Calls = ["pg_catalog.int4pl"] }).ShouldBe("execute public.f | read");
    }
}
