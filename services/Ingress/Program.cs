using Hoop.Ingress.Approvals;
using Hoop.Ingress.Journal;
using Hoop.Ingress.Protocols.Postgres;
using Hoop.Ingress.Sessions;
using Hoop.Ingress.Snapshots;
using Hoop.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
var ingressId = builder.AddGate();
builder.Services.AddJournal(builder.Configuration, ingressId);
builder.AddSessionDirectory();
builder.AddPostgresProtocol();
builder.AddBus(bus =>
{
    bus.AddSnapshotConsumers();
    bus.AddApprovalConsumers(ingressId);
    bus.AddJournalConsumers(ingressId);
    bus.AddSessionConsumers();
});

var app = builder.Build();
app.MapDefaultEndpoints();
app.Run();
