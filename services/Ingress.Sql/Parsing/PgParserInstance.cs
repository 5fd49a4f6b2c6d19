using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Hoop.Ingress.Sql.Parsing;

/// <summary>One sandbox with the grammar inside. After a trap, or a text that made it grow, it is thrown away (a new one takes half a millisecond).</summary>
sealed class PgParserInstance() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    const int LargeText = 64 * 1024;
    const int Ok = 0, Error = 1;

    public static PgParserInstance Create()
    {
        var instance = new PgParserInstance();
        instance.SetHandle(PgParserNative.New());
        return instance.IsInvalid ? throw new OutOfMemoryException("There is no memory for another SQL parser.") : instance;
    }

    protected override bool ReleaseHandle()
    {
        PgParserNative.Free(handle);
        return true;
    }

    /// <param name="reusable">False when the instance must not be used again.</param>
    public unsafe PgParseResult Parse(ReadOnlySpan<byte> utf8, out bool reusable)
    {
        PgParseResult result;
        fixed (byte* sql = utf8)
        {
            byte empty = 0;
            var status = PgParserNative.Parse(
                handle, sql is null ? &empty : sql, (uint)utf8.Length, out var text, out var length, out var cursor);
            reusable = status is Ok or Error;
            var answer = reusable ? new ReadOnlySpan<byte>(text, checked((int)length)) : default;
            result = status switch
            {
                Ok => new() { Json = answer.ToArray() },
                Error => PgParseResult.Failed(Encoding.UTF8.GetString(answer), cursor),
                _ => PgParseResult.Failed("the statement is nested too deeply or too large for the parser"),
            };
        }
        if (reusable) reusable = PgParserNative.Release(handle) == Ok && utf8.Length < LargeText;
        GC.KeepAlive(this);
        return result;
    }

    /// <summary>The body of a CREATE FUNCTION or DO, by PL/pgSQL's grammar. The instance must not be used again.</summary>
    public unsafe PgParseResult ParsePlpgsql(ReadOnlySpan<byte> utf8)
    {
        PgParseResult result;
        fixed (byte* sql = utf8)
        {
            byte empty = 0;
            var status = PgParserNative.ParsePlpgsql(handle, sql is null ? &empty : sql, (uint)utf8.Length, out var text, out var length);
            var answer = status == Ok ? new ReadOnlySpan<byte>(text, checked((int)length)) : "the code is nested too deeply or too large for the parser"u8;
            result = answer.StartsWith("{\"plpgsql_funcs\":"u8) ? new() { Json = answer.ToArray() } : PgParseResult.Failed(Encoding.UTF8.GetString(answer));
        }
        GC.KeepAlive(this);
        return result;
    }
}
