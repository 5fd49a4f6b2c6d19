using Hoop.Contracts.Approvals;
using Hoop.Contracts.Operations;
using Hoop.Ingress.Approvals.Grants;
using Hoop.Ingress.Sessions;
using Hoop.Ingress.Tests.Sessions;
using Shouldly;
using Xunit;
using static Hoop.Ingress.Tests.Approvals.Windows;

namespace Hoop.Ingress.Tests.Approvals;

/// <summary>While a window is open the operation passes without a hold, and nothing else does.</summary>
public sealed class StatementWindowTests
{
    private readonly GateRig rig = new();

    [Fact]
    public async Task The_operation_passes_and_its_use_is_recorded_and_counted()
    {
        var session = await rig.OpenAsync();
        var window = rig.WindowFor(Delete(values: "7"));
        rig.Hears(window);

        (await session.PermittedAsync(Delete(values: "7"))).Rules.ShouldBe(["change"]);
        await session.PermittedAsync(Delete(values: "7"));

        rig.Journal.Events[^1].Payload.ShouldContain($"\"grantId\":\"{window.GrantId}\"");
        rig.Journal.Events[^1].Payload.ShouldContain("\"outcome\":\"allow\"");
        var (grant, counted) = rig.Grants.Uses.Untold().ShouldHaveSingleItem();
        (counted.GrantId, counted.Uses).ShouldBe((window.GrantId, 2));
        grant.Told(counted);
        rig.Grants.Uses.Untold().ShouldBeEmpty();
        rig.Approvals.Requested.IsCompleted.ShouldBeFalse();
    }

    public static TheoryData<string, Operation> Others => new()
    {
        { "another value", Delete(values: "8") },
        { "another text of the same fingerprint", Delete("delete from orders where id = 7") },
        { "another search path or role", Delete(values: "7") with { Namespace = "app other" } },
        { "another fingerprint", Delete(values: "7") with { Facts = Delete().Facts with { Fingerprint = "fedcba9876543210" } } },
        { "another table behind the name", Delete(values: "7") with { Facts = GateRig.Operation("delete", "public.customers", Effects.Write).Facts } },
        { "another prepared statement of the name", Delete(values: "7") with { StandsFor = "prepare p as delete from orders where id = 8" } },
        { "another effect", Delete(values: "7") with { Facts = GateRig.Operation("delete", effects: Effects.Write | Effects.MassWrite).Facts } },
    };

    [Theory, MemberData(nameof(Others))]
    public async Task Whatever_differs_is_held(string what, Operation other)
    {
        rig.Hears(rig.WindowFor(Delete(values: "7")));
        (await (await rig.OpenAsync()).AskAsync(other)).Hold.ShouldNotBeNull(what);
    }

    [Fact]
    public async Task Any_values_means_the_fingerprint_with_the_same_names_and_effects()
    {
        rig.Hears(rig.WindowFor(Delete(values: "7")) with { Values = GrantValues.Any });
        var session = await rig.OpenAsync();

        await session.PermittedAsync(Delete("delete from orders where id = 12"));
        await session.PermittedAsync(Delete(values: "999"));
        await session.HeldAsync(Delete(values: "7") with { Namespace = "other public" });
    }

    [Theory]
    [InlineData(Effects.Write, true)]
    [InlineData(Effects.Write | Effects.Dynamic, false)]
    [InlineData(Effects.Write | Effects.CodeExec, false)]
    public void But_a_value_that_is_run_as_text_is_the_statement_itself(Effects effects, bool any)
    {
        Operation Run(string value) => GateRig.Operation("delete", effects: effects) with { Text = $"select run('{value}')", BindValues = [value] };
        var window = rig.WindowFor(Run("a")) with { Values = GrantValues.Any };
        bool Fits(Operation operation) => GrantMatch.Fits(window, OperationBinding.Of(GateRig.Agent.Id, "shop", operation, window.PolicyVersion), operation, window.Rules);
        Fits(Run("a")).ShouldBeTrue();
        Fits(Run("b")).ShouldBe(any);
    }

    [Theory]
    [InlineData("1", "x", true)]
    [InlineData("100", "x", true)]
    [InlineData("50.5", "x", true)]
    [InlineData("0", "x", false)]
    [InlineData("101", "x", false)]
    [InlineData("-5", "x", false)]
    [InlineData("5e1", "x", false)]
    [InlineData(" 5", "x", false)]
    [InlineData("NaN", "x", false)]
    [InlineData(null, "x", false)]
    [InlineData("5", "y", false)]
    public async Task Bounded_values_pass_within_their_bounds_and_the_others_only_as_approved(string? first, string second, bool passes)
    {
        rig.Hears(rig.WindowFor(Delete(values: ["7", "x"])) with { Values = GrantValues.Bounded, Bounds = [new ValueBound(1, 1, 100, null)] });
        var answer = await (await rig.OpenAsync()).AskAsync(Delete(values: [first, second]));
        (answer.Permit is not null).ShouldBe(passes);
    }

    [Theory, InlineData("a", true), InlineData(null, true), InlineData("c", false)]
    public async Task Listed_values_pass(string? value, bool passes)
    {
        rig.Hears(rig.WindowFor(Delete(values: "a")) with { Values = GrantValues.Bounded, Bounds = [new ValueBound(1, null, null, ["a", "b", null])] });
        ((await (await rig.OpenAsync()).AskAsync(Delete(values: value))).Permit is not null).ShouldBe(passes);
    }

    [Fact]
    public async Task Every_bound_counts_and_more_values_than_approved_do_not_fit()
    {
        var bounded = rig.WindowFor(Delete(values: "50")) with { Values = GrantValues.Bounded, Bounds = [new ValueBound(1, 1, 100, null), new ValueBound(1, 40, null, null)] };
        rig.Hears(bounded);
        var session = await rig.OpenAsync();

        await session.PermittedAsync(Delete(values: "40"));
        await session.HeldAsync(Delete(values: "39"));
        await session.HeldAsync(Delete(values: ["50", "50"]));
    }

    [Fact]
    public async Task It_ends_by_time_by_policy_by_message_and_without_contact()
    {
        var operation = Delete(values: "7");
        var session = await rig.OpenAsync();
        rig.Hears(rig.WindowFor(operation) with { ExpiresAt = rig.Clock.GetUtcNow() + TimeSpan.FromSeconds(20) });
        rig.Clock.Advance(TimeSpan.FromSeconds(20));
        await session.HeldAsync(operation);

        var window = rig.WindowFor(operation);
        rig.Hears(window);
        await session.PermittedAsync(operation);
        rig.Clock.Advance(TimeSpan.FromSeconds(30));
        (await session.AskAsync(operation)).Hold.ShouldNotBeNull("without contact no window is used");
        rig.Hears(window);
        await session.PermittedAsync(operation);

        rig.Grants.Book.End(new GrantEnded(window.GrantId, "policy-changed", null, null, rig.Clock.GetUtcNow()));
        await session.HeldAsync(operation);
        rig.Hears(window);
        (await session.AskAsync(operation)).Hold.ShouldNotBeNull("an older list opens nothing again");
    }

    [Fact]
    public async Task A_new_policy_version_ends_it_even_when_the_rule_is_unchanged()
    {
        var operation = Delete(values: "7");
        rig.Hears(rig.WindowFor(operation));
        var session = await rig.OpenAsync();
        await session.PermittedAsync(operation);

        rig.Activate(GateRig.Yaml, 2);

        await session.HeldAsync(operation);
    }

    [Fact]
    public async Task A_rule_that_it_does_not_answer_holds()
    {
        var operation = Delete(values: "7");
        rig.Hears(rig.WindowFor(operation) with { Rules = ["another"] });
        await (await rig.OpenAsync()).HeldAsync(operation);
    }

    [Fact]
    public async Task Somebody_else_or_another_target_gets_nothing()
    {
        var operation = Delete(values: "7");
        rig.Hears(rig.WindowFor(operation) with { PrincipalId = "https://id|agent-2" }, rig.WindowFor(operation, "lab"));
        await (await rig.OpenAsync()).HeldAsync(operation);
    }

    [Fact]
    public async Task What_is_blocked_stays_blocked()
    {
        var drop = GateRig.Operation("drop", effects: Effects.Ddl | Effects.Destructive);
        rig.Hears(rig.WindowFor(drop) with { Values = GrantValues.Any }, rig.RoleWindow());
        (await (await rig.OpenAsync()).AskAsync(drop)).Refusal!.Code.ShouldBe(RefusalCode.Blocked);
    }

    [Fact]
    public async Task The_lower_of_both_row_limits_counts()
    {
        var operation = Delete(values: "7");
        rig.Hears(rig.WindowFor(operation) with { MaxRows = 10 });
        (await (await rig.OpenAsync()).PermittedAsync(operation)).MaxRows.ShouldBe(10);
    }

    [Fact]
    public async Task A_revoked_window_reaches_what_runs_on_it_one_that_is_over_does_not()
    {
        var operation = Delete(values: "7");
        var (first, second) = (rig.WindowFor(operation), rig.WindowFor(operation));
        var session = await rig.OpenAsync();
        rig.Hears(first);
        var revoked = await session.PermittedAsync(operation);
        rig.Grants.Book.End(new GrantEnded(first.GrantId, "revoked", "bea", "it went wrong", rig.Clock.GetUtcNow()));
        rig.Hears(second);
        var over = await session.PermittedAsync(operation);
        rig.Grants.Book.End(new GrantEnded(second.GrantId, "expired", null, null, rig.Clock.GetUtcNow()));

        revoked.Revoked.IsCancellationRequested.ShouldBeTrue();
        revoked.Cut.Code.ShouldBe(RefusalCode.Revoked);
        revoked.Cut.Message.ShouldBe("the grant that the statement ran on was revoked by bea: it went wrong");
        over.Revoked.IsCancellationRequested.ShouldBeFalse();
    }

    [Fact]
    public async Task A_revocation_that_was_missed_is_found_in_the_list()
    {
        var operation = Delete(values: "7");
        var session = await rig.OpenAsync();
        rig.Hears(rig.WindowFor(operation));
        var permit = await session.PermittedAsync(operation);
        rig.Clock.Advance(TimeSpan.FromSeconds(5));

        rig.Hears();

        permit.Revoked.IsCancellationRequested.ShouldBeTrue();
        await session.HeldAsync(operation);
    }

    [Fact]
    public async Task A_window_that_opened_while_the_list_was_asked_for_stays()
    {
        var operation = Delete(values: "7");
        var askedAt = rig.Clock.GetTimestamp();
        rig.Clock.Advance(TimeSpan.FromSeconds(1));
        rig.Grants.Book.Open(rig.WindowFor(operation));

        rig.Grants.Book.Replace(new OpenGrants([]), askedAt, 1);

        await (await rig.OpenAsync()).PermittedAsync(operation);
    }
}
