using System.Numerics;
using System.Security.Cryptography;

namespace Hoop.Audit.Chain.Log;

/// <summary>A node of the tree that is whole: 2^level leaves, the index-th such from the left.</summary>
public readonly record struct TreeNode(int Level, long Index);

/// <summary>
/// The Merkle tree of RFC 6962 section 2.1 (the same in RFC 9162), over SHA-256. Nothing but hashes of whole subtrees is needed, and those never
/// change once they are there: what asks for a node gets it from wherever they are kept.
/// </summary>
public static class MerkleTree
{
    public const int HashLength = 32;

    /// <summary>Root of the tree without a leaf.</summary>
    public static byte[] EmptyRoot => SHA256.HashData([]);

    public static byte[] LeafHash(ReadOnlySpan<byte> entry) => SHA256.HashData([0x00, .. entry]);

    public static byte[] NodeHash(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => SHA256.HashData([0x01, .. left, .. right]);

    /// <summary>The whole nodes that are made by appending a leaf at <paramref name="index"/>, beside the leaf's own.</summary>
    public static IEnumerable<TreeNode> MadeBy(long index)
    {
        for (var level = 1; (index + 1) % (1L << level) == 0; level++)
            yield return new TreeNode(level, index >> level);
    }

    /// <summary>Adds a leaf's hash at <paramref name="index"/> and every node that it makes whole, to nodes that are all in memory.</summary>
    public static void Append(IDictionary<TreeNode, byte[]> nodes, long index, byte[] leafHash)
    {
        nodes[new TreeNode(0, index)] = leafHash;
        foreach (var node in MadeBy(index))
            nodes[node] = NodeHash(nodes[new TreeNode(node.Level - 1, node.Index * 2)], nodes[new TreeNode(node.Level - 1, (node.Index * 2) + 1)]);
    }

    /// <summary>Root of the first <paramref name="size"/> leaves.</summary>
    /// <param name="node">The hash of a whole node.</param>
    public static byte[] Root(long size, Func<TreeNode, byte[]> node) => size == 0 ? EmptyRoot : Range(0, size, node);

    /// <summary>The nodes that <see cref="Root"/> asks for.</summary>
    public static IReadOnlyList<TreeNode> NodesOfRoot(long size) => Asked(node => Root(size, node));

    /// <summary>RFC 6962 2.1.1, PATH(index, D[size]): from the leaf up.</summary>
    public static List<byte[]> InclusionPath(long index, long size, Func<TreeNode, byte[]> node)
    {
        if (index < 0 || index >= size)
            throw new ArgumentOutOfRangeException(nameof(index), $"There is no entry {index} in a log of {size}.");
        return Path(index, 0, size, node);
    }

    public static IReadOnlyList<TreeNode> NodesOfInclusion(long index, long size) => Asked(node => InclusionPath(index, size, node));

    /// <summary>RFC 6962 2.1.2, PROOF(from, D[to]): that the first <paramref name="from"/> leaves are still what they were.</summary>
    public static List<byte[]> ConsistencyPath(long from, long to, Func<TreeNode, byte[]> node)
    {
        if (from < 0 || from > to)
            throw new ArgumentOutOfRangeException(nameof(from), $"A log of {to} entries never had {from}.");
        return from == 0 || from == to ? [] : SubProof(from, 0, to, whole: true, node);
    }

    public static IReadOnlyList<TreeNode> NodesOfConsistency(long from, long to) => Asked(node => ConsistencyPath(from, to, node));

    private static List<byte[]> Path(long index, long first, long count, Func<TreeNode, byte[]> node)
    {
        if (count == 1)
            return [];
        var left = LargestPowerBelow(count);
        var path = index < left ? Path(index, first, left, node) : Path(index - left, first + left, count - left, node);
        path.Add(index < left ? Range(first + left, count - left, node) : Range(first, left, node));
        return path;
    }

    private static List<byte[]> SubProof(long from, long first, long count, bool whole, Func<TreeNode, byte[]> node)
    {
        if (from == count)
            return whole ? [] : [Range(first, count, node)];
        var left = LargestPowerBelow(count);
        var proof = from <= left ? SubProof(from, first, left, whole, node) : SubProof(from - left, first + left, count - left, whole: false, node);
        proof.Add(from <= left ? Range(first + left, count - left, node) : Range(first, left, node));
        return proof;
    }

    /// <summary>MTH of the leaves from <paramref name="first"/> on; every range that RFC 6962 asks for begins where its largest whole node may.</summary>
    private static byte[] Range(long first, long count, Func<TreeNode, byte[]> node)
    {
        if (BitOperations.IsPow2(count))
        {
            var level = BitOperations.Log2((ulong)count);
            return node(new TreeNode(level, first >> level));
        }

        var left = LargestPowerBelow(count);
        return NodeHash(Range(first, left, node), Range(first + left, count - left, node));
    }

    /// <summary>The largest power of two that is smaller.</summary>
    private static long LargestPowerBelow(long count) => 1L << BitOperations.Log2((ulong)(count - 1));

    private static List<TreeNode> Asked(Action<Func<TreeNode, byte[]>> ask)
    {
        var (asked, nothing) = (new List<TreeNode>(), new byte[HashLength]);
        ask(node =>
        {
            asked.Add(node);
            return nothing;
        });
        return asked;
    }
}
