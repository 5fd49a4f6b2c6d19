using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Hoop.Approval.Tests.StepUps;

/// <summary>An authenticator in software (WebAuthn Level 3): one P-256 key, user verified, no attestation.</summary>
internal sealed class SoftPasskey(string host, string origin)
{
    private const byte PresentAndVerified = 0x05, HasCredential = 0x40;
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly byte[] _id = RandomNumberGenerator.GetBytes(16);
    private string? _owner;
    private uint _uses;

    /// <summary>What <c>navigator.credentials.create()</c> answers.</summary>
    public object Create(JsonElement options)
    {
        _owner = options.GetProperty("user").GetProperty("id").GetString();
        var client = ClientData("webauthn.create", options);
        // CBOR: { "fmt": "none", "attStmt": {}, "authData": bytes }
        var data = AuthenticatorData(HasCredential, withCredential: true);
        byte[] attestation = [0xA3, .. Text("fmt"), .. Text("none"), .. Text("attStmt"), 0xA0, .. Text("authData"), 0x58, (byte)data.Length, .. data];
        return Credential(new { clientDataJSON = Base64Url.EncodeToString(client), attestationObject = Base64Url.EncodeToString(attestation), transports = new[] { "internal" } });
    }

    /// <summary>What <c>navigator.credentials.get()</c> answers.</summary>
    public object Get(JsonElement options)
    {
        var client = ClientData("webauthn.get", options);
        var data = AuthenticatorData(0, withCredential: false);
        var signature = _key.SignData([.. data, .. SHA256.HashData(client)], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        return Credential(new
        {
            clientDataJSON = Base64Url.EncodeToString(client), authenticatorData = Base64Url.EncodeToString(data),
            signature = Base64Url.EncodeToString(signature), userHandle = _owner,
        });
    }

    private object Credential(object response) => new
    {
        id = Base64Url.EncodeToString(_id), rawId = Base64Url.EncodeToString(_id), type = "public-key", response, clientExtensionResults = new { }, authenticatorAttachment = "platform",
    };

    private byte[] ClientData(string type, JsonElement options) =>
        JsonSerializer.SerializeToUtf8Bytes(new { type, challenge = options.GetProperty("challenge").GetString(), origin, crossOrigin = false });

    private byte[] AuthenticatorData(byte flags, bool withCredential)
    {
        var counter = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(counter, ++_uses);
        byte[] start = [.. SHA256.HashData(Encoding.ASCII.GetBytes(host)), (byte)(PresentAndVerified | flags), .. counter];
        if (!withCredential) return start;
        var point = _key.ExportParameters(false).Q;
        // COSE: { 1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y }
        byte[] key = [0xA5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20, .. point.X!, 0x22, 0x58, 0x20, .. point.Y!];
        return [.. start, .. new byte[16], 0x00, (byte)_id.Length, .. _id, .. key];
    }

    private static byte[] Text(string text) => [(byte)(0x60 + text.Length), .. Encoding.ASCII.GetBytes(text)];
}
