using System.Buffers;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Protocols.Postgres.Relay;
using Hoop.Ingress.Sql;
using Hoop.Ingress.Wire.Postgres.Messages;
using Hoop.Masking.Engine;

namespace Hoop.Ingress.Protocols.Postgres.Results;

/// <summary>Data of COPY … TO STDOUT with masked columns: refused until it can be rewritten.</summary>
internal sealed class MaskedCopy : RowRewriter
{
    public override IReadOnlyList<string> MaskedColumns => [];

    internal static RowRewriter? Create(SqlStatement statement, IReadOnlyList<ResultColumn> lineage, ValueMask?[] masks, DetectorMask? detectors, bool binary) =>
        detectors is null && masks.All(mask => mask is null)
            ? null
            : throw new PostgresRefusedException(
                PostgresDiagnostic.Create("FATAL", "0A000", "COPY TO STDOUT of masked columns is not supported", hint: "Use SELECT."), "masked copy");

    protected override bool TryRewrite(ReadOnlySpan<byte> body, IBufferWriter<byte> output) => throw new NotSupportedException();
}
