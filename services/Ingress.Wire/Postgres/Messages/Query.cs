namespace Hoop.Ingress.Wire.Postgres.Messages;

/// <summary>Simple query: one string of any number of statements.</summary>
public readonly ref struct Query
{
    public required ReadOnlySpan<byte> Text { get; init; }

    public static Query Read(ReadOnlySpan<byte> body)
    {
        var reader = new PostgresFieldReader(body);
        var message = new Query { Text = reader.ReadCString() };
        reader.End();
        return message;
    }
}
