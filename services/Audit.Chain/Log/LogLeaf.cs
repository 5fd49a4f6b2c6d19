using System.Text;

namespace Hoop.Audit.Chain.Log;

/// <summary>A leaf of the log as it is stored and hashed.</summary>
/// <param name="Text">The bytes of the leaf, as UTF-8.</param>
/// <param name="Session">Whose it is; null when it is of no session alone.</param>
/// <param name="Sequence">The event it speaks of; null likewise.</param>
public sealed record LogLeaf(string Text, string? Session, long? Sequence)
{
    public byte[] Hash() => MerkleTree.LeafHash(Encoding.UTF8.GetBytes(Text));
}
