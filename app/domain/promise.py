"""Owns what people are told, before they begin, of what becomes of their answers (scoring.md §7, §8 and §10)."""

from app.domain.constellation import Constellation, Party
from app.domain.parameters import Parameters
from app.domain.text import Text


def stays_hidden(party: Party, constellation: Constellation, params: Parameters) -> Text | None:
    """What it means that too few people are invited for this party to be shown; None where there are enough."""
    if party.attributed or party.invited >= params.k_party:
        return None
    how_many = _ALONE if party.invited == 1 else _FEW
    could_be_pooled = any(
        other.key != party.key and not other.attributed for other in constellation.in_role(party.role)
    )
    return Text("{how_many} {then}", "{how_many} {then}").fill(
        how_many=how_many.fill(party=party.name, n=party.invited, k=params.k_party),
        then=_PERHAPS_POOLED if could_be_pooled else _NOWHERE,
    )


_ALONE = Text(
    "Voor {party} bent alleen u uitgenodigd; een partij wordt pas getoond als minstens {k} mensen antwoorden.",
    "You are the only one who was invited for {party}; a party is shown only if at least {k} people answer.",
)
_FEW = Text(
    "Voor {party} zijn {n} mensen uitgenodigd; een partij wordt pas getoond als minstens {k} mensen antwoorden.",
    "{n} people were invited for {party}; a party is shown only if at least {k} people answer.",
)
_NOWHERE = Text(
    "Komt er niemand bij, dan komt niets van wat u invult in het rapport.",
    "If nobody is added, nothing of what you fill in comes into the report.",
)
_PERHAPS_POOLED = Text(
    "Komt er niemand bij, dan staat uw partij niet apart in het rapport. Wat u aankruist, telt alleen mee als nog een "
    "partij in uw rol verborgen blijft en u samen met genoeg mensen bent: dan toont het rapport één gemiddelde van die "
    "partijen samen. Wat u in eigen woorden schrijft, komt niet in het rapport.",
    "If nobody is added, your party does not stand in the report by itself. What you tick counts only if another "
    "party in your role stays hidden too and together you are enough people: then the report shows one mean of those "
    "parties together. What you write in your own words does not come into the report.",
)
