using Hoop.Contracts.Operations;

namespace Hoop.Ingress.Sql.Lineage;

/// <summary>Function calls, aggregates and windows, and the operators that are functions in disguise.</summary>
sealed class CallLineage(Resolution resolution)
{
    public Value Evaluate(Node call, Scope scope)
    {
        resolution.Step();
        var traits = resolution.Functions.Find(call.Names("funcname"));
        List<Node> nodes = [.. call.List("args")];
        List<Value> values = [.. nodes.Select(a => Operand(a, scope))];
        var arguments = Value.Union(values);
        if (call.Flag("agg_distinct")) Use(arguments, DistinctKind(traits, arguments));
        var order = Sort(call, "agg_order", scope);
        // WITHIN GROUP hands the ordered values to the function; ORDER BY inside an aggregate only arranges them.
        if (call.Flag("agg_within_group")) arguments = arguments.Or(order);
        Hand(traits, values, nodes);
        if (Totality.Lapses(traits.Name, nodes, arguments)) arguments = arguments.Lapsing();
        arguments = Totality.Shaped(traits.Name, arguments);
        if (Totality.Swells(traits.Name, nodes)) arguments = arguments.Swelling();
        if (!Totality.IsSystems(traits.Name)) arguments = arguments.AsForeign();
        return arguments.Into(traits.Name).Or(order.Derived()).Or(Context(call, scope)).Or(traits.Opaque ? Value.Unknown : null);
    }

    /// <summary>What a window's rows and order depend on.</summary>
    public Value Window(Node window, Scope scope)
    {
        var partition = Value.Union(window.List("partitionClause").Select(n => Operand(n, scope)));
        Use(partition, ColumnUseKind.Group);
        var frame = Operand(window["startOffset"], scope).Or(Operand(window["endOffset"], scope));
        Use(frame, ColumnUseKind.Other);
        var value = partition.Or(Sort(window, "orderClause", scope)).Or(frame).Derived();
        return window.Text("refname") is { } reference ? value.Or(Named(reference, scope)) : value;
    }

    /// <summary>The operands, opaque when the operator may be somebody's function.</summary>
    public Value Operator(Node expression, Value operands)
    {
        var names = expression.Names("name");
        var bare = names.LastOrDefault() ?? "";
        if (names is ["pg_catalog", _]) return operands;
        List<string> functions = [.. Symbols(bare).SelectMany(s => resolution.Context.Catalog.Operators.GetValueOrDefault(s, []))];
        if (functions.Count == 0 && expression.Text("kind") is not ("AEXPR_OP" or "AEXPR_OP_ANY" or "AEXPR_OP_ALL")) return operands;
        if (functions.Count == 0) return Operators.IsBuiltin(bare) ? operands : Opaque(operands);
        return functions.Aggregate(operands, Through);
    }

    /// <summary>There is an operator of this name that is not PostgreSQL's own.</summary>
    public bool IsOthers(Node expression) => expression.Names("name") is not ["pg_catalog", _] and [.., { } name] && resolution.Context.Catalog.Operators.ContainsKey(name);

    /// <summary>BETWEEN is two comparisons.</summary>
    static string[] Symbols(string name) => name.Contains("BETWEEN", StringComparison.Ordinal) ? [">=", "<=", "<", ">"] : [name];

    /// <summary>The value after a cast, opaque when a function of somebody's may have made it: which one does depends on the value's type.</summary>
    public Value Cast(Node type, Value value)
    {
        var casts = resolution.Context.Catalog.Casts;
        if (casts.Count == 0 || type.Names("names") is not [.., { } name]) return value;
        return casts.Where(c => c.Target == name || (type.Has("arrayBounds") && c.Target == "_" + name)).Select(static c => c.Function).Aggregate(value, Through);
    }

    Value Through(Value value, string function)
    {
        var traits = resolution.Functions.FindQualified(function);
        Note(traits, value);
        return traits.Opaque ? value.Or(Value.Unknown) : value;
    }

    Value Opaque(Value operands)
    {
        Note(FunctionTraits.Unknown("?"), operands);
        return operands.Or(Value.Unknown);
    }

    /// <summary>FILTER and OVER: not handed to the function, yet they decide what it gives.</summary>
    Value Context(Node call, Scope scope)
    {
        var filter = call["agg_filter"];
        resolution.Conditions.Condition(filter, scope);
        var value = Operand(filter, scope).Derived();
        var over = call.Child("over", "WindowDef");
        if (!over.Exists) return value;
        return value.Or(over.Text("name") is { } name ? Named(name, scope) : Window(over, scope));
    }

    static Value Named(string name, Scope scope) => scope.Windows.GetValueOrDefault(name, Value.Unknown);

    Value Sort(Node owner, string property, Scope scope)
    {
        var order = Value.Union(owner.List(property).Select(s => Operand(s["node"], scope)));
        Use(order, ColumnUseKind.Order);
        return order;
    }

    /// <summary>What a function does with what it is given, besides its result.</summary>
    void Hand(FunctionTraits traits, List<Value> values, List<Node> nodes)
    {
        Note(traits, Value.Union(values));
        if (traits.Name == "pg_catalog.set_config" && SpaceLimit.MayBeSetBy(nodes.FirstOrDefault(), resolution.Setting)) resolution.Uses.Hide();
        var partial = values.Exists(static v => v.IsSwollen) || Totality.Skips(traits.Name) && values.Exists(static v => v.IsForeign);
        for (var i = 0; i < values.Count && !traits.Stores; i++)
        {
            if (!Totality.Takes(traits.Name, i, nodes) || partial || Totality.Overflows(traits.Name, nodes, values[i])) resolution.Uses.Add(values[i], ColumnUseKind.Other, traits.Name);
            else if (Totality.Chooses(traits.Name) && values[i].IsComposed) resolution.Uses.Add(values[i], ColumnUseKind.Other, traits.Name);
            else if (Totality.MakesJsonb(traits.Name) && values[i].Parts is { HasColumns: true } parts) resolution.Uses.Add(parts, ColumnUseKind.Other, traits.Name);
            else if (Totality.IsPicky(traits.Name)) resolution.Uses.Add(values[i].Lapses, ColumnUseKind.Other, traits.Name);
            else if (traits.Name == "pg_catalog.array_agg") resolution.Uses.Add(values[i].Arrays, ColumnUseKind.Other, traits.Name);
        }
    }

    void Note(FunctionTraits traits, Value arguments)
    {
        if (traits.Opaque)
        {
            resolution.CalledOpaque = true;
            resolution.Uses.Call(traits.Name);
        }

        if (traits.Stores) Use(arguments, ColumnUseKind.Stored);
        if (traits.TellsOfFiles) Use(Value.Unknown, ColumnUseKind.Other);
        if (!traits.RunsText) return;
        Use(Value.Unknown, ColumnUseKind.Stored);
        Use(Value.Unknown, ColumnUseKind.Other);
    }

    /// <summary><c>(x).name</c>: a call of the function "name", a cast to the type "name" or a field, whichever there is.</summary>
    public Value Attribute(string name, Value argument)
    {
        if (resolution.Functions.Has(name) || !resolution.Functions.AreKnown) return Call(name, argument);
        // A cast may fail.
        Use(argument, ColumnUseKind.Other);
        return argument.Derived();
    }

    /// <summary><c>c.name</c> where the row has no such column: it may be a call of the function "name", or a cast, on the row.</summary>
    public Value RowAttribute(string name, Value row)
    {
        if (resolution.Functions.Has(name) || resolution.Functions.Casts(name)) return Call(name, row).Or(Value.Unknown);
        // A name that nothing has is an error to the server, too.
        return row.Derived().Or(resolution.Uses.Miss(name));
    }

    Value Call(string name, Value argument)
    {
        var traits = resolution.Functions.Find([name]);
        Hand(traits, [argument], []);
        return argument.Derived().Or(argument.Into(traits.Name)).Or(traits.Opaque ? Value.Unknown : null);
    }

    /// <summary>Among the stored values of one column DISTINCT tells no more than = between them does; in other company it searches.</summary>
    static ColumnUseKind DistinctKind(FunctionTraits traits, Value arguments) =>
        traits.Name == UseSink.Count && arguments is { Opaque: false, IsStored: true } && arguments.Sources.Select(static s => s.Origin).OfType<string>().Distinct().Count() == 1
            ? ColumnUseKind.Equality : ColumnUseKind.Group;

    Value Operand(Node node, Scope scope) => resolution.Expressions.Evaluate(node, scope);

    void Use(Value value, ColumnUseKind kind) => resolution.Uses.Add(value, kind);
}
