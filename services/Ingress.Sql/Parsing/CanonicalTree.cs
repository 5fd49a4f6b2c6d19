using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hoop.Ingress.Sql.Templates;

namespace Hoop.Ingress.Sql.Parsing;

/// <summary>A tree without its places in the text, so that two can be compared; optionally without its literals, for fingerprints.</summary>
static class CanonicalTree
{
    [ThreadStatic] static Scratch? scratch;

    /// <summary>16 hex digits that stay the same when only literals, parameters, lengths of IN lists or numbers of VALUES rows change.</summary>
    public static string Fingerprint(JsonElement node)
    {
        var buffer = Rent();
        Write(node, buffer, keepLiterals: false);
        return Hash(buffer.Written);
    }

    /// <summary>The same, whatever options say: they are no literals to the grammar, and those of this statement are secrets.</summary>
    public static string FingerprintWithoutOptions(JsonElement node)
    {
        var buffer = Rent();
        buffer.HidesOptions = true;
        Write(node, buffer, keepLiterals: false);
        return Hash(buffer.Written);
    }

    public static string Fingerprint(string text) => Hash(Encoding.UTF8.GetBytes(text));

    /// <summary>The same for two expressions that say the same.</summary>
    public static string Exact(JsonElement node)
    {
        var buffer = Rent();
        Write(node, buffer, keepLiterals: true);
        return Encoding.UTF8.GetString(buffer.Written);
    }

    /// <summary>Whether two expressions say the same.</summary>
    public static bool Same(JsonElement a, JsonElement b)
    {
        var hidden = false;
        if (!Same(a, b, ref hidden)) return false;
        // Nothing else differs: it hangs on values that are not there to be seen.
        if (hidden) BlindTree.Notice();
        return !hidden;
    }

    static bool Same(JsonElement a, JsonElement b, ref bool hidden)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (a.ValueKind != b.ValueKind) return false;
        switch (a.ValueKind)
        {
            case JsonValueKind.Object:
                var (ours, theirs) = (a.EnumerateObject(), b.EnumerateObject());
                while (true)
                {
                    var (more, others) = (NextSaid(ref ours), NextSaid(ref theirs));
                    if (!more || !others) return more == others;
                    var name = JsonMarshal.GetRawUtf8PropertyName(ours.Current);
                    if (!name.SequenceEqual(JsonMarshal.GetRawUtf8PropertyName(theirs.Current))) return false;
                    if (name.SequenceEqual("A_Const"u8) && (BlindTree.Hides(ours.Current.Value) || BlindTree.Hides(theirs.Current.Value))) hidden = true;
                    else if (!Same(ours.Current.Value, theirs.Current.Value, ref hidden)) return false;
                }
            case JsonValueKind.Array:
                if (a.GetArrayLength() != b.GetArrayLength()) return false;
                var (items, counterparts) = (a.EnumerateArray(), b.EnumerateArray());
                while (items.MoveNext() && counterparts.MoveNext())
                    if (!Same(items.Current, counterparts.Current, ref hidden)) return false;
                return true;
            default:
                return JsonMarshal.GetRawUtf8Value(a).SequenceEqual(JsonMarshal.GetRawUtf8Value(b));
        }
    }

    static bool NextSaid(ref JsonElement.ObjectEnumerator fields)
    {
        while (fields.MoveNext())
            if (fields.Current.Value.ValueKind != JsonValueKind.Number || !IsPlace(JsonMarshal.GetRawUtf8PropertyName(fields.Current))) return true;
        return false;
    }

    /// <summary>The same for two expressions that say the same but for literals.</summary>
    public static string Shape(JsonElement node)
    {
        var buffer = Rent();
        Write(node, buffer, keepLiterals: false);
        return Encoding.UTF8.GetString(buffer.Written);
    }

    static string Hash(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return Convert.ToHexStringLower(hash[..8]);
    }

    static Scratch Rent()
    {
        if (scratch is null || scratch.Bytes.Length > 1 << 20) scratch = new();
        (scratch.Length, scratch.HidesOptions) = (0, false);
        return scratch;
    }

    static void Write(JsonElement e, Scratch to, bool keepLiterals, bool collapse = false)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (e.ValueKind)
        {
            case JsonValueKind.Object:
                to.Write("{"u8);
                foreach (var p in e.EnumerateObject()) WriteField(p, to, keepLiterals);
                to.Write("}"u8);
                break;
            case JsonValueKind.Array:
                WriteArray(e, to, keepLiterals, collapse);
                break;
            default:
                to.Write(JsonMarshal.GetRawUtf8Value(e));
                break;
        }
    }

    static void WriteField(JsonProperty p, Scratch to, bool keepLiterals)
    {
        var name = JsonMarshal.GetRawUtf8PropertyName(p);
        if (p.Value.ValueKind == JsonValueKind.Number && IsPlace(name)) return;
        if (!keepLiterals && (name.SequenceEqual("A_Const"u8) || name.SequenceEqual("ParamRef"u8)))
        {
            to.Write("?"u8);
            return;
        }
        if (to.HidesOptions && name.SequenceEqual("conninfo"u8)) return;
        if (to.HidesOptions && name.SequenceEqual("DefElem"u8))
        {
            to.Write(Encoding.UTF8.GetBytes(p.Value.Text("defname") ?? ""));
            to.Write("?"u8);
            return;
        }
        if (keepLiterals && BlindTree.Hides(name)) BlindTree.Notice();
        to.Write(name);
        to.Write(":"u8);
        Write(p.Value, to, keepLiterals, !keepLiterals && IsValueList(name));
        to.Write(","u8);
    }

    // Repeated values count once: IN (1, 2) is IN (1, 2, 3), and two rows of VALUES are three.
    static void WriteArray(JsonElement e, Scratch to, bool keepLiterals, bool collapse)
    {
        to.Write("["u8);
        int previous = -1, previousLength = 0;
        foreach (var item in e.EnumerateArray())
        {
            var start = to.Length;
            Write(item, to, keepLiterals);
            if (collapse && previous >= 0 && IsValue(item) && to.Written[start..].SequenceEqual(to.Written.Slice(previous, previousLength)))
            {
                to.Length = start;
                continue;
            }
            (previous, previousLength) = (start, to.Length - start);
        }
        to.Write("]"u8);
    }

    static bool IsValue(JsonElement item) =>
        item.TryNode(out var type, out var body) && type is "A_Const" or "ParamRef" or "List" && (type != "List" || body.Items("items").All(IsValue));

    static bool IsValueList(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("items"u8) || name.SequenceEqual("elements"u8) || name.SequenceEqual("valuesLists"u8);

    static bool IsPlace(ReadOnlySpan<byte> name) =>
        name.EndsWith("location"u8) || name.SequenceEqual("stmt_len"u8)
        || name.EndsWith("list_start"u8) || name.EndsWith("list_end"u8);

    sealed class Scratch
    {
        public byte[] Bytes = new byte[4096];
        public int Length;

        /// <summary>Of options their names alone count.</summary>
        public bool HidesOptions;

        public ReadOnlySpan<byte> Written => Bytes.AsSpan(0, Length);

        public void Write(ReadOnlySpan<byte> value)
        {
            if (Bytes.Length - Length < value.Length) Array.Resize(ref Bytes, Math.Max(Bytes.Length * 2, Length + value.Length));
            value.CopyTo(Bytes.AsSpan(Length));
            Length += value.Length;
        }
    }
}
