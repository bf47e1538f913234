import { paginate } from "../directory/paging.ts";
import { changes, visibleTo } from "../directory/routes.ts";
import type { Implementer } from "../http/authorize.ts";
import type { SshHostService } from "./hosts.ts";
import type { SshKeyService } from "./service.ts";

export function sshKeyRoutes(os: Implementer, { keys, hosts }: { keys: SshKeyService; hosts: SshHostService }) {
  return {
    sshKeys: {
      list: os.sshKeys.list.handler(({ input, context: { principal } }) => {
        const visible = visibleTo(principal);
        return paginate(
          keys.list((key) => visible(key) && (input.tenantId === undefined || key.tenantId === input.tenantId)),
          input,
        );
      }),
      create: os.sshKeys.create.handler(({ input }) => keys.create(input)),
      get: os.sshKeys.get.handler(({ input }) => keys.get(input.id)),
      update: os.sshKeys.update.handler(({ input, context }) => keys.update(input.id, context.ifMatch, changes(input))),
      remove: os.sshKeys.remove.handler(({ input, context }) => keys.remove(input.id, context.ifMatch)),
    },
    sshHosts: {
      list: os.sshHosts.list.handler(({ input }) => paginate(hosts.list(), input)),
      remove: os.sshHosts.remove.handler(({ input }) => hosts.remove(input.id)),
    },
  };
}
