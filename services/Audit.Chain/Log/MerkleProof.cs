namespace Hoop.Audit.Chain.Log;

/// <summary>Checks proofs with nothing but the proof (RFC 9162 sections 2.1.3.2 and 2.1.4.2).</summary>
public static class MerkleProof
{
    public static bool Includes(ReadOnlySpan<byte> leafHash, long index, long size, IReadOnlyList<byte[]> path, ReadOnlySpan<byte> root)
    {
        if (index < 0 || index >= size || path.Any(hash => hash.Length != MerkleTree.HashLength))
            return false;
        var (fn, sn, r) = (index, size - 1, leafHash.ToArray());
        foreach (var p in path)
        {
            if (sn == 0)
                return false;
            if ((fn & 1) == 1 || fn == sn)
            {
                r = MerkleTree.NodeHash(p, r);
                while ((fn & 1) == 0 && fn != 0)
                    (fn, sn) = (fn >> 1, sn >> 1);
            }
            else
                r = MerkleTree.NodeHash(r, p);

            (fn, sn) = (fn >> 1, sn >> 1);
        }

        return sn == 0 && root.SequenceEqual(r);
    }

    /// <summary>That the tree of <paramref name="to"/> leaves begins with the one of <paramref name="from"/>.</summary>
    public static bool Consistent(long from, ReadOnlySpan<byte> fromRoot, long to, ReadOnlySpan<byte> toRoot, IReadOnlyList<byte[]> path)
    {
        if (from < 0 || from > to || path.Any(hash => hash.Length != MerkleTree.HashLength))
            return false;
        if (from == to)
            return path.Count == 0 && fromRoot.SequenceEqual(toRoot);
        if (from == 0)
            return path.Count == 0 && fromRoot.SequenceEqual(MerkleTree.EmptyRoot);
        var hashes = long.IsPow2(from) ? [fromRoot.ToArray(), .. path] : path;
        if (hashes.Count == 0)
            return false;
        var (fn, sn) = (from - 1, to - 1);
        while ((fn & 1) == 1)
            (fn, sn) = (fn >> 1, sn >> 1);
        var (fr, sr) = (hashes[0], hashes[0]);
        foreach (var c in hashes.Skip(1))
        {
            if (sn == 0)
                return false;
            if ((fn & 1) == 1 || fn == sn)
            {
                (fr, sr) = (MerkleTree.NodeHash(c, fr), MerkleTree.NodeHash(c, sr));
                while ((fn & 1) == 0 && fn != 0)
                    (fn, sn) = (fn >> 1, sn >> 1);
            }
            else
                sr = MerkleTree.NodeHash(sr, c);

            (fn, sn) = (fn >> 1, sn >> 1);
        }

        return sn == 0 && fromRoot.SequenceEqual(fr) && toRoot.SequenceEqual(sr);
    }
}
