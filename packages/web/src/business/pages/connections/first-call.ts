// The first call of the official API as a program to copy: gets a token, asks whether a number may be texted. The numbers
// and the user's name are filled in, the password never is: it comes from the environment.

export type FirstCallLanguage = 'curl' | 'php' | 'csharp' | 'javascript';

export interface FirstCall {
  /** Where the API is, without a slash at the end. */
  readonly base: string;
  readonly email: string;
  readonly providerCode: number;
  readonly brandId: number;
  /** What the comments say, in the reader's language. */
  readonly words: {
    readonly password: string;
    readonly token: string;
    readonly status: string;
    readonly run: (command: string) => string;
  };
}

/** As text in single quotes, for a POSIX shell and for PHP. */
const shellText = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
const phpText = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;

export function firstCallCode(
  language: FirstCallLanguage,
  { base, email, providerCode, brandId, words }: FirstCall,
): string {
  const status = `/sps/${providerCode}/brands/${brandId}/consents/status`;
  switch (language) {
    case 'curl':
      return `# ${words.password}
read -rs ACIK_IYS_PASSWORD

B=${base}
# ${words.token}
T=$(printf %s "$ACIK_IYS_PASSWORD" | curl -s $B/oauth2/token -d grant_type=password \\
  --data-urlencode ${shellText(`username=${email}`)} --data-urlencode password@- \\
  | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')

# ${words.status}
curl -s $B${status} -H "authorization: Bearer $T" -d '{
  "recipient":"+905321112233","type":"MESAJ","recipientType":"BIREYSEL"}'
`;
    case 'php':
      return `<?php // ${words.run('ACIK_IYS_PASSWORD=… php first.php')}
function iys(string $path, array $body, string $token = ''): string {
    $context = stream_context_create(['http' => [
        'method' => 'POST',
        'header' => "Content-Type: application/json\r\n" . ($token ? "Authorization: Bearer $token\r\n" : ''),
        'content' => json_encode($body),
        'ignore_errors' => true,
    ]]);
    return file_get_contents('${base}' . $path, false, $context);
}

// ${words.token}
$token = json_decode(iys('/oauth2/token', [
    'grant_type' => 'password',
    'username' => ${phpText(email)},
    'password' => getenv('ACIK_IYS_PASSWORD'),
]))->access_token;

// ${words.status}
echo iys('${status}', [
    'recipient' => '+905321112233',
    'type' => 'MESAJ',
    'recipientType' => 'BIREYSEL',
], $token), "\n";
`;
    case 'csharp':
      return `// ${words.run('ACIK_IYS_PASSWORD=… dotnet run')}
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

using var http = new HttpClient { BaseAddress = new Uri("${base}") };

async Task<JsonElement> Iys(string path, object body)
{
    using var answer = await http.PostAsJsonAsync(path, body);
    if (!answer.IsSuccessStatusCode) throw new Exception(await answer.Content.ReadAsStringAsync());
    return await answer.Content.ReadFromJsonAsync<JsonElement>();
}

// ${words.token}
var token = await Iys("/oauth2/token", new
{
    grant_type = "password",
    username = ${JSON.stringify(email)},
    password = Environment.GetEnvironmentVariable("ACIK_IYS_PASSWORD"),
});
http.DefaultRequestHeaders.Authorization =
    new AuthenticationHeaderValue("Bearer", token.GetProperty("access_token").GetString());

// ${words.status}
Console.WriteLine(await Iys("${status}", new
{
    recipient = "+905321112233",
    type = "MESAJ",
    recipientType = "BIREYSEL",
}));
`;
    case 'javascript':
      return `// ${words.run('ACIK_IYS_PASSWORD=… node first.mjs')}
async function iys(path, body, token) {
  const answer = await fetch('${base}' + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: \`Bearer \${token}\` }) },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return await answer.json();
}

// ${words.token}
const { access_token } = await iys('/oauth2/token', {
  grant_type: 'password',
  username: ${JSON.stringify(email)},
  password: process.env.ACIK_IYS_PASSWORD,
});

// ${words.status}
const status = await iys(
  '${status}',
  { recipient: '+905321112233', type: 'MESAJ', recipientType: 'BIREYSEL' },
  access_token,
);
console.log(status);
`;
  }
}
