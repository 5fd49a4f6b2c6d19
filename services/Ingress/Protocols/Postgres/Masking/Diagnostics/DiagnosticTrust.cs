using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres.Masking.Diagnostics;

internal enum Trust
{
    /// <summary>The text may be anything.</summary>
    None,
    /// <summary>The server's wording; values may be quoted in it.</summary>
    Wording,
    /// <summary>The message holds names at most; its detail may hold values.</summary>
    Message,
    /// <summary>Message and detail hold names and the client's own literals at most.</summary>
    Whole,
}

/// <summary>How far the texts of a diagnostic can be trusted not to hold values.</summary>
internal static class DiagnosticTrust
{
    /// <summary>Routines that pass on a text which somebody's code or another server made up, under any SQLSTATE they like.</summary>
    private static readonly string[] Relays = ["exec_stmt_", "PLy_", "plperl", "plpgsql", "pltcl", "plv8", "dblink", "pgfdw", "postgres_fdw", "explain_ExecutorEnd"];

    private static readonly string[] HarmlessNotices = ["already exists, skipping", "does not exist, skipping"];

    /// <summary>Routines of the server whose notices list objects by their names: what CASCADE drops and empties.</summary>
    private static readonly string[] Listing = ["reportDependentObjects", "ExecuteTruncateGuts"];

    public static Trust Of(PostgresDiagnostic diagnostic, HashSet<string> serverClasses)
    {
        var state = diagnostic.SqlState;
        if (state.Length != 5 || IsRelayed(diagnostic['R']) || IsTranslated(diagnostic) || IsChatty(diagnostic.Severity))
            return Trust.None;
        if (state == "00000" && Listing.Contains(diagnostic['R']))
            return Trust.Whole;
        if (state == "00000")
            return HarmlessNotices.Any(text => diagnostic.Message.EndsWith(text, StringComparison.Ordinal)) ? Trust.Wording : Trust.None;
        if (!serverClasses.Contains(state[..2]))
            return Trust.None;
        // A position in the client's own text comes from reading that text, before any row is.
        if (diagnostic['P'] is not null && state[..2] is "22" or "42")
            return RanCode(diagnostic) ? Trust.Wording : Trust.Whole;
        return state switch
        {
            // Who depends on what; canceling statement.
            "2BP01" or "57014" => Trust.Whole,
            // value too long for type character varying(3).
            "22001" => Trust.Message,
            // new row violates row-level security policy "p" for table "t".
            "42501" when diagnostic['R'] == "ExecWithCheckOptions" => Trust.Message,
            // Constraint violations name tables, columns and constraints; "Failing row contains (…)" is the detail.
            _ when state.StartsWith("23", StringComparison.Ordinal) => Trust.Message,
            _ => Trust.Wording,
        };
    }

    /// <summary>
    /// While a text is read, the CHECKs of domains within arrays and rows run, and what fails in them has its place, too. The place of what JSON is read has one line.
    /// </summary>
    private static bool RanCode(PostgresDiagnostic diagnostic) =>
        diagnostic['W'] is { } where && !(where.StartsWith("JSON data, line ", StringComparison.Ordinal) && !where.Contains('\n', StringComparison.Ordinal)) || diagnostic['q'] is not null;

    private static bool IsRelayed(string? routine) =>
        routine is null || Relays.Any(relay => routine.StartsWith(relay, StringComparison.Ordinal));

    /// <summary>In another language values stand between other quotes.</summary>
    private static bool IsTranslated(PostgresDiagnostic diagnostic) => diagnostic['V'] is not { } severity || diagnostic['S'] != severity;

    /// <summary>LOG, INFO and DEBUG show plans and statements.</summary>
    private static bool IsChatty(string severity) => severity is not ("ERROR" or "FATAL" or "PANIC" or "WARNING" or "NOTICE");
}
