// An OpenID provider for the tests: ISSUER PORT CALLBACK FOLDER. Whoever signs in as "number:address:yes" has that address,
// verified or not; the whole is the name by which they are known. FOLDER holds its packages.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [issuer, port, callback, folder] = process.argv.slice(2);
const { default: Provider } = await import(pathToFileURL(createRequire(`${folder}/`).resolve("oidc-provider")));
const client = { client_id: "desk", client_secret: "a secret of the two", redirect_uris: [callback] };
const provider = new Provider(issuer, {
  clients: [client],
  claims: { openid: ["sub"], email: ["email", "email_verified"] },
  cookies: { keys: ["for the tests"] },
  pkce: { required: () => true },
  findAccount(context, id) {
    const [, email, verified] = id.split(":");
    return { accountId: id, claims: async () => ({ sub: id, email, email_verified: verified === "yes" }) };
  },
});
provider.listen(Number(port), "localhost", () => console.log("listening"));
