using Hoop.Approval.Saga;
using Hoop.ServiceDefaults;
using Hoop.ServiceDefaults.Documents;
using Hoop.ServiceDefaults.Identity;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddHoopDocuments();
builder.AddHoopAuthentication();
builder.AddApprovalSaga();

var app = builder.Build();
app.MapDefaultEndpoints();
app.Run();
