using Hoop.Approval.Http;
using Hoop.Approval.Portal;
using Hoop.Approval.Requests;
using Hoop.Approval.Saga;
using Hoop.Approval.Sessions;
using Hoop.ServiceDefaults;
using Hoop.ServiceDefaults.Documents;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddHoopDocuments();
builder.AddApprovalSaga();
builder.Services.AddRequests();
builder.Services.AddSessions();
builder.Services.AddApiErrors();
builder.AddPortal();

var app = builder.Build();
app.UseSecurityHeaders();
app.UseApiErrors();
app.UseSameOrigin();
app.UseAuthentication();
app.UseAuthorization();
app.UseAntiforgery();
app.MapDefaultEndpoints();
app.MapRequests();
app.MapSessions();
app.MapPortal();
app.Run();
