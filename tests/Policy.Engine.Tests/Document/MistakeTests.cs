using Hoop.Contracts.Documents;
using Shouldly;
using Xunit;

namespace Hoop.Policy.Engine.Tests.Document;

public sealed class MistakeTests
{
    private static IReadOnlyList<YamlError> Errors(string yaml)
    {
        var result = HoopYaml.Read(yaml);
        result.Document.ShouldBeNull();
        result.Errors.ShouldNotBeEmpty();
        foreach (var error in result.Errors)
        {
            error.Message.ShouldNotContain('\n');
            error.Line.ShouldBeGreaterThan(0);
        }
        return result.Errors;
    }

    private static void OneError(string yaml, string message, int? line = null)
    {
        var error = Errors(yaml).ShouldHaveSingleItem();
        error.Message.ShouldBe(message);
        if (line is { } expected) error.Line.ShouldBe(expected);
    }

    private static string Target(string fields) => $"version: 1\ntargets:\n  shop: {{ {fields} }}";

    private static string Policy(string fields) => Samples.Small + $"policies:\n- {{ name: p, {fields} }}";

    private static string Mask(string fields) => Samples.Small + $"masks:\n- {{ name: m, targets: [shop], {fields} }}";

    private const string Credential = "credential: { username: u, password: env:P }";

    [Fact]
    public void A_connector_is_refused_because_there_are_none_yet() => OneError(
        Target($"protocol: postgres, address: 10.0.0.5:5432, {Credential}, connector: eu-1"),
        "targets.shop.connector: connectors are not available yet; leave it out, and Ingress opens the target itself", line: 3);

    [Fact]
    public void Three_mistakes_are_three_lines()
    {
        var errors = Errors("""
            version: 1
            targets:
              shop: { protocol: postgres, address: 10.0.0.5, credential: { username: u, password: env:P } }
            roles:
              agent: { groups: [agents] }
            policies:
              - { name: read, roles: [agnet], targets: [shop], allow: { verbs: [select] } }
              - { name: write, roles: [agent], targets: [shop], alow: { verbs: [insert] }, block: { verbs: [drop] } }
            """);
        errors.Select(e => (e.Line, e.Message)).ShouldBe(
        [
            (3, "targets.shop.address: the port is missing; write host:port, such as 10.0.0.5:5432"),
            (7, "policies \"read\".roles: there is no role \"agnet\"; did you mean \"agent\"?"),
            (8, "policies \"write\": unknown key \"alow\"; did you mean \"allow\"?"),
        ]);
    }

    [Theory]
    [InlineData("versoin: 1", "unknown key \"versoin\"; did you mean \"version\"?", 1)]
    [InlineData("version: 2", "version: must be 1, the only version there is", 1)]
    [InlineData("version: 1\ntarget: {}", "unknown key \"target\"; did you mean \"targets\"?", 2)]
    [InlineData("version: 1\nroles: []", "roles: must be a map, not a list", 2)]
    [InlineData("version: 1\npolicies: {}", "policies: must be a list, not a map; such as", 2)]
    [InlineData("version: 1\nversion: 1", "\"version\" is given twice (first on line 1); keep one", 2)]
    [InlineData("version: 1\nroles:\n  a: { groups: [x] }\n  a: { groups: [y] }", "roles: \"a\" is given twice (first on line 3); keep one", 4)]
    [InlineData("[1, 2]", "the document must be a map that begins with \"version: 1\", not a list", 1)]
    [InlineData("", "the document is empty; it needs at least \"version: 1\"", 1)]
    public void The_top_level_is_checked(string yaml, string message, int line) =>
        Errors(yaml).ShouldContain(e => e.Message.StartsWith(message, StringComparison.Ordinal) && e.Line == line);

    [Theory]
    [InlineData("address: a:1, " + Credential, "targets.shop: protocol is missing; add for example protocol: postgres")]
    [InlineData("protocol: postgras, address: a:1, " + Credential, "targets.shop.protocol: \"postgras\" is not known; did you mean \"postgres\"?")]
    [InlineData("protocol: postgres, " + Credential, "targets.shop: address is missing; add for example address: 10.0.0.5:5432")]
    [InlineData("protocol: postgres, address: 'a:0', " + Credential, "targets.shop.address: the port must be a number from 1 to 65535; write host:port, such as 10.0.0.5:5432")]
    [InlineData("protocol: postgres, address: 'a b:5432', " + Credential, "targets.shop.address: the host is not a name or an IP address; write host:port, such as db.example.com:5432 or [::1]:5432")]
    [InlineData("protocol: postgres, address: 'env:A-B', " + Credential, "targets.shop.address: env: must be followed by the name of an environment variable, such as env:SHOP_ADDRESS")]
    [InlineData("protocol: postgres, address: a:1", "targets.shop: credential is missing; add for example credential: { username: shop_app, password: env:SHOP_PASSWORD }")]
    [InlineData("protocol: postgres, address: a:1, credential: { password: env:P }", "targets.shop.credential: username is missing; add for example username: shop_app")]
    [InlineData("protocol: postgres, address: a:1, tls: verify, " + Credential, "targets.shop.tls: \"verify\" is not known; use disable, require, verify-ca or verify-full")]
    [InlineData("protocol: postgres, address: 'env:ConnectionStrings__policydb', " + Credential, "targets.shop.address: the variable " + ReservedReferences.VariableRule)]
    [InlineData("protocol: postgres, address: a:1, credential: { username: u, password: env:Hoop__InternalKey }", "targets.shop.credential.password: the variable " + ReservedReferences.VariableRule)]
    [InlineData("protocol: postgres, address: a:1, credential: { username: u, password: env:hoop__masking__key }", "targets.shop.credential.password: the variable " + ReservedReferences.VariableRule)]
    [InlineData("protocol: postgres, address: a:1, credential: { username: u, password: 'file:/proc/self/environ' }", "targets.shop.credential.password: the file " + ReservedReferences.FileRule)]
    [InlineData("protocol: postgres, address: a:1, labels: [env], " + Credential, "targets.shop.labels: must be a map, not a list")]
    public void Targets_are_checked(string fields, string message) => OneError(Target(fields), message, 3);

    [Theory]
    [InlineData("credential: { username: u, password: hunter2 }")]
    [InlineData("credential: { username: u, password: [hunter2] }")]
    [InlineData("credential: { username: u, hunter2: x }")]
    [InlineData("credential: { username: u, hunter2: x, hunter2: y }")]
    [InlineData("credential: { username: u, password: 'env:hunter2 !' }")]
    [InlineData("credential: { username: u, password: 'file:hunter2' }")]
    [InlineData("credential: hunter2")]
    [InlineData("credential: { username: u, password: env:P }, address: 'postgres://u:hunter2@host:5432/x'")]
    public void A_secret_in_the_wrong_place_is_an_error_that_does_not_repeat_it(string fields)
    {
        var address = fields.Contains("address") ? "" : "address: a:1, ";
        foreach (var error in Errors(Target($"protocol: postgres, {address}{fields}"))) error.Message.ShouldNotContain("hunter2");
    }

    [Theory]
    [InlineData("roles: [agent], targets: [shop]", "policies \"p\": does nothing; add one of allow, approve or block")]
    [InlineData("roles: [agent], targets: [shop], allow: { verbs: [select] }, block: { verbs: [drop] }", "policies \"p\": has more than one of allow, approve and block; make a policy of each")]
    [InlineData("targets: [shop], allow: { verbs: [select] }", "policies \"p\": roles is missing; add for example roles: [agent]")]
    [InlineData("roles: [agent], allow: { verbs: [select] }", "policies \"p\": targets is missing; add for example targets: [shop]")]
    [InlineData("roles: [agent], targets: [shpo], allow: { verbs: [select] }", "policies \"p\".targets: there is no target \"shpo\"; did you mean \"shop\"?")]
    [InlineData("roles: [agent], targets: {}, allow: { verbs: [select] }", "policies \"p\".targets: selects by no label; write a list of names, or { labels: { env: prod } }")]
    [InlineData("roles: [agent], targets: [shop], allow: { verbs: [selct] }", "policies \"p\".allow.verbs: \"selct\" is not a verb; did you mean \"select\"?")]
    [InlineData("roles: [agent], targets: [shop], allow: { verbs: select }", "policies \"p\".allow.verbs: must be a list, not a single value; write it in brackets")]
    [InlineData("roles: [agent], targets: [shop], allow: { verbs: [] }", "policies \"p\".allow.verbs: the list is empty; name something or leave it out")]
    [InlineData("roles: [agent], targets: [shop], allow: { objects: [public.*] }", "policies \"p\".allow: verbs is missing; say what is allowed, such as verbs: [select], or verbs: [\"*\"]")]
    [InlineData("roles: [agent], targets: [shop], allow:", "policies \"p\": allow is missing; add for example allow: { verbs: [select] }")]
    [InlineData("roles: [agent], targets: [shop], block: {}", "policies \"p\".block: names no verbs, objects or effects; to mean everything write verbs: [\"*\"]")]
    [InlineData("roles: [agent], targets: [shop], block: { effects: [destroy] }", "policies \"p\".block.effects: \"destroy\" is not an effect; use read, write, mass-write, ddl, destructive, privilege, code-exec, file-access, network, session, dynamic, unknown or lock")]
    [InlineData("roles: [agent], targets: [shop], allow: { verbs: [select], record: { rows: 0 } }", "policies \"p\".allow.record.rows: must be a whole number from 1 to 1000000, or all")]
    [InlineData("roles: [agent], targets: [shop], allow: { verbs: [select], record: {} }", "policies \"p\".allow.record: rows is missing; add for example rows: 20")]
    [InlineData("roles: [agent], targets: [shop], block: { verbs: [drop], record: { rows: all } }", "policies \"p\".block: unknown key \"record\"; use verbs, objects or effects")]
    [InlineData("roles: [agent], targets: [shop], block: { verbs: [drop], maxRows: 1 }", "policies \"p\".block: unknown key \"maxRows\"; use verbs, objects or effects")]
    [InlineData("roles: [agent], targets: [shop], approve: { verbs: [delete] }", "policies \"p\".approve: by is missing; add for example by: [dba], the roles that may approve")]
    [InlineData("roles: [agent], targets: [shop], approve: { verbs: [delete], by: [bda] }", "policies \"p\".approve.by: there is no role \"bda\"; did you mean \"dba\"?")]
    [InlineData("roles: [agent], targets: [shop], approve: { verbs: [delete], by: [dba], expires: soon }", "policies \"p\".approve.expires: \"soon\" is not a duration; write a number with s, m, h or d, such as 30s, 15m or 1h (at most 30d)")]
    [InlineData("roles: [agent], targets: [shop], approve: { verbs: [delete], by: [dba], expires: 31d }", "policies \"p\".approve.expires: \"31d\" is not a duration; write a number with s, m, h or d, such as 30s, 15m or 1h (at most 30d)")]
    [InlineData("roles: [agent], targets: [shop], approve: { verbs: [delete], by: [dba], count: 3x }", "policies \"p\".approve.count: must be a whole number from 1 to 20")]
    [InlineData("roles: [agent], targets: [shop], approve: { verbs: [delete], by: [dba], steps: [{ any: [dba] }] }", "policies \"p\".approve.by: is for one step; with steps, write it inside a step")]
    [InlineData("roles: [agent], targets: [shop], approve: { verbs: [delete], steps: [] }", "policies \"p\".approve.steps: must be a list of at least one, not an empty one; such as steps: [{ any: [dba] }, { any: [security] }]")]
    [InlineData("roles: [agent], targets: [shop], approve: { verbs: [delete], steps: [dba] }", "policies \"p\".approve.steps[1]: must be a map, not a single value; such as steps: [{ any: [dba] }, { any: [security] }]")]
    [InlineData("roles: [agent], targets: [shop], approve: { verbs: [delete], steps: [{ name: s }] }", "policies \"p\".approve.steps[1]: any is missing; add for example any: [dba], or all: [dba, security]")]
    [InlineData("roles: [agent], targets: [shop], approve: { verbs: [delete], steps: [{ any: [dba], all: [dba] }] }", "policies \"p\".approve.steps[1]: has any and all; make a step of each")]
    [InlineData("roles: [agent], targets: [shop], approve: { verbs: [delete], steps: [{ all: [dba], count: 2 }] }", "policies \"p\".approve.steps[1].count: is for any; all needs one of each already")]
    [InlineData("roles: [agent], targets: [shop], approve: { verbs: [delete], steps: [{ any: { people: [bea, cleo] }, count: 3 }] }", "policies \"p\".approve.steps[1].count: asks for 3 people of 2, which can never be met")]
    [InlineData("roles: [agent], targets: [shop], approve: { verbs: [delete], by: { role: [dba] } }", "policies \"p\".approve.by: unknown key \"role\"; did you mean \"roles\"?")]
    [InlineData("roles: [agent], targets: [shop], approve: { verbs: [delete], by: { people: [bea, bea] } }", "policies \"p\".approve.by: \"bea\" is named twice; keep one")]
    [InlineData("roles: [agent], targets: [shop], approve: { verbs: [delete], by: {} }", "policies \"p\".approve.by: names nobody; write roles, groups, people or managerOf, such as { roles: [dba] }")]
    [InlineData("roles: [agent], targets: [shop], approve: { verbs: [delete], by: [dba], veto: [bda] }", "policies \"p\".approve.veto: there is no role \"bda\"; did you mean \"dba\"?")]
    [InlineData("roles: [agent], targets: [shop], approve: { verbs: [delete], by: [dba], escalate: { after: 5m } }", "policies \"p\".approve.escalate: to is missing; add for example to: [lead]")]
    [InlineData("roles: [agent], targets: [shop], approve: { verbs: [delete], by: [dba], escalate: { to: [dba] } }", "policies \"p\".approve.escalate: after is missing; add for example after: 5m")]
    [InlineData("roles: [agent], targets: [shop], approve: { verbs: [delete], by: [dba], escalate: { after: 20m, to: [dba] } }", "policies \"p\".approve.escalate.after: comes when the request has expired already (15m); make it shorter, or expires longer")]
    [InlineData("roles: [agent], targets: [shop], approve: { verbs: [delete], by: [dba], windows: [{ days: [mo], hours: 09:00-18:00, zone: UTC }] }", "policies \"p\".approve.windows[1].days: \"mo\" is not a day; did you mean \"mon\"?")]
    [InlineData("roles: [agent], targets: [shop], approve: { verbs: [delete], by: [dba], windows: [{ hours: 9-18, zone: UTC }] }", "policies \"p\".approve.windows[1].hours: \"9-18\" is not a stretch of time; write two times of 24 hours, such as 09:00-18:00 (22:00-06:00 ends on the next day)")]
    [InlineData("roles: [agent], targets: [shop], approve: { verbs: [delete], by: [dba], windows: [{ hours: 09:00-18:00, zone: Berlin }] }", "policies \"p\".approve.windows[1].zone: \"Berlin\" is not a time zone known here; write its IANA name, such as Europe/Berlin or UTC")]
    [InlineData("roles: [agent], targets: [shop], approve: { verbs: [delete], by: [dba], windows: [{ hours: 09:00-18:00 }] }", "policies \"p\".approve.windows[1]: zone is missing; add for example zone: Europe/Berlin")]
    [InlineData("roles: [agent], targets: [shop], approve: { verbs: [delete], by: [dba], justification: please }", "policies \"p\".approve.justification: \"please\" is not known; use required")]
    [InlineData("roles: [agent], targets: [shop], approve: { verbs: [delete], by: [dba], stepUp: fido }", "policies \"p\".approve.stepUp: \"fido\" is not known; use fresh or passkey")]
    [InlineData("roles: [agent], targets: [shop], approve: { verbs: [delete], by: [dba], emergency: { by: [dba] } }", "policies \"p\".approve.emergency: review is missing; add for example review: { by: [security], within: 24h }")]
    [InlineData("roles: [agent], targets: [shop], approve: { verbs: [delete], by: [dba], emergency: { review: { by: [dba] } } }", "policies \"p\".approve.emergency: by is missing; add for example by: [oncall], who may break the glass")]
    [InlineData("roles: [agent], targets: [shop], approve: { verbs: [delete], by: [dba], emergency: { by: { managerOf: boss }, review: { by: [dba] } } }", "policies \"p\".approve.emergency.by.managerOf: says who decides about a requester, not who the requester is; name roles, groups or people")]
    [InlineData("roles: [agent], targets: [shop], approve: { verbs: [delete], by: [dba], count: 0 }", "policies \"p\".approve.count: must be a whole number from 1 to 20")]
    public void Policies_are_checked(string fields, string message) => OneError(Policy(fields), message, 8);

    [Fact]
    public void Names_of_policies_differ()
    {
        const string rule = "- { name: p, roles: [agent], targets: [shop], allow: { verbs: [select] } }\n";
        OneError(Samples.Small + "policies:\n" + rule + rule, "policies: the name \"p\" is used twice (first on line 8); names must differ, records refer to them", 9);
    }

    [Theory]
    [InlineData("with: redact", "masks \"m\": masks nothing; add columns: [schema.table.column] or detect: [credit-card]")]
    [InlineData("columns: [a.b.c], detect: [ssn], with: redact", "masks \"m\": has both columns and detect; make a mask of each")]
    [InlineData("columns: [customers.ssn], with: redact", "masks \"m\".columns: \"customers.ssn\" must have three parts, schema.table.column, such as public.customers.ssn")]
    [InlineData("columns: [a.b.c]", "masks \"m\": with is missing; add for example with: redact")]
    [InlineData("columns: [a.b.c], with: redcat", "masks \"m\".with: \"redcat\" is not a way to mask; use redact, null, hash or { partial: { keepLast: 4 } }")]
    [InlineData("columns: [a.b.c], with: partial", "masks \"m\".with: partial needs to know how much to keep; write { partial: { keepLast: 4 } }")]
    [InlineData("columns: [a.b.c], with: { partial: { keep: 4 } }", "masks \"m\".with.partial: keepLast is missing; add for example keepLast: 4", false)]
    [InlineData("detect: [creditcard], with: redact", "masks \"m\".detect: \"creditcard\" is not a detector; did you mean \"credit-card\"?")]
    [InlineData("columns: [a.b.c], with: redact, except: [root]", "masks \"m\".except: there is no role \"root\"; use agent or dba")]
    [InlineData("columns: [a.b.c], with: redact, predicates: equal", "masks \"m\".predicates: \"equal\" is not known; use equality, allow, approve or block")]
    [InlineData("detect: [ssn], with: redact, predicates: block", "masks \"m\": predicates is for column masks; leave it out of a mask with detect")]
    public void Masks_are_checked(string fields, string message, bool alone = true)
    {
        if (alone) OneError(Mask(fields), message, 8);
        else Errors(Mask(fields)).ShouldContain(e => e.Message == message);
    }

    [Theory]
    [InlineData("identity: { issuers: [ { url: http://login.example.com, audience: hoop } ] }", "identity.issuers.url: must be https; plain http is for an issuer on this machine only")]
    [InlineData("identity: { issuers: [ { url: login, audience: hoop } ] }", "identity.issuers.url: must be an absolute URL, such as https://login.example.com")]
    [InlineData("identity: { issuers: [ { url: 'https://login.example.com' } ] }", "identity.issuers: audience is missing; add for example audience: hoop")]
    [InlineData("identity: { issuer: [] }", "identity: unknown key \"issuer\"; did you mean \"issuers\"?")]
    [InlineData("roles: { a: { groups: [x], kinds: [robot] } }", "roles.a.kinds: \"robot\" is not a kind of principal; use agent, human or service")]
    [InlineData("roles: { a: {} }", "roles.a: groups is missing; add for example groups: [agents]")]
    [InlineData("roles: { 'a b': { groups: [x] } }", "roles: \"a b\" cannot be a role's name; use letters, digits, _, - and ., at most 63")]
    [InlineData("access: { editPolicy: [dba] }", "access.editPolicy: there is no role \"dba\"; declare it under roles")]
    [InlineData("access: { edit: [dba] }", "access: unknown key \"edit\"; use viewSessions, exportSessions, watchSessions, killSessions, holdSessions or editPolicy")]
    public void Identity_roles_and_access_are_checked(string section, string message) => OneError("version: 1\n" + section, message, 2);
}
