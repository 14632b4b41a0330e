"""Owns how figures are said in words: reasons, sizes, evidence. Every face of the report uses these and no others."""

from app.domain.text import Text

REASONS: dict[str, Text] = {
    "not_asked": Text("niet gevraagd", "not asked"),
    "version": Text(
        "de vorige keer waren de partijen of de vragen anders",
        "the earlier time the parties or questions were different",
    ),
    "party_small": Text("te weinig mensen van deze partij antwoordden", "too few people of this party answered"),
    "response_low": Text("een te klein deel van deze partij antwoordde", "too small a share of this party answered"),
    "target_small": Text("dit zou over één of twee mensen gaan", "this would be about one or two people"),
    "cell_small": Text("hierover gaven te weinig mensen antwoord", "too few people answered about this"),
    "audit": Text("achtergehouden: mogelijk herleidbaar", "withheld: might be traced to people"),
}

#: Instead of `cell_small` where one person answers on name.
NO_ANSWER_ON_NAME = Text("hierover gaf deze partij geen antwoord", "this party gave no answer about this")

#: The reasons in a few words, for inside a chart or a table.
SHORT_REASONS: dict[str, Text] = {
    "not_asked": Text("niet gevraagd", "not asked"),
    "version": Text("toen andere partijen of vragen", "other parties or questions then"),
    "party_small": Text("groep te klein", "group too small"),
    "response_low": Text("te klein deel antwoordde", "too small a share"),
    "target_small": Text("over te weinig mensen", "about too few people"),
    "cell_small": Text("te weinig antwoorden", "too few answers"),
    "audit": Text("mogelijk herleidbaar", "might be traced"),
}

SIZES: dict[str, Text] = {
    "negligible": Text("nauwelijks verschil", "hardly any difference"),
    "small": Text("klein verschil", "small difference"),
    "moderate": Text("middelgroot verschil", "moderate difference"),
    "large": Text("groot verschil", "large difference"),
}

EVIDENCE: dict[str, Text] = {
    "clear": Text("duidelijk", "clear"),
    "indication": Text("aanwijzing", "indication"),
    "no_large_gap": Text("geen groot verschil", "no large difference"),
    "undecided": Text("niet te zeggen met dit aantal antwoorden", "cannot be told from this number of answers"),
    "stated": Text("verschil tussen standpunten op naam", "difference between attributed statements"),
}

BLOCKS: dict[str, Text] = {
    "self": Text("eigen rol", "own role"),
    "other": Text("rol van {about}", "role of {about}"),
    "relation": Text("relatie met {about}", "relation with {about}"),
    "whole": Text("de driehoek als geheel", "the triangle as a whole"),
}

AGREEMENT: dict[str, Text] = {
    "united": Text("eensgezind", "united"),
    "mixed": Text("gemengd", "mixed"),
    "divided": Text("verdeeld", "divided"),
}

QUADRANTS: dict[str, Text] = {
    "agree_above": Text("Beide beelden liggen op of boven de ambitie.", "Both views are at or above the ambition."),
    "agree_below": Text(
        "De beelden lijken op elkaar en de ander ziet minder dan de ambitie.",
        "The views are alike, and the other sees less than the ambition.",
    ),
    "over_above": Text(
        "De ander ziet de ambitie gehaald; het eigen beeld is nog gunstiger.",
        "The other sees the ambition met; the self-image is more favourable still.",
    ),
    "over_below": Text(
        "De ander ziet minder dan de ambitie; het eigen beeld is gunstiger.",
        "The other sees less than the ambition; the self-image is more favourable.",
    ),
    "under_above": Text(
        "De ander ziet de ambitie gehaald; het eigen beeld is strenger.",
        "The other sees the ambition met; the self-image is more severe.",
    ),
    "under_below": Text(
        "De ander ziet minder dan de ambitie; het eigen beeld is nog strenger.",
        "The other sees less than the ambition; the self-image is more severe still.",
    ),
}
