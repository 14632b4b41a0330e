"""Owns what the columns and the codes of the flat rows mean, in both languages."""

from app.domain import words
from app.domain.text import Text

COLUMN_MEANINGS: dict[str, Text] = {
    "kind": Text("soort cijfer", "kind of figure"),
    "type": Text("soort verschil of sterk punt, of waarvan het cijfer is", "kind of gap or strength, or what it is of"),
    "theme": Text("sleutel van het thema", "key of the theme"),
    "block": Text("soort vragen", "kind of questions"),
    "from": Text("wie het zegt: sleutel van de partij", "who says it: key of the party"),
    "about": Text("over wie: sleutel van de partij", "about whom: key of the party"),
    "between": Text("tussen welke twee partijen of rollen", "between which two parties or roles"),
    "state": Text("of het cijfer wordt getoond", "whether the figure is shown"),
    "reason": Text("waarom een cijfer ontbreekt", "why a figure is missing"),
    "score": Text(
        "punten van 0 tot 100; bij een verschil of verandering: a min b; bij een stelling: op vijf afgerond",
        "points from 0 to 100; of a gap or change: a minus b; of a statement: rounded to five",
    ),
    "low": Text("ondergrens van het 95%-interval", "lower bound of the 95% interval"),
    "high": Text("bovengrens van het 95%-interval", "upper bound of the 95% interval"),
    "bound": Text("of de score een grens is", "whether the score is a bound"),
    "a": Text("eerste deel van een verschil; bij een verandering: nu", "first part of a gap; of a change: now"),
    "b": Text("tweede deel van een verschil; bij een verandering: toen", "second part of a gap; of a change: then"),
    "size": Text("grootte van het verschil", "size of the gap"),
    "evidence": Text("hoe zeker het verschil is", "how certain the gap is"),
    "material": Text("of het een onderwerp voor het gesprek is", "whether it is a topic for the conversation"),
    "rank": Text("volgorde van belang", "order of weight"),
    "agreement": Text("hoe eensgezind de mensen van de partij zijn", "how united the people of the party are"),
    "flags": Text("bijzonderheden, met een | ertussen", "particulars, with a | between them"),
    "included": Text("hoeveel delen meetellen", "how many parts are included"),
    "total": Text("hoeveel delen er zijn", "how many parts there are"),
    "quadrant": Text(
        "hoe eigen beeld, beeld van de ander en ambitie liggen", "how self-image, the other's view and ambition lie"
    ),
    "lowest": Text("laagste score van de relaties tussen twee rollen", "lowest score of the relations of two roles"),
    "highest": Text("hoogste score van de relaties tussen twee rollen", "highest score of the relations of two roles"),
    "sd": Text("spreiding: standaardafwijking in punten", "spread: standard deviation in points"),
    "item": Text("sleutel van de stelling", "key of the statement"),
    "dontKnow": Text(
        "hoeveel procent 'weet ik niet' antwoordde, op tien afgerond; 10 is hoogstens 10, 90 is minstens 90; leeg waar "
        "iedereen met een score alles beantwoordde",
        "percentage that answered 'don't know', rounded to ten; 10 is at most 10, 90 is at least 90; blank where "
        "everyone with a score answered everything",
    ),
    "favourable": Text(
        "hoeveel procent het eens is, op tien afgerond; 10 is hoogstens 10, 90 is minstens 90",
        "percentage that agrees, rounded to ten; 10 is at most 10, 90 is at least 90",
    ),
    "favourableLow": Text("ondergrens van dat percentage", "lower bound of that percentage"),
    "favourableHigh": Text("bovengrens van dat percentage", "upper bound of that percentage"),
    "shareLow": Text(
        "procent antwoorden onder het midden van de schaal, op tien afgerond; 10 is hoogstens 10, 90 is minstens 90",
        "percentage of answers below the middle, rounded to ten; 10 is at most 10, 90 is at least 90",
    ),
    "shareMiddle": Text(
        "procent antwoorden in het midden van de schaal, op tien afgerond; 10 is hoogstens 10, 90 is minstens 90",
        "percentage of answers in the middle, rounded to ten; 10 is at most 10, 90 is at least 90",
    ),
    "shareHigh": Text(
        "procent antwoorden boven het midden van de schaal, op tien afgerond; 10 is hoogstens 10, 90 is minstens 90",
        "percentage of answers above the middle, rounded to ten; 10 is at most 10, 90 is at least 90",
    ),
    "ad": Text(
        "gemiddelde afwijking van het gemiddelde antwoord, in stappen van de schaal; leeg waar stellingen apart staan",
        "mean deviation from the mean answer, in steps of the scale; blank where statements stand apart",
    ),
    "rwg": Text(
        "eensgezindheid r*wg(j): 1 is geheel eensgezind; leeg waar stellingen apart staan",
        "agreement r*wg(j): 1 is wholly united; blank where statements stand apart",
    ),
}

#: Per column what each of its codes means.
CODES: dict[str, dict[str, Text]] = {
    "kind": {
        "cell": Text("een partij over één onderwerp", "one party on one subject"),
        "item": Text("één stelling van het cijfer erboven", "one statement of the figure above it"),
        "view": Text("hoe een partij een andere ziet", "how one party sees another"),
        "relation": Text(
            "een relatie tussen twee partijen, van twee kanten", "a relation of two parties, from both sides"
        ),
        "role_relation": Text("een relatie tussen twee rollen", "a relation between two roles"),
        "constellation": Text("de driehoek als geheel", "the triangle as a whole"),
        "total": Text("over alle thema's samen", "over all themes"),
        "gap": Text("een verschil", "a gap"),
        "change": Text("een verandering sinds de vorige meting", "a change since the earlier wave"),
        "division": Text("verdeeldheid binnen een partij", "division within a party"),
        "strength": Text("een sterk punt", "a strength"),
    },
    "type": {
        "perception": Text("eigen beeld min beeld van de ander", "self-image minus the other's view"),
        "asymmetry": Text("één relatie, van twee kanten ervaren", "one relation, experienced from two sides"),
        "outlook": Text("twee beelden van het geheel", "two views of the whole"),
        "ambition": Text("score min ambitie", "score minus ambition"),
        "change": Text("nu min toen", "now minus then"),
        "cell": Text("van een cijfer van één partij", "of a figure of one party"),
        "view": Text("van een beeld", "of a view"),
        "relation": Text("van een relatie", "of a relation"),
        "role_relation": Text("van een relatie tussen rollen", "of a relation between roles"),
        "constellation": Text("van de driehoek als geheel", "of the triangle as a whole"),
    },
    "block": {
        "self": Text("over de eigen rol", "about the own role"),
        "other": Text("over de rol van een ander", "about another's role"),
        "relation": Text("over de relatie", "about the relation"),
        "whole": Text("over de driehoek als geheel", "about the triangle as a whole"),
    },
    "state": {
        "published": Text("getoond", "shown"),
        "suppressed": Text("niet getoond; zie reason", "not shown; see reason"),
    },
    "reason": words.REASONS,
    "bound": {
        "at_least": Text("minstens dit", "at least this"),
        "at_most": Text("hoogstens dit", "at most this"),
    },
    "size": words.SIZES,
    "evidence": words.EVIDENCE,
    "agreement": words.AGREEMENT,
    "flags": {
        "attributed": Text("standpunt op naam", "attributed statement"),
        "little_sight": Text("veel mensen hebben hier weinig zicht op", "many people have little sight of this"),
    },
    "quadrant": words.QUADRANTS,
}

#: The columns of what the report says in words.
SENTENCE_COLUMNS: dict[str, Text] = {
    "kind": Text("verschil of sterk punt", "gap or strength"),
    "rank": Text("volgorde van belang; leeg bij een sterk punt", "order of weight; empty for a strength"),
    "theme": Text("sleutel van het thema", "key of the theme"),
    "sentence": Text("wat het rapport erover zegt", "what the report says of it"),
    "in_short": Text(
        "hetzelfde kort: beide scores, hoe groot en hoe zeker", "the same in short: both scores, how large, how sure"
    ),
    "questions": Text("vragen voor het gesprek, met de rol erbij", "questions for the conversation, with their role"),
}
PARTY_COLUMNS: dict[str, Text] = {
    "key": Text("sleutel van de partij", "key of the party"),
    "role": Text("sleutel van de rol", "key of the role"),
    "role_name": Text("naam van de rol", "name of the role"),
    "name": Text("naam van de partij", "name of the party"),
    "n": Text(
        "hoeveel mensen antwoordden, als getal of bandbreedte", "how many people answered, as a number or a band"
    ),
    "response": Text("respons in procenten, afgerond of als bandbreedte", "response in percent, rounded or as a band"),
    "reason": Text("waarom de partij niet wordt getoond", "why the party is not shown"),
    "attributed": Text("of de partij een standpunt op naam gaf", "whether the party gave an attributed statement"),
    "changed": Text("of de lijst na opening is gewijzigd", "whether the list changed after opening"),
}
