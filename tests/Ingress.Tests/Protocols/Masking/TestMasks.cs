using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Hoop.Contracts.Documents;
using Hoop.Masking.Engine;

namespace Hoop.Ingress.Tests.Protocols.Masking;

/// <summary>Masks and rows for the tests of this folder.</summary>
internal static class TestMasks
{
    private static readonly byte[] Key = Encoding.ASCII.GetBytes("0123456789abcdef0123456789abcdef");

    public static readonly ValueMask Redact = Column(MaskMode.Redact);
    public static readonly ValueMask Partial = Column(MaskMode.Partial, 4);
    public static readonly ValueMask Hash = Column(MaskMode.Hash);
    public static readonly ValueMask Null = Column(MaskMode.Null);

    public static readonly TargetMasks WithColumns = For(new MaskDocument { Name = "ssn", Targets = ["*"], Columns = ["public.customers.ssn"] }, Detect);
    public static readonly TargetMasks DetectorsOnly = For(Detect);
    public static readonly DetectorMask Detectors = DetectorsOnly.Detectors!;

    private static MaskDocument Detect => new() { Name = "all", Targets = ["*"], Detect = ["credit-card", "ssn", "email", "phone", "iban", "secret-key"] };

    public static TargetMasks For(params MaskDocument[] masks) => MaskingEngine.Compile(new MaskingDocument(1, "", masks), Key).For("shop", []);

    public static ValueMask Column(MaskMode mode, int keepLast = 0) =>
        For(new MaskDocument { Name = "m", Targets = ["*"], Columns = ["*"], Mode = mode, KeepLast = keepLast }).ForBaseColumn("a.b.c")!;

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>A DataRow body; null is NULL.</summary>
    public static byte[] Row(params byte[]?[] values)
    {
        var row = new ArrayBufferWriter<byte>();
        BinaryPrimitives.WriteInt16BigEndian(row.GetSpan(2), (short)values.Length);
        row.Advance(2);
        foreach (var value in values)
        {
            BinaryPrimitives.WriteInt32BigEndian(row.GetSpan(4), value?.Length ?? -1);
            row.Advance(4);
            row.Write(value ?? []);
        }
        return row.WrittenSpan.ToArray();
    }
}
