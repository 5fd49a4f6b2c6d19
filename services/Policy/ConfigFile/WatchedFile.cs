namespace Hoop.Policy.ConfigFile;

/// <summary>
/// Tells when a file has changed and settled, by looking now and then. The first half of a file that is being written may be a right
/// document that lacks the rules of the second half, so it must look the same twice in a row.
/// </summary>
internal sealed class WatchedFile(string path)
{
    private (DateTime Written, long Length) _taken;
    private (DateTime Written, long Length)? _before;

    public string Path => path;

    /// <summary>It is about to be read as it is now: a change during the reading is then seen as one.</summary>
    public void Take() => _taken = Look();

    /// <summary>It should be read again, although it looks the same.</summary>
    public void Retry() => _taken = default;

    public bool HasSettled()
    {
        var now = Look();
        var settled = now != _taken && now == _before;
        _before = now;
        return settled;
    }

    private (DateTime Written, long Length) Look()
    {
        var file = new FileInfo(path);
        return file.Exists ? (file.LastWriteTimeUtc, file.Length) : (DateTime.UnixEpoch, -1);
    }
}
