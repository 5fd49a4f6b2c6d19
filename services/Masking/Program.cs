using Hoop.Masking.Documents;
using Hoop.Masking.Redaction;
using Hoop.ServiceDefaults;
using Hoop.ServiceDefaults.Documents;
using Hoop.ServiceDefaults.Identity;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddNpgsqlDataSource("maskingdb");
builder.AddBus(bus => bus.AddPolicyActivatedConsumer());
builder.AddHoopDocuments();
builder.AddHoopAuthentication();
builder.AddMaskingDocuments();

var app = builder.Build();
app.UseAuthentication();
app.UseAuthorization();
app.MapMaskingDocuments();
app.MapRedaction();
app.MapDefaultEndpoints();
app.Run();
