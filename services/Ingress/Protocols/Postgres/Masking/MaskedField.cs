using Hoop.Masking.Engine;

namespace Hoop.Ingress.Protocols.Postgres.Masking;

/// <summary>One column of the rows that follow, and what is done to it.</summary>
/// <param name="TypeOid">As in RowDescription; 0 when it is not known (COPY).</param>
/// <param name="Format">0 text, 1 binary: what the rows really use, so for a portal what its Bind asked for.</param>
/// <param name="Mask">Null: shown, but for what detectors find.</param>
public sealed record MaskedField(string Name, uint TypeOid, short Format, ValueMask? Mask);
