namespace Hoop.Approval.Tests.Rigs;

/// <summary>What Audit would tell of two sessions.</summary>
internal static class SampleSessions
{
    public static void AddTo(StubWorld world)
    {
        world.Audit["/api/sessions"] = (200, """
            [{"id":"s-1","principal":"reporting-agent","principalKind":"agent","target":"shop","startedAt":"2026-01-02T03:04:05Z","endedAt":"2026-01-02T03:09:05Z","state":"ended","operations":12,"held":1,"blocked":2},
             {"id":"s-2","principal":"ana","principalKind":"agent","target":"shop","startedAt":"2026-01-02T03:04:05Z","endedAt":null,"state":"running","operations":12,"held":1,"blocked":2}]
            """);
        world.Audit["/api/sessions/s-1"] = (200, """
            {"session":{"id":"s-1","principal":"reporting-agent","principalKind":"agent","target":"shop","startedAt":"2026-01-02T03:04:05Z","endedAt":"2026-01-02T03:09:05Z","state":"ended","operations":12,"held":1,"blocked":2},
             "more":false,"events":[{"sequence":0,"at":"2026-01-02T03:04:05Z","kind":"session.started","payload":{"principal":{"name":"reporting-agent"},"target":"shop","protocol":"postgres"}},
             {"sequence":1,"at":"2026-01-02T03:04:06Z","kind":"operation.decided","payload":{"operation":1,"outcome":"allow","text":"select id, email from customers where id = $1","bindValues":["7"],"effects":["read"],"objects":["public.customers"],"rules":["agents-read"]}},
             {"sequence":2,"at":"2026-01-02T03:04:06.2Z","kind":"operation.completed","payload":{"operation":1,"succeeded":true,"status":"SELECT 1","rows":1,"bytes":40,"durationMs":1.5,"maskedColumns":["public.customers.email"]}},
             {"sequence":3,"at":"2026-01-02T03:04:08Z","kind":"operation.decided","payload":{"operation":2,"outcome":"block","text":"drop table customers","effects":["ddl","destructive"],"rules":["nobody-destroys"],"why":"nobody-destroys blocks destructive."}},
             {"sequence":4,"at":"2026-01-02T03:04:09Z","kind":"operation.decided","payload":{"operation":3,"outcome":"hold","text":"delete from orders where id = 1","effects":["read","write"],"objects":["public.orders"],"rules":["agents-change"],"requestId":"7b0f5b9e-3a4e-4e6e-8c39-0d0a7a4d2f11"}},
             {"sequence":5,"at":"2026-01-02T03:04:29Z","kind":"hold.resolved","payload":{"operation":3,"requestId":"7b0f5b9e-3a4e-4e6e-8c39-0d0a7a4d2f11","outcome":"approved","decidedBy":["bea"],"reason":null}},
             {"sequence":6,"at":"2026-01-02T03:04:29.1Z","kind":"operation.completed","payload":{"operation":3,"succeeded":true,"status":"DELETE 1","rows":1,"bytes":20,"durationMs":2}},
             {"sequence":7,"at":"2026-01-02T03:04:30Z","kind":"result.recorded","payload":{"operation":1,"statement":0,"chunk":0,"columns":[{"name":"id","type":"int4"},{"name":"email","type":"text"}],"rows":2,"content":{"number":0,"encoding":"br","bytes":30,"sha256":"ab"}}},
             {"sequence":8,"at":"2026-01-02T03:09:05Z","kind":"session.ended","payload":{"cause":"client closed"}}]}
            """);
    }
}
