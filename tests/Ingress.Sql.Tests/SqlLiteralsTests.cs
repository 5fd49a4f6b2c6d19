using Shouldly;
using Xunit;

namespace Hoop.Ingress.Sql.Tests;

public sealed class SqlLiteralsTests
{
    [Theory]
    [InlineData("select * from t where ssn = '900-45-0001' and id = 7", "select * from t where ssn = *** and id = ***")]
    [InlineData("insert into t2 (a, b) values ('it''s', $1), (1.5e3, .5)", "insert into t2 (a, b) values (***, $1), (***, ***)")]
    [InlineData("select \"a 1 'x'\" from t1 -- 900-45-0001\nwhere x = 1", "select \"a 1 'x'\" from t1 \nwhere x = ***")]
    [InlineData("select /* a /* 900-45-0001 */ b */ 1", "select  ***")]
    [InlineData("select $q$ 900-45-0001 ' $q$, 2", "select ***, ***")]
    [InlineData("select E'a\\'900-45-0001', 'b'", "select E***")]
    [InlineData("select 'a\\', '900-45-0001'", "select ***")]
    [InlineData("select 'open 900-45-0001", "select ***")]
    [InlineData("select $open$ 900-45-0001", "select ***")]
    [InlineData("select x'09AF', U&'900'", "select x***, U&***")]
    public void Values_go_and_names_stay(string sql, string shown) => SqlLiterals.Hide(sql).ShouldBe(shown);

    [Fact]
    public void A_value_between_any_marks_goes()
    {
        var random = new Random(5);
        const string Marks = "'-/*\\ .\n(=,";
        for (var i = 0; i < 20_000; i++)
        {
            var sql = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => random.Next(4) == 0 ? " 900 " : Marks[random.Next(Marks.Length)].ToString()));
            SqlLiterals.Hide(sql).ShouldNotContain("900", customMessage: sql);
        }
    }
}
