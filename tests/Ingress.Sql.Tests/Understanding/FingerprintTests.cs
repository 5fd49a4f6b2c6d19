using Shouldly;
using Xunit;
using static Hoop.Ingress.Sql.Tests.Understanding.Ask;

namespace Hoop.Ingress.Sql.Tests.Understanding;

public class FingerprintTests
{
    [Theory]
    [InlineData("select * from t where id = 1", "SELECT  *\nFROM t /* x */ WHERE id = 2;")]
    [InlineData("select * from t where id = 1", "select * from t where id = $1")]
    [InlineData("select * from t where id = 'a'", "select * from t where id = null")]
    [InlineData("select * from t where id in (1, 2)", "select * from t where id in (3, 4, 5)")]
    [InlineData("insert into t values (1, 'a')", "insert into t values (2, 'b'), (3, 'c')")]
    [InlineData("select * from t limit 1", "select * from t limit 20")]
    public void It_stays_when_only_literals_change(string a, string b) => Of(a).Facts.Fingerprint.ShouldBe(Of(b).Facts.Fingerprint);

    [Theory]
    [InlineData("select * from t", "select * from u")]
    [InlineData("select * from t where id = 1", "select * from t where id <> 1")]
    [InlineData("select * from t where id = 1", "delete from t where id = 1")]
    [InlineData("delete from t", "delete from t where id = 1")]
    [InlineData("select f(1)", "select f(1, 2)")]
    [InlineData("select a from t", "select A, b from t")]
    [InlineData("select \"A\" from t", "select a from t")]
    [InlineData("do 'a'", "do 'b'")]
    [InlineData("selec 1", "selec 2")]
    public void It_changes_with_the_statement(string a, string b) => Of(a).Facts.Fingerprint.ShouldNotBe(Of(b).Facts.Fingerprint);

    [Fact]
    public void It_is_sixteen_hex_digits() => Of("select 1").Facts.Fingerprint.ShouldMatch("^[0-9a-f]{16}$");
}
