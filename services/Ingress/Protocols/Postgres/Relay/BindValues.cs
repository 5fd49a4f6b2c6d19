using System.Collections;
using Hoop.Ingress.Protocols.Postgres.Targets;
using Hoop.Ingress.Wire.Postgres.Messages;

namespace Hoop.Ingress.Protocols.Postgres.Relay;

/// <summary>A Bind's values as they came. They become text when somebody reads them: the record, an approver.</summary>
internal sealed class BindValues : IReadOnlyList<string?>
{
    private readonly uint[] types;
    private readonly byte[] bytes;
    private readonly int formatsLength;
    private string?[]? texts;

    private BindValues(in Bind bind, uint[] types)
    {
        (this.types, Count, formatsLength) = (types, bind.ParameterCount, bind.ParameterFormats.Length);
        bytes = new byte[formatsLength + bind.RawValues.Length];
        bind.ParameterFormats.CopyTo(bytes);
        bind.RawValues.CopyTo(bytes.AsSpan(formatsLength));
    }

    public int Count { get; }

    public string? this[int index] => (texts ??= Render())[index];

    internal static BindValues Of(in Bind bind, uint[] types) => new(bind, types);

    internal BindParameters ToParameters() => new(types, bytes[..formatsLength], Count, bytes[formatsLength..]);

    public IEnumerator<string?> GetEnumerator() => ((IEnumerable<string?>)(texts ??= Render())).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private string?[] Render()
    {
        var bind = new Bind
        {
            Portal = default, Statement = default, ResultFormats = default,
            ParameterFormats = bytes.AsSpan(0, formatsLength), ParameterCount = Count, RawValues = bytes.AsSpan(formatsLength),
        };
        return BindValueText.Of(bind, types);
    }
}
