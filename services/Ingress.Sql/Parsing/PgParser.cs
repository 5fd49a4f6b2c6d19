using System.Buffers;
using System.Text;

namespace Hoop.Ingress.Sql.Parsing;

/// <summary>PostgreSQL's own grammar (version 18), run in a WebAssembly sandbox compiled to native code. Thread-safe.</summary>
public static class PgParser
{
    /// <summary>Longer texts are refused unless the caller says otherwise.</summary>
    public const int DefaultMaxBytes = 1024 * 1024;

    static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Never throws for any text. Throws <see cref="PgParserMissingException"/> when the native library is not built.</summary>
    /// <param name="maxBytes">Refuses a text of more bytes of UTF-8.</param>
    public static PgParseResult Parse(string sql, int maxBytes = DefaultMaxBytes)
    {
        if (sql.Length > maxBytes) return TooLong(maxBytes);
        if (sql.Contains('\0')) return PgParseResult.Failed("the text contains a NUL character");
        var buffer = ArrayPool<byte>.Shared.Rent(StrictUtf8.GetMaxByteCount(sql.Length));
        try
        {
            var length = StrictUtf8.GetBytes(sql, buffer);
            return length > maxBytes ? TooLong(maxBytes) : Parse(buffer.AsSpan(0, length));
        }
        catch (EncoderFallbackException)
        {
            return PgParseResult.Failed("the text is not valid Unicode");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>PL/pgSQL's own grammar: the code in a CREATE FUNCTION, CREATE PROCEDURE or DO. Slow (half a millisecond): what is read is to be kept.</summary>
    public static PgParseResult ParsePlpgsql(string sql)
    {
        if (sql.Length > DefaultMaxBytes) return TooLong(DefaultMaxBytes);
        if (sql.Contains('\0')) return PgParseResult.Failed("the text contains a NUL character");
        try
        {
            using var instance = PgParserInstance.Create();
            return instance.ParsePlpgsql(StrictUtf8.GetBytes(sql));
        }
        catch (EncoderFallbackException)
        {
            return PgParseResult.Failed("the text is not valid Unicode");
        }
    }

    static PgParseResult Parse(ReadOnlySpan<byte> utf8)
    {
        var instance = PgParserPool.Rent();
        var result = instance.Parse(utf8, out var reusable);
        PgParserPool.Return(instance, reusable);
        return result;
    }

    static PgParseResult TooLong(int maxBytes) => PgParseResult.Failed($"the text is longer than the limit of {maxBytes} bytes");
}
