using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using Hoop.Ingress.Sql.Parsing;

namespace Hoop.Ingress.Sql.Secrets;

/// <summary>
/// Finds in the grammar's tree what is a secret by the place it stands in: <c>PASSWORD</c>, options of that name, connection strings, keys of functions that
/// encrypt, values for such parameters of a prepared statement. What it costs is paid once for a text, or for all of its template.
/// </summary>
sealed class SecretSearch
{
    readonly SqlContext context;
    readonly List<SecretPlace> places = [];
    readonly HashSet<int> parameters = [];
    int start;

    SecretSearch(SqlContext context) => this.context = context;

    public bool Any => places.Count > 0 || parameters.Count > 0;

    public IReadOnlyList<int> Parameters => parameters.Count == 0 ? [] : [.. parameters.Order()];

    /// <param name="statement">The statement's node.</param>
    /// <param name="start">Where it begins, in bytes.</param>
    public static SecretSearch Of(JsonElement statement, SqlContext context, int start = 0)
    {
        var search = new SecretSearch(context) { start = start };
        search.Visit(statement, secret: false);
        return search;
    }

    /// <summary>What several statements of one text hold; null: nothing.</summary>
    public static SqlSecrets? In(string sql, List<SecretSearch> statements)
    {
        if (statements.Count == 0) return null;
        if (SecretPlaces.Of(sql, statements.SelectMany(static found => found.places)) is not { } spans) return SqlSecrets.Everything(sql);
        return SqlSecrets.At(sql, spans, [.. statements.SelectMany(static found => found.parameters)]);
    }

    void Visit(JsonElement e, bool secret)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (e.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in e.EnumerateArray()) Visit(item, secret);
        }
        else if (e.ValueKind == JsonValueKind.Object)
        {
            foreach (var field in e.EnumerateObject())
                if (field.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array && !TryRead(JsonMarshal.GetRawUtf8PropertyName(field), field.Value, secret)) Visit(field.Value, secret);
        }
    }

    /// <returns>False: it is nothing of its own, look into it.</returns>
    bool TryRead(ReadOnlySpan<byte> name, JsonElement body, bool secret)
    {
        if (name.SequenceEqual("A_Const"u8)) Constant(body, secret);
        else if (name.SequenceEqual("ParamRef"u8)) Parameter(body, secret);
        else if (name.SequenceEqual("FuncCall"u8) || name.SequenceEqual("funccall"u8) || name.SequenceEqual("func"u8)) return TryCall(body, secret);
        else if (name.SequenceEqual("DefElem"u8)) Option(body, SecretNames.Is(body.Text("defname")));
        else if (name.SequenceEqual("VariableSetStmt"u8) || name.SequenceEqual("setstmt"u8)) Visit(body.Field("args") ?? default, SecretNames.IsSetting(body.Text("name")) || IsConnectionSetting(body));
        else if (name.SequenceEqual("CreateUserMappingStmt"u8) || name.SequenceEqual("AlterUserMappingStmt"u8)) Mapping(body);
        else if (name.SequenceEqual("ExecuteStmt"u8)) Execute(body, secret);
        else
        {
            if (name.SequenceEqual("CreateSubscriptionStmt"u8) || name.SequenceEqual("AlterSubscriptionStmt"u8)) Connection(body);
            return false;
        }
        return true;
    }

    void Constant(JsonElement constant, bool secret)
    {
        if (secret && (constant.Field("sval") ?? constant.Field("ival") ?? constant.Field("fval") ?? constant.Field("bsval")) is not null)
            places.Add(new(SecretPlaceKind.Constant, constant.Number("location")));
    }

    void Parameter(JsonElement parameter, bool secret)
    {
        if (secret) parameters.Add(parameter.Number("number"));
    }

    void Option(JsonElement option, bool secret)
    {
        if (option.Field("arg") is not { } argument) return;
        if (!secret) Visit(argument, secret: false);
        else places.Add(new(argument.As("String") is null ? SecretPlaceKind.OptionValue : SecretPlaceKind.NextString, option.Number("location")));
    }

    void Mapping(JsonElement mapping)
    {
        foreach (var item in mapping.Items("options"))
            if (item.As("DefElem") is { } option) Option(option, SecretNames.IsInUserMapping(option.Text("defname")));
    }

    void Connection(JsonElement subscription)
    {
        if (subscription.Field("conninfo") is not null) places.Add(new(SecretPlaceKind.StringAfterConnection, start));
    }

    bool TryCall(JsonElement call, bool secret)
    {
        if (call.Names("funcname") is not [.., var name]) return false;
        var arguments = call.Items("args").ToArray();
        var bits = SecretNames.ArgumentsOf(name) | ConnectionsIn(name, arguments) | ValueOfSetting(name, arguments);
        for (var i = 0; i < arguments.Length; i++)
        {
            // By name they come in any order: in a function that takes secrets each counts as one.
            var named = arguments[i].As("NamedArgExpr");
            var one = named is { } argument ? bits != 0 || SecretNames.Is(argument.Text("name")) : i < 31 && (bits >> i & 1) != 0;
            Visit(arguments[i], secret || one);
        }
        foreach (var field in call.EnumerateObject())
            if (!field.NameEquals("args") && !field.NameEquals("funcname") && field.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array) Visit(field.Value, secret);
        return true;
    }

    static int ConnectionsIn(string function, JsonElement[] arguments)
    {
        var (bits, found) = (SecretNames.ConnectionsOf(function), 0);
        // A statement alone goes to the connection that is open; a connection to open may be alone.
        if (bits == 0b01 && (arguments.Length < 2 || arguments[1].As("A_Const")?.Field("boolval") is not null)) return 0;
        for (var i = 0; i < arguments.Length && bits >> i != 0; i++)
            if ((bits >> i & 1) != 0 && (arguments[i].ConstantText() is not { } text || SecretNames.IsConnection(text))) found |= 1 << i;
        return found;
    }

    static int ValueOfSetting(string function, JsonElement[] arguments) =>
        function == "set_config" && arguments.Length > 1 && arguments[0].ConstantText() is { } setting && SecretNames.IsSetting(setting) ? 0b10 : 0;

    static bool IsConnectionSetting(JsonElement setting) => setting.Text("name") == "primary_conninfo";

    /// <summary>Values for a statement that was prepared: secret as its parameters are. Nobody knows of one that is not known.</summary>
    void Execute(JsonElement execute, bool secret)
    {
        var prepared = context.Prepared(execute.Text("name") ?? "");
        var number = 0;
        foreach (var value in execute.Items("params"))
        {
            number++;
            Visit(value, secret || prepared is null || prepared.SecretParameters.Contains(number));
        }
    }
}
