using System.Security.Cryptography;
using Hoop.Audit.Chain.Log;

namespace Hoop.Audit.Chain.Tests;

internal sealed class TestSigner(ECDsa key) : IEvidenceSigner
{
    public string PublicKey => Convert.ToBase64String(key.ExportSubjectPublicKeyInfo());

    public ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> text, CancellationToken cancel) => ValueTask.FromResult(key.SignData(text.Span, HashAlgorithmName.SHA256));
}
