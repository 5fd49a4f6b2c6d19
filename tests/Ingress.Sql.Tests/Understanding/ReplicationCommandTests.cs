using Hoop.Contracts.Operations;
using Hoop.Ingress.Sql.Understanding;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Sql.Tests.Understanding;

public class ReplicationCommandTests
{
    [Theory]
    [InlineData("IDENTIFY_SYSTEM", Effects.Read)]
    [InlineData(" \n\tIDENTIFY_SYSTEM;", Effects.Read)]
    [InlineData("START_REPLICATION SLOT \"a\" LOGICAL 0/0 (proto_version '1', publication_names '\"p\"')", Effects.Read | Effects.Privilege)]
    [InlineData("CREATE_REPLICATION_SLOT a TEMPORARY LOGICAL pgoutput", Effects.Privilege | Effects.Lock)]
    [InlineData("BASE_BACKUP ( LABEL 'x', PROGRESS )", Effects.Read | Effects.FileAccess)]
    [InlineData("BASE_BACKUP(LABEL 'x')", Effects.Read | Effects.FileAccess)]
    public void Commands_are_known_by_their_first_word(string text, Effects effects)
    {
        var statement = ReplicationCommands.Read(text)!.Statements.ShouldHaveSingleItem();
        statement.Facts.Effects.ShouldBe(effects);
        statement.Facts.Accesses.ShouldBe([new ObjectAccess("replicate", "other", "*")]);
        statement.Facts.Understood.ShouldBeTrue();
        statement.Facts.Plumbing.ShouldBeFalse();
    }

    [Theory]
    [InlineData("select 1")]
    [InlineData("identify_system")]
    [InlineData("IDENTIFY_SYSTEMS")]
    [InlineData("SHOW wal_level")]
    [InlineData("/* IDENTIFY_SYSTEM */ select 1")]
    [InlineData("\"BASE_BACKUP\"")]
    [InlineData("BASE_BACKUP1")]
    [InlineData("")]
    public void The_rest_is_sql(string text) => ReplicationCommands.Read(text).ShouldBeNull();
}
