using Hoop.Policy.ConfigFile;
using Hoop.Policy.Documents;
using Hoop.ServiceDefaults;
using Hoop.ServiceDefaults.Auditing;
using Hoop.ServiceDefaults.Documents;
using Hoop.ServiceDefaults.Http;
using Hoop.ServiceDefaults.Identity;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddNpgsqlDataSource("policydb");
builder.AddBus(_ => { });
// Not the feed that other services use: this one sets the documents itself.
builder.Services.AddSingleton<HoopDocuments>();
builder.AddHoopAuthentication();
builder.AddPolicyDocuments();
builder.AddConfigFile();
builder.AddAdminAudit("policy");

await using var app = builder.Build();
app.UsePlainErrors();
app.UseAdminAudit();
app.UseAuthentication();
app.UseAuthorization();
app.MapDocuments();
app.MapDefaultEndpoints();

if (!await app.LoadPolicyAsync()) return 1;
await app.RunAsync();
return 0;
