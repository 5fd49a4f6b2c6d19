namespace Hoop.Policy.Tests;

internal static class Samples
{
    public const string First = """
        version: 1
        targets:
          shop: { protocol: postgres, address: 127.0.0.1:5432, credential: { username: shop_app, password: env:SHOP_PASSWORD } }
        roles:
          agent: { groups: [agents] }
          dba: { groups: [dba] }
        policies:
          - { name: agents-read, roles: [agent], targets: [shop], allow: { verbs: [select], objects: [public.*] } }
        access:
          editPolicy: [dba]
        """;

    public const string Second = First + "\n# changed";

    public static readonly string Stricter = First.Replace("verbs: [select]", "verbs: [select], maxRows: 10");

    public const string ThreeMistakes = """
        version: 1
        targets:
          shop: { protocol: postgres, address: 127.0.0.1, credential: { username: shop_app, password: env:SHOP_PASSWORD } }
        roles:
          agent: { groups: [agents] }
        policies:
          - { name: agents-read, roles: [agnet], targets: [shop], allow: { verbs: [selct] } }
        """;
}
