"""A small content folder to begin from; tests change one file of it."""

from __future__ import annotations

from pathlib import Path

PROGRAMME = """---
title: At the desk
summary: For people at a desk.
language: en
competencies: {find: Find, make: Make}
---
Welcome, *colleague*.
"""

FIRST = """---
title: Find it
summary: A thing found.
minutes: 20
competencies: [find]
---
Why it matters.

## Discover

Read [the second](02-make.md) or https://example.org.

## Try

### Getting started

- [ ] Find *one* thing {#one minutes=10}
- [ ] Find another {#another}

### Learn more

- [ ] Find a third {#third}

## Check yourself

Who owns it?
: Its maker.

## Reflect

- What did you find?
- Who asked?

The end.
"""

FIRST_NL = """---
title: Vind het
summary: Iets gevonden.
---
Waarom het telt.

## Ontdek

Lees.

## Probeer

### Om te beginnen

- [ ] Vind *één* ding {#one minutes=10}
- [ ] Vind nog een {#another}

### Meer leren

- [ ] Vind een derde {#third}

## Test jezelf

Van wie is het?
: Van de maker.

## Reflecteer

- Wat vond je?
"""

SECOND = """---
title: Make it
summary: A thing made.
requires: [find]
---
## Try

- [ ] Make one {#make}

## Reflect

- How did it go?
"""

FILES = {
    "programme.md": PROGRAMME,
    "01-find.md": FIRST,
    "01-find.nl.md": FIRST_NL,
    "02-make.md": SECOND,
}


def write(content_dir: Path, files: dict[str, str | bytes | None], programme: str = "desk") -> Path:
    """Write files of a programme (None removes one) and return its folder."""
    folder = content_dir / "things" / programme
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            file.unlink()
        else:
            file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder
