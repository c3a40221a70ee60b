/** The style sheet of a report. Colours come from the custom properties of `palette.ts`. */

/** Returns CSS for the screen in light and dark, for phones and for paper. */
export function reportStyle(): string {
  return `
*{box-sizing:border-box}
body{margin:0;background:var(--ww-background);color:var(--ww-text);
  font:16px/1.55 "DejaVu Sans","Segoe UI",system-ui,-apple-system,sans-serif}
header,main,footer{max-width:860px;margin:0 auto;padding:0 20px}
header{padding-top:48px}
.kicker{margin:0;color:var(--ww-muted);font-size:.8rem;letter-spacing:.08em;text-transform:uppercase}
h1{margin:.15em 0 .4em;font-size:1.9rem;line-height:1.2}
h2{margin:2.4em 0 .6em;font-size:1.25rem;border-bottom:1px solid var(--ww-grid);padding-bottom:.3em}
h3{margin:0 0 .2em;font-size:1rem}
.verdict{font-size:1.15rem;border-left:4px solid var(--ww-infected);padding:.2em 0 .2em 16px;margin:1em 0 0}
figure{margin:1.2em 0}
figure svg{width:100%;height:auto;display:block}
figcaption{color:var(--ww-muted);font-size:.86rem;margin-top:.3em}
.table{overflow-x:auto;margin:1.2em 0}
table{border-collapse:collapse;width:100%;font-size:.88rem;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--ww-muted);padding-bottom:.4em}
th,td{padding:.38em .7em;border-bottom:1px solid var(--ww-grid);text-align:right;white-space:nowrap}
th:first-child{text-align:left;padding-left:0;font-weight:normal}
tbody th{white-space:normal;min-width:8em}
th:last-child,td:last-child{padding-right:0}
thead th{color:var(--ww-muted);font-weight:600}
tbody tr:hover{background:color-mix(in srgb,var(--ww-grid) 35%,transparent)}
.facts{padding-left:1.2em}
.facts li{margin:.9em 0}
.facts p{margin:0}
details{border:1px solid var(--ww-grid);border-radius:6px;padding:.5em .9em;margin:.6em 0}
summary{cursor:pointer}
pre{overflow-x:auto;font-size:.84rem;line-height:1.4}
a{color:var(--ww-susceptible)}
footer{color:var(--ww-muted);font-size:.84rem;padding-top:2em;padding-bottom:3em}
@media (max-width:520px){body{font-size:15px}h1{font-size:1.5rem}header{padding-top:28px}}
@media print{body{background:#fff;color:#000}h2{break-after:avoid}figure,table{break-inside:avoid}details{display:none}}
`;
}
