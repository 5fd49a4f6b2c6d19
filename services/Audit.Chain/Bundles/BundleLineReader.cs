using System.Text.Json;

namespace Hoop.Audit.Chain.Bundles;

/// <summary>Reads the lines that <see cref="BundleFormat"/> writes; null for anything else, down to the last byte.</summary>
internal static class BundleLineReader
{
    public static BundleHeader? Header(ReadOnlySpan<byte> line, out string? problem)
    {
        problem = "it is not a header line as Hoop writes it";
        try
        {
            var fields = new Fields(line);
            if (fields.Text("format") != BundleFormat.Name)
                return null;
            if (fields.Number("version") is var version && version != BundleFormat.Version)
            {
                problem = $"it says format version {version}, and this program reads version {BundleFormat.Version}";
                return null;
            }

            var header = new BundleHeader(fields.Text("session"), fields.NumberOrNull("policyVersion"), fields.Time("exportedAt"), fields.Text("publicKey"), fields.LastTexts("formerKeys"));
            return line.SequenceEqual(BundleFormat.Write(header)) ? header : null;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }

    public static BundleEvent? Event(ReadOnlySpan<byte> line)
    {
        try
        {
            var fields = new Fields(line);
            var e = new BundleEvent(
                fields.Number("sequence"), fields.Time("at"), fields.Text("kind"), fields.Object("payload"), fields.Text("previousHash"), fields.Text("hash"));
            return line.SequenceEqual(BundleFormat.Write(e)) ? e : null;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }

    public static BundleTrailer? Trailer(ReadOnlySpan<byte> line)
    {
        try
        {
            var fields = new Fields(line);
            var trailer = new BundleTrailer(fields.Number("count"), fields.Text("head"), fields.Text("header"), fields.Text("proofs"), fields.Text("signature"));
            return trailer.Count >= 0 && line.SequenceEqual(BundleFormat.Write(trailer)) ? trailer : null;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Takes a line's properties in the one order they may have.</summary>
    private ref struct Fields
    {
        private readonly ReadOnlySpan<byte> line;
        private Utf8JsonReader reader;

        public Fields(ReadOnlySpan<byte> line)
        {
            this.line = line;
            reader = new Utf8JsonReader(line);
            reader.Read();
        }

        public string Text(string name)
        {
            Seek(name);
            return reader.GetString() ?? throw new FormatException();
        }

        public long Number(string name)
        {
            Seek(name);
            return reader.GetInt64();
        }

        public long? NumberOrNull(string name)
        {
            Seek(name);
            return reader.TokenType == JsonTokenType.Null ? null : reader.GetInt64();
        }

        public DateTimeOffset Time(string name) => BundleFormat.TryTime(Text(name), out var at) ? at : throw new FormatException();

        /// <summary>Empty when the line ends before it.</summary>
        public List<string> LastTexts(string name)
        {
            var texts = new List<string>();
            if (!reader.Read() || reader.TokenType == JsonTokenType.EndObject)
                return texts;
            if (!reader.ValueTextEquals(name) || !reader.Read() || reader.TokenType != JsonTokenType.StartArray)
                throw new FormatException();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                texts.Add(reader.GetString() ?? throw new FormatException());
            return texts;
        }

        public byte[] Object(string name)
        {
            Seek(name);
            if (reader.TokenType != JsonTokenType.StartObject)
                throw new FormatException();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            return line[start..(int)reader.BytesConsumed].ToArray();
        }

        private void Seek(string name)
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals(name) || !reader.Read())
                throw new FormatException();
        }
    }
}
