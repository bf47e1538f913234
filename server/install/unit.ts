import { serverFlags } from "../../shared/rules/server-flags.ts";
import type { InstallPlaces } from "./places.ts";

/**
 * The systemd unit of a shared server (systemd.service(5), systemd.exec(5), systemd.kill(5)).
 *
 * What the server starts over sudo, and the sessions of people below that, live in the unit's own cgroup and namespaces.
 * So only what does them no harm is restricted: NoNewPrivileges and everything that implies it for a service with User=
 * (the system call, kernel, device and address family filters) ends sudo; the file system and /tmp settings would shut
 * people's own homes and tmux sockets away from their own sessions.
 */
export function unitText(places: InstallPlaces, serviceUser: string): string {
  const { instance, node, serverDir, configFile, dataDir } = places;
  const flags = ["--disable-warning=ExperimentalWarning", ...serverFlags].join(" ");
  return `# Written by "aiops install"; changes go into: systemctl edit ${instance}
[Unit]
Description=aiops server (${instance}) for the people of this host
After=network-online.target nss-user-lookup.target
Wants=network-online.target
StartLimitIntervalSec=60
StartLimitBurst=5

[Service]
Type=exec
User=${serviceUser}
Environment=AIOPS_CONFIG=${configFile}
WorkingDirectory=${dataDir}
ExecStart=${node} ${flags} ${serverDir}/aiops.js serve --mode shared
Restart=on-failure
RestartSec=2
TimeoutStopSec=30

# Only the server itself is ended: people's tmux sessions, which began below it, go on and are taken up again by the
# next server. With the default (control-group) every restart would end everybody's work.
KillMode=process
# A session that takes too much memory is ended alone, not the server with it.
OOMPolicy=continue
# Sessions count as tasks of this unit.
TasksMax=infinity
LimitNOFILE=65536

# It has no rights of root. It keeps NoNewPrivileges off, for it starts the helper of each configured person over sudo,
# and leaves file systems and /tmp as they are, for people's sessions see them as the server does.
UMask=0077
KeyringMode=private
LimitCORE=0:infinity
AmbientCapabilities=
NoNewPrivileges=no

[Install]
WantedBy=multi-user.target
`;
}

/** tmpfiles.d(5): the runtime directory is made anew at each start of the machine. People pass through to the challenges. */
export function tmpfilesText({ runtimeDir, instance }: InstallPlaces, serviceUser: string): string {
  return `# Written by "aiops install" for ${instance}\nd ${runtimeDir} 0711 ${serviceUser} ${serviceUser} -\n`;
}

/** The command people type: the installed bundle under its own Node.js, with the configuration where one may read it. */
export function commandText({ node, serverDir, configFile }: InstallPlaces): string {
  const flags = ["--disable-warning=ExperimentalWarning", ...serverFlags].join(" ");
  return `#!/bin/sh
# Written by "aiops install".
if [ -z "\${AIOPS_CONFIG+set}" ] && [ -r ${configFile} ]; then
  AIOPS_CONFIG=${configFile}
  export AIOPS_CONFIG
fi
exec ${node} ${flags} ${serverDir}/aiops.js "$@"
`;
}
