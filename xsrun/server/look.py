"""How the pages of a server look, and what browsers may do with them."""

from __future__ import annotations

from typing import Final

from xsrun.markup import policy_of
from xsrun.tracing.style import STYLE

LOOK: Final = (
    STYLE
    + """
header { align-items: center; border-bottom: 1px solid var(--line); display: flex; flex-wrap: wrap; gap: .2rem 1.2rem;
  padding: .6rem 0 }
header a { text-decoration: none } header .brand { color: inherit; font-weight: 700 }
header .live { margin-left: auto } header form { margin: 0 }
nav { display: flex; flex-wrap: wrap; gap: .4rem .9rem }
form { align-items: end; display: flex; flex-wrap: wrap; gap: .5rem .8rem; margin: .8rem 0 }
fieldset { border: 1px solid var(--line); border-radius: .5em; flex-basis: 100%; margin: 0; padding: .3rem .8rem }
fieldset label { align-items: center; color: inherit; display: flex; font-size: inherit; gap: .5rem }
label.input { flex-basis: 100% } label.input strong { color: var(--text) }
label { color: var(--dim); display: grid; font-size: .85rem; gap: .1rem }
input, select, textarea, button, .button { background: var(--back); border: 1px solid var(--line); border-radius: .4em;
  color: var(--text); font: inherit; max-width: 100%; padding: .3rem .6rem; text-decoration: none }
textarea { font: 13px/1.5 ui-monospace, monospace; width: 100% }
button, .button { background: var(--soft); cursor: pointer; font-weight: 600 }
button.do { background: var(--link); border-color: var(--link); color: var(--back) }
.bar { align-items: center; display: flex; flex-wrap: wrap; gap: .5rem .8rem; margin: .8rem 0 }
.chip { border: 1px solid var(--line); border-radius: 1em; padding: .05em .7em; text-decoration: none }
.chip[aria-current] { border-color: var(--link); font-weight: 600 }
.said { border: 1px solid var(--good); border-left-width: .4em; border-radius: .4em; margin: 1rem 0;
  padding: .5rem .8rem }
.said.badly { border-color: var(--bad) }
@media (max-width: 40rem) {
  .runs thead { display: none } .runs tr { border-top: 1px solid var(--line); display: block; padding: .5rem 0 }
  .runs td { border: 0; display: inline-block; padding: 0 .8rem 0 0; text-align: left } .runs td.wide { display: block }
}
"""
)

HEADERS: Final = {
    "Content-Security-Policy": f"{policy_of(LOOK)}; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    # With ``no-referrer`` browsers send forms without saying where they come from, and the guard refuses them.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
