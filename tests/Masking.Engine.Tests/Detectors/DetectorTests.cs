using Hoop.Contracts.Documents;
using Shouldly;
using Xunit;
using static Hoop.Masking.Engine.Tests.Masks;

namespace Hoop.Masking.Engine.Tests.Detectors;

public sealed class DetectorTests
{
    private static readonly DetectorMask All = For(Detector(AllDetectors)).Detectors!;

    [Theory]
    [InlineData("card 4111111111111111.", "card ***.")]
    [InlineData("4111 1111 1111 1111", "***")]
    [InlineData("4111-1111-1111-1111 exp 12/29", "*** exp 12/29")]
    [InlineData("4111.1111.1111.1111", "***")]
    [InlineData("order 12 4111 1111 1111 1111", "order 12 ***")]
    [InlineData("order 1234 4111 1111 1111 1111", "order 1234 ***")]
    [InlineData("4111111111111111 123", "*** 123")]
    [InlineData("378282246310005", "***")]
    [InlineData("3782 822463 10005", "***")]
    [InlineData("3056 930902 5904", "***")]
    [InlineData("5555555555554444,2223003122003222", "***,***")]
    [InlineData("6011111111111117 3530111333300000 6200000000000005", "*** *** ***")]
    [InlineData("""{"note":"card:\n4111111111111111"}""", """{"note":"card:\n***"}""")]
    [InlineData("card=4111111111111111&x=1", "card=***&x=1")]
    public void Cards(string text, string expected) => Rewrite(All, text).ShouldBe(expected);

    [Theory]
    [InlineData("ssn 123-45-6789!", "ssn ***!")]
    [InlineData("123-45-6789", "***")]
    [InlineData("SSN: 123456789", "SSN: ***")]
    [InlineData("""{"ssn":"123456789"}""", """{"ssn":"***"}""")]
    [InlineData("social security number 123 45 6789", "social security number ***")]
    [InlineData("itin 912-70-1234", "itin ***")]
    public void Social_security_numbers(string text, string expected) => Rewrite(All, text).ShouldBe(expected);

    [Theory]
    [InlineData("ana@example.com", "***")]
    [InlineData("Write to <ana.b+tag@mail.example.co.uk>, please.", "Write to <***>, please.")]
    [InlineData("ana@example.com.", "***.")]
    [InlineData("ana@example.com.2024", "***.2024")]
    [InlineData("ana@example.com-old", "***-old")]
    [InlineData("'ana@example.com':1 'b@c.io':2", "'***':1 '***':2")]
    [InlineData("jürgen@münchen.de", "***")]
    [InlineData("qq@163.com", "***")]
    [InlineData("a@b.io,c@d.io", "***,***")]
    [InlineData("""{"m":"x\nana@example.com"}""", """{"m":"x\n***"}""")]
    [InlineData("""{"m":"\u0061na@example.com"}""", """{"m":"***"}""")]
    [InlineData("john1985@example.com", "***")]
    public void Email_addresses(string text, string expected) => Rewrite(All, text).ShouldBe(expected);

    [Theory]
    [InlineData("+4930123456789", "***")]
    [InlineData("call +49 30 1234 5678 now", "call *** now")]
    [InlineData("+1 (555) 234-5678", "***")]
    [InlineData("+1-555-234-5678", "***")]
    [InlineData("+44.20.7946.0958", "***")]
    [InlineData("(555) 234-5678", "***")]
    [InlineData("(555)234-5678", "***")]
    [InlineData("555-234-5678", "***")]
    [InlineData("555.234.5678", "***")]
    [InlineData("1-555-234-5678", "***")]
    [InlineData("1 (555) 234-5678", "***")]
    [InlineData("phone 555 234 5678", "phone ***")]
    public void Phone_numbers(string text, string expected) => Rewrite(All, text).ShouldBe(expected);

    [Theory]
    [InlineData("DE89370400440532013000", "***")]
    [InlineData("IBAN GB29 NWBK 6016 1331 9268 19 ok", "IBAN *** ok")]
    [InlineData("FR14-2004-1010-0505-0001-3M02-606", "***")]
    [InlineData("NO9386011117947", "***")]
    [InlineData("MT84MALT011000012345MTLCAST001S", "***")]
    public void Bank_account_numbers(string text, string expected) => Rewrite(All, text).ShouldBe(expected);

    [Theory]
    [InlineData("key AKIAIOSFODNN7EXAMPLE;", "key ***;")]
    [InlineData("ASIAIOSFODNN7EXAMPLE", "***")]
    [InlineData("ghp_0123456789abcdefghijABCDEFGHIJ012345", "***")]
    [InlineData("github_pat_11ABCDEFG0abcdefghijkl_mnop", "***")]
    [InlineData("xoxb-123456789012-abcdefghijkl", "***")]
    [InlineData("sk_" + "live_4eC39HqLyjWDarjtT1zdp7dc", "***")]
    [InlineData("rk_" + "live_4eC39HqLyjWDarjtT1zdp7dc", "***")]
    [InlineData("AIzaSyA1234567890abcdefghijklmnopqrstuv", "***")]
    [InlineData("sk-ant-api03-abcdefghijklmnopqrstuvwxyz012345", "***")]
    [InlineData("Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U", "Bearer ***")]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nabc=\n-----END RSA PRIVATE KEY-----\nrest", "***\nrest")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nMIIEow", "***")]
    [InlineData("postgres://app:s3cr3t@db:5432/shop", "postgres://app:***@db:5432/shop")]
    [InlineData("https://u:p%40ss@example.com/x", "https://u:***@example.com/x")]
    [InlineData("password=hunter2", "password=***")]
    [InlineData("alter role app password 'hunter2' valid until '2030-01-01'", "alter role app password '***' valid until '2030-01-01'")]
    [InlineData("ALTER USER app WITH PASSWORD\n\t'it''s a secret', x", "ALTER USER app WITH PASSWORD\n\t'***', x")]
    [InlineData("create user app password'hunter2';", "create user app password'***';")]
    [InlineData("create user app password E'hun\\'ter', x", "create user app password E'***', x")]
    [InlineData("create user app password U&'hunter2' n", "create user app password U&'***' n")]
    [InlineData("create user app password $$hunter2$$ createdb", "create user app password $$***$$ createdb")]
    [InlineData("create user app password $a$hun$$ter$a$", "create user app password $a$***$a$")]
    [InlineData("create user app password 'hunter2 and no end", "create user app password '***")]
    [InlineData("options (\"secret_access_key\" 'hunter2', user 'app')", "options (\"secret_access_key\" '***', user 'app')")]
    [InlineData("create user app IDENTIFIED BY 'hunter2'", "create user app IDENTIFIED BY '***'")]
    [InlineData("do $$ begin execute 'alter role app password ''hun''''ter'''; end $$", "do $$ begin execute 'alter role app password ''***'''; end $$")]
    [InlineData("execute 'execute ''alter role app password ''''hunter2'''''''", "execute 'execute ''alter role app password ''''***'''''''")]
    [InlineData("alter role app password '[hunter2'", "alter role app password '***'")]
    [InlineData("x = \"alter role app password \\'hunter2\\'\" and more", "x = \"alter role app password \\'***\\'\" and more")]
    [InlineData("host=db password=hunter2;user=x", "host=db password=***;user=x")]
    [InlineData("""{"password": "hun\"ter", "a": 1}""", """{"password": "***", "a": 1}""")]
    [InlineData("""{"q":"{\"api_key\": \"abc123\"}"}""", """{"q":"{\"api_key\": \"***\"}"}""")]
    [InlineData("""(1,"{""password"": ""abc123""}")""", """(1,"{""password"": ""***""}")""")]
    [InlineData("clientSecret: 'abc def'", "clientSecret: '***'")]
    [InlineData("DB_PASSWORD=pa$$word", "DB_PASSWORD=***")]
    [InlineData("Authorization: Bearer abcdef123456", "Authorization: Bearer ***")]
    [InlineData("""{"password=abc\"def"}""", """{"password=***"}""")]
    [InlineData("\"password\"=>\"abc\"", "\"password\"=>\"***\"")]
    public void Secrets(string text, string expected) => Rewrite(All, text).ShouldBe(expected);

    [Theory]
    [InlineData("4111111111111112")]
    [InlineData("order 1234567890123456")]
    [InlineData("1700000000000 1700000000000000 1700000000000000000")]
    [InlineData("20240115123045 2024011512304512")]
    [InlineData("0.4111111111111111 4111111111111111.25")]
    [InlineData("a4111111111111111 4111111111111111b")]
    [InlineData("41111111111111111111111111111111")]
    [InlineData("4006381333931")]
    [InlineData("550e8400-e29b-41d4-a716-446655440000 00000000-0000-4000-8000-123456789012")]
    [InlineData("5f4dcc3b5aa765d61d8327deb882cf99 da39a3ee5e6b4b0d3255bfef95601890afd80709")]
    [InlineData("2024-01-15 12:30:45.123456+02:00 2024-01-15T12:30:45Z")]
    [InlineData("3.14159265358979 -1234567.891 1e+12345678 1,234,567.89")]
    [InlineData("127.0.0.1 0.0.0.0 1.2.3 1.2.3.4.5 256.1.1.1 01.2.3.4 v1.2.3.4 version 10.0.19041.1 12:30:45 00:1a:2b:3c:4d:5e std::abc abc::def")]
    [InlineData("000-12-3456 666-12-3456 987-45-4321 123-00-4567 123-45-0000")]
    [InlineData("1123-45-6789 123-45-67890 1-123-45-6789 123-45-6789-1")]
    [InlineData("123456789 123 45 6789 5552345678 5552345678901")]
    [InlineData("155-234-5678 555-134-5678 555-234-56789 5-555-234-5678")]
    [InlineData("555 234 5678")]
    [InlineData("+0200 +1 +12 a+4930123456789 +1.234567891")]
    [InlineData("DE89370400440532013001 XX89370400440532013000 DE8937040044053201300 ADE89370400440532013000")]
    [InlineData("user@localhost @handle a@ @b.com logo@2x.png lodash@4.17.21 react@18.2.0-beta.1")]
    [InlineData("passwords are secret; the key: value; token_type=bearer; primary_key=12; pwd=/home/ana")]
    [InlineData("password=$1 password = ? password=${PASS} password=<none> \"password\": \"\" password=null password=***")]
    [InlineData("Password: required. secret: sharing is caring")]
    [InlineData("the user's password's length isn't known, nor is 'that' secret; we said: 'none'")]
    [InlineData("alter role app password $1; password '***'; set password to 'x'; identified 'x'; by 'x'; password '' , ''")]
    [InlineData("password::text where password == x and token != 12345678")]
    [InlineData("AKIA AKIAshort AIza sk_live_x ghp_abc task-force risk-averse desk-top-abcdefghijklmnopqrstuvwxyz0123456789")]
    [InlineData("eyJhbGci eyJ.eyJ.x ordinary sentence-like text -----BEGIN CERTIFICATE-----")]
    [InlineData("https://example.com:8080/a@b http://[::1]:80/ 12:30:45 C:\\temp\\x")]
    [InlineData("ISBN 978-3-16-148410-0 SKU 4006-1234-99 v1.2.3.4 1111-2222-3333")]
    [InlineData("")]
    public void Look_alikes_stay(string text) => Rewrite(All, text).ShouldBe(text);

    [Theory]
    [InlineData("{a@b.io,c,(555)234-5678}", "{***,c,***}")]
    [InlineData("""{"a password=","c d"}""", """{"a password=","c d"}""")]
    [InlineData("""{"x \"a@b.io\"","+49 30 12345678",NULL}""", """{"x \"***\"","***",NULL}""")]
    [InlineData("""(1,a@b.io,"(555) 234-5678")""", """(1,***,"***")""")]
    [InlineData("""(1,"{""password"": ""abc123""}")""", """(1,"{""password"": ""***""}")""")]
    public void Arrays_and_composites_stay_what_they_are(string text, string expected)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        All.TryRewriteElements(bytes, output).ShouldBe(text != expected);
        if (text != expected)
            System.Text.Encoding.UTF8.GetString(output.WrittenSpan).ShouldBe(expected);
    }

    [Fact]
    public void Only_the_detectors_of_the_masks_work()
    {
        var cards = For(Detector("credit-card")).Detectors!;
        Rewrite(cards, "ana@example.com 4111111111111111").ShouldBe("ana@example.com ***");
        For(Column("m", "a.b.c")).Detectors.ShouldBeNull();
    }

    [Fact]
    public void Each_finding_is_rewritten_as_its_mask_says()
    {
        var masks = For(
            Detector("credit-card") with { Name = "a", Mode = MaskMode.Partial, KeepLast = 4 },
            Detector("email") with { Name = "b", Mode = MaskMode.Hash },
            Detector("ssn") with { Name = "c", Mode = MaskMode.Null });
        Rewrite(masks.Detectors!, "4111-1111-1111-1111 / a@b.io / 123-45-6789").ShouldMatch(@"^\*{4}-\*{4}-\*{4}-1111 / [0-9a-f]{16} / \*{3}$");
    }

    [Fact]
    public void The_strictest_mask_of_a_detector_wins()
    {
        var masks = For(
            Detector("credit-card") with { Name = "a", Mode = MaskMode.Partial, KeepLast = 4 },
            Detector("credit-card") with { Name = "b" });
        Rewrite(masks.Detectors!, "4111111111111111").ShouldBe("***");
    }

    [Theory]
    [InlineData("""{"card": 4111111111111111, "n": 1}""", """{"card": "***", "n": 1}""")]
    [InlineData("""[4111111111111111,"4111111111111111"]""", """["***","***"]""")]
    [InlineData("""{"a\"b": 4111111111111111}""", """{"a\"b": "***"}""")]
    [InlineData("""["\\u0041ana@example.com"]""", """["\\***"]""")]
    [InlineData("""{"password": 12345678}""", """{"password": "***"}""")]
    [InlineData("""{"a@b.io": "x@y.io"}""", """{"***": "***"}""")]
    [InlineData("""["password=","a@b.io","password='x","y'"]""", """["password=","***","password='***","y'"]""")]
    [InlineData("""["password=\\\\","a@b.io"]""", """["password=***","***"]""")]
    public void Json_stays_json(string json, string expected)
    {
        Rewrite(All, json, json: true).ShouldBe(expected);
        System.Text.Json.JsonDocument.Parse(expected).Dispose();
    }
}
