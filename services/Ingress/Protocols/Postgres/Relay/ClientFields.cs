using System.Text;
using System.Text.Unicode;
using Hoop.Ingress.Sql.Catalog;
using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>The fields of client messages that the relay decides by.</summary>
internal static class ClientFields
{
    internal static uint FunctionOf(in PostgresFrame frame)
    {
        using var body = new PostgresBody(frame.Body);
        return new PostgresFieldReader(body.Span).ReadUInt32();
    }

    internal static string BoundStatement(in PostgresFrame frame, RecentTexts recent)
    {
        using var body = new PostgresBody(frame.Body);
        return NameOf(Bind.Read(body.Span).Statement, recent);
    }

    internal static (string Portal, int MaxRows) ReadExecute(in PostgresFrame frame, RecentTexts recent)
    {
        using var body = new PostgresBody(frame.Body);
        var execute = Execute.Read(body.Span);
        return (NameOf(execute.Portal, recent), execute.MaxRows);
    }

    internal static (byte Kind, string Name) ReadDescribe(in PostgresFrame frame, RecentTexts recent)
    {
        using var body = new PostgresBody(frame.Body);
        var describe = Describe.Read(body.Span);
        return (describe.Kind, NameOf(describe.Name, recent));
    }

    /// <summary>The names of its statement and portal; true for messages that have none.</summary>
    internal static bool NamesAreAscii(in PostgresFrame frame)
    {
        var names = frame.Type switch
        {
            FrontendType.Bind => 2,
            FrontendType.Parse or FrontendType.Execute or FrontendType.Describe or FrontendType.Close => 1,
            _ => 0,
        };
        if (names == 0) return true;
        using var body = new PostgresBody(frame.Body);
        return ServerNames.AreAscii(body.Span, names);
    }

    // Byte for byte: two names that are not UTF-8 must not become one.
    internal static string NameOf(ReadOnlySpan<byte> name, RecentTexts recent)
    {
        if (name.Length > NameLimit.Bytes) name = name[..NameLimit.Bytes];
        if (recent.TryFind(name, out var known)) return known;
        if (!Utf8.IsValid(name)) return "\0" + Encoding.Latin1.GetString(name);
        var text = Encoding.UTF8.GetString(name);
        recent.Keep(name, text);
        return text;
    }
}
