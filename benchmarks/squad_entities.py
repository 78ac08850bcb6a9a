"""What the articles of SQuAD 1.1 are about, written by hand: for conversations.py to take out of questions.

An article's title, the pronoun for it ("there": a place, which is also "it"), and the words that name it in questions.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entity:
    title: str
    pronoun: str  # he, she, it, they or there
    names: tuple[str, ...]  # longest first


def _table(rows: str) -> dict[str, Entity]:
    found = {}
    for row in rows.strip().splitlines():
        title, pronoun, names = (part.strip() for part in row.split("|"))
        listed = sorted((name.strip() for name in names.split(";")), key=len, reverse=True)
        found[title] = Entity(title, pronoun, tuple(listed))
    return found


DEV = _table("""
Super Bowl 50 | it | Super Bowl 50
Warsaw | there | Warsaw
Normans | they | the Normans; Normans
Nikola Tesla | he | Nikola Tesla; Tesla
Computational complexity theory | it | computational complexity theory; complexity theory
Teacher | they | teachers
Martin Luther | he | Martin Luther; Luther
Southern California | there | Southern California; southern California
Sky (United Kingdom) | it | Sky; BSkyB
Victoria (Australia) | there | Victoria
Huguenot | they | the Huguenots; Huguenots
Steam engine | they | steam engines
Oxygen | it | oxygen
1973 oil crisis | it | the 1973 oil crisis; the oil crisis
Apollo program | it | the Apollo program; the Apollo Program; Apollo program
European Union law | it | European Union law; EU law
Amazon rainforest | there | the Amazon rainforest; the Amazon
Ctenophora | they | ctenophores; Ctenophora
Fresno, California | there | Fresno
Packet switching | it | packet switching
Black Death | it | the Black Death; Black Death
Newcastle upon Tyne | there | Newcastle upon Tyne; Newcastle
Victoria and Albert Museum | there | the Victoria and Albert Museum; the V&A
American Broadcasting Company | it | the American Broadcasting Company; ABC
Genghis Khan | he | Genghis Khan
Pharmacy | they | pharmacies
Immune system | it | the immune system
Civil disobedience | it | civil disobedience
Private school | they | private schools
Harvard University | it | Harvard University; Harvard
Jacksonville, Florida | there | Jacksonville
Economic inequality | it | economic inequality; income inequality; inequality
Doctor Who | it | Doctor Who
University of Chicago | it | the University of Chicago; University of Chicago
Yuan dynasty | it | the Yuan dynasty; the Yuan
Kenya | there | Kenya
Intergovernmental Panel on Climate Change | it | the IPCC; IPCC
Chloroplast | they | chloroplasts
Prime number | they | prime numbers; primes
Rhine | it | the Rhine
Scottish Parliament | it | the Scottish Parliament; Scottish Parliament
Islamism | it | Islamism
Imperialism | it | imperialism
United Methodist Church | it | the United Methodist Church; the UMC
French and Indian War | it | the French and Indian War
Geology | it | geology
""")

TRAIN = _table("""
Beyoncé | she | Beyoncé; Beyonce
Frédéric Chopin | he | Frédéric Chopin; Chopin
New York City | there | New York City
Kanye West | he | Kanye West; Kanye; West
Buddhism | it | Buddhism
American Idol | it | American Idol
Portugal | there | Portugal
IPod | it | the iPod; iPod
Arnold Schwarzenegger | he | Arnold Schwarzenegger; Schwarzenegger
Plymouth | there | Plymouth
Alexander Graham Bell | he | Alexander Graham Bell; Bell
Boston | there | Boston
Saint Helena | there | Saint Helena
Josip Broz Tito | he | Josip Broz Tito; Tito
Southampton | there | Southampton
Antarctica | there | Antarctica
Melbourne | there | Melbourne
Valencia | there | Valencia
Elizabeth II | she | Queen Elizabeth II; Elizabeth II; Queen Elizabeth; Elizabeth
Queen Victoria | she | Queen Victoria; Victoria
Napoleon | he | Napoleon
Montevideo | there | Montevideo
Buckingham Palace | it | Buckingham Palace
Chicago Cubs | they | the Chicago Cubs; the Cubs
Korean War | it | the Korean War
Queen (band) | they | Queen
Madonna (entertainer) | she | Madonna
Marvel Comics | it | Marvel Comics; Marvel
Switzerland | there | Switzerland
John von Neumann | he | John von Neumann; von Neumann; Von Neumann
Gamal Abdel Nasser | he | Gamal Abdel Nasser; Nasser
Karl Popper | he | Karl Popper; Popper
FC Barcelona | they | FC Barcelona; Barcelona
Yale University | it | Yale University; Yale
Somalis | they | Somalis
Hydrogen | it | hydrogen
Copper | it | copper
Gene | they | genes
Samurai | they | the samurai; samurai
Bird | they | birds
Dog | they | dogs
Insect | they | insects
Bacteria | they | bacteria
Windows 8 | it | Windows 8
YouTube | it | YouTube
Dwight D. Eisenhower | he | Dwight D. Eisenhower; Dwight Eisenhower; Eisenhower
Richard Feynman | he | Richard Feynman; Feynman
Steven Spielberg | he | Steven Spielberg; Spielberg
Muammar Gaddafi | he | Muammar Gaddafi; Gaddafi
Neptune | it | Neptune
Crimean War | it | the Crimean War
Israel | there | Israel
Jehovah's Witnesses | they | Jehovah's Witnesses
Ottoman Empire | it | the Ottoman Empire
Comcast | it | Comcast
Tuberculosis | it | tuberculosis
Glass | it | glass
Solar energy | it | solar energy
Federal Bureau of Investigation | it | the FBI
Treaty | they | treaties
""")

ENTITIES = DEV | TRAIN
