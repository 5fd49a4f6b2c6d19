using Hoop.Contracts.Operations;

namespace Hoop.Policy.Engine.Tests;

/// <summary>Operations as Ingress would report them, and documents around a few rules.</summary>
internal static class Operations
{
    public static OperationFacts Of(Effects effects, params ObjectAccess[] accesses) => new()
    {
        Protocol = "postgres", Understood = true, Plumbing = false, Accesses = accesses, Effects = effects, Fingerprint = "0011223344556677",
    };

    public static ObjectAccess Table(string verb, string name) => new(verb, "table", name);

    public static ObjectAccess Function(string name) => new("execute", "function", name);

    public static OperationFacts Select(params string[] tables) => Of(Effects.Read, [.. tables.Select(t => Table("select", t))]);

    public static OperationFacts Delete(string table) => Of(Effects.Write, Table("delete", table));

    public static OperationFacts DeleteAll(string table) => Of(Effects.Write | Effects.MassWrite, Table("delete", table));

    public static OperationFacts Drop(string table) => Of(Effects.Ddl | Effects.Destructive, Table("drop", table));

    public static OperationFacts NotUnderstood() => Of(Effects.Unknown, new ObjectAccess("unknown", "other", "*")) with { Understood = false };

    public static OperationFacts Show() => Of(Effects.None, new ObjectAccess("show", "setting", "server_version")) with { Plumbing = true };

    public static PolicyEngine EngineWith(params string[] policies)
    {
        var yaml = """
            version: 1
            targets:
              shop: { protocol: postgres, address: a:1, labels: { env: prod }, credential: { username: u } }
              lab: { protocol: postgres, address: a:1, credential: { username: u } }
            roles:
              agent: { groups: [agents] }
              dba: { groups: [dba, admins] }
              lead: { groups: [leads] }
            policies:
            """ + "\n" + string.Join("\n", policies.Select((p, i) => $"- {{ name: p{i + 1}, {p} }}"));
        var result = HoopYaml.Read(yaml);
        if (result.Document is null) throw new ArgumentException(string.Join('\n', result.Errors));
        return PolicyEngine.Compile(result.Document);
    }

    public const string AgentOnShop = "roles: [agent], targets: [shop]";

    public static Decision Decide(this PolicyEngine engine, OperationFacts operation) => engine.Decide(["agent"], "shop", operation);

    public static DecisionOutcome Outcome(this PolicyEngine engine, OperationFacts operation) => engine.Decide(operation).Outcome;
}
