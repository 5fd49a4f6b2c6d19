using System.Text;
using System.Text.Unicode;
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

    internal static (string Portal, string Statement) BindNames(in PostgresFrame frame)
    {
        using var body = new PostgresBody(frame.Body);
        var bind = Bind.Read(body.Span);
        return (NameOf(bind.Portal), NameOf(bind.Statement));
    }

    internal static (string Portal, int MaxRows) ReadExecute(in PostgresFrame frame)
    {
        using var body = new PostgresBody(frame.Body);
        var execute = Execute.Read(body.Span);
        return (NameOf(execute.Portal), execute.MaxRows);
    }

    internal static (byte Kind, string Name) ReadDescribe(in PostgresFrame frame)
    {
        using var body = new PostgresBody(frame.Body);
        var describe = Describe.Read(body.Span);
        return (describe.Kind, NameOf(describe.Name));
    }

    // Byte for byte: two names that are not UTF-8 must not become one.
    internal static string NameOf(ReadOnlySpan<byte> name) => Utf8.IsValid(name) ? Encoding.UTF8.GetString(name) : "\0" + Encoding.Latin1.GetString(name);
}
