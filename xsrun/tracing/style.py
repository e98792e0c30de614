"""How the pages of runs look: on a phone, on a wide screen, by day and by night."""

from __future__ import annotations

from typing import Final

STYLE: Final = """
:root { color-scheme: light dark; --back: #fff; --text: #1c2128; --dim: #59636e; --line: #d1d9e0; --soft: #f4f6f8;
  --link: #0757b8; --good: #1a7f37; --bad: #cf222e; --busy: #0969da; --open: #8a5d00; --still: #59636e }
@media (prefers-color-scheme: dark) { :root { --back: #12161b; --text: #e6eaef; --dim: #9aa6b2; --line: #353d47;
  --soft: #1a2027; --link: #6cb2ff } }
* { box-sizing: border-box }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100% }
body { background: var(--back); color: var(--text); font: 15px/1.5 system-ui, sans-serif; margin: 0 auto;
  max-width: 76rem; padding: 0 1.2rem 3rem }
a { color: var(--link) }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px }
h1 { align-items: center; display: flex; flex-wrap: wrap; font-size: 1.35rem; gap: .3rem .7rem; margin: 1.2rem 0 .6rem }
h2 { font-size: 1.05rem; margin: 1.8rem 0 .5rem } h3 { font-size: .95rem; margin: .7rem 0 .2rem }
h1, td, dd, code, pre { overflow-wrap: anywhere; unicode-bidi: isolate }
code, pre, .id { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace }
pre { margin: 0; white-space: pre-wrap } code { white-space: pre-wrap }
.dim, .place, .value, dt, th { color: var(--dim) }
.state { background: var(--still); border-radius: 1em; color: #fff; display: inline-block; font-size: .8rem;
  font-weight: 600; padding: .05em .7em; white-space: nowrap }
.complete, .settled { background: var(--good) } .error, .given-up { background: var(--bad) }
.running { background: var(--busy) } .unknown, .interrupted { background: var(--open) }
dl { display: grid; gap: .2rem 1.2rem; grid-template-columns: max-content minmax(0, 1fr); margin: 0 } dd { margin: 0 }
table { border-collapse: collapse; width: 100% }
th { font-size: .85rem; font-weight: 500; text-align: left }
th, td { border-top: 1px solid var(--line); padding: .25rem .8rem .25rem 0; vertical-align: top }
thead th { border-top: 0 }
.n { color: var(--dim); font-variant-numeric: tabular-nums; text-align: right; white-space: nowrap }
.steps .n { width: 1% }
.call .wide code { font-weight: 600 }
.where { max-width: 24rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.where code { white-space: nowrap }
summary { cursor: pointer } details > summary > * { margin-right: .6rem }
details, .box { border: 1px solid var(--line); border-radius: .5em; margin: .5rem 0; padding: .45rem .8rem }
details > pre, .box > pre { background: var(--soft); border-radius: .3em; margin: .3rem 0; max-height: 30rem;
  overflow: auto; padding: .5rem .7rem }
.failed { border-left: .3em solid var(--bad) } .failed p { margin: 0 0 .3rem }
.source { counter-reset: line }
.source span::before { color: var(--dim); content: counter(line); counter-increment: line; display: inline-block;
  margin-right: 1.2em; text-align: right; user-select: none; width: 2.5em }
.source :target { background: #fc04; font-weight: 600 }
@media (max-width: 40rem) {
  body { padding: 0 .8rem 2rem }
  dl { grid-template-columns: 1fr; gap: 0 } dd { margin-bottom: .4rem }
  .steps thead { display: none } .steps tr { border-top: 1px solid var(--line); display: block; padding: .3rem 0 }
  .steps td { border: 0; display: inline-block; padding: 0 .6rem 0 0; text-align: left }
  .steps td.wide { display: block } .steps td.where { max-width: 100% }
}
"""
