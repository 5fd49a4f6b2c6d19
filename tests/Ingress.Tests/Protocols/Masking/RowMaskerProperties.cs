using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Hoop.Ingress.Protocols.Postgres.Masking;
using Shouldly;
using Xunit;
using static Hoop.Ingress.Tests.Protocols.Masking.TestMasks;

namespace Hoop.Ingress.Tests.Protocols.Masking;

public sealed class RowMaskerProperties
{
    private const string Canary = "KANARIENVOGEL";

    private static readonly uint[] Types =
    [
        .. Enumerable.Range(16, 6000).Select(oid => (uint)oid).Where(oid => oid is < 35 or 114 or 142 or (> 599 and < 1300) or (> 1550 and < 1750) or 2249 or 2950 or 2951 or (> 3600 and < 4600)),
        0, 16384, 99999,
    ];

    private static readonly Config Quiet = Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(500);

    private sealed record Column(uint Oid, bool Binary, bool Masked, int Mode, string Around)
    {
        public byte[] Value => Utf8(Masked ? $"{Around}{Canary}{Around}" : Around);

        public MaskedField Field => new("c", Oid, Binary ? (short)1 : (short)0, Masked ? new[] { Redact, Partial, Hash, Null }[Mode] : null);
    }

    private static readonly Gen<Column> Columns =
        from oid in Gen.Elements(Types)
        from binary in Gen.Elements(true, false)
        from masked in Gen.Elements(true, false)
        from mode in Gen.Choose(0, 3)
        from around in Gen.Elements("", "x", "\"", "{}", "(", "\\", "\u0001", "🐦", "123")
        select new Column(oid, binary, masked, mode, around);

    [Fact]
    public void No_masked_value_gets_out_in_any_type_format_or_mode()
    {
        Prop.ForAll(Columns.NonEmptyListOf().ToArbitrary(), columns =>
        {
            var output = new ArrayBufferWriter<byte>();
            var masker = PostgresRowMasker.Create([.. columns.Select(column => column.Field)], null);
            var row = Row([.. columns.Select(column => column.Value)]);
            var changed = masker?.TryRewrite(row, output) ?? false;
            changed.ShouldBe(columns.Any(column => column.Masked));
            AssertGone(changed ? output.WrittenSpan : row);
        }).Check(Quiet);
    }

    [Fact]
    public void Unmasked_neighbours_arrive_unchanged()
    {
        Prop.ForAll(Columns.NonEmptyListOf().ToArbitrary(), columns =>
        {
            var output = new ArrayBufferWriter<byte>();
            if (PostgresRowMasker.Create([.. columns.Select(column => column.Field)], null) is not { } masker)
                return;
            masker.TryRewrite(Row([.. columns.Select(column => column.Value)]), output).ShouldBeTrue();
            var reader = Hoop.Ingress.Wire.Postgres.Messages.DataRow.Read(output.WrittenSpan[5..]).Values;
            foreach (var column in columns)
            {
                var known = reader.TryReadValue(out var value);
                if (!column.Masked)
                    (known && value.SequenceEqual(column.Value)).ShouldBeTrue();
            }
            reader.End();
        }).Check(Quiet);
    }

    [Fact]
    public void Random_bytes_are_refused_or_relayed_but_never_break_the_masker()
    {
        var masker = PostgresRowMasker.Create([new("a", 25, 0, Redact), new("b", 1009, 1, null), new("c", 3802, 1, null)], Detectors)!;
        Prop.ForAll<byte[]>(bytes =>
        {
            try
            {
                masker.TryRewrite(bytes, new ArrayBufferWriter<byte>());
            }
            catch (Hoop.Ingress.Wire.Postgres.PostgresWireException)
            {
            }
        }).Check(Quiet);
    }

    /// <summary>Not plain, not in hex, not in base64, not its tail of five.</summary>
    private static void AssertGone(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.Latin1.GetString(bytes);
        var canary = Encoding.ASCII.GetBytes(Canary);
        text.ShouldNotContain(Canary[^5..]);
        text.ShouldNotContain(Canary[..5]);
        text.ShouldNotContain(Convert.ToHexStringLower(canary), Case.Insensitive);
        text.ShouldNotContain(Convert.ToBase64String(canary)[..8]);
    }
}
