using Hoop.Contracts.Approvals;
using Hoop.Contracts.Documents;
using Hoop.Policy.Engine.Yaml;

namespace Hoop.Policy.Engine.Document;

/// <summary>What <c>approve</c> says of people: who, how many, in how many steps, when, and how sure of who they are.</summary>
internal sealed class ApprovalReader(YamlErrors errors, KnownNames names)
{
    private const int MostPeople = 20;
    private const int MostSteps = 10;
    private const int LongestName = 100;
    private static readonly TimeSpan DefaultExpiry = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan DefaultReview = TimeSpan.FromHours(24);
    private readonly ApproversReader _approvers = new(errors, names);

    public ApprovalDocument Read(YamlFields fields)
    {
        var expires = Formats.Duration(fields, errors, "expires") ?? DefaultExpiry;
        return new ApprovalDocument
        {
            Expires = expires,
            Requirement = new ApprovalRequirement
            {
                Rule = "",
                Steps = ReadSteps(fields),
                Veto = _approvers.Read(fields, "veto"),
                Escalation = ReadEscalation(fields, expires),
                Windows = new WindowsReader(errors).Read(fields),
                StepUp = Formats.Word(fields, errors, "stepUp", ["fresh", "passkey"]) switch
                {
                    "fresh" => StepUp.Fresh, "passkey" => StepUp.Passkey, _ => StepUp.None,
                },
                NeedsJustification = Formats.Word(fields, errors, "justification", ["required"]) is not null,
                Emergency = ReadEmergency(fields),
            },
        };
    }

    private List<ApprovalStep> ReadSteps(YamlFields fields)
    {
        if (!fields.Has("steps")) return [ReadPeople(fields, "approval", "by", "by: [dba], the roles that may approve")];
        const string example = "steps: [{ any: [dba] }, { any: [security] }]";
        if (fields.Node("steps") is not { } list)
        {
            fields.Missing("steps", example);
            return [];
        }
        var maps = fields.Maps("steps", example).ToList();
        foreach (var key in (string[])["by", "count"])
            if (fields.Node(key) is { } node) errors.Add(node, $"{fields.Path}.{key}", "is for one step; with steps, write it inside a step");
        if (maps.Count > MostSteps) errors.Add(list, $"{fields.Path}.steps", $"there are more than {MostSteps} steps");
        return [.. maps.Select((map, i) => ReadStep(map, i + 1))];
    }

    private ApprovalStep ReadStep(YamlFields fields, int number)
    {
        var name = fields.Text("name") is { } text ? text.Value : $"step {number}";
        if (name.Length > LongestName || name.Any(char.IsControl)) errors.Add(fields.Node("name")!, $"{fields.Path}.name", $"a name is one line of at most {LongestName} characters");
        ApprovalStep step;
        if (fields.Has("all") && fields.Has("any")) errors.Add(fields.Map, fields.Path, "has any and all; make a step of each");
        if (fields.Has("all"))
        {
            var approvers = _approvers.Read(fields, "all", "all: [dba, security]");
            step = new ApprovalStep(name, StepMode.All, approvers.Count, approvers);
            if (fields.Node("count") is { } count) errors.Add(count, $"{fields.Path}.count", "is for any; all needs one of each already");
            _approvers.Read(fields, "any");
        }
        else
        {
            step = ReadPeople(fields, name, "any", "any: [dba], or all: [dba, security]");
        }
        fields.End();
        return step;
    }

    /// <summary><c>count</c> people of those under the key.</summary>
    private ApprovalStep ReadPeople(YamlFields fields, string name, string key, string example)
    {
        var approvers = _approvers.Read(fields, key, example);
        var count = (int)(fields.Whole("count", 1, MostPeople) ?? 1);
        // One claim names one manager.
        var known = approvers.TrueForAll(a => a.Kind is ApproverKind.Person or ApproverKind.ManagerOf);
        if (known && approvers.Count > 0 && count > approvers.Count)
            errors.Add(fields.Node("count")!, $"{fields.Path}.count", $"asks for {count} people of {approvers.Count}, which can never be met");
        return new ApprovalStep(name, StepMode.Any, count, approvers);
    }

    private ApprovalEscalation? ReadEscalation(YamlFields fields, TimeSpan expires)
    {
        if (fields.Fields("escalate", fields.Has("escalate") ? "{ after: 5m, to: [lead] }" : null) is not { } escalate) return null;
        var after = Formats.Duration(escalate, errors, "after");
        if (after is null && !escalate.Has("after")) escalate.Missing("after", "after: 5m");
        var to = _approvers.Read(escalate, "to", "to: [lead]");
        if (after >= expires)
            errors.Add(escalate.Node("after")!, $"{escalate.Path}.after", $"comes when the request has expired already ({Formats.Show(expires)}); make it shorter, or expires longer");
        escalate.End();
        return after is { } time && to.Count > 0 ? new ApprovalEscalation(time, to) : null;
    }

    private EmergencyAccess? ReadEmergency(YamlFields fields)
    {
        const string example = "{ by: [oncall], review: { by: [security], within: 24h } }";
        if (fields.Fields("emergency", fields.Has("emergency") ? example : null) is not { } emergency) return null;
        var by = _approvers.Read(emergency, "by", "by: [oncall], who may break the glass", requesters: true);
        var review = emergency.Fields("review", "review: { by: [security], within: 24h }");
        emergency.End();
        if (review is null) return null;
        var step = ReadPeople(review, "review", "by", "by: [security], who must look at it afterwards");
        var within = Formats.Duration(review, errors, "within") ?? DefaultReview;
        review.End();
        return by.Count > 0 && step.Approvers.Count > 0 ? new EmergencyAccess(by, step, within) : null;
    }
}
