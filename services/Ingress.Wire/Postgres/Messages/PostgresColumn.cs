namespace Hoop.Ingress.Wire.Postgres.Messages;

/// <summary>One column of a RowDescription.</summary>
/// <param name="TableOid">0 when it is not a plain column of a table.</param>
/// <param name="AttributeNumber">pg_attribute.attnum, or 0.</param>
/// <param name="Format">0 text, 1 binary. Always 0 in the description of a statement (its Bind decides).</param>
public sealed record PostgresColumn(
    string Name, uint TableOid, short AttributeNumber, uint TypeOid, short TypeSize, int TypeModifier, short Format)
{
    public bool IsBinary => Format == 1;
}
