using Hoop.AppHost;

// Hoop on one machine: backing services, the demo's identity provider and database, and Hoop's own services.
var builder = DistributedApplication.CreateBuilder(args);
var demo = builder.AddDemo();

// Generated once, kept with the data.
var internalKey = builder.AddGeneratedSecret("internal-key");
var maskingKey = builder.AddGeneratedSecret("masking-key");
var auditPassword = builder.AddGeneratedSecret("audit-password");
var shopPassword = builder.AddGeneratedSecret("shop-password");
var portalSecret = builder.AddGeneratedSecret("portal-secret");

var postgres = builder.AddPostgres("postgres")
    .WithArgs("-c", "shared_buffers=32MB", "-c", $"max_connections={Environment.GetEnvironmentVariable("HOOP_POSTGRES_CONNECTIONS") ?? "200"}")
    .WithEnvironment("SHOP_PASSWORD", shopPassword)
    .WithInitFiles("../demo/shop")
    .WithDataVolume();
var (postgresHost, postgresPort) = (postgres.GetEndpoint("tcp").Property(EndpointProperty.Host), postgres.GetEndpoint("tcp").Property(EndpointProperty.Port));
var policydb = postgres.AddDatabase("policydb");
var maskingdb = postgres.AddDatabase("maskingdb");
var approvaldb = postgres.AddDatabase("approvaldb");
var auditdb = postgres.AddDatabase("auditdb");
var shop = postgres.AddDatabase("shop");
var redis = builder.AddRedis("redis");
var rabbitmq = builder.AddRabbitMQ("rabbitmq").WithDataVolume();

var identity = builder.AddExecutable("identity", "node", "../demo/identity", "server.js")
    .WithHttpEndpoint(port: demo.IdentityPort, env: "PORT")
    .WithHttpHealthCheck("/health")
    .WithEnvironment("PORTAL_SECRET", portalSecret)
    .WithEnvironment("DATA_DIRECTORY", demo.DataDirectory("identity"));
var issuer = identity.GetEndpoint("http");

// The control plane decides what the rules are…
var policy = builder.AddHoopService<Projects.Policy>("policy", demo, internalKey)
    .WithReference(policydb).WaitFor(policydb)
    .WithReference(rabbitmq).WaitFor(rabbitmq)
    .WithEnvironment("Hoop__ConfigFile", demo.ConfigFile)
    .WithEnvironment("Hoop__DefaultIssuer__Url", issuer)
    .WithEnvironment("Hoop__DefaultIssuer__Audience", "hoop");

var masking = builder.AddHoopService<Projects.Masking>("masking", demo, internalKey)
    .WithReference(maskingdb).WaitFor(maskingdb)
    .WithReference(rabbitmq).WaitFor(rabbitmq)
    .WithReference(policy).WaitFor(policy);

var audit = builder.AddHoopService<Projects.Audit>("audit", demo, internalKey)
    // It prepares its schema as the server's owner and works under a log-in that can only add.
    .WithEnvironment("ConnectionStrings__auditowner", $"{auditdb.Resource.ConnectionStringExpression}").WaitFor(auditdb)
    .WithEnvironment("ConnectionStrings__auditdb", $"Host={postgresHost};Port={postgresPort};Username=hoop_audit;Password={auditPassword};Database=auditdb")
    .WithReference(rabbitmq).WaitFor(rabbitmq)
    .WithReference(policy).WaitFor(policy);

var approval = builder.AddHoopService<Projects.Approval>("approval", demo, internalKey, demo.PortalPort)
    .WithExternalHttpEndpoints()
    .WithReference(approvaldb).WaitFor(approvaldb)
    .WithReference(rabbitmq).WaitFor(rabbitmq)
    .WithReference(policy).WaitFor(policy)
    .WithReference(audit)
    .WithEnvironment("Oidc__Authority", issuer).WaitFor(identity)
    .WithEnvironment("Oidc__ClientId", "hoop-portal")
    .WithEnvironment("Oidc__ClientSecret", portalSecret);
var portal = approval.GetEndpoint("http");
identity.WithEnvironment("ISSUER", issuer).WithEnvironment("PORTAL_URL", portal);

// …and the data plane applies them, without a network hop per statement.
var ingress = builder.AddHoopService<Projects.Ingress>("ingress", demo, internalKey)
    .WithEndpoint(name: "postgres", scheme: "tcp", port: demo.PostgresPort)
    .WithReference(policy).WaitFor(policy)
    .WithReference(masking).WaitFor(masking)
    .WithReference(approval).WaitFor(approval)
    .WithReference(audit).WaitFor(audit)
    .WithReference(rabbitmq).WithReference(redis)
    .WithEnvironment("Hoop__Masking__Key", maskingKey)
    .WithEnvironment("SHOP_PASSWORD", shopPassword).WaitFor(shop);
var listener = ingress.GetEndpoint("postgres");
ingress.WithEnvironment("Hoop__Postgres__Listen", $"127.0.0.1:{listener.Property(EndpointProperty.TargetPort)}")
    .WithEnvironment("SHOP_ADDRESS", $"127.0.0.1:{postgresPort}");
foreach (var service in (IResourceBuilder<ProjectResource>[])[policy, masking, audit, approval, ingress])
    service.WithEnvironment("Hoop__PortalUrl", portal);

await new DemoGuide(demo, listener, portal, issuer, builder.Resources).RunAsync(builder.Build());
