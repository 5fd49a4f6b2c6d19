using System.Buffers.Text;
using Hoop.Audit.Chain;
using Hoop.Ingress.Sessions;

namespace Hoop.Ingress.Recordings;

/// <summary>Payloads of the events about recorded rows, as docs/recordings.md lists them.</summary>
internal static class RecordingPayloads
{
    internal readonly record struct Carried(string Session, long Number, RecordedContent Content);

    /// <param name="Chunk">Which of its result, from 0.</param>
    /// <param name="Number">Of the content in its session; without content it means nothing.</param>
    internal readonly record struct Recorded(RecordedBlock Block, int Chunk, long Number, RecordedContent? Content);

    internal static void Content(EventBuffer json, in Carried carried)
    {
        json.Raw("{\"session\":"u8);
        json.Text(carried.Session);
        json.Raw(",\"number\":"u8);
        json.Number(carried.Number);
        json.Raw(",\"sha256\":"u8);
        json.Text(carried.Content.Sha256);
        json.Raw(",\"data\":\""u8);
        var data = carried.Content.Data;
        Base64.EncodeToUtf8(data, json.GetSpan(Base64.GetMaxEncodedToUtf8Length(data.Length)), out _, out var written);
        json.Advance(written);
        json.Raw("\"}"u8);
    }

    internal static void ResultRecorded(EventBuffer json, in Recorded recorded)
    {
        var (block, recording) = (recorded.Block, recorded.Block.Recording);
        json.Raw("{\"operation\":"u8);
        json.Number(recording.Operation);
        json.Raw(",\"statement\":"u8);
        json.Number(recording.Statement);
        json.Raw(",\"chunk\":"u8);
        json.Number(recorded.Chunk);
        if (recorded.Chunk == 0) Columns(json, recording);
        json.Raw(",\"rows\":"u8);
        json.Number(block.Rows);
        if (recorded.Content is { } content)
        {
            json.Raw(",\"content\":{\"number\":"u8);
            json.Number(recorded.Number);
            json.Raw(",\"encoding\":\"br\",\"bytes\":"u8);
            json.Number(content.Data.Length);
            json.Raw(",\"sha256\":"u8);
            json.Text(content.Sha256);
            json.Raw("}"u8);
        }

        if (block.Cut is { } cut)
        {
            json.Raw(",\"cut\":"u8);
            json.Text(cut);
        }

        json.Raw("}"u8);
    }

    private static void Columns(EventBuffer json, ResultRecording recording)
    {
        var columns = recording.Columns;
        json.Raw(",\"columns\":["u8);
        for (var i = 0; i < columns.Count; i++)
        {
            json.Raw(i > 0 ? ",{\"name\":"u8 : "{\"name\":"u8);
            EventPayloads.WriteRedacted(json, columns[i].Name, recording.Secrets);
            json.Raw(",\"type\":"u8);
            json.Text(columns[i].Type);
            json.Raw("}"u8);
        }

        json.Raw("]"u8);
    }
}
