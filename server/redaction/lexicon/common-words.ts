import { wordSet } from "./word-set.ts";

/**
 * Words, folded, that stand with a capital in tickets and are no part of a name there: sentence starts, months, software,
 * companies, roles. First names and surnames that are words too (will, mark, page) are in here as well: such a word counts
 * as a name only where its neighbour or its context says so.
 */
export const commonWords = wordSet(`
a able about above abort abstract accept access account accounts action actions active actual ada add added address adjust admin
administrator after again against agent agents agile agreement air alarm alert alerts algorithm all allow allowed alpha already also
always am amazon amber among an analysis analytics and angel android angular another ansible answer any anyone anything apache api app
appendix apple application applications applied apply appointment appointments approach approval approve approved april apt arabic
architecture archive are area argument array art article as asana ascii ask asked assert assets assign assigned assignee assistant async at
atlassian atom attach attached attempt attention audit august aurora auth author auto automatic autumn available average aws axios azure
babel back backend backlog backup bad badge balance bank bar base based bash basic batch be because been before begin being below bench
berg best beta better between big bill billing binary bitbucket black block blocked blocker blue board body bond book boolean boot
bootstrap border both bottom box branch branches brand breaking brew bridge bring broken brown browser browsers bruno bucket buffer bug
bugs build builder building builds bundle bus business but button buttons by byte cache calendar call called caller can cancel cannot card
cards care cargo case cases cash cat catalog cause cc central centos centre center certificate chai change changed changelog changes
channel chapter char charge chart chat check checked checkout checks cherry chief child chinese choose chrome chromium church ci circle
city claim claude class classic clay clean clear click client clients clinic clinical clipboard clock clone close closed cloud
cloudflare cluster code codes codex coffee col cold collection color colour column columns come command commands comment comments commit
commits common community company compare complete completed component components compose condition conditions conf config configuration
configure confirm confirmed conflict connect connection connections console contact contacts container containers content contents
context continue contract control controller convert cookie cookies cooper copilot copy core corp corporation correct cost could count
counter country county course court cover crash create created creates creating credit cron cross css csv cto ceo cfo current currently
cursor custom customer customers cut cypress daily dark dart dash dashboard data database datadog date dates dawn day days dead deadline
dear debian debug december decide decision deep default defaults define definition delay delete deleted demo deny department dependency
deploy deployed deployment deployments deprecated describe description design desktop detail details dev develop developer developers
development device devices devops diagnosis dialog diff digital dir direct direction director directory disable disabled discharge
discord discussion disk display distribution division django dns do docker doctor document documentation documents does domain done dot
double down download downloads draft drag drive driver drop dropbox dropdown due dump duplicate during dutch dynamic each early earth east
eclipse edge edit edited editor effect either elastic elasticsearch electron element else email emails emergency emma empty enable enabled end
ended endpoint energy engine engineer engineering english enter enterprise entity entries entry enum env environment epic equal error
errors eslint etc europe even event events every everyone everything evidence exact example examples excel except exception exchange exec
execute exit expect expected expire expired explorer export express extend extension external extra facebook fact factory fail failed
failing fails failure faith fall false family faq fast fax feature features february federal feedback fetch few field fields figma file
files fill filter final finally finance find fine finish finished firebase firefox firewall first fish fix fixed fixes flag flags flask
floor florence flow flutter focus folder folders follow following font foo footer for force ford foreign form format forms forward found
foundation fox frame framework france frank free freeman french frequency friday friend from front frontend full function functions
further future garbage gates gateway gemini general generate generated generator generic german get gets getting ghost git github
gitlab give given glass global gmail go god golden good google got grace grafana grant graph graphql great greek green grid group
groups guest guide guy hack half hall hand handle handler happen happy hard hardware has hash have he head header headers headless health
heap heart heath hello help helm helper henceforth her here heroku hey hi hidden high highlight him his history hit hold home homepage
hood hook hooks hope hospital host hosts hot hotfix hour hours house how however html http https hub hudson human hunter hybrid i icon icons
id idea ideas identity if ignore image images immediate impact implement import important improve in inbox incident include included
incoming incorrect index indices industry info information init initial inline input inputs insert inside inspect install installation
installed installer instance instead instruction insurance int integer integration intel intellij interface internal international
internet interval into introduce invalid inventory invite invoice ios ip iphone is island issue issues it italian item items iterator its ivy
jack january japanese jasmine java javascript jenkins jest jira job jobs join josh journal joy json jul july jump june junior jupyter just
kafka kanban keep kernel key keyboard keycloak keys keyword kill kind king knight know known kotlin kubernetes label labels lab lambda land
lane language languages laptop large last latest launch law layer layout lead leak leaks learn leave ledger left legacy legal length less let level lib
libraries library licence license light like limit limits line link linked linkedin links lint linter linux list listed listen lists
little live load loaded loader loading local locale location lock log logged logger logging login logo logout logs long look looks loop
love low lower mac machine macos mail main maintenance major make makefile man manage manager manual map maps march margin mark
markdown marker market marketing marsh mason master match matches matrix max maximum may maybe me mean measure media medical medicare meet
meeting member memory mention menu merge merged mesa message messages meta method metrics micro microservice microsoft middle middleware might
migrate migration milan milestone min mine minimal minimum minor minute minutes miss missing mobile mocha mock mode model models modern modified
module modules moment monday money mongo mongodb monitor monitoring monorepo month monthly moon more morning most mount mountain mouse move
moved mozilla mp much multi multiple must mutex my mysql name names namespace nan national native nav near need needed needs nest
nested net network never new next nginx nice night no node none nor normal north not note notebook notes nothing notice
notification notifications notion november now npm null number numbers object objects october of off offer office official offline often ok
okta old on once one online only open opened openid openshift opera operation operator optimize option optional options or oracle orange
order orders organization origin original os other others otherwise our out outbox outlook output outside over overall overflow overlay
override overview own owner pace pacific package packages page pages paint palette panel parallel parameter parent park parse parser
part partner party pass password passwords past paste patch patches path paths patient patients pattern pay payload payment payments paypal pdf
peace pending people per perf performance perhaps period permission permissions person personal phase phone photo php physical pick picture
piece pin ping pipeline place plain plan planned platform play playbook player playwright please plugin plugins point policy pool poor
pop popup port portal portuguese position possible post postgres postgresql postman potter power powershell practice pre precondition prefix
prepare present president press prettier prevent preview previous price primary prime prince principal print prior priority private pro
problem problems proceed process processes processing prod product production products profile program progress project projects prometheus
promise prompt property proposal protocol prototype provide provider proxy public publish published pull purchase purpose push puppeteer put python
qa quality quarter queries query question questions queue quick quit quote rabbitmq race radio rails random range rate rather raw ray react
reactive read reader readme ready real really reason reboot receive received recent record records recover red reddit redirect redis redux refactor
refer reference refresh region register registry regression reject related release released releases relevant reload remember remote remove
removed rename render renew reopen repair repeat replace replica reply repo report reported reporter reporting reports repository reproduce
request requested requests require required requirements research reset resolve resolved resource resources response rest restart restore
result results resume retry return returns reverse review reviewed reviewer reviewers revert rich right ring risk river road roadmap robin role roles
roll rollback rollout room root rose route router routes row rows ruby rule rules run runner running runs runtime russian rust safari safe safety
saas said sale sales salesforce same sample sandbox sandy sap save saved say says scale scan schedule schema school science scope score scope screen
screens screenshot script scripts scroll scrum sdk search second section secure security see seems select selected selenium self send senior
sent sentry september sequence serial series server servers service services session sessions set sets setting settings setup several severity
shape share shared sharepoint sharp she sheet shell ship short should show shows side sidebar sierra sign signal signed silver similar simple since
single site size skip slack slash sleep slow small smart smoke snapshot snow so social socket software solution solved some something
sometimes somewhere soon sorry sort source south space spaces spam spanish spark spec special specific speed splunk sprint spring sql sqlite ssh ssl stack
staff stage staging stale standard star start started startup state statement states static station status stay step steps sterling still stock
stone stop storage store stories storm story stream street string strings stripe strong structure studio style sub subject submit subscribe
subscription subsystem subtask success such sudo suggest suggestion suite summary summer sun sunday super supervisor support supported sure suse
svelte svg swagger sweet swift switch symbol sync synced syntax system systems systemd tab table tablet tables tag tags tail tailwind take taken target task tasks
team teams tech technical technician telegram telemetry tell template templates temporary tenant terminal terraform tesla test tested tester
testing tests text than thank thanks that the their them theme then there therefore these they thing things think third this those though
thread threads through throw thursday thus ticket tickets time timeline timeout timer times timestamp timezone title to today todo together token
tokens tomorrow tool toolbar tools tooltip top topic total touch trace track tracker traffic train training transaction transfer transit translation
transport travis tray tree trees trello trigger trip trouble true trust try tuesday turn tv twilio twitter two txt type types typescript typo ubuntu ui unable
uncaught under undo unexpected unhandled unicode uninstall union unit united university unix unknown unless unlike unlock unrelated until
unused up update updated updates upgrade upload upper uptime urgent url us usage use used user username users uses using usually utf utils vagrant
val valid validate validation value values var variable various vault vendor verify version versions via victoria video view viewer views violet virtual visa
visible visit visual vite vitest vm volume vpn vs vscode vue wait waiting walker wall want ward warning was watch watcher water way wayland we weather web
webhook webhooks webpack website wednesday week weekend weekly weeks weird welcome well went were west what when where whereas whether which while
white who whole why widget wifi wiki wikipedia wild will win window windows wireless with within without wolf word words work worked worker
workers workflow working workspace world worse worst worth would wrap write writes writing wrong www xcode xml yaml year years yellow yes
yesterday yet york you young your youtube zendesk zero zip zone zookeeper zoom
monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun jan feb mar apr jun aug sep sept oct nov dec
american british canadian australian indian european asian african swedish dutch danish norwegian finnish polish russian
mr mrs ms miss dr prof professor sir madam lady lord rev sgt officer nurse detective judge captain lieutenant sergeant sheriff deputy agent
aunt uncle mother father brother sister mom dad son daughter husband wife
inc corp ltd llc gmbh plc co company group holdings partners associates bank university college institute foundation hospital clinic
association society museum church school academy council committee commission ministry department orchestra club union league party
avenue ave boulevard blvd street st road rd drive dr court ct square plaza highway hwy route suite
regards cheers sincerely best hi hello hey dear attn bcc cc fwd re subject
able allergy blood cancer chest clinic covid diabetes dose emergency fever flu heart icu injury insulin mri nurse oncology pain pharmacy
pressure radiology referral surgery symptoms therapy treatment vaccine ward xray
ansible codeql dependabot renovate grafana loki tempo jaeger opentelemetry argo istio envoy vault consul nomad packer rancher minikube fedora
arch alpine centos rhel freebsd darwin haskell scala clojure elixir erlang perl lua kotlin golang deno bun yarn pnpm esbuild rollup
turbo nuxt remix astro prisma drizzle sequelize typeorm nestjs fastify koa hono laravel symfony spring hibernate gradle maven
sonarqube snyk trivy pagerduty opsgenie statuspage newrelic dynatrace zabbix nagios kibana logstash fluentd airflow dagster snowflake databricks
bigquery redshift dynamodb cassandra mariadb couchdb neo4j influxdb timescale clickhouse supabase netlify vercel digitalocean linode hetzner openstack
vmware hyper citrix exchange sharepoint onedrive intune entra defender bitlocker office word powerpoint access publisher visio outlook
pinged passenger employee victim suspect witness defendant plaintiff caller inmate southern northern eastern western civil
mustang ranger bull bear battery creek falls lake beach island valley hills heights bay harbor harbour springs grove
`);

/** Lower-case words of running text that follow or go before a name and are never one, for names written small. */
export const functionWords = wordSet(`
a about after all also am an and any are as asked at back be because been before but by call called came can could day did do does done for from
gave get go goes going got had has have he her here him his how i if in into is it its just last later left like made may me more my next
no not now of off on once one only or other our out over please said says she should since so some still than that the their them then there these
they this those to today told too two under until up us very via was we week went were what when where which while who whom why will with would
yesterday yet you your
`);
