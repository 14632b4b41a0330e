"""The Nu Html Checker, by which the W3C judges HTML; Java runs it."""

import json
import os
import shutil
import subprocess
import warnings
from pathlib import Path

#: Where `npm install --prefix var/vnu vnu-jar` puts it.
JAR = Path(os.environ.get("ROLVAST_VNU", "var/vnu/node_modules/vnu-jar/build/dist/vnu.jar"))


class Checker:
    """Keeps pages as they come by, and judges them together: starting Java is what takes time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, name: str, html: bytes) -> None:
        (self._folder / f"{name.replace('/', ' ')}.html").write_bytes(html)

    def complaints(self) -> list[str]:
        """Errors and warnings, each with its page and the piece of HTML. Without the checker: a warning."""
        java = shutil.which("java")
        if java is None or not JAR.exists():
            lacking = f"HTML is not checked: this needs Java and {JAR} (npm install --prefix var/vnu vnu-jar)"
            if os.environ.get("ROLVAST_TESTS") == "all":
                return [lacking]
            warnings.warn(lacking, stacklevel=2)
            return []
        command = [java, "-jar", str(JAR.absolute()), "--format", "json", "--exit-zero-always"]
        pages = sorted(map(str, self._folder.glob("*.html")))
        ran = subprocess.run([*command, *pages], capture_output=True, text=True, check=True)
        found = json.loads(ran.stderr)["messages"]
        return [
            f"{Path(one['url']).stem.replace('%20', ' ')}: HTML: {one['message']} ({one.get('extract', '')[:120]})"
            for one in found
        ]
