using System.Buffers;
using System.Text;
using Hoop.Ingress.Wire.Postgres.Messages;
using Hoop.Masking.Engine;

namespace Hoop.Ingress.Protocols.Postgres.Results;

/// <summary>
/// Errors and notices quote values: DETAIL shows whole rows, a failed cast its input. Where column masks apply, free text that may
/// hold a value is dropped and the message is rebuilt from its SQLSTATE; detectors read the rest.
/// </summary>
internal sealed class DiagnosticMask(TargetMasks masks)
{
    private const string Withheld = "withheld: it may hold a masked value";

    // Classes whose messages name objects and syntax, never a stored value.
    private static readonly string[] Harmless = ["0A", "25", "26", "28", "34", "3D", "3F", "40", "42", "53", "54", "55", "57", "58"];

    public PostgresDiagnostic Rewrite(PostgresDiagnostic diagnostic)
    {
        if (masks.HasColumnMasks && !IsHarmless(diagnostic))
        {
            diagnostic['M'] = $"{Class(diagnostic.SqlState)} (the message is {Withheld})";
            foreach (var field in "DWqH")
            {
                if (diagnostic[field] is not null) diagnostic[field] = field == 'D' ? Withheld : null;
            }
        }

        if (masks.Detectors is not { } detectors) return diagnostic;
        foreach (var (field, value) in diagnostic.Fields.ToList())
        {
            if (field is (byte)'S' or (byte)'V' or (byte)'C') continue;
            diagnostic[(char)field] = Detect(detectors, value);
        }

        return diagnostic;
    }

    public string Rewrite(string text) => masks.Detectors is { } detectors ? Detect(detectors, text) : text;

    private static bool IsHarmless(PostgresDiagnostic diagnostic)
    {
        // RAISE and user-chosen codes may carry anything in any class: they name PL/pgSQL's routine.
        if (diagnostic['R'] is "exec_stmt_raise") return false;
        var kind = diagnostic.SqlState.Length >= 2 ? diagnostic.SqlState[..2] : "";
        return Harmless.Contains(kind) && diagnostic.SqlState != "42804";
    }

    private static string Class(string state) => state[..Math.Min(2, state.Length)] switch
    {
        "00" or "01" or "02" => "notice",
        "21" => "cardinality violation",
        "22" => "data exception",
        "23" => state switch
        {
            "23502" => "null value violates not-null constraint",
            "23503" => "foreign key violation",
            "23505" => "duplicate key value violates unique constraint",
            "23514" => "check constraint violation",
            _ => "integrity constraint violation",
        },
        "P0" => "error raised by a function",
        _ => $"error {state}",
    };

    private static string Detect(DetectorMask detectors, string text)
    {
        var output = new ArrayBufferWriter<byte>(text.Length + 16);
        return detectors.TryRewrite(Encoding.UTF8.GetBytes(text), output) ? Encoding.UTF8.GetString(output.WrittenSpan) : text;
    }
}
