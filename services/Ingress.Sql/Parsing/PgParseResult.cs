using System.Diagnostics.CodeAnalysis;

namespace Hoop.Ingress.Sql.Parsing;

/// <summary>What PostgreSQL's grammar says of a text.</summary>
public sealed record PgParseResult
{
    /// <summary>
    /// The tree as UTF-8 JSON in libpg_query's shape: <c>{"version":…,"stmts":[{"stmt":{"SelectStmt":{…}},"stmt_location":…,"stmt_len":…}]}</c>.
    /// Locations count bytes of UTF-8; zero and false fields are left out.
    /// </summary>
    public ReadOnlyMemory<byte> Json { get; init; }

    /// <summary>Why there is no tree; null when there is one.</summary>
    public string? Error { get; init; }

    /// <summary>Where the error is, in characters from 1; 0 when unknown.</summary>
    public int ErrorPosition { get; init; }

    [MemberNotNullWhen(false, nameof(Error))]
    public bool Succeeded => Error is null;

    internal static PgParseResult Failed(string error, int position = 0) => new() { Error = error, ErrorPosition = position };
}
