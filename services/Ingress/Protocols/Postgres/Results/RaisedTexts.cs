using System.Text.RegularExpressions;
using Hoop.Ingress.Protocols.Postgres.Relay;
using Hoop.Ingress.Wire.Postgres.Messages;
using Hoop.Masking.Engine;

namespace Hoop.Ingress.Protocols.Postgres.Results;

/// <summary>What a DO block raises itself, where none of the columns that it may look at is masked: the text is the client's own.</summary>
internal static partial class RaisedTexts
{
    /// <param name="masks">Of whoever is to see it.</param>
    public static bool IsShown(RelaySession session, RunningOperation? operation, TargetMasks masks, PostgresDiagnostic said) =>
        operation?.Current is { Command.IsFollowedCode: true } block && said['R'] is "exec_stmt_raise" or "exec_stmt_assert" && said['W'] is { } where && OfTheBlock().IsMatch(where)
        && masks.Judge(block.Facts.ColumnUses) is null && !(block.Stores && ResultMasks.NamesMoved(session, operation));

    // A function would be named, with its arguments, and have the statement that called it beneath.
    [GeneratedRegex(@"^PL/pgSQL function inline_code_block line [0-9]+ at (RAISE|ASSERT)\z")]
    private static partial Regex OfTheBlock();
}
