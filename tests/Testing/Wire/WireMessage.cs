using System.Text;
using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Testing.Wire;

/// <summary>One message as a test sees it.</summary>
public sealed record WireMessage(char Type, byte[] Body)
{
    public PostgresDiagnostic Diagnostic => PostgresDiagnostic.Read(Body);

    public string?[] Row => DataRow.ReadText(Body);

    public string Text => Encoding.UTF8.GetString(Body).TrimEnd('\0');

    /// <summary>What a test's expectation names: <c>E:42501</c>, <c>C:SELECT 1</c>, <c>Z:I</c>, <c>D:a|b</c>, or the type alone.</summary>
    public string Short => Type switch
    {
        'E' or 'N' => $"{Type}:{Diagnostic.SqlState}",
        'C' or 'Z' => $"{Type}:{Text}",
        'D' => $"D:{string.Join('|', Row.Select(value => value ?? "null"))}",
        _ => Type.ToString(),
    };
}
