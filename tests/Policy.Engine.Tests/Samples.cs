using Hoop.Contracts.Approvals;
using Hoop.Contracts.Documents;

namespace Hoop.Policy.Engine.Tests;

internal static class Samples
{
    /// <summary>So many people of these roles.</summary>
    public static ApprovalDocument Asks(int count, int minutes, params string[] roles) => new()
    {
        Expires = TimeSpan.FromMinutes(minutes),
        Requirement = new ApprovalRequirement
        {
            Rule = "", Steps = [new ApprovalStep("approval", StepMode.Any, count, [.. roles.Select(role => new Approver(ApproverKind.Role, role))])],
        },
    };

    /// <summary>Uses every section and key.</summary>
    public const string Whole = """
        version: 1
        identity:
          issuers:
            - { url: https://login.example.com/prod, audience: hoop, claims: { groups: groups, kind: client_kind, name: nickname, email: mail } }
        targets:
          shop:
            protocol: postgres
            address: 10.0.0.5:5432
            database: shop
            credential: { username: shop_app, password: env:SHOP_PASSWORD }
            tls: verify-full
            caFile: /etc/hoop/shop-ca.pem
            labels: { env: prod, tier: 1 }
          lab: { protocol: postgres, address: "env:LAB_ADDRESS", credential: { username: lab, password: file:/run/secrets/lab } }
        roles:
          agent: { groups: [agents], kinds: [agent] }
          dba:   { groups: [dba] }
        policies:
          - { name: agents-read,   roles: [agent], targets: [shop], allow: { verbs: [select], objects: [public.*], maxRows: 500, record: { rows: 20 } } }
          - name: agents-change
            roles: [agent]
            targets: { labels: { env: prod } }
            approve: { verbs: [insert, update, delete], objects: [public.*], by: [dba], count: 2, expires: 30m, maxRows: 1000, grant: { upTo: 1h, scopes: [fingerprint, role], roles: [dba], values: bounded } }
          - name: agents-close-books
            roles: [agent]
            targets: [shop]
            approve:
              objects: [books.*]
              steps:
                - { name: owners, any: { roles: [dba], groups: [bookkeepers], people: [bea@example.com], managerOf: manager }, count: 2 }
                - { all: { people: [cleo, "https://login.example.com/prod|dan-id"] } }
              veto: [dba]
              escalate: { after: 10m, to: { groups: [directors] } }
              windows:
                - { days: [mon, tue, wed, thu, fri], hours: 09:00-18:00, zone: Europe/Berlin }
                - { hours: "22:00-06:00", zone: UTC }
              stepUp: passkey
              justification: required
              emergency: { by: { roles: [agent], people: [eve] }, review: { by: [dba], count: 2, within: 8h } }
          - { name: nobody-destroys, roles: ["*"], targets: ["*"], block: { effects: [destructive, privilege, code-exec, file-access, network] } }
          - { name: dba-all, roles: [dba], targets: ["*"], allow: { verbs: ["*"], objects: ["*"], effects: ["*"] } }
        masks:
          - { name: ssn,   targets: [shop], columns: [public.customers.ssn], with: { partial: { keepLast: 4 } }, except: [dba], predicates: equality, safe: [count, max] }
          - { name: cards, targets: ["*"],  detect: [credit-card], with: redact }
          - { name: notes, targets: ["*"],  columns: ["*.*.notes"], with: null, predicates: block }
        access:
          viewSessions: [dba]
          watchSessions: [dba]
          killSessions: [dba]
          holdSessions: [dba]
          exportSessions: [dba]
          editPolicy: [dba]
        notifications:
          - { name: siem, kind: webhook, url: "https://hooks.example.com/hoop", secret: env:HOOK_SECRET, events: ["*"] }
          - { name: dba-channel, kind: slack, url: env:SLACK_URL, events: [request.opened, request.escalated], targets: { labels: { env: prod } }, roles: [dba] }
          - { name: leads, kind: teams, url: file:/run/secrets/teams-url, events: [request.resolved], targets: ["l*"], reasons: true }
          - { name: oncall, kind: email, smtp: { server: "mail.example.com:587", username: hoop, password: env:SMTP_PASSWORD, tls: starttls }, from: hoop@example.com, to: [oncall@example.com], events: [emergency.used] }
        """;

    /// <summary>A document that is right, for tests that add one wrong thing.</summary>
    public const string Small = """
        version: 1
        targets:
          shop: { protocol: postgres, address: 10.0.0.5:5432, credential: { username: shop_app, password: env:SHOP_PASSWORD } }
        roles:
          agent: { groups: [agents] }
          dba: { groups: [dba] }

        """;
}
