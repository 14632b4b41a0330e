"""Words that give away that a text was left in the other language."""

import re

from app.domain.text import Language
from tests.people import FAN, SQUARE, TRIANGLE
from tests.service.test_conversation import FIRST, TALK
from tests.service.test_practices import PRACTICE, SHARED

#: Small words that hardly a sentence does without, and that the other language does not have.
GIVE_AWAY: dict[Language, str] = {
    "nl": "het een niet van voor zijn wordt worden deze naar ook bij uw u wij als dan nog geen meer heeft hebben "
    "opdrachtgever opdrachtnemer",
    "en": "the and not for with this that you your are from have has which what when there their they be been will",
}

#: What people typed themselves; it stands on pages in either language.
TYPED = (
    "Bureau van de secretaris-generaal",
    "Meting van de registers",
    "Driehoek Registers",
    "Zien waar beelden verschillen.",
    "Algemeen belang",
    "Een vast gesprek per kwartaal.",
    FIRST.what,
    TALK.place,
    TALK.agenda,
    *(words for practice in (PRACTICE, SHARED) for words in (practice.title, practice.words)),
    *(party.name for parties in (SQUARE, FAN, TRIANGLE) for party in parties),
)

#: All that somebody reads or hears on a page: its words and the attributes that are spoken, each with its language.
SPOKEN = """() => {
  const said = [[document.documentElement.lang, document.title]];
  const language = e => e.closest('[lang]').lang;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (!parent.closest('script, style, textarea')) said.push([language(parent), walker.currentNode.data]);
  }
  for (const e of document.querySelectorAll('body *'))
    for (const name of ['alt', 'title', 'placeholder', 'aria-label', 'aria-description'].concat(
        Object.keys(e.dataset).map(key => 'data-' + key.replace(/[A-Z]/g, c => '-' + c.toLowerCase()))))
      if (e.hasAttribute(name)) said.push([language(e), e.getAttribute(name)]);
  return said;
}"""


def foreign(said: list[tuple[str, str]]) -> list[str]:
    """Texts that are not in the language that they say."""
    found = []
    for claimed, text in said:
        own = re.sub(r"https?://\S+", "", text)
        for typed in sorted(TYPED, key=len, reverse=True):
            own = own.replace(typed, "")
        other: Language = "nl" if claimed == "en" else "en"
        strange = set(re.findall(r"[\w']+", own.lower())) & set(GIVE_AWAY[other].split())
        if strange:
            found.append(f"{' '.join(text.split())[:100]!r} is not {claimed} ({', '.join(sorted(strange))})")
    return found
