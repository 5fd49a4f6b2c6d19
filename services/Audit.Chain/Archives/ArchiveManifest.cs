using System.Text.Json;

namespace Hoop.Audit.Chain.Archives;

/// <summary>What an export says of itself.</summary>
/// <param name="Files">Name → SHA-256, of every file but the manifest and its signature.</param>
/// <param name="Parts">What else belongs to it, such as the policies, part by part.</param>
internal sealed record ArchiveManifest(IReadOnlyDictionary<string, string> Files, IReadOnlyList<ArchivedSession> Sessions, IReadOnlyList<ArchivedPart> Parts)
{
    /// <summary>Null for anything that Hoop does not write.</summary>
    public static ArchiveManifest? Read(ReadOnlyMemory<byte> manifest)
    {
        try
        {
            using var json = JsonDocument.Parse(manifest);
            var fields = json.RootElement;
            return new ArchiveManifest(
                fields.GetProperty("files").EnumerateObject().ToDictionary(file => file.Name, file => Text(file.Value), StringComparer.Ordinal),
                [.. fields.GetProperty("sessions").EnumerateArray().Select(Session)],
                [.. fields.GetProperty("parts").EnumerateObject().SelectMany(part => part.Value.EnumerateArray().Select(piece => Part(part.Name, piece)))]);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    private static ArchivedSession Session(JsonElement session) =>
        new(Text(session.GetProperty("id")), Text(session.GetProperty("file")), [.. session.GetProperty("problems").EnumerateArray().Select(Text)]);

    private static ArchivedPart Part(string name, JsonElement piece) =>
        new($"{name} {(piece.TryGetProperty("version", out var version) ? version.GetRawText() : "")}".TrimEnd(), TextOrNull(piece, "file"), TextOrNull(piece, "digest"), TextOrNull(piece, "problem"));

    private static string Text(JsonElement value) => value.GetString() ?? throw new FormatException();

    private static string? TextOrNull(JsonElement fields, string name) => fields.TryGetProperty(name, out var value) ? value.GetString() : null;
}

/// <param name="File">Its evidence.</param>
/// <param name="Problems">What is not in the export although its events name it.</param>
internal sealed record ArchivedSession(string Id, string File, IReadOnlyList<string> Problems);

/// <param name="Name">What it is: <c>policies 7</c>.</param>
/// <param name="File">Null when it is not in the export.</param>
/// <param name="Digest">SHA-256 that the one who keeps it has of it.</param>
internal sealed record ArchivedPart(string Name, string? File, string? Digest, string? Problem);
