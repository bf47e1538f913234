import * as z from "zod";
import { id } from "../entities/common.ts";
import { accessToken, accessTokenInput } from "../entities/sign-in.ts";
import { on, operation } from "./operation.ts";

/** Personal access tokens, for scripts: they never administer or approve. */
export const accessTokens = {
  tokens: operation
    .route({ method: "GET", path: "/api/auth/tokens", summary: "List one's personal access tokens", tags: ["auth"] })
    .meta({ capability: "self", effect: "read", scope: [], example: {} })
    .output(z.object({ items: z.array(accessToken) })),
  createToken: operation
    .route({
      method: "POST",
      path: "/api/auth/tokens",
      summary: "Make a personal access token; it is shown this once",
      successStatus: 201,
      tags: ["auth"],
    })
    .meta({
      capability: "self",
      effect: "write",
      scope: [],
      personOnly: true,
      stepUp: true,
      example: { input: { name: "nightly report", scopes: ["read"], days: 90 } },
    })
    .input(accessTokenInput)
    .output(accessToken.extend({ token: z.string() })),
  removeToken: operation
    .route({
      method: "DELETE",
      path: "/api/auth/tokens/{id}",
      summary: "Revoke a personal access token",
      successStatus: 204,
      tags: ["auth"],
    })
    .meta({ capability: "self", effect: "destructive", scope: [on("accessToken")], personOnly: true, example: {} })
    .input(z.object({ id })),
};
