using Hoop.Ingress.Sql.Tests.Templates;
using Shouldly;
using Xunit;
using static Hoop.Ingress.Sql.Tests.Understanding.Ask;

namespace Hoop.Ingress.Sql.Tests.Secrets;

/// <summary>Literals that are secrets by the place they stand in are shown to nobody.</summary>
public class SqlSecretsTests
{
    [Theory]
    [InlineData("alter role app password 'CANARY'", "alter role app password '***'")]
    [InlineData("ALTER USER app WITH ENCRYPTED PASSWORD /* x */ 'CAN''ARY' VALID UNTIL '2030-01-01'", "ALTER USER app WITH ENCRYPTED PASSWORD /* x */ '***' VALID UNTIL '2030-01-01'")]
    [InlineData("create role app login password E'CAN\\'ARY' connection limit 5", "create role app login password '***' connection limit 5")]
    [InlineData("create user app password $$CANARY$$ createdb", "create user app password '***' createdb")]
    [InlineData("create user app password U&'CAN!0041RY' uescape '!'", "create user app password '***'")]
    [InlineData("alter role app password 'CAN'\n  'ARY'", "alter role app password '***'")]
    [InlineData("alter role \"grün €\" password 'CANARY'; select 'ä'", "alter role \"grün €\" password '***'; select 'ä'")]
    [InlineData("select 'password'; create user a password 'CANARY'; alter user b password 'CANARY2'", "select 'password'; create user a password '***'; alter user b password '***'")]
    [InlineData("create user mapping for app server s options (user 'app', password 'CANARY')", "create user mapping for app server s options (user 'app', password '***')")]
    [InlineData("alter user mapping for app server s options (set password 'CANARY', add \"session\" 'CANARY', drop x)", "alter user mapping for app server s options (set password '***', add \"session\" '***', drop x)")]
    [InlineData("create server s foreign data wrapper w options (host 'h', \"secret_access_key\" 'CANARY')", "create server s foreign data wrapper w options (host 'h', \"secret_access_key\" '***')")]
    [InlineData("alter server s options (add api_token 'CANARY', set host 'h')", "alter server s options (add api_token '***', set host 'h')")]
    [InlineData("create foreign table t (x int options (column_name 'y')) server s options (passwd 'CANARY')", "create foreign table t (x int options (column_name 'y')) server s options (passwd '***')")]
    [InlineData("alter foreign table t options (set password 'CANARY')", "alter foreign table t options (set password '***')")]
    [InlineData("create subscription s connection 'host=h password=CANARY' publication p", "create subscription s connection '***' publication p")]
    [InlineData("select 1; alter subscription connection connection 'CANARY'", "select 1; alter subscription connection connection '***'")]
    [InlineData("set app.password = 'CANARY'", "set app.password = '***'")]
    [InlineData("set local app.api_key to CANARY, 'CANARY'", "set local app.api_key to '***', '***'")]
    [InlineData("alter role app set app.secret = 'CANARY'", "alter role app set app.secret = '***'")]
    [InlineData("alter system set primary_conninfo = 'password=CANARY'", "alter system set primary_conninfo = '***'")]
    [InlineData("create function f() returns int language sql set app.token = 'CANARY' as 'select 1'", "create function f() returns int language sql set app.token = '***' as 'select 1'")]
    [InlineData("select set_config('app.password', 'CANARY', false)", "select set_config('app.password', '***', false)")]
    [InlineData("select pgp_sym_encrypt(name, 'CANARY'::text) from customers where id = 5", "select pgp_sym_encrypt(name, '***'::text) from customers where id = 5")]
    [InlineData("insert into t values (1, public.pgp_sym_encrypt('CANARY', 'CAN' || 'ARY', 'cipher-algo=aes256'))", "insert into t values (1, public.pgp_sym_encrypt('***', '***' || '***', 'cipher-algo=aes256'))")]
    [InlineData("select pgp_sym_decrypt(x, psw => 'CANARY') from t", "select pgp_sym_decrypt(x, psw => '***') from t")]
    [InlineData("select encrypt('CANARY', E'\\\\xCANARY', 'aes'), hmac('data', 'CANARY', 'sha256')", "select encrypt('***', '***', 'aes'), hmac('data', '***', 'sha256')")]
    [InlineData("select 1 from users where hash = crypt('CANARY', hash)", "select 1 from users where hash = crypt('***', hash)")]
    [InlineData("select login(name => 'a', password => 'CANARY')", "select login(name => 'a', password => '***')")]
    [InlineData("select dblink_connect('c', 'host=h password=CANARY')", "select dblink_connect('c', '***')")]
    [InlineData("select * from dblink('postgres://a:CANARY@h/d', 'select a from t where b = 1') as t(a int)", "select * from dblink('***', 'select a from t where b = 1') as t(a int)")]
    [InlineData("call make_user(password => -42)", "call make_user(password => -'***')")]
    [InlineData("explain select pgp_sym_decrypt(x, 'CANARY') from t", "explain select pgp_sym_decrypt(x, '***') from t")]
    [InlineData("prepare p(text) as select crypt($1, 'CANARY'); execute p('CANARY')", "prepare p(text) as select crypt($1, '***'); execute p('***')")]
    [InlineData("execute unknown('CANARY', 5)", "execute unknown('***', '***')")]
    public void Secrets_are_taken_out_and_nothing_else(string sql, string shown) => Analyzer.Analyze(sql, Context()).Secrets.ShouldNotBeNull().Shown.ShouldBe(shown);

    [Theory]
    [InlineData("select * from customers where password = 'x'")]
    [InlineData("alter role app password null")]
    [InlineData("set password_encryption = 'scram-sha-256'")]
    [InlineData("select set_config('search_path', 'public', false), encode('x', 'hex'), digest('x', 'sha256')")]
    [InlineData("create server s foreign data wrapper w options (host 'h', password_required 'false')")]
    [InlineData("alter user mapping for app server s options (drop password)")]
    [InlineData("select * from dblink('connection', 'select 1') as t(a int)")]
    [InlineData("select dblink_exec('update t set a = 1')")]
    [InlineData("prepare p(text) as select $1; execute p('x')")]
    public void What_is_none_stays(string sql) => Analyzer.Analyze(sql, Context()).Secrets.ShouldBeNull();

    [Fact]
    public void Parameters_that_stand_for_secrets_are_told()
    {
        var secrets = Analyzer.Analyze("select pgp_sym_decrypt(x, $2::text), crypt($3, salt) from t where id = $1", Context()).Secrets.ShouldNotBeNull();

        secrets.Parameters.ShouldBe([2, 3]);
        secrets.HoldsParameter(1).ShouldBeFalse();
        secrets.HoldsParameter(2).ShouldBeTrue();
    }

    [Theory]
    [InlineData("alter user app passwrod 'CANARY'")]
    [InlineData("alter user app identified by 'CANARY'")]
    [InlineData("create role app password 'CAN'ARY'")]
    [InlineData("create roles app with 'x'CANARY'")]
    [InlineData("alter user app password CANARY")]
    [InlineData("grant all to app with password $$CANARY$$ and more")]
    public void A_text_that_no_grammar_takes_shows_no_value_when_it_speaks_of_secrets(string sql)
    {
        var analysis = Analyzer.Analyze(sql, Context());

        analysis.Error.ShouldNotBeNull();
        analysis.Secrets.ShouldNotBeNull().Shown.ShouldNotContain("ARY");
        analysis.Secrets.HoldsParameter(7).ShouldBeTrue();
    }

    [Theory]
    [InlineData("alter role app password 'one'", "alter role app password 'another'")]
    [InlineData("create subscription s connection 'one' publication p", "create subscription s connection 'another' publication p")]
    [InlineData("create user mapping for app server s options (x 'one')", "create user mapping for app server s options (x 'another')")]
    [InlineData("alter user app passwrod 'one'", "alter user app passwrod 'another'")]
    public void No_fingerprint_tells_a_secret(string a, string b) => Of(a).Facts.Fingerprint.ShouldBe(Of(b).Facts.Fingerprint);

    [Fact]
    public void Texts_of_one_template_have_their_secrets_at_the_same_literals()
    {
        var catalog = Snapshot([Table("public", "customers", columns: ["id", "name"])], Function("public", "crypt", "sql", 'i', "select 1"));
        var rig = new TemplateRig { Context = Context(catalog) }.Learn(Of(1), Of(2));

        rig.Knows(Of(12345)).ShouldBeTrue();
        rig.Analyzer.Analyze(Of(12345), rig.Context).Secrets.ShouldNotBeNull().Shown.ShouldBe(Of(12345).Replace("'CANARY'", "'***'", StringComparison.Ordinal));
        rig.ShouldBeRight(Of(12345));
        rig.ShouldBeRight(Of(7).Replace("CANARY", "OTHER", StringComparison.Ordinal));

        static string Of(int id) => $"select name from customers where id = {id} and name = crypt('CANARY', name) and id = {id + 1}";
    }

    [Fact]
    public void Values_of_any_kind_are_no_secrets_of_an_ordinary_template()
    {
        var rig = new TemplateRig().Learn("select name from customers where id = 1", "select name from customers where id = 2");

        rig.Knows("select name from customers where id = 3").ShouldBeTrue();
        rig.Analyzer.Analyze("select name from customers where id = 3", rig.Context).Secrets.ShouldBeNull();
    }
}
