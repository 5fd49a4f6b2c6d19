using System.Net;
using Hoop.ServiceDefaults.Text;

namespace Hoop.Audit.Export;

/// <summary>Text from elsewhere as HTML. What is not seen, or changes how the rest is seen, stands there by its number, as in the portal.</summary>
internal static class VisibleHtml
{
    public static string Of(string text) =>
        string.Concat(HiddenCharacters.Split(text).Select(static piece => piece.Hidden ? $"<mark>{piece.Text}</mark>" : WebUtility.HtmlEncode(piece.Text)));
}
