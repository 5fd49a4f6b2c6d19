using Hoop.Audit.Export;
using Hoop.Audit.Ingest;
using Hoop.Audit.Sessions;
using Hoop.Audit.Storage;
using Hoop.ServiceDefaults;
using Hoop.ServiceDefaults.Documents;
using Hoop.ServiceDefaults.Identity;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddAuditDatabase();
builder.AddHoopDocuments();
builder.AddHoopAuthentication();
builder.AddIngest();
builder.Services.AddSessions();
builder.Services.AddExport();

var app = builder.Build();
app.UseAuthentication();
app.UseAuthorization();
app.MapSessions();
app.MapExport();
app.MapDefaultEndpoints();
app.Run();
