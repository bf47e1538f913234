import { dirname, join } from "node:path";
import { systemClock, type Clock } from "../shared/clock.ts";
import { AuditLog } from "./audit/log.ts";
import { auditRoutes } from "./audit/routes.ts";
import { composeAuth } from "./auth/compose.ts";
import { authRoutes } from "./auth/routes.ts";
import type { Environment } from "./config/load.ts";
import type { Config } from "./config/schema.ts";
import { connectionRoutes } from "./connections/routes.ts";
import { ConnectionService } from "./connections/service.ts";
import { ContextService } from "./context/service.ts";
import { closeAll, type Closers } from "./closers.ts";
import { EventBus } from "./events/bus.ts";
import { eventRoutes } from "./events/routes.ts";
import { filterRoutes } from "./filters/routes.ts";
import { FilterService } from "./filters/service.ts";
import { openHost } from "./host/compose.ts";
import { createImplementer } from "./http/authorize.ts";
import { startListening } from "./http/listen.ts";
import { Metrics } from "./http/metrics.ts";
import { mount } from "./http/mount.ts";
import { toAppError } from "./http/problem.ts";
import { IdleClock } from "./idle.ts";
import { installationDirectory } from "./installation.ts";
import { AttachmentService } from "./issues/attachments.ts";
import { ChoiceService } from "./issues/choices.ts";
import { IssueRepository } from "./issues/repository.ts";
import { issueRoutes } from "./issues/routes.ts";
import { IssueService } from "./issues/service.ts";
import { SyncEngine } from "./issues/sync.ts";
import { SyncService } from "./issues/sync-service.ts";
import { SyncStates } from "./issues/sync-state.ts";
import { Trackers } from "./issues/trackers.ts";
import { IssueWriteService } from "./issues/writes.ts";
import { WrittenIssues } from "./issues/written.ts";
import { JobRepository } from "./jobs/repository.ts";
import { jobRoutes } from "./jobs/routes.ts";
import { JobService } from "./jobs/service.ts";
import type { Logger } from "./log.ts";
import { requireAuthor } from "./outbox/authors.ts";
import { createOutbox } from "./outbox/outbox.ts";
import { outboxRoutes } from "./outbox/routes.ts";
import { createPlacements } from "./placements.ts";
import { projectRoutes } from "./projects/routes.ts";
import { ProjectService } from "./projects/service.ts";
import { createProvider } from "./providers/create-provider.ts";
import { openRuntimeDirectory } from "./runtime.ts";
import { openSecrets } from "./secrets/compose.ts";
import { keyRoutes } from "./secrets/routes.ts";
import { takeTurns } from "./serial.ts";
import { serverIdentity } from "./server-identity.ts";
import { SessionRepository } from "./sessions/repository.ts";
import { sessionRoutes, toolRoutes } from "./sessions/routes.ts";
import { SessionService } from "./sessions/service.ts";
import { TmuxServers } from "./sessions/tmux-servers.ts";
import { Tools } from "./sessions/tools.ts";
import { DataDirectory } from "./storage/data-directory.ts";
import { DocumentStore } from "./storage/document-store.ts";
import { openDatabase } from "./storage/migrations.ts";
import { migrations } from "./storage/schema.ts";
import { openSshKeys } from "./ssh-keys/compose.ts";
import { sshKeyRoutes } from "./ssh-keys/routes.ts";
import { systemRoutes } from "./system/routes.ts";
import { tenantContents } from "./tenants/contents.ts";
import { tenantRoutes } from "./tenants/routes.ts";
import { TenantService } from "./tenants/service.ts";
import { mapLinuxUsers } from "./users/compose.ts";
import { userRoutes } from "./users/routes.ts";
import { UserService } from "./users/service.ts";
import { WebhookDeliveries } from "./webhooks/deliveries.ts";
import { WebhookService } from "./webhooks/service.ts";
import { IssueContextService } from "./work/context.ts";
import { RepositoryCredentials } from "./work/credentials.ts";
import { ProjectUses } from "./work/project-uses.ts";
import { workRoutes } from "./work/routes.ts";
import { SessionStarter } from "./work/sessions.ts";
import { StartWorkService } from "./work/start.ts";
import { WorkspaceJobService } from "./work/workspace-jobs.ts";
import { WorkspaceService } from "./workspaces/service.ts";

export interface AppOptions {
  config: Config;
  env: Environment;
  version: string;
  log: Logger;
  /** Whoever has it may sign in as this server's person. */
  localSecret: string;
  clock?: Clock;
  /** Milliseconds of a minute of the sync schedule; tests have shorter ones. */
  syncMinuteMs?: number;
  onIdle?: () => void;
}

export interface App {
  url: string;
  close(): Promise<void>;
}

/**
 * Builds and starts the whole server. The order of start-up is the order of this function; shutdown is its reverse, so
 * that nothing is closed while something that needs it still works.
 */
export async function createApp(options: AppOptions): Promise<App> {
  const closers: Closers = [];
  try {
    return await compose(options, closers);
  } catch (error) {
    await closeAll(closers);
    throw error;
  }
}

async function compose(options: AppOptions, closers: Closers): Promise<App> {
  const { config, env, version, log } = options;
  const clock = options.clock ?? systemClock;
  const notice = (message: string) => log.warn({}, message);

  const data = await DataDirectory.open(config.dataDir, clock);
  closers.push(() => data.close());
  await openRuntimeDirectory(config.runtimeDir, config.mode);
  const { secrets, keys } = await openSecrets(config, clock);
  const database = openDatabase(data.file("aiops.sqlite"), {
    migrations,
    clock,
    backupDirectory: data.file("backups"),
  });
  closers.push(() => database.close());
  const store = await DocumentStore.open(data.file("documents"), { notice });
  closers.push(() => store.close());
  const audit = await AuditLog.open({ directory: data.directory("audit"), database, clock, notice });
  closers.push(() => audit.close());
  const serverId = await serverIdentity(store);

  const events = new EventBus();
  const common = { store, events, clock, inTurn: takeTurns() };
  const { host, accounts } = openHost(config, env, clock, closers);
  const tenantExists = (id: string) => tenants.find(id) !== undefined;
  const tenants = await TenantService.open({
    ...common,
    requireRenamable: async ({ id }) => {
      for (const project of projects.list(({ tenantId }) => tenantId === id)) await uses.requireRenamable(project);
    },
  });
  const users = await UserService.open({
    ...common,
    tenantExists,
    forgetPerson: (userId) => projects.forgetPerson(userId),
  });
  const { linuxUsers, here } = mapLinuxUsers(config, { host, accounts }, users);
  const connections = await ConnectionService.open({
    ...common,
    tenantExists,
    secrets,
    createProvider,
    allowPrivateAddresses: config.allowPrivateProviders,
    onChange: (change) => syncs.connectionChanged(change),
  });
  const issueRepository = new IssueRepository(database, clock);
  const indexed = issueRepository.fillSearchIndex();
  if (indexed > 0) log.info({ count: indexed }, "the full text index was filled anew");
  const projects = await ProjectService.open({
    ...common,
    tenantExists,
    allowFileRepositories: config.allowFileRepositories,
    findConnection: (id) => connections.find(id),
    userExists: (id) => users.find(id) !== undefined,
    findSshKey: (id) => sshKeys.find(id),
    requireRemovable: (project) => uses.requireIdle(project, "delete the project"),
    requireRenamable: (project) => uses.requireRenamable(project),
    forgetIssues: ({ tenantId, projectId, linkId }) => {
      if (linkId === undefined) issueRepository.removeProject(projectId);
      else issueRepository.removeLink(linkId);
      events.publish({ entity: "issues", change: "changed", id: projectId, tenantId });
    },
  });
  const { sshKeys, sshHosts } = await openSshKeys({
    ...common,
    tenantExists,
    secrets,
    audit,
    projects,
    host,
    directory: join(config.runtimeDir, "ssh-keys"),
  });
  const filters = await FilterService.open(common);
  const linkedProjects = (connectionId: string) =>
    projects.list(({ links }) => links.some((link) => link.connectionId === connectionId)).map(({ name }) => name);

  const jobs = new JobService({ repository: new JobRepository(database), events, audit, clock, log, toAppError });
  jobs.recover();
  const syncStates = new SyncStates(database);
  const engine = new SyncEngine({
    repository: issueRepository,
    states: syncStates,
    provider: (id) => connections.provider(id),
    connection: (id) => connections.find(id),
    isHeld: (issueId) =>
      sessions.live().some((session) => session.issueId === issueId) || outbox.pending(issueId).length > 0,
    clock,
  });
  const syncs = new SyncService({
    engine,
    states: syncStates,
    repository: issueRepository,
    jobs,
    projects,
    audit,
    events,
    clock,
    log,
    onReached: (connectionId) => worker.wake(connectionId),
    ...(options.syncMinuteMs === undefined ? {} : { minuteMs: options.syncMinuteMs }),
  });
  const webhooks = new WebhookService({
    connections,
    projects,
    deliveries: new WebhookDeliveries(database, clock),
    syncs,
    log,
  });
  const issues = new IssueService({ repository: issueRepository, tenants, users });
  const trackers = new Trackers({ provider: (id) => connections.provider(id), projects });
  const { outbox, worker } = createOutbox({
    database,
    events,
    audit,
    clock,
    log,
    toAppError,
    issues: new WrittenIssues({ repository: issueRepository, projects, connections, events }),
    tracker: (id) => trackers.tracker(id),
    requireAuthor: (record) => requireAuthor({ users, projects }, record),
    syncPosition: (linkId) => syncStates.get(linkId)?.position ?? undefined,
  });
  closers.push(() => worker.stop());
  const writes = new IssueWriteService({ issues, projects, outbox, trackers });
  const choices = new ChoiceService({
    trackers,
    stored: (projectId, linkId) => issueRepository.choices(projectId, linkId),
  });
  const attachments = new AttachmentService(trackers);

  // Beside an installed helper stands a node that everybody on the host can run.
  const nodeDirectory = dirname(config.mode === "shared" ? config.helper : process.execPath);
  const tools = new Tools({ commands: config.commands, clock, nodeDirectory, useLoginShell: config.useLoginShell });
  const servers = new TmuxServers({
    host,
    socket: config.tmuxSocket,
    serverId,
    linuxUserOf: (userId) => linuxUsers.nameOf(users.get(userId)),
  });
  const sessions = new SessionService({
    repository: new SessionRepository(database),
    servers,
    tools,
    events,
    clock,
    log,
    inTree: (record, start) => starter.restart(record, start),
  });
  closers.push(() => sessions.close());
  const workspaces = new WorkspaceService({
    host,
    config: {
      allowFile: config.allowFileRepositories,
      installation: installationDirectory,
      ...(config.workspaceRoot === undefined ? {} : { root: config.workspaceRoot }),
    },
  });
  const contextFiles = new ContextService({
    sessionsIn: (tree) =>
      sessions
        .live()
        .filter(({ workspacePath }) => workspacePath === tree)
        .map(({ id }) => id),
  });
  const places = { projects, tenants, users, linuxUsers };
  const uses = new ProjectUses({ linuxUsersHere: here.linuxUsers, tenants, issues, sessions, jobs, workspaces });
  const contexts = new IssueContextService({ ...places, issues, contexts: contextFiles, workspaces, host });
  const starter = new SessionStarter({ ...places, issues, sessions, workspaces });
  const credentials = new RepositoryCredentials({ sshKeys, sshHosts, connections });
  const workspaceJobs = new WorkspaceJobService({ ...places, workspaces, sessions, jobs, events, credentials });
  const work = new StartWorkService({
    ...places,
    host,
    issues,
    jobs,
    sessions,
    tools,
    workspaces,
    contexts,
    workspaceJobs,
    credentials,
  });
  closers.push(() => jobs.stop());
  closers.push(() => webhooks.stop());
  closers.push(() => syncs.stop());

  const authentication = await composeAuth(
    {
      ...common,
      config,
      serverId,
      database,
      secrets,
      users,
      audit,
      log,
      accounts,
      linuxUsers,
      currentUser: host.currentUser,
      localSecret: options.localSecret,
    },
    closers,
  );
  const { auth, requireStepUp } = authentication;

  const metrics = new Metrics({ streams: () => events.listenerCount });
  const started = performance.now();
  const uptime = () => Math.round(performance.now() - started) / 1000;
  const os = createImplementer({
    audit,
    placements: createPlacements({
      tenants,
      users,
      projects,
      connections,
      sshKeys,
      sshHosts,
      issues,
      sessions,
      jobs,
      outbox,
      filters,
      authSessions: authentication.sessions,
      accessTokens: authentication.personalTokens,
    }),
    requireStepUp,
  });
  const workOperations = workRoutes(os, { contexts, work, workspaces: workspaceJobs, starter, requireStepUp });
  const router = os.router({
    system: {
      ...systemRoutes(os, { version, uptime, checkStorage: () => database.exec("SELECT 1") }),
      ...auditRoutes(os, audit),
    },
    auth: authRoutes(os, authentication, version),
    tenants: tenantRoutes(os, tenants, tenantContents({ projects, connections, sshKeys, users })),
    users: userRoutes(os, { users, here, connections, login: authentication.login }),
    connections: connectionRoutes(os, { connections, linkedProjects }),
    projects: projectRoutes(os, { projects, syncs, requireStepUp }),
    ...sshKeyRoutes(os, { keys: sshKeys, hosts: sshHosts }),
    jobs: jobRoutes(os, jobs),
    issues: {
      ...issueRoutes(os, { issues, writes, choices, attachments, outbox, trackers }),
      ...workOperations.issues,
    },
    outbox: outboxRoutes(os, outbox),
    filters: filterRoutes(os, filters),
    workspaces: workOperations.workspaces,
    sessions: { ...sessionRoutes(os, sessions, here.people), ...workOperations.sessions },
    tools: toolRoutes(os, sessions),
    keys: keyRoutes(os, keys),
    events: eventRoutes(os, events),
  });

  const idle = new IdleClock({
    minutes: config.idleMinutes,
    isBusy: () => events.listenerCount > 0 || jobs.runningCount > 0 || worker.isBusy || sessions.live().length > 0,
    onIdle: options.onIdle ?? (() => undefined),
  });
  closers.push(() => idle.stop());
  const guardOptions = { allowedHosts: config.allowedHosts, allowedOrigins: config.allowedOrigins };
  const application = mount({
    ...guardOptions,
    version,
    log,
    metrics,
    metricsToken: config.metricsToken,
    requestLimit: config.requestLimit,
    anonymousLimit: config.anonymousLimit,
    trustedProxies: config.trustedProxies,
    router,
    authenticate: (token) => auth.authenticate(token),
    jwks: () => auth.jwks(),
    receiveWebhook: (connectionId, headers, body) => webhooks.receive(connectionId, headers, body),
    onRequest: () => idle.touch(),
    manyPeople: config.mode === "shared",
  });
  const listening = await startListening({ config, application, guard: guardOptions, log });
  const { url } = listening;
  closers.push(() => listening.stop(() => events.close()));
  await data.announce(url);
  sessions.start();
  syncs.begin();
  worker.start();
  log.info({ version, pid: process.pid, dataDir: config.dataDir }, "started");
  return { url, close: () => closeAll(closers) };
}
