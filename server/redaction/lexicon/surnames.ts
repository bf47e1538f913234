import { wordSet } from "./word-set.ts";

/** Surnames, folded (lower case, no accents), from many countries. Common ones only: a list is never whole. */
export const surnames = wordSet(`
abbott abdi abe abrams acosta adams adebayo adeyemi adkins aguilar aguirre ahmad ahmed akhtar alexander ali allen allison
alonso alvarado alvarez andersen anderson andersson andrews ansari antonov appiah arias armstrong arnold arroyo asante
ashford atkins atkinson auer ayala bachmann bailey bajwa baker baldwin balogun banerjee banks barber barker barnes barnett
barr barrera barrett barros bartlett barton bass bates bauer baumann bautista baxter beasley beck becker beltran bender
benitez bennett benson berg berger bergmann bernard berry bertrand best bianchi birch bishop black blackburn blackwell
blair blake blanc blanchard blevins bloom bolton bond bonnet booker booth bosch bose boucher bowen bowers bowman boyd boyle
bradford bradley bradshaw brady brandt branch braun brennan briggs britt brock brooks brown browning bruce bruno bryan
bryant buchanan buck buckley burgess burke burnett burns burton bush butler byrd byrne cabrera cain calderon caldwell
calhoun callahan camacho cameron campbell campos cannon cantu cardenas carlson carlsson carney carpenter carr carrillo
carroll carson carter carvalho case casey castaneda castillo castro cervantes chambers chan chandler chang chapman
charles chase chatterjee chavez chen cheng cherry cho choi chopra chowdhury christensen christian chua chung church clark
clarke clarkson clay clayton clements cline cobb cochran cohen cole coleman collier collins colon combs compton conley
connor conrad contreras conway cook cooke cooley cooper copeland corbett cortes cortez costa costello cote cowan cox craig
crane crawford crosby cross cruz cummings cunningham curry curtis dahl dalton daly daniel daniels das daugherty davenport
davidson davies davis dawson dean decker delacruz delaney deleon delgado demir dennis desai deshpande diallo dias diaz
dickerson dickson diop dixon dodson doherty dominguez donaldson donnelly donovan dorsey dougherty douglas downs doyle
drake dubois duarte dudley duffy duke dumont duncan dunlap dunn duran durand durham dyer eaton edwards eklund ellington
elliott ellis ellison emerson engel england english eriksen eriksson erickson espinosa espinoza estes estrada evans
everett ewing farmer farrell faulkner faure fed ferguson fernandes fernandez ferrari ferreira ferrell ferrer fields figueroa
finch finley fischer fisher fitzgerald fitzpatrick fleming fletcher flores flowers floyd flynn foley fonseca fontaine
forbes ford foreman fournier foster fowler fox francis franco frank franklin franks frazier frederick freeman french
friedman frost frye fuchs fuentes fuller fulton gaines galindo gallagher gallegos galloway gallo galvan gamble gandhi garcia
gardner garner garrett garrison garza gates gauthier gentry george geraghty ghosh gibbs gibson gil gilbert giles gill
gillespie gilliam gilmore girard glass glenn glover goldberg golden gomes gomez gonzales gonzalez good goodman goodwin
gordon gould graham grant graves gray greco green greene greenwood greer gregory griffin griffith griffiths grimes gross
guerra guerrero guerin gupta gustafsson gutierrez guzman haas hahn hale haley hall hamilton hammond hampton han hancock
haney hansen hanson hansson hardin harding hardy harmon harper harrell harrington harris harrison hart hartman hartmann
harvey hassan hatfield hawkins hayashi hayden hayes haynes heath hebert heinrich henderson hendricks hendrix henry hensley
henson herman hermann hernandez herrera herring hess hester hickman hicks higgins hill hines hinton ho hobbs hodge hodges
hoffman hoffmann hogan holbrook holden holder holland holloway holman holmes holt hong hood hooper hoover hopkins hopper
horn horne horton horvath house houston howard howe howell huang hubbard huber hudson huff huffman huggins hughes hull humphrey
hunt hunter hurley hurst hussain hussein hutchinson hwang ibarra ibrahim ingram ishikawa islam ito ivanov ivanova iyer jackson
jacobs jacobsen jacobson jain james janssen jansen jarvis jefferson jenkins jennings jensen jimenez johansen johansson john
johns johnson johnston jones jonsson jordan joseph joshi joyce juarez jung kane kang kapoor karlsson kaur kay keith keller
kelley kelly kemp kennedy kent kerr khan kidd kim kimura king kinney kirby kirk klein kline knapp knight knowles knox
kobayashi koch kovac kovacs kowalski kowalczyk kowalska kramer kraus krause krueger kruger kuhn kumar kuznetsov kwon lam lamb
lambert lane lang lange langley lara larsen larson larsson lawrence lawson le leach leal leblanc leclerc lee lefebvre lehmann
leon leonard leroy lester levine levy lewandowski lewis li lim lin lindberg lindgren lindqvist lindsay lindsey little liu livingston
lloyd logan long lopes lopez love lowe lowery lozano lucas lucero ludwig lugo luna lund lutz lynch lynn lyons ma macdonald
macias mack macleod madden maddox magnusson mahoney maier maldonado malik malone maloney mann manning marchetti marin marino
marquez marsh marshall martin martinez martins martinsson mason massey mathews mathis matsumoto matthews maxwell mayer
maynard mayo mays mbeki mcallister mcbride mccall mccann mccarthy mccarty mcclain mcclure mcconnell mccormick mccoy mccray
mccullough mcdaniel mcdonald mcdowell mcfadden mcfarland mcgee mcgowan mcgrath mcguire mcintosh mcintyre mckay mckee mckenna
mckenzie mckinney mcknight mclaughlin mclean mcleod mcmahon mcmillan mcneil mcpherson meadows medina mehta mejia melendez melton
mendes mendez mendoza mensah mercado mercer merritt meyer meyers michael middleton miles miller mills miranda mishra mitchell
molina monroe monteiro montes montgomery montoya moody moon mooney moore mora morales moran moreau moreira morel moreno
morgan moretti mori morin morris morrison morrow morse morton moser moses moss mueller muller mullen mullins munoz murphy
murray mustafa myers nair nakamura nash navarro neal nelson neumann newman newton nguyen nichols nicholson nielsen nieto
nieves nilsen nilsson nixon noble nolan norman norris norton novak nowak nunez nwosu obrien ochoa oconnell oconnor odonnell
odom ogawa oh okafor okeke okonkwo okoro oliveira oliver olsen olson olsson oneal oneil oneill orozco orr ortega ortiz osborn
osborne osei ortega owen owens owusu pace pacheco padilla page palmer papadopoulos park parker parks parrish parsons patel
patil patrick patterson patton paul payne pearson peck pedersen pena pennington pereira perez perkins perrin perry persson
peters petersen peterson petersson petrov petrova petty pham phelps phillips pierce pineda pittman pitts pollard ponce poole
pope popescu popov porter potter potts powell powers pratt preston price prince proctor pruitt pugh qureshi quinn ramirez
ramos ramsey rana randall randolph rao rasmussen ratliff ray raymond reddy reed reese reeves reid reilly reyes reynolds rhodes
ricci rice rich richard richards richardson richter riddle riggs riley rios ritter rivas rivera rivers rizzo roach robbins
roberson roberts robertson robinson robles rocha roche rodgers rodrigues rodriguez rogers rojas rollins roman romano romero
rosales rosario rose rosen rosenberg ross rossi roth rousseau roux rowe rowland roy rubio ruiz rush russell russo rutledge
ryan saad sahin saito salas salazar salinas salmon samuels sanchez sanders sandoval sanford santana santiago santos sato
saunders savage sawyer schaefer schmid schmidt schmitt schmitz schneider schofield schroeder schultz schulz schulze schumacher
schwartz schwarz scott sears segura sellers serrano sexton shaffer shah shaikh shannon sharma sharp sharpe shaw shea shelton
shepard shepherd sheppard sherman shields shimizu short sierra silva silverman simmons simon simpson sims sinclair singh
singleton skinner slater sloan small smirnov smirnova smith smyth snider snow snyder soares sokolov solis solomon sorensen
sosa soto sousa sparks spears spence spencer stafford stanley stanton stark steele stein steiner stephens stephenson
stevens stevenson stewart stokes stone stout strickland strong stuart suarez sullivan summers sutton suzuki svensson swanson
sweeney sweet sykes takahashi talley tan tanaka tang tanner tate taylor terrell terry thakur thapa thomas thompson thomsen
thomson thornton tillman todd torres townsend tran travis trevino trujillo tucker turner tyler tyson underwood valdez
valencia valentine valenzuela vance vang vargas vasquez vaughan vaughn vazquez vega velasquez velez verma vidal villa
villanueva villarreal villegas vincent vogel volkov wade wagner walker wall wallace waller walls walsh walter walters walton
wang ward ware warner warren washington waters watkins watson watts weaver webb weber webster weeks weiss welch wells
werner west wheeler whitaker white whitehead whitfield whitley whitney wiggins wilcox wilder wiley wilkerson wilkins
wilkinson william williams williamson willis wilson winters wise wolf wolfe wolff wong wood woodard woods woodward wooten
workman wright wu wyatt xu yamada yamamoto yamaguchi yang yates yilmaz yoder yoon york yoshida young yu zamora zapata zhang zhao
zhou zhu zimmerman zimmermann zuniga zulu
`);
