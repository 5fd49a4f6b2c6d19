using System.Buffers;
using System.IO.Compression;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Hoop.Ingress.Recordings;

internal static class RowCompression
{
    // Rows of one result are alike: a low quality finds that, at a tenth of the time that the highest takes.
    private const int Quality = 4, Window = 18;

    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    internal static byte[] Compress(RecordedBlock block)
    {
        var lines = new ArrayBufferWriter<byte>(block.Length * 2);
        using (var json = new Utf8JsonWriter(lines, Json))
        {
            var at = 0;
            for (var row = 0; row < block.Rows; row++)
            {
                json.Reset();
                block.Recording.Write(block.Next(ref at), json);
                json.Flush();
                lines.Write("\n"u8);
            }
        }

        var compressed = new byte[BrotliEncoder.GetMaxCompressedLength(lines.WrittenCount)];
        return BrotliEncoder.TryCompress(lines.WrittenSpan, compressed, out var length, Quality, Window)
            ? compressed[..length]
            : throw new InvalidOperationException("rows that do not fit the length that Brotli names");
    }
}
