"""Common given names and place names: enough to tell most people from most places."""

from __future__ import annotations

from rag.followup.english import words

MALE_NAMES = words(
    "aaron abdul abraham adam adolf ahmed alan albert alejandro alex alexander alexei alfred ali allan andre andreas "
    "andrew angelo anthony antonio arthur barack benjamin bernard bill billy bob bobby boris brad brandon brian bruce "
    "bruno carl carlos charles chris christopher claude clint craig daniel dave david dennis diego dmitri donald doug "
    "douglas dwight ed eddie edgar edmund eduardo edward elon emmanuel enrique eric ernest ernesto erwin ethan eugene "
    "felix fernando francis francisco frank franklin franz fred frederick friedrich gary gavin geoffrey george gerald "
    "gerhard giovanni giuseppe gordon graham greg gregory guillermo gustav guy hans harold harry hassan heinrich "
    "helmut henri henry herbert howard hugh hugo ian ibrahim igor immanuel isaac ivan jack jackie jacob jacques jake "
    "james jan jason javier jay jean jeff jeffrey jeremy jerry jesse jesus jim jimmy joachim joe joel johann john "
    "johnny jonathan jorge jose josef joseph josh joshua juan julian jurgen justin karl keith keir kenneth kevin "
    "klaus kurt larry lars laurence lawrence lee leo leon leonard leonardo lewis liam lionel louis luca lucas ludwig "
    "luigi luis luke magnus mahmoud manuel marcel marco marcus mario mark martin marvin mateo matt matthew max "
    "michael michel miguel mike mikhail milton mohamed mohammed muhammad nathan neil nelson niccolo nicholas nick "
    "nicolas niels nikola nikolai noah oliver olaf omar oscar otto pablo patrick paul pedro pete peter phil philip "
    "philippe pierre pietro rafael ralph ray raymond ricardo richard rick robert roberto rodrigo roger roland roman "
    "ronald ronnie roy rudolf rupert russell ryan sam samuel saul scott sean sebastian sergei sergio shane sigmund "
    "silvio simon stanley stefan stephen steve steven stuart ted terry theodore thomas tim timothy toby tom tommy "
    "tony vaclav victor viktor vincent vladimir volodymyr walter warren wayne werner wilhelm william winston wolfgang "
    "woodrow xi yuri zachary"
)
FEMALE_NAMES = words(
    "abigail ada agatha agnes alexandra alice alicia alison amanda amelia amy ana andrea angela anita ann anna anne "
    "annie antonia audrey aung ava barbara beatrice bella benazir beth betty beyonce bianca brenda bridget brigitte "
    "britney camilla carla carmen carol caroline catherine celine charlotte cheryl chloe christina christine cindy "
    "claire clara claudia cleopatra condoleezza cristina daisy dawn deborah denise diana diane dolores donna dora "
    "doris dorothy edith eleanor elena elisabeth elizabeth ella ellen elsa emily emma erika esther eva eve evelyn "
    "fatima fiona florence frances frida gabriela georgia gertrude gillian gina giorgia gloria golda grace greta "
    "hannah harriet heather helen helena hillary ida indira ingrid irene isabel isabella ivanka jacinda jacqueline "
    "jane janet janis jean jeanne jennifer jessica jill joan joanna josephine joy joyce judith judy julia juliet "
    "julie kamala kate katherine kathleen kathryn katy kim kristina lady laura lauren leah lena leonora lily linda "
    "lisa liz liza louise lucia lucy lydia madeleine madonna maggie malala marcia margaret margot maria marie marilyn "
    "marina marine marion marlene martha mary matilda maud maya megan melania melinda melissa mia michelle monica "
    "nadia nancy naomi natalia natalie nicole nicola nora olga olivia oprah pamela patricia paula pauline peggy "
    "penelope phoebe priscilla rachel rebecca renee rihanna rita rosa rosalind rose rosie ruth sally samantha sandra "
    "sanna sarah selena serena sharon sheila shirley silvia simone sofia sonia sophia sophie stella stephanie susan "
    "suzanne sylvia tamara tatiana taylor teresa theresa tina ursula valentina valerie vanessa vera veronica victoria "
    "virginia vivian wendy whitney wilhelmina yoko yvonne zoe"
)
PLACES = frozenset(
    place.strip()
    for place in (
        "afghanistan,africa,alabama,alaska,albania,algeria,amsterdam,angola,antarctica,argentina,arizona,arkansas,"
        "armenia,asia,athens,atlanta,australia,austria,azerbaijan,baghdad,bangkok,bangladesh,barcelona,bavaria,"
        "beijing,beirut,belarus,belgium,belgrade,berlin,birmingham,bolivia,bosnia,boston,botswana,brazil,bristol,"
        "britain,brooklyn,brussels,budapest,bulgaria,cairo,california,cambodia,cameroon,canada,caribbean,catalonia,"
        "chad,chicago,chile,china,colombia,colorado,congo,connecticut,copenhagen,costa rica,crimea,croatia,cuba,"
        "cyprus,czech republic,dallas,damascus,delaware,delhi,denmark,detroit,dubai,dublin,ecuador,edinburgh,egypt,"
        "england,estonia,ethiopia,eu,europe,european union,fiji,finland,florence,florida,france,frankfurt,geneva,"
        "georgia,germany,ghana,glasgow,greece,greenland,guatemala,guinea,haiti,hamburg,havana,hawaii,helsinki,"
        "hollywood,honduras,hong kong,houston,hungary,iceland,idaho,illinois,india,indiana,indonesia,iowa,iran,iraq,"
        "ireland,israel,istanbul,italy,jakarta,jamaica,japan,jerusalem,jordan,kansas,kazakhstan,kentucky,kenya,"
        "kosovo,kuwait,kyiv,laos,las vegas,latvia,lebanon,libya,lisbon,lithuania,liverpool,london,los angeles,"
        "louisiana,luxembourg,macedonia,madagascar,madrid,maine,malawi,malaysia,mali,malta,manchester,manhattan,"
        "maryland,massachusetts,melbourne,mexico,miami,michigan,middle east,milan,minnesota,mississippi,missouri,"
        "moldova,mongolia,montana,montenegro,montreal,morocco,moscow,mozambique,mumbai,munich,myanmar,nairobi,"
        "namibia,naples,nebraska,nepal,netherlands,nevada,new england,new hampshire,new jersey,new mexico,"
        "new orleans,new york,new york city,new zealand,nicaragua,niger,nigeria,north america,north carolina,"
        "north korea,northern ireland,norway,ohio,oklahoma,oregon,oslo,oxford,pakistan,palestine,panama,paraguay,"
        "paris,pennsylvania,peru,philadelphia,philippines,poland,portugal,prague,puerto rico,qatar,quebec,"
        "rhode island,rio de janeiro,romania,rome,russia,rwanda,san diego,san francisco,saudi arabia,scandinavia,"
        "scotland,seattle,senegal,seoul,serbia,shanghai,siberia,sicily,singapore,slovakia,slovenia,somalia,"
        "south africa,south america,south carolina,south korea,soviet union,spain,sri lanka,stockholm,sudan,sweden,"
        "switzerland,sydney,syria,taiwan,tanzania,tehran,tennessee,texas,thailand,the hague,tibet,tokyo,toronto,"
        "tunisia,turkey,tuscany,uganda,uk,ukraine,united kingdom,united states,uruguay,us,usa,utah,uzbekistan,"
        "vatican,venezuela,venice,vermont,vienna,vietnam,wales,warsaw,washington,west virginia,western australia,"
        "wisconsin,wyoming,yemen,yugoslavia,zambia,zimbabwe,zurich"
    ).split(",")
)
