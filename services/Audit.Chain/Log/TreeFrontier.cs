namespace Hoop.Audit.Chain.Log;

/// <summary>A tree that is walked through from its first leaf on, with nothing in memory but its right edge.</summary>
public sealed class TreeFrontier
{
    private readonly List<byte[]> edge = [];

    public long Size { get; private set; }

    /// <summary>Adds a leaf; the answer is every node that it makes whole, itself first.</summary>
    public List<(TreeNode Node, byte[] Hash)> Append(byte[] leafHash)
    {
        var (made, hash, level) = (new List<(TreeNode, byte[])> { (new TreeNode(0, Size), leafHash) }, leafHash, 0);
        for (; (Size >> level & 1) == 1; level++)
        {
            hash = MerkleTree.NodeHash(edge[level], hash);
            made.Add((new TreeNode(level + 1, Size >> (level + 1)), hash));
        }

        if (edge.Count == level)
            edge.Add(hash);
        edge[level] = hash;
        Size++;
        return made;
    }

    /// <summary>Of all leaves so far.</summary>
    public byte[] Root()
    {
        byte[]? root = null;
        for (var level = 0; level < edge.Count; level++)
            if ((Size >> level & 1) == 1)
                root = root is null ? edge[level] : MerkleTree.NodeHash(edge[level], root);
        return root ?? MerkleTree.EmptyRoot;
    }
}
