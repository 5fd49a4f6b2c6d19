using Hoop.Contracts.Operations;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Sql.Risks;
using Shouldly;
using Xunit;
using static Hoop.Ingress.Sql.Tests.Understanding.Ask;

namespace Hoop.Ingress.Sql.Tests.Risks;

/// <summary>Which words of a statement bring which effect, as the grammar has it.</summary>
public class RiskyPartsTests
{
    static readonly CatalogSnapshot Shop = Snapshot(
        [Table("public", "t", columns: ["id", "x"]), Table("public", "u", columns: ["id"])],
        Function("public", "harmless", "sql", 'i', "select 1"), Function("public", "clean_up", "plpythonu", 'v'));

    [Theory]
    [InlineData("delete from t", "delete: no WHERE: every row of t")]
    [InlineData("/* delete */ DELETE FROM ONLY public.t AS a", "DELETE: no WHERE: every row of public.t")]
    [InlineData("delete from t where 1 = 1 or id = 5 returning id", "where 1 = 1 or id = 5: true for every row of t")]
    [InlineData("update t set x = 'where' where (((id = id)))", "where (((id = id))): true for every row of t")]
    [InlineData("with d as (delete from t where true returning id) select * from d where id = 1", "where true: true for every row of t")]
    [InlineData("select 1; update t set x = (select 'a' where true)", "update: no WHERE: every row of t")]
    [InlineData("delete from t where exists (select 1 from u where id > 0) ;", "where exists (select 1 from u where id > 0): true for every row of t")]
    [InlineData("delete from t where id = 5", "")]
    public void All_rows_are_put_down_to_the_condition_or_to_the_verb_without_one(string sql, string expected) => Find(sql, Effects.MassWrite).ShouldBe(expected);

    [Theory]
    [InlineData("drop table public.t, u", "public.t: removes it | u: removes it")]
    [InlineData("drop table if exists \"t\" cascade", "\"t\": removes it | cascade: also removes all that depends on it")]
    [InlineData("drop view cascade cascade", "cascade: removes it | cascade: also removes all that depends on it")]
    [InlineData("drop function harmless(int), public.clean_up", "harmless: removes it | public.clean_up: removes it")]
    [InlineData("drop schema public", "public: removes it")]
    [InlineData("truncate t, only public.u restart identity cascade", "t: removes all its rows | public.u: removes all its rows | cascade: also empties every table that refers to it")]
    [InlineData("alter table t add y int, drop column x, drop if exists id cascade",
        "x: removes the column with its values | id: removes the column with its values | cascade: also removes all that depends on it")]
    public void What_is_removed_is_marked_by_name_and_a_cascade_by_its_word(string sql, string expected) => Find(sql, Effects.Destructive).ShouldBe(expected);

    [Theory]
    [InlineData("select x, 'pg_read_file', pg_catalog.pg_read_file('/etc/passwd') from t", Effects.FileAccess, "pg_catalog.pg_read_file: calls a function that does it")]
    [InlineData("select harmless(), public.clean_up(1)", Effects.Unknown, "public.clean_up: calls a function whose effects are not all known")]
    [InlineData("update t set x = query_to_xml('delete from u', true, true, '')::text where id = 1", Effects.Dynamic, "query_to_xml: calls a function that does it")]
    [InlineData("select ts_stat, (('x'::text).ts_stat).word from t ts_stat", Effects.Dynamic, "ts_stat: calls a function that does it")]
    [InlineData("select t.clean_up from t", Effects.Unknown, "t.clean_up: calls a function whose effects are not all known")]
    [InlineData("copy t from program 'rm -rf /'", Effects.CodeExec, "program 'rm -rf /': runs a program on the server")]
    [InlineData("copy (select 'from') to '/tmp/x'", Effects.FileAccess, "to '/tmp/x': a file of the server")]
    [InlineData("  grant all on t to public", Effects.Privilege, "grant: ")]
    [InlineData("do $$ begin delete from t; end $$", Effects.Dynamic, "do: ")]
    [InlineData("select * into copied from t", Effects.Ddl, "copied: makes a table of it")]
    public void Other_effects_are_put_down_to_what_brings_them(string sql, Effects effect, string expected) => Find(sql, effect).ShouldBe(expected);

    [Fact]
    public void Places_are_characters_also_behind_letters_of_several_bytes()
    {
        Find("select 'größe 😀'; /* ünï */ delete from t where 'ä' = 'ä'", Effects.MassWrite).ShouldBe("where 'ä' = 'ä': true for every row of t");
    }

    [Theory]
    [InlineData("delete from t; drop table u")]
    [InlineData("with a as (update t set x = 1 returning *), b as (insert into u select id from a returning *) select clean_up() from b")]
    [InlineData("merge into t using u on true when matched then delete when not matched then insert values (1)")]
    [InlineData("insert into t select * from u on conflict (id) do update set x = 'a'")]
    [InlineData("create table c as select * from t")]
    [InlineData("alter role bea superuser")]
    [InlineData("lock table t")]
    [InlineData("explain analyze delete from t")]
    [InlineData("refresh materialized view v")]
    public void Every_effect_but_reading_has_a_place(string sql)
    {
        var effects = Analyzer.Analyze(sql, Context(Shop)).Statements.Aggregate(Effects.None, (all, one) => all | one.Facts.Effects) & ~Effects.Read;

        RiskyParts.Find(sql, Context(Shop))!.Aggregate(Effects.None, (all, part) => all | part.Effect).ShouldBe(effects);
    }

    [Fact]
    public void A_text_that_does_not_parse_or_is_very_long_has_none()
    {
        RiskyParts.Find("delete fro t", Context(Shop)).ShouldBeNull();
        RiskyParts.Find($"delete from t /* {new string('x', 70_000)} */", Context(Shop)).ShouldBeNull();
    }

    static string Find(string sql, Effects effect) => string.Join(" | ", RiskyParts.Find(sql, Context(Shop))!
        .Where(part => part.Effect == effect).Select(part => $"{sql.Substring(part.Start, part.Length)}: {part.Why}"));
}
