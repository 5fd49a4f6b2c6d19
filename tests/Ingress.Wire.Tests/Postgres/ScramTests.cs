using Hoop.Ingress.Wire.Postgres;
using Hoop.Ingress.Wire.Postgres.Authentication;
using Shouldly;
using Xunit;

namespace Hoop.Ingress.Wire.Tests.Postgres;

public class ScramTests
{
    // RFC 7677, section 3.
    private const string Nonce = "rOprNGfwEbeRWgbNEkqO";
    private const string ServerFirst = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

    private readonly ScramKeyCache _keys = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task It_gives_the_answers_of_the_rfc_at_every_log_in(int logIns)
    {
        for (var i = 1; i < logIns; i++) await new ScramSha256Client("pencil", _keys, Nonce).FinalAsync(ServerFirst);
        var client = new ScramSha256Client("pencil", _keys, Nonce);
        (await client.FinalAsync(ServerFirst, $"n=user,r={Nonce}")).ShouldBe(
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
        client.Verify("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=").ShouldBeTrue();
    }

    [Fact]
    public async Task Another_password_salt_or_count_has_other_keys()
    {
        var answers = new HashSet<string>();
        foreach (var password in (string[])["pencil", "pencils"])
            foreach (var rest in (string[])["s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", "s=W22ZaJ0SNY7soEsUEjb6hQ==,i=4096", "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4097"])
                answers.Add(await new ScramSha256Client(password, _keys, Nonce).FinalAsync($"r={Nonce}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,{rest}", ""));
        answers.Count.ShouldBe(6);
    }

    [Fact]
    public async Task A_server_that_does_not_know_the_password_is_found_out()
    {
        var client = new ScramSha256Client("pencil", _keys, Nonce);
        await client.FinalAsync(ServerFirst);
        client.Verify("v=AAAATRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=").ShouldBeFalse();
    }

    [Fact]
    public void A_server_final_without_a_first_is_refused() =>
        new ScramSha256Client("pencil", _keys).Verify("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=").ShouldBeFalse();

    [Theory]
    [InlineData("r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=2000000000")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=-1")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=%%%,i=4096")]
    [InlineData("e=other-error")]
    public Task A_hostile_server_first_is_refused(string serverFirst) =>
        Should.ThrowAsync<PostgresWireException>(async () => await new ScramSha256Client("pencil", _keys, Nonce).FinalAsync(serverFirst));

    [Fact]
    public void Md5_answers_as_libpq_does() =>
        Md5Password.Answer("ana", "secret", [1, 2, 3, 4]).ShouldBe("md5" + Expected());

    private static string Expected()
    {
        var inner = Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData("secretana"u8));
        return Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData([.. System.Text.Encoding.ASCII.GetBytes(inner), 1, 2, 3, 4]));
    }
}
