using System.Collections.Frozen;
using Hoop.Ingress.Sql.Catalog;

namespace Hoop.Ingress.Sql.Understanding;

/// <summary>
/// Extensions that somebody looked at, whose functions only compute. They share names with PostgreSQL's own (citext has a <c>min</c>, a <c>replace</c>, a <c>split_part</c>),
/// and nobody here knows of which types a call's arguments are.
/// </summary>
static class KnownExtensions
{
    static readonly FrozenSet<string> Names = FrozenSet.Create(
        "btree_gin", "btree_gist", "citext", "cube", "fuzzystrmatch", "hstore", "intarray", "isn", "ltree", "pg_trgm", "pgcrypto", "seg", "unaccent", "uuid-ossp", "vector");

    /// <summary>Volatile ones of them: dice. Others, as pg_trgm's <c>set_limit</c>, do more.</summary>
    static readonly FrozenSet<string> Dice = FrozenSet.Create(
        "gen_random_bytes", "gen_random_uuid", "gen_salt", "pgp_pub_encrypt", "pgp_pub_encrypt_bytea", "pgp_sym_encrypt", "pgp_sym_encrypt_bytea",
        "uuid_generate_v1", "uuid_generate_v1mc", "uuid_generate_v4");

    /// <summary>For the page about effects.</summary>
    public static IEnumerable<string> All => Names.Order(StringComparer.Ordinal);

    /// <remarks>Whoever may replace an extension's function can make it another one, in SQL or PL/pgSQL: what that does counts by itself.</remarks>
    public static bool OnlyCompute(CatalogFunction function) =>
        function is { Extension: { } extension, SecurityDefiner: false, Language: "c" or "internal" or "sql" } && Names.Contains(extension)
        && (function.Volatility != 'v' || Dice.Contains(function.Name)) && !FunctionTable.Reaches(function.Name, out _);
}
