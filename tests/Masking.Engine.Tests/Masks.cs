using System.Buffers;
using System.Text;
using Hoop.Contracts.Documents;
using Hoop.Contracts.Operations;
using Shouldly;

namespace Hoop.Masking.Engine.Tests;

/// <summary>Short ways to make masks and to apply them.</summary>
internal static class Masks
{
    public static readonly byte[] Key = Encoding.ASCII.GetBytes("0123456789abcdef0123456789abcdef");

    public static readonly string[] AllDetectors = ["credit-card", "ssn", "email", "phone", "iban", "secret-key", "national-id", "passport", "ip-address"];

    public static MaskDocument Column(string name, params string[] columns) =>
        new() { Name = name, Targets = ["shop"], Columns = columns };

    public static MaskDocument Detector(params string[] kinds) =>
        new() { Name = "detect", Targets = ["*"], Detect = kinds };

    public static MaskingEngine Compile(params MaskDocument[] masks) =>
        MaskingEngine.Compile(new MaskingDocument(1, "d", masks), Key);

    public static TargetMasks For(params MaskDocument[] masks) => Compile(masks).For("shop", []);

    public static ResultColumn Result(string column, params string[] through) =>
        new("x", [new ColumnSource(column, through)], false);

    public static string Apply(ValueMask mask, string text)
    {
        var output = new ArrayBufferWriter<byte>();
        mask.Write(Encoding.UTF8.GetBytes(text), output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    public static string Rewrite(DetectorMask mask, string text, bool json = false)
    {
        var output = new ArrayBufferWriter<byte>();
        var bytes = Encoding.UTF8.GetBytes(text);
        var changed = json ? mask.TryRewriteJson(bytes, output) : mask.TryRewrite(bytes, output);
        if (!changed)
            output.WrittenCount.ShouldBe(0);
        if (!json)
            mask.Finds(bytes).ShouldBe(changed);
        return changed ? Encoding.UTF8.GetString(output.WrittenSpan) : text;
    }
}
