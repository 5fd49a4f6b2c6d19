using System.Security.Cryptography;
using Hoop.Audit.Chain.Log;
using Shouldly;
using Xunit;

namespace Hoop.Audit.Chain.Tests.Log;

public class MerkleTreeTests
{
    // The test tree of RFC 6962's reference implementation.
    private static readonly string[] KnownLeaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

    [Theory]
    [InlineData(0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData(1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")]
    [InlineData(2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")]
    [InlineData(3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77")]
    [InlineData(4, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(5, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4")]
    [InlineData(6, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef")]
    [InlineData(7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c")]
    [InlineData(8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")]
    public void Roots_are_the_known_answers(int size, string root)
    {
        var nodes = Nodes([.. KnownLeaves.Select(Convert.FromHexString)]);

        Convert.ToHexStringLower(MerkleTree.Root(size, n => nodes[n])).ShouldBe(root);
    }

    [Fact]
    public void Roots_and_proofs_are_those_of_the_RFCs_own_definitions_at_every_size()
    {
        var leaves = Enumerable.Range(0, 40).Select(i => BitConverter.GetBytes(i * 7919)).ToArray();
        var nodes = Nodes(leaves);
        for (var to = 1; to <= leaves.Length; to++)
        {
            var root = MerkleTree.Root(to, n => nodes[n]);
            root.ShouldBe(Reference.Root(leaves[..to]));
            for (var m = 0; m < to; m++)
            {
                var path = MerkleTree.InclusionPath(m, to, n => nodes[n]);
                path.ShouldBe(Reference.Path(m, leaves[..to]));
                MerkleProof.Includes(MerkleTree.LeafHash(leaves[m]), m, to, path, root).ShouldBeTrue();
                if (m == 0)
                    continue;
                var proof = MerkleTree.ConsistencyPath(m, to, n => nodes[n]);
                proof.ShouldBe(Reference.Proof(m, leaves[..to]));
                MerkleProof.Consistent(m, Reference.Root(leaves[..m]), to, root, proof).ShouldBeTrue();
            }
        }
    }

    [Fact]
    public void No_changed_proof_holds()
    {
        var random = new Random(6962);
        for (var round = 0; round < 2000; round++)
        {
            var leaves = Enumerable.Range(0, random.Next(2, 70)).Select(_ => BitConverter.GetBytes(random.Next())).ToArray();
            var (nodes, size) = (Nodes(leaves), leaves.Length);
            var (root, index, from) = (MerkleTree.Root(size, n => nodes[n]), random.Next(size), random.Next(1, size));
            var path = MerkleTree.InclusionPath(index, size, n => nodes[n]);
            var proof = MerkleTree.ConsistencyPath(from, size, n => nodes[n]);

            MerkleProof.Includes(MerkleTree.LeafHash(leaves[index]), index, size, Spoil(path, random), root).ShouldBeFalse();
            MerkleProof.Includes(MerkleTree.LeafHash([1, 2, 3]), index, size, path, root).ShouldBeFalse();
            MerkleProof.Consistent(from, Reference.Root(leaves[..from]), size, root, Spoil(proof, random)).ShouldBeFalse();
            MerkleProof.Consistent(from, RandomNumberGenerator.GetBytes(32), size, root, proof).ShouldBeFalse();
        }
    }

    private static List<byte[]> Spoil(List<byte[]> path, Random random)
    {
        var copy = path.Select(h => (byte[])h.Clone()).ToList();
        var at = random.Next(copy.Count);
        switch (random.Next(3))
        {
            case 0:
                copy[at][random.Next(32)] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                copy.RemoveAt(at);
                break;
            default:
                copy.Insert(at, RandomNumberGenerator.GetBytes(32));
                break;
        }

        return copy;
    }

    private static Dictionary<TreeNode, byte[]> Nodes(byte[][] leaves)
    {
        var nodes = new Dictionary<TreeNode, byte[]>();
        for (var i = 0; i < leaves.Length; i++)
        {
            nodes[new TreeNode(0, i)] = MerkleTree.LeafHash(leaves[i]);
            foreach (var node in MerkleTree.MadeBy(i))
                nodes[node] = MerkleTree.NodeHash(nodes[new(node.Level - 1, node.Index * 2)], nodes[new(node.Level - 1, (node.Index * 2) + 1)]);
        }

        return nodes;
    }

    /// <summary>RFC 6962 section 2.1, word for word.</summary>
    private static class Reference
    {
        public static byte[] Root(byte[][] d)
        {
            if (d.Length == 0)
                return SHA256.HashData([]);
            if (d.Length == 1)
                return SHA256.HashData([0, .. d[0]]);
            var k = Split(d.Length);
            return SHA256.HashData([1, .. Root(d[..k]), .. Root(d[k..])]);
        }

        public static List<byte[]> Path(int m, byte[][] d)
        {
            if (d.Length == 1)
                return [];
            var k = Split(d.Length);
            return m < k ? [.. Path(m, d[..k]), Root(d[k..])] : [.. Path(m - k, d[k..]), Root(d[..k])];
        }

        public static List<byte[]> Proof(int m, byte[][] d) => SubProof(m, d, true);

        private static List<byte[]> SubProof(int m, byte[][] d, bool b)
        {
            if (m == d.Length)
                return b ? [] : [Root(d)];
            var k = Split(d.Length);
            return m <= k ? [.. SubProof(m, d[..k], b), Root(d[k..])] : [.. SubProof(m - k, d[k..], false), Root(d[..k])];
        }

        private static int Split(int n)
        {
            var k = 1;
            while (k * 2 < n)
                k *= 2;
            return k;
        }
    }
}
