"""Given names and the forms they are shortened to, and names so common that they tell nobody apart. Tables only.

All names are folded as `name_key` folds them. The tables are hand-made from general knowledge of names, not from any
programme; a name that is missing costs a suggestion, never a wrong merge.
"""

from __future__ import annotations

_FORMS = """
abigail abby gail; abraham abe; adam adi; adrian ade; agustin agus; albert al bert albie; alberto beto;
alejandra ale alex; alejandro ale alex jandro;
alexander alex alec sandy xander sasha aleksander aleksandr alexandr;
alexandra alex sandra sasha aleksandra lexi; alexandre alex; alexei alexey aleksei aleksey alyosha oleksiy;
alexis alex; alfred al alf fred freddie; alfredo fredo; alison allison ali ally; amanda mandy;
anastasia nastya ana stasia; anatoly tolya anatoliy anatolii; andrea andy; andreas andy andi;
andrei andrey andrii andriy andy; andrew andy drew; angela angie; anna ania anya annie anka; anne annie;
anthony tony ant; antonin tonda; antonio toni tony; arkadiusz arek; artur arthur art; barbara barb babs basia;
bartlomiej bartek; bartosz bartek; beatrice bea; beatriz bia bea; benedikt beni ben; benjamin ben benji benny;
bernard bernie; bernardo berna; bogdan bodo; boguslaw bogdan; bradley brad; brandon bran; brenda bren;
britney brittany britni brit britt; carolina caro; caroline carol carrie; catherine cathy kate cat cath;
charles charlie chuck chas; charlotte charlie lottie; christian chris; christina chris tina chrissy;
christine chris chrissy tina; christoph chris; christopher chris kit topher kris; clifford cliff;
constantine costas kostas; cristian cris chris; cynthia cindy; daniel dan danny dani; daniela dani;
danielle dani; david dave davey davy; deborah deb debbie debby; dennis denny den; dimitrios dimitris jimmy;
dmitry dmitri dmitriy dmitrii dima dimitri dimitry mitya; dominic dom nic; dominik dom; donald don donnie;
dorothy dot dottie; douglas doug; dylan dyl; edgar ed; eduard edik ed; eduardo edu edo eddie;
edward ed eddie ted ned teddy; edwin ed eddie; ekaterina katya kate; eleanor ellie nell; elena lena;
elizabeth liz beth lizzie betty eliza elise libby betsy; emanuel manu manny; emily em; emmanuel manu;
enrique kike quique; ernesto neto; esther essie; eugene gene;
evgeny evgeni evgenii evgeniy yevgeny yevhen eugene zhenya; fabian fabi; federico fede; fernando nando fer;
florian flo; frances fran; francesco cesco franco; francis frank fran; francisco paco pancho fran cisco;
franklin frank; franz franzi; frederic fred; frederick fred freddie rick; frederik fred; friedrich fritz;
gabriel gabe gabi; gabriela gabi; gareth gaz; gennady gena; geoffrey geoff jeff; george georgie;
georgios giorgos yorgos; gerald gerry jerry; gerard gerry; giovanni gianni vanni; giuseppe beppe peppe;
gonzalo gonza; gregory greg; gretchen gretch; grzegorz greg; guillermo memo guille; gustavo gus;
gwendolyn gwen; harold hal harry; harry hal; heinrich heinz; helen nell; henry hank harry hal; herbert herb;
hubert bert; ignacio nacho; igor gosha; isaac ike zac; isabel isa bella; isabella bella izzy; ivan vanya;
jacek jacko; jack jackie; jacob jake jakob; jacqueline jackie; jakub kuba; james jim jimmy jamie jem;
jan janek; janet jan; jaroslav jarda yarik; jason jay jase; javier javi; jean jeannie; jeffery jeff;
jeffrey jeff; jennifer jen jenny jenn; jeremiah jerry; jeremy jez jem; jerome jerry; jerzy jurek;
jessica jess jessie; joachim jo; johan jo; johannes hannes jo johan; john johnny jack jon;
jonathan jon jonny jono johnny; jordan jordi; jorge coque; jose pepe; josef sepp pepa; joseph joe joey jo;
joshua josh; juan juancho; judith judy jude; juergen jurgen; julia jules yulia; julian jules; karl kalle;
karolina karo; katarzyna kasia; katherine kate kathy katie kat kathryn; kathleen kathy kate;
kathryn kate kathy katie; katrina kat; kazimierz kazik; kenneth ken kenny; kevin kev; kimberly kim kimberley;
klaus claus; konstantin kostya; konstantinos kostas kostis; kristen kris; kristina kris tina;
krzysztof krzysiek chris; laurence larry laurie lawrence; lawrence larry laurie; leonard leo len lenny;
leonardo leo; leonid lyonya leo; leopold leo poldi; leslie les; leticia leti; lillian lily; louis lou louie;
lourdes lulu; lubomir lubo; lucas luke; ludwig lutz; luis lucho; lukasz luke lucas; maciej maciek;
madeleine maddy; magdalena magda lena; malgorzata gosia; manuel manu manolo; marcin martin; marcos marc;
margaret maggie meg peggy marge greta; maria mary masha mia; marianne mari; mario maro; mariusz mario;
martin marty; marvin marv; mateusz mati; mathew matt; mathias matt; matthew matt matty; matthias matt;
maurice mo; maxim maksim max maks maxime; maximilian max maxi; maxwell max; melanie mel;
melissa mel missy lissa; michael mike; michal michael; michel mich; michelle shelly mich;
mick mikey micky mitch misha; miguel mike; mikhail misha mike mikhael; mikolaj miki; miroslav mirek;
mitchell mitch; mohammad mo mohammed muhammad mohamed; morgan mo; nadezhda nadia; natalia natasha nat natalie;
natalie nat; nathan nate nat; nathaniel nate nat nathan; nicholas nick nicky nico; nicola nic nicky;
nicolas nico nick nicho; nikolai nikolay nick kolya mykola; nikolaos nikos nick; norbert norb; oksana ksenia;
oleksandr alex sasha; olga olya; oliver ollie oli; pamela pam; panagiotis panos; panayiotis pan panos;
patricia pat patty trish tricia; patrick pat paddy rick; patrik pat; paul paulie; pavel pasha paul; pawel paul;
pedro perico; peter pete; petr peter; petra peti; philip phil pip; philipp phil; philippe phil; phillip phil;
piotr peter piotrek; przemyslaw przemek; rachel rach; rafael rafa rafi; ralph ralf; raphael raph rafa;
raymond ray; rebecca becky becca bex; reginald reggie reg; ricardo ricky rick;
richard rich rick dick ricky richie; robert rob bob bobby robbie bert; roberto beto rob; roderick rod;
rodrigo rodri rodo; roger rog; roland rolly; roman roma; ronald ron ronnie; rosemary rose rosie;
rudolf rudi rudy; russell russ rusty; salvador salva; salvatore salvo toto; samantha sam sammy;
samuel sam sammy; sanjay sunny; santiago santi; sarah sally sara; sebastian seb basti sebas; sebastien seb;
sergei sergey sergiy serge serhii; sergio checho; shannon shan; sharon shaz; sidney sid; simon si;
slawomir slawek; solomon sol; sophia sophie sofia; stanislav stan slava; stanislaw; stanley stan; staszek stan;
stefan steve; stephanie steph stephie; stephen steve stevie steven; steven steve stevie; stewart stu;
stuart stu; susan sue susie suzie; suzanne sue; svetlana sveta lana; sylvia sylvie; tadeusz tadek;
tatiana tanya tatyana; terence terry; teresa tess terry; theodore ted theo teddy; theresa terry tess;
thomas tom tommy thom; tiffany tiff; timothy tim timmy; tobias tobi toby; tomas tom tomek; tomasz tomek tom;
tyler ty; valentin val; valentina valya val; valerie val; veronica ronnie vero; vicente chente; victor vic;
victoria vicky tori vic; viktor vitya; vincent vince vin vinny; virginia ginny;
vladimir vlad volodya vova volodymyr; vladislav vlad; vyacheslav slava; walter walt wally; wesley wes;
wilhelm willi; william will bill billy willy liam; wojciech wojtek; yaroslav yarik; yekaterina katya kate;
yuri yury yuriy iurii; yvonne evie; zachary zach zack zac zackary; zbigniew zbyszek; zdenek zdenda;
"""

_COMMON_GIVEN = """
aaron abdul ahmed akash akira alan alice alok amit amy ana andre anil ankit antoine arjun arun ashish ashley ben
bob brian bruce bruno carl carlos carol chen cheng claire claudia craig dan dana dean deepak diana diego dinesh
elias emma eric erica erik erika eva evan felipe felix fiona gary gaurav gavin giulia glenn grace graham guido
hannah hans harsh heather hiroshi hugo ian ibrahim ines irina ivan jane jay jens jesus jim jing joana joanna joao
joe jonas jose josh juan judy jun justin kai karen karthik kate keith kelly ken kenji kim kumar kunal kyle lars
laura lei leo li lin linda lisa liu lorenzo luca lucia luis luiz lukas luke lynn manish manoj marc marco marcos
marcus marek margarita maria marie marina mark marko markus marta mary masato mathieu matt matteo mauricio max
megan mei mia mike ming mohan monica naveen neha neil nick nicole nikhil nina nitin noah nora olivia omar oscar
pablo paula paulo pierre pradeep prashant praveen priya rahul raj rajesh rakesh raul ravi ray rishi rita rohan
rohit ron rosa ross roy ruben ruth ryan sachin sam sandeep sara satoshi scott sean sergio shane shaun shawn shuai
siddharth simone sofia sonia sophie stefano sumit sunil suresh susanne takashi tania tara tim todd tom tony tracy
trevor varun vera victor vijay vikas vikram vinay vincent vivek wei wendy will xin yan yang yi ying yoshi yuki
yusuf zoe
"""

_COMMON_FAMILY = """
ahmed ali allen almeida alvarez alves andersen anderson bailey baker barbosa bauer becker bell bennett bianchi
brown butler campbell carter castro chan chang chaudhary chen cheng choi chowdhury clark clarke collins cook cooper
costa cox cruz das davies davis dias diaz dubois edwards evans fernandes fernandez ferrari ferreira fischer flores
fonseca foster garcia gomes gomez goncalves gonzalez graham gray green gupta gutierrez hall han hansen harris
harrison hernandez hill ho hoffmann huang hughes hussain ito ivanov jackson jain james jensen jimenez johansson
johnson jones joshi kato kaur kelly khan kim king kobayashi koch kumar lam lee leroy lewis li lim lima lin liu
lopes lopez ma martin martinez martins meier mendes meyer miller mishra mitchell mohammed moore morales moreau
moreno morgan morris muller munoz murphy nakamura nelson nguyen nielsen novak nunes oliveira ortiz park parker
patel pereira perez petersen petrov phillips pinto popov ramirez ramos rao reddy reed ribeiro richardson richter
rivera robert roberts robinson rodrigues rodriguez rogers rojas romero rossi ruiz russo saito sanchez santos sato
schmidt schneider schulz scott shah sharma silva simon singh smirnov smith soares sousa souza stewart sun suzuki
takahashi tan tanaka tang taylor thomas thompson torres tran turner vargas vieira wagner walker wang ward watanabe
watson weber white williams wilson wong wood wright wu xu yadav yamada yamamoto yang young yu zhang zhao zhou zhu
"""


def _roots(text: str) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for group in text.split(";"):
        full, *forms = group.split() or ("",)
        for form in (full, *forms):
            found.setdefault(form, set()).add(full)
    return {form: frozenset(roots) for form, roots in found.items() if form}


ROOTS: dict[str, frozenset[str]] = _roots(_FORMS)
"""Full names that a form may stand for, itself included where it is one."""

GIVEN_NAMES = frozenset(ROOTS) | frozenset(_COMMON_GIVEN.split())
"""Words known to be given names; many are family names as well."""

COMMON_FAMILY_NAMES = frozenset(_COMMON_FAMILY.split())


def same_given_name(one: str, other: str) -> bool:
    """Whether two words are forms of one given name: Mike and Michael, Pan and Panayiotis."""
    return not ROOTS.get(one, frozenset()).isdisjoint(ROOTS.get(other, frozenset()))
