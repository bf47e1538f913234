import { wordSet } from "./word-set.ts";

/** First names, folded (lower case, no accents), from many countries. Common ones only: a list is never whole. */
export const firstNames = wordSet(`
aaron abby abdul abdullah abel abigail abraham ada adam adele aditi aditya adrian adriana adrienne agnes ahmed aidan
aileen aisha akira alan alana alba albert alberto alejandra alejandro aleksander aleksandra alessandra alessandro alex
alexa alexander alexandra alexandre alexis alfred alfredo ali alice alicia alina alison alistair allan allen allison
alma alphonse alvaro alvin alyssa amanda amara amber amelia amina amir amit amy ana anahera anais anand anastasia anders
andre andrea andreas andrei andres andrew andrzej andy angel angela angelica angelina angelo angie angus anika anil
anita anja ann anna annabelle anne annette annie annika anthony antoine anton antonia antonio anuradha anwar aoife april
arash archie ariana arianna ariel arjun arlene armando arnaud arne arnold arthur arturo arun arvid ashish ashley ashok
asma astrid athena aubrey audrey august augustin aurelie aurora austin ava axel ayesha ayumi babak barbara barry bart
bartholomew bartosz basil beata beatrice beatriz bella ben benedict benita benito benjamin bernadette bernard bernd
bernice bert bertha bertrand beth bethany betty beverly bianca bilal bjorn blake blanca blanche bob bobby bogdan boris
brad bradford bradley brandi brandon brenda brendan brent brett brian briana brianna bridget brigitte brittany bruce
bruno bryan bryce byron caitlin caleb callum calvin cameron camila camille candace carina carl carla carlo carlos
carmen carol carole carolina caroline carolyn carrie carsten casey caspar cassandra catalina catarina catherine
cathleen cathy cecilia cecily cedric celeste celia celine cesar chad chandra chantal charlene charles charlie charlotte
chelsea chen cheng cheryl chiara chidi chiyo chloe chris christa christian christiane christina christine christoph
christopher christy cillian cindy claire clara clarence clarissa claude claudia claudio clayton clemens clement clifford
clinton clive cody colette colin colleen conan connor conor conrad constance cora corey corinne cornelia cory courtney
craig cristian cristina crystal curtis cynthia cyril cyrus dafydd daisy dale damian damien dan dana daniel daniela
daniele danielle danny dante daphne daria dario darius darlene darren daryl dave david dawn dean deanna debbie deborah
debra declan deepa deepak deirdre delia denis denise dennis derek desiree desmond devin devon dhruv diana diane diego
dieter dietmar dilip dimitri dina dinesh dirk dmitri dmitry dolores dominic dominik dominique don donald donna dora
doreen doris dorothea dorothy doug douglas duncan dustin dwayne dylan eamon earl ebony eddie edgar edith edmund
eduardo edward edwin eileen eino eirik elaine eleanor elena eli eliana elias elijah elin elisa elisabeth elise elizabeth
ella ellen ellie elliot elliott elmer eloise elsa elsie elvira emanuel emeka emil emile emilia emiliano emilie emilio
emily emma emmanuel enrico enrique eric erica erich erik erika erin ernest ernesto ernst erwin esmeralda esperanza
estelle esteban ester esther ethan etienne eugene eugenia eunice eva evan evelyn ezekiel ezra fabian fabio faisal faith
farah farid fatima fatoumata federico felicia felicity felipe felix ferdinand fergus fernanda fernando filip filippo finn
fiona flora florence florian frances francesca francesco francine francis francisca francisco franco francois
francoise frank franklin franz fred freda frederic frederick frederik freya frida friedrich fritz gabriel gabriela
gabriele gabriella gabrielle gail gareth garrett gary gaurav gavin geert gemma gene genevieve geoff geoffrey george
georges georgia georgina gerald geraldine gerard gerardo gerhard german gertrude gianluca gideon gilbert gillian gina
giorgio giovanni gisela giulia giuseppe gladys glen glenda glenn gloria godfrey gonzalo gordon graham grant greg
gregor gregory greta gretchen guadalupe guido guillaume guillermo gunnar gunther gus gustav gustavo guy gwen gwendolyn
hailey hakan hakim haley hamid hamza hana hanna hannah hannes hans harald hari harold haroon harriet harrison harry
haruki haruto harvey hassan hazel heath heather hector heidi heike heiko heinrich heinz helen helena helene helga helmut
hendrik henri henrietta henrik henrique henry herbert herman hermann hilary hilda hiro hiroshi holger holly hope horace
howard hubert hugh hugo humberto hung hussein ian ibrahim ida ignacio igor ilse imani imogen imran ina ines inga
inge ingo ingrid inigo ioana irena irene irina iris irma irving isaac isabel isabella isabelle isaiah ishaan isla ismael
ivan ivana ivar ivo ivy iwan jack jackie jackson jacob jacqueline jacques jade jaime jake jakob jakub jamal james jamie
jamila jan jana jane janet janice janine janos jared jasmin jasmine jason jasper javier jay jayden jean jeanette
jeanne jeff jeffrey jelena jennifer jenny jens jeremiah jeremy jerome jerry jesper jesse jessica jessie jesus jill jim
jimmy jin jitka jo joachim joan joana joanna joanne joao joaquin jocelyn jochen jodie joe joel joerg johan johann johanna
johannes john johnny jolanda jon jonah jonas jonathan jordan jorge jorgen joris jose josef josefina joseph josephine
josh joshua josie joy joyce juan juana juanita judith judy jukka jules julia julian juliana julie julien juliet juliette
julio julius jun june jurgen justin justine jutta kai kaitlyn kamal kamil kamila karel karen karim karin karina karl
karla karsten kasper kate katarina katarzyna kate katharina katherine kathleen kathryn kathy katie katja katrin katrina
katrine kay kayla keith kelly kelsey ken kendra kenji kenneth kenny kerry kerstin kevin khadija khalid khaled kiara kieran
kim kimberly kimiko kiran kirsten kirsty klaus kofi konrad konstantin krishna kristen kristian kristin kristina
kristine kristof krystal krzysztof kumar kurt kwame kyle kylie lachlan laila lakshmi lamar lana lance lara larisa larissa
larry lars lasse latisha laura lauren laurence laurent lauri laurie lawrence layla lea leah leandro lee leif leila lena
lennart leo leon leona leonard leonardo leonie leonora leroy leslie lester leticia lewis li liam liliana lillian lily lin
lina linda lindsay lindsey ling linus lionel lisa liv livia liz liza lloyd logan lois lola lorena lorenzo loretta lori
lorna lorraine lottie lotte louis louisa louise luc luca lucas lucia luciana lucie lucille lucinda lucy ludwig luigi luis
luisa luka lukas lukasz luke luther lydia lyle lynda lynn lynne mabel mackenzie maddison madeleine madeline madison mads
magda magdalena magnus mahmoud maia maja malcolm malik malin mandy manfred manish manoj manuel manuela mara marc marcel
marcela marcella marcelo marcia marcin marco marcos marcus marek margaret margarita margot marguerite maria mariam mariana
marianne maribel marie mariela marietta marija marilyn marina mario marion marisa marisol marissa marit marius marjorie
mark markus marlene marsha marta martha martin martina marty marvin mary maryam massimo mateo mateusz mathew mathias
mathieu mathilde matilda matteo matthew matthias matthieu matti maureen maurice mauricio mauro max maxim maxime
maximilian maxine maya meera megan mehmet mei meike melanie melinda melissa mercedes meredith merle mette mia micah michael
michaela michal michel michele michelle miguel mihai mika mikael mike mikhail mikko mila milan mildred milena miles milos
mina minh mira miranda miriam miroslav misty mitchell mohamed mohammad mohammed mohan moira moises mollie molly
mona monica monika monique morgan moritz morris morten moses muhammad murat muriel mustafa myra myriam nabil nadia nadine
nadja naomi narayan natalia natalie nataliya natasha nathalie nathan nathaniel neal neha neil nelson neville ngozi nguyen
niamh nicholas nick nico nicola nicolas nicole nigel nikhil nikita niklas nikola nikolai nikos nils nina nisha noah noel
noelle noor nora norbert noreen norma norman nuno octavia odette ofelia olaf ole oleg olga oliver olivia olivier ollie
omar oscar oskar osman otis otto owen pablo paige pamela paola paolo pascal pat patricia patrice patrick patrik paul paula
paulette paulina pauline paulo pavel pearl pedro peggy penelope penny per percy perry petar pete peter petr petra petros
phil philip philipp philippa philippe phillip phoebe phyllis pia pier pierre pieter pilar piotr pooja prakash pranav
prasad preston priscilla priya priyanka quentin quincy rachel rachid radek rafael rafal rahul rainer raj rajesh ralf ralph
ramesh ramon ramona randall randy raoul raphael raquel rashad rashid raul ravi ray raymond rebecca regina reginald reiko
reinhard remy rene renata renate renee reuben rex reza rhonda rhys ricardo riccardo richard rick ricky rita rob robbie
robert roberta roberto robin rocio roderick rodney rodolfo rodrigo roger rohan rohit roland rolf roman ron ronald ronan
ronja ronnie rosa rosalie rosalind rosalyn rosanna rosario rosemarie rosemary rosie ross rowan roxanne roy ruben ruby
rudolf rudolph rudy rufus rupert russell ruth ryan sabina sabine sabrina sadie saeed sally salman salvador salvatore sam
samantha samir samira sammy samuel sandeep sandra sandy sangita sanjay santiago sara sarah sasha saskia satoshi saul
savannah scott sean sebastian selena selma serena serge sergei sergey sergio seth shane shania shannon sharon shaun shauna
shawn sheila shelby sheldon shelley sherry shirley shivani shreya sidney siegfried sierra sigrid silke silvia simon
simona simone sina siobhan sofia sofie solomon sonia sonja sonya sophia sophie soren spencer stacey stacy stan stanislav
stanley stefan stefania stefanie stefano steffen stella stephan stephanie stephen steve steven stewart stuart
sue suleiman sunil sunita suresh susan susana susanna susanne suzanne sven svetlana sybil sylvain sylvia sylvie tabitha
tadeusz takashi tamara tamika tanja tanya tara tariq tatiana tatyana taylor ted terence teresa terrance terrence terri
terry tessa thabo thaddeus thea thelma theo theodor theodore theresa therese thiago thomas thorsten tiffany tiina till tim
timo timothy tina tobias todd tom tomas tomasz tommy toni tony tonya torsten tracey tracy travis trevor tricia tristan
troy trudy tyler tyrone uche udo ulla ulrich ulrike umar ursula usha uta uwe valentin valentina valeria valerie vanessa
vasily vera verena vernon veronica veronika victor victoria vijay vikram viktor vikas vincent vincenzo viola violet
virginia vishal vivek vivian viviana vivienne vladimir volker wade wallace walter wanda wanjiru warren wayne wei wendell
wendy werner wesley whitney wilbur wilfred wilhelm willem william willie wilma winifred winston wojciech wolfgang xavier
ximena xin yan yana yasmin yasmine yelena yolanda yosef youssef yuki yuri yusuf yvette yvonne zach zachary zahra zainab
zara zbigniew zdenek zeinab zelda zhang zoe zofia zoltan zsofia
`);
