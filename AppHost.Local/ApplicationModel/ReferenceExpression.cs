using System.Runtime.CompilerServices;
using System.Text;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A value that is known only when things run.</summary>
public interface IValueProvider
{
    ValueTask<string?> GetValueAsync(CancellationToken cancellationToken);
}

/// <summary>Text with values in it that are known only when things run, such as ports and passwords.</summary>
public sealed class ReferenceExpression : IValueProvider
{
    readonly IReadOnlyList<object> _parts;

    ReferenceExpression(IReadOnlyList<object> parts) => _parts = parts;

    public static ReferenceExpression Create(in ExpressionInterpolatedStringHandler handler) => handler.Build();

    public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        foreach (var part in _parts)
            text.Append(part is IValueProvider value ? await value.GetValueAsync(cancellationToken) : part);
        return text.ToString();
    }

    [InterpolatedStringHandler]
    public readonly struct ExpressionInterpolatedStringHandler(int literalLength, int formattedCount)
    {
        readonly List<object> _parts = new(formattedCount * 2 + Math.Min(literalLength, 1));

        public void AppendLiteral(string value) => _parts.Add(value);

        public void AppendFormatted(string? value) => _parts.Add(value ?? "");

        public void AppendFormatted(IValueProvider value) => _parts.Add(value);

        public void AppendFormatted<T>(IResourceBuilder<T> value) where T : IResource, IValueProvider => _parts.Add(value.Resource);

        internal ReferenceExpression Build() => new(_parts);
    }
}
