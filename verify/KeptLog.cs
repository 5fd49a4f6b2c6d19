namespace Hoop.Verify;

/// <summary>What a sink kept of the log: one file, or a folder with an object a checkpoint, whose names are in the log's order.</summary>
internal static class KeptLog
{
    public static Stream Open(string path)
    {
        if (!Directory.Exists(path))
            return File.OpenRead(path);
        var files = Directory.GetFiles(path, "*.jsonl", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
        if (files.Count == 0)
            throw new InvalidDataException($"{path} has no checkpoints in it: a bucket's objects are named checkpoints/ORIGIN/SIZE.jsonl.");
        var whole = new MemoryStream();
        foreach (var file in files)
        {
            using var one = File.OpenRead(file);
            one.CopyTo(whole);
            whole.WriteByte((byte)'\n');
        }

        whole.Position = 0;
        return whole;
    }
}
