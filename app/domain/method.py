"""Owns the method note: what the figures are, what their limits are, and where the themes come from (scoring.md §7)."""

from app.domain.figures import Figures
from app.domain.text import Text, to_whole


def method_of(figures: Figures) -> tuple[Text, ...]:
    """The method note with the parameters of this document, one paragraph a text."""
    given, flags = figures.document["params"], figures.document["expected_chance_flags"]
    return (
        Text(
            "Scores lopen van 0 (helemaal oneens) tot 100 (helemaal eens). Elke persoon van een partij telt "
            "even zwaar, elke partij en elke richting ook.",
            "Scores run from 0 (strongly disagree) to 100 (strongly agree). Each person of a party weighs the "
            "same, and so do each party and each direction.",
        ),
        Text(
            "Een partij wordt getoond vanaf {k} mensen en {r} % van de genodigden, een cijfer vanaf {c} mensen die "
            "daarop antwoordden. Over een partij met minder dan {t} genodigden tonen wij geen beeld van groepen, "
            "tenzij zij op naam antwoordt: dan weet zij dat, en stemde zij ermee in.",
            "A party is shown from {k} people and {r} % of those invited, a figure from {c} people who answered on it. "
            "About a party with fewer than {t} invited people we show no views of groups, unless it answers by name: "
            "then it knows and agreed.",
        ).fill(k=given["k_party"], r=to_whole(given["min_response"] * 100), c=given["k_cell"], t=given["k_target"]),
        Text(
            "Het interval zegt waar de score met 95 % zekerheid ligt als anderen in dezelfde rol hadden "
            "geantwoord. Bij kleine groepen is het op vijf punten afgerond.",
            "The interval says where the score lies with 95 % certainty had others in the same role answered. "
            "For small groups it is rounded to five points.",
        ),
        Text(
            "'Duidelijk' is een verschil van minstens 10 punten dat bij 95 % zekerheid geen toeval is, "
            "'aanwijzing' bij 80 %. Aantal vergelijkingen: {n}. Door toeval alleen vallen er bij 80 % zekerheid "
            "ongeveer {i} op; daarvan heten er ongeveer {c} 'duidelijk'.",
            "'Clear' is a difference of at least 10 points that is not due to chance at 95 % certainty, "
            "'indication' at 80 %. Number of comparisons: {n}. At 80 % certainty chance alone makes about {i} stand "
            "out; of those about {c} are called 'clear'.",
        ).fill(n=figures.document["comparisons"], c=to_whole(flags["clear"]), i=to_whole(flags["indication"])),
        Text(
            "Scores van groepen onder 5 en boven 95 tonen wij als '≤ 5' en '≥ 95'. Afgeronde delen kunnen één punt "
            "verschillen van het afgeronde verschil.",
            "Scores of groups below 5 and above 95 are shown as '≤ 5' and '≥ 95'. Rounded parts may differ by one "
            "point from the rounded difference.",
        ),
        Text(
            "Of een verschil duidelijk is, wordt bepaald vóór het afronden. Een afgeronde grens kan daardoor 0 "
            "zijn bij een verschil dat toch duidelijk is.",
            "Whether a difference is clear is decided before rounding. So a rounded bound can be 0 while the "
            "difference is clear all the same.",
        ),
        Text(
            "Grenzen: als bijna iedereen hetzelfde antwoordt, is dat te zien. Collega's die samen vertellen wat "
            "ze invulden, kunnen de rest schatten. De zekerheid van een statistisch bureau (tien per cijfer) is "
            "bij deze aantallen niet te halen. Tot de sluiting kan de database nog sporen van concepten en "
            "van de volgorde van versturen bevatten; bij het sluiten worden die gewist. Een reservekopie van voor die "
            "tijd houdt ze zo lang als zij bewaard blijft.",
            "Limits: if nearly everyone gives the same answer, that can be seen. Colleagues who tell each other "
            "what they filled in can estimate the rest. The safety of a statistical office (ten per figure) is "
            "not possible with groups this small. Until closing, the database may hold traces of drafts and of the "
            "order of sending; closing erases them. A backup from before keeps them for as long as it is kept.",
        ),
        Text(
            "Wij rangschikken geen driehoeken en geen mensen, en er is geen norm voor wat goed is: alleen de "
            "ambitie die de driehoek zelf afsprak.",
            "We rank no triangles and no people, and there is no norm for what is good: only the ambition that "
            "the triangle itself agreed.",
        ),
        Text(
            "De thema's volgen wat openbaar is over het ABD-rapport 'Verbeter de werking'. De tekst van dat "
            "rapport was niet te verkrijgen; wij citeren het nergens.",
            "The themes are modelled on what is public about the ABD report 'Verbeter de werking'. The text of "
            "that report could not be obtained; we quote it nowhere.",
        ),
    )
