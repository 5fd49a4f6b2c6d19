using Shouldly;
using Xunit;
using static Hoop.Masking.Engine.Tests.Masks;

namespace Hoop.Masking.Engine.Tests.Detectors;

/// <summary>National numbers, passports and IP addresses. The numbers are the published examples.</summary>
public sealed class IdentityTests
{
    private static readonly DetectorMask All = For(Detector(AllDetectors)).Detectors!;

    [Theory]
    [InlineData("DNI: 12345678Z", "DNI: ***")]
    [InlineData("""{"dni":"12345678-Z"}""", """{"dni":"***"}""")]
    [InlineData("NIE X1234567L.", "NIE ***.")]
    [InlineData("RSSMRA85T10A562S", "***")]
    [InlineData("nato: RSSMRA85T10A562S, Roma", "nato: ***, Roma")]
    [InlineData("2 55 08 14 168 025 38", "***")]
    [InlineData("NIR 255081416802538", "NIR ***")]
    [InlineData("bsn=111222333;", "bsn=***;")]
    [InlineData("""{"customerBsn": 123456782}""", """{"customerBsn": ***}""")]
    [InlineData("PESEL 44051401359", "PESEL ***")]
    [InlineData("529.982.247-25", "***")]
    [InlineData("cpf 52998224725", "cpf ***")]
    [InlineData("11.222.333/0001-81", "***")]
    [InlineData("CNPJ: 11222333000181", "CNPJ: ***")]
    [InlineData("Aadhaar 2341 2341 2346", "Aadhaar ***")]
    [InlineData("aadhaar_number=234123412346", "aadhaar_number=***")]
    [InlineData("NHS number: 943 476 5919", "NHS number: ***")]
    [InlineData("SIN 130-692-544", "SIN ***")]
    [InlineData("Steuer-ID 86 095 742 719", "Steuer-ID ***")]
    [InlineData("IdNr. 86095742719", "IdNr. ***")]
    [InlineData("National Insurance: QQ123456C AB123456C", "National Insurance: QQ123456C ***")]
    public void National_numbers(string text, string expected) => Rewrite(All, text).ShouldBe(expected);

    [Theory]
    [InlineData("12345678Z 12345678-Z X1234567L order 12345678A")]
    [InlineData("DNI 12345678A NIE X1234567A RSSMRA85T10A562T CF RSSMRA85Z10A562S")]
    [InlineData("111222333 123456782 44051401359 52998224725 11222333000181 234123412346 943 476 5919 130-692-544 86095742719 255081416802538")]
    [InlineData("bsn 111222334 pesel 44051401358 cpf 52998224726 529.982.247-26 11.222.333/0001-82 aadhaar 234123412347 nhs 943 476 5918")]
    [InlineData("business 130692544 raisin 130692544 cousin=130692544 tins: 86095742719")]
    [InlineData("cpf 111.111.111-11 00000000000 bsn 000000000")]
    [InlineData("1529.982.247-25 529.982.247-251 529.982.247.25")]
    public void Numbers_that_do_not_check_or_have_no_name_stay(string text) => Rewrite(All, text).ShouldBe(text);

    [Theory]
    [InlineData("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10", "***\n***")]
    [InlineData("I<UTOD231458907<<<<<<<<<<<<<<<\r\n7408122F1204159UTO<<<<<<<<<<<6\r\nERIKSSON<<ANNA<MARIA<<<<<<<<<<", "***\r\n***\r\n***")]
    [InlineData("""{"mrz":"x\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"}""", """{"mrz":"x\n***"}""")]
    [InlineData("Passport no. C01X00T47 / passport: 340020013", "Passport no. *** / passport: ***")]
    [InlineData("passport L8989021C", "passport ***")]
    public void Passports(string text, string expected) => Rewrite(All, text).ShouldBe(expected);

    [Theory]
    [InlineData("L898902C37UTO7408122F1204159ZE184226B<<<<<10 <<<<<<<<<<<<<<<<<<<<<<<<<<<<<< a<b <a href> x<<2 IF<THEN<<ELSE")]
    [InlineData("passport renewal 2024-01-15, passports 1234567, password reset 340020013")]
    public void What_is_no_machine_readable_zone_stays(string text) => Rewrite(All, text).ShouldBe(text);

    [Theory]
    [InlineData("192.168.100.1", "***")]
    [InlineData("from 8.8.8.8:53, 10.1.2.0/24.", "from ***:53, ***/24.")]
    [InlineData("fe80::1ff:fe23:4567:890a", "***")]
    [InlineData("host [2001:db8::1]:443 ok", "host [***]:443 ok")]
    [InlineData("2001:0db8:85a3:0000:0000:8a2e:0370:7334, 2a00:1450:4001:82f::200e.", "***, ***.")]
    [InlineData("""{"ip":"203.0.113.9"}""", """{"ip":"***"}""")]
    public void Addresses(string text, string expected) => Rewrite(All, text).ShouldBe(expected);

    [Theory]
    [InlineData("whsec_0123456789abcdefghijABCDEFGHIJ", "***")]
    [InlineData("GOCSPX-0123456789abcdefghijABCDEFGH", "***")]
    [InlineData("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "aws_secret_access_key = ***")]
    public void More_keys(string text, string expected) => Rewrite(All, text).ShouldBe(expected);
}
